"""Census, Socrata and ArcGIS over real HTTP."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import pytest

from realestate_os.sandbox.records.census import VARIABLES
from realestate_os.sandbox.records.layers import LAYERS
from realestate_os.sandbox.server import Sandbox
from realestate_os.sandbox.world import CountyWorld, World
from realestate_os_tests.sandbox.conftest import DAY, settings_in

ZCTA = "zip code tabulation area"


def census(client: httpx.Client, sandbox: Sandbox, year: int, **params: str) -> httpx.Response:
    return client.get(f"{sandbox.records_url}/census/data/{year}/acs/acs5", params=params)


def soda(client: httpx.Client, sandbox: Sandbox, dataset: str, **params: str) -> httpx.Response:
    named = {f"${name}": value for name, value in params.items()}
    return client.get(f"{sandbox.records_url}/socrata/resource/{dataset}.json", params=named)


def arcgis(client: httpx.Client, sandbox: Sandbox, layer: str, **params: str) -> dict[str, Any]:
    url = f"{sandbox.records_url}/arcgis/rest/services/king_wa/{layer}/MapServer/0/query"
    response = client.get(url, params={"f": "json", **params})
    assert response.status_code == 200
    body: dict[str, Any] = response.json()
    return body


def test_the_front_page_lists_every_field(client: httpx.Client, sandbox: Sandbox) -> None:
    text = client.get(sandbox.records_url).text
    assert all(field.name in text for fields in LAYERS.values() for field in fields)
    assert all(name in text for name in VARIABLES)


def test_census_shape(client: httpx.Client, sandbox: Sandbox) -> None:
    answer = census(client, sandbox, 2024, **{"get": ",".join(VARIABLES), "for": f"{ZCTA}:98101,98102,99999"})
    header, *rows = answer.json()
    assert header == [*VARIABLES, ZCTA]
    assert [row[-1] for row in rows] == ["98101", "98102"]
    assert all(isinstance(value, str) for row in rows for value in row)
    figures = dict(zip(header, rows[0], strict=True))
    assert int(figures["B25003_001E"]) == int(figures["B25003_002E"]) + int(figures["B25003_003E"])


def test_census_follows_the_price_level_and_withholds_some(
    client: httpx.Client, sandbox: Sandbox, king: CountyWorld
) -> None:
    answer = census(client, sandbox, 2022, **{"get": "B25077_001E,B19013_001E", "for": f"{ZCTA}:*"}).json()
    values = {row[2]: float(row[0]) for row in answer[1:]}
    known = {code: value for code, value in values.items() if value > 0 and code in king.ground.zip_level}
    assert any(float(cell) == -666666666 for row in answer[1:] for cell in row[:2])
    assert len(known) > 50
    ratios = [value / king.ground.zip_level[code] for code, value in known.items()]
    assert min(ratios) > 0.6 and max(ratios) < 1.05  # six years earlier, so below today's level


@pytest.mark.parametrize(
    ("year", "as_of", "status"),
    [
        (2024, "2026-11-24", 200),
        (2025, "2026-11-24", 404),
        (2024, "2025-06-01", 404),
        (2023, "2025-06-01", 200),
        (2008, "2026-11-24", 404),
    ],
)
def test_census_has_no_future_vintage(
    client: httpx.Client, sandbox: Sandbox, year: int, as_of: str, status: int
) -> None:
    url = f"{sandbox.records_url}/census/data/{year}/acs/acs5"
    answer = client.get(url, params={"get": "NAME", "for": f"{ZCTA}:98101"}, headers={"X-As-Of": as_of})
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("params", "status", "text"),
    [
        ({"get": "B99999_001E", "for": f"{ZCTA}:98101"}, 400, "unknown variable 'B99999_001E'"),
        ({"for": f"{ZCTA}:98101"}, 400, "get"),
        ({"get": "NAME", "for": "county:033"}, 400, "geography"),
        ({"get": "NAME", "for": f"{ZCTA}:00000"}, 204, ""),
    ],
)
def test_census_errors(client: httpx.Client, sandbox: Sandbox, params: dict[str, str], status: int, text: str) -> None:
    answer = census(client, sandbox, 2023, **params)
    assert answer.status_code == status and text in answer.text


def test_soda_pages_filters_and_orders(client: httpx.Client, sandbox: Sandbox, king: CountyWorld) -> None:
    where = "property_zip = '98042' and sale_price > 200000"
    everything = soda(client, sandbox, "king_wa-sales", where=where, order="sale_date DESC,doc_no").json()
    assert len(everything) > 10
    assert all(row["property_zip"] == "98042" and float(row["sale_price"]) > 200_000 for row in everything)
    dates = [row["sale_date"] for row in everything]
    assert dates == sorted(dates, reverse=True)
    page = soda(
        client, sandbox, "king_wa-sales", where=where, order="sale_date DESC,doc_no", limit="5", offset="5"
    ).json()
    assert page == everything[5:10]
    assert soda(client, sandbox, "king_wa-sales", where=where, select="count(*)").json() == [
        {"count": str(len(everything))}
    ]
    assert len(soda(client, sandbox, "king_wa-parcels").json()) == 1000


def test_soda_rows_are_as_soda_writes_them(client: httpx.Client, sandbox: Sandbox) -> None:
    row = soda(client, sandbox, "king_wa-parcels", where="class = '299'", limit="1").json()[0]
    assert all(isinstance(value, str) for value in row.values())
    assert "char_land_sf" not in row, "a null is left out"
    by_field = client.get(
        f"{sandbox.records_url}/socrata/resource/king_wa-parcels.json", params={"pin": row["pin"]}
    ).json()
    assert by_field == [row]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"where": "colour = 'red'"}, "query.soql.no-such-column"),
        ({"select": "colour"}, "query.soql.no-such-column"),
        ({"order": "colour"}, "query.soql.no-such-column"),
        ({"where": "pin ="}, "query.compiler.malformed"),
        ({"limit": "many"}, "query.soql.invalid"),
        ({"limit": "50001"}, "query.soql.invalid-limit"),
        ({"having": "x"}, "query.soql.unsupported"),
    ],
)
def test_soda_errors(client: httpx.Client, sandbox: Sandbox, params: dict[str, str], code: str) -> None:
    answer = soda(client, sandbox, "king_wa-sales", **params)
    assert answer.status_code == 400
    assert answer.json()["error"] is True and answer.json()["code"] == code


def test_soda_unknown_dataset(client: httpx.Client, sandbox: Sandbox) -> None:
    assert soda(client, sandbox, "king_wa-permits").status_code == 404
    assert soda(client, sandbox, "mars-sales").status_code == 404


def test_arcgis_layer(client: httpx.Client, sandbox: Sandbox) -> None:
    body = client.get(
        f"{sandbox.records_url}/arcgis/rest/services/king_wa/Sales/MapServer/0", params={"f": "json"}
    ).json()
    assert body["maxRecordCount"] == 1000
    assert {"name": "SaleDate", "type": "esriFieldTypeDate", "alias": "SaleDate"} in body["fields"]


def test_arcgis_pages_through_everything(client: httpx.Client, sandbox: Sandbox, king: CountyWorld) -> None:
    seen: list[str] = []
    while True:
        page = arcgis(
            client,
            sandbox,
            "Parcels",
            where="1=1",
            outFields="PIN",
            orderByFields="PIN",
            returnGeometry="false",
            resultOffset=str(len(seen)),
        )
        seen += [feature["attributes"]["PIN"] for feature in page["features"]]
        if not page.get("exceededTransferLimit"):
            break
    assert seen == sorted({p["apn"] for p in king.parcels(DAY)})
    assert arcgis(client, sandbox, "Parcels", where="1=1", returnCountOnly="true") == {"count": len(seen)}


def test_arcgis_geometry_and_dates(client: httpx.Client, sandbox: Sandbox, king: CountyWorld) -> None:
    sale = king.sales(DAY)[-1]
    where = f"ExciseTaxNbr = '{sale['sale_id']}'"
    body = arcgis(client, sandbox, "Sales", where=where, outFields="*", outSR="4326")
    (feature,) = body["features"]
    assert feature["geometry"] == {"x": sale["longitude"], "y": sale["latitude"]}
    assert date.fromordinal(719163 + feature["attributes"]["SaleDate"] // 86_400_000) == sale["sale_date"]
    mercator = arcgis(client, sandbox, "Sales", where=where)
    assert mercator["spatialReference"]["wkid"] == 102100 and abs(mercator["features"][0]["geometry"]["x"]) > 1e7
    assert list(mercator["features"][0]["attributes"]) == ["OBJECTID"]


def test_arcgis_finds_listed_homes_by_address_and_number(
    client: httpx.Client, sandbox: Sandbox, king: CountyWorld
) -> None:
    parcels = [p for p in king.parcels(DAY) if p["unit"]][:3]
    numbers = ",".join(f"'{p['apn']}'" for p in parcels)
    by_number = arcgis(
        client,
        sandbox,
        "Parcels",
        where=f"PIN IN ({numbers})",
        outFields="ADDR_FULL,ZIP5,BathFullCount,Bath3qtrCount,BathHalfCount",
    )
    addresses = {f["attributes"]["ADDR_FULL"] for f in by_number["features"]}
    assert addresses == {f"{p['street_address']} UNIT {p['unit']}".upper() for p in parcels}
    address = f"{parcels[0]['street_address']} UNIT {parcels[0]['unit']}".upper()
    found = arcgis(
        client,
        sandbox,
        "Parcels",
        where=f"ADDR_FULL = '{address}' AND ZIP5 = '{parcels[0]['zip_code']}'",
        outFields="PIN",
    )
    assert [f["attributes"]["PIN"] for f in found["features"]] == [parcels[0]["apn"]]
    ids = arcgis(client, sandbox, "Parcels", where=f"PIN IN ({numbers})", returnIdsOnly="true")["objectIds"]
    again = arcgis(client, sandbox, "Parcels", objectIds=",".join(map(str, ids)), outFields="ADDR_FULL")
    assert {f["attributes"]["ADDR_FULL"] for f in again["features"]} == addresses


def test_arcgis_takes_long_queries_by_post(client: httpx.Client, sandbox: Sandbox, king: CountyWorld) -> None:
    numbers = ",".join(f"'{p['apn']}'" for p in king.parcels(DAY)[:900])
    url = f"{sandbox.records_url}/arcgis/rest/services/king_wa/Parcels/MapServer/0/query"
    body = client.post(url, data={"f": "json", "where": f"PIN IN ({numbers})", "outFields": "PIN"}).json()
    assert len(body["features"]) == 900


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"where": "Colour = 'red'"},
        {"where": "PIN ="},
        {"where": "1=1", "outFields": "Colour"},
        {"where": "1=1", "orderByFields": "Colour"},
        {"where": "1=1", "resultOffset": "-1"},
        {"where": "1=1", "f": "html"},
        {"objectIds": "a"},
    ],
)
def test_arcgis_errors_come_as_200(client: httpx.Client, sandbox: Sandbox, params: dict[str, str]) -> None:
    body = arcgis(client, sandbox, "Parcels", **params)
    assert body["error"]["code"] == 400 and body["error"]["details"]


def test_arcgis_unknown_service(client: httpx.Client, sandbox: Sandbox) -> None:
    assert arcgis(client, sandbox, "Permits", where="1=1")["error"]["code"] == 404


def test_bathrooms_add_up(king: CountyWorld) -> None:
    fields = {field.name: field.value for field in LAYERS["arcgis", "Parcels"]}
    for baths in (0, 0.75, 1, 1.5, 1.75, 2, 2.25, 2.5, 3.25, 8):
        counts = [fields[name]({"bathrooms": baths}) for name in ("BathFullCount", "Bath3qtrCount", "BathHalfCount")]
        assert counts[0] + 0.75 * counts[1] + 0.5 * counts[2] == baths, baths


def test_records_answer_as_of_another_day(client: httpx.Client, sandbox: Sandbox) -> None:
    url = f"{sandbox.records_url}/socrata/resource/king_wa-sales.json"
    answer = client.get(
        url, params={"$order": "sale_date DESC", "$limit": "1"}, headers={"X-As-Of": "2025-03-01"}
    ).json()
    assert "2025-01-20" < answer[0]["sale_date"] < "2025-03-01"
    assert client.get(url, headers={"X-As-Of": "yesterday"}).status_code == 400


def test_control_serves_truth_contracts_and_contacts(client: httpx.Client, sandbox: Sandbox, king: CountyWorld) -> None:
    params = {"county": "king_wa", "on": "2026-10-01"}
    base = f"{sandbox.records_url}/_control"
    assert client.get(f"{base}/planted", params=params).json() == king.planted(date(2026, 10, 1))
    assert client.get(f"{base}/contracts", params=params).json() == king.contracts(date(2026, 10, 1))
    assert client.get(f"{base}/contacts", params=params).json() == king.contacts()
    assert client.get(f"{base}/planted", params={"county": "mars"}).status_code == 404


def test_an_assessor_can_publish_no_values(tmp_path: Any) -> None:
    there = World(seed=1, listings=20, on=DAY, assessor_values=False).of("king_wa")
    assert there.parcels(DAY)[0]["market_value_usd"] is None and there.parcels(DAY)[0]["annual_tax_usd"] is None
    assert settings_in(tmp_path).home == tmp_path
