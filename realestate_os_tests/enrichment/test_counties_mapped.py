"""The public sources of the nine counties, over HTTP, against small answers in each county's own shape."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlsplit

import pytest

from realestate_os.counties import county_keys, load_county
from realestate_os.enrichment.archive import Partition, RecordArchive
from realestate_os.enrichment.connectors.asking import Inquiry
from realestate_os.enrichment.frames import SALES
from realestate_os.enrichment.parcels import ParcelSearch, fetch_parcels
from realestate_os.enrichment.sales import update_sales
from realestate_os.enrichment.sources import Source, record_sources
from realestate_os.resources.host_gate import GATES
from realestate_os.resources.http_client import HttpClient
from realestate_os.resources.object_store import ObjectStore
from realestate_os.settings import load_settings
from realestate_os.storage.set_aside import SetAside
from realestate_os_tests.enrichment.counties_samples import COOK, SAMPLES
from realestate_os_tests.enrichment.rows import DAY, listing, listings
from realestate_os_tests.enrichment.services import layer, running

RECORDS = "https://records.sandbox.example"
PUBLIC = {source.key: source for source in record_sources(load_settings(sources="public"))}
NUMBERS = {"PROP_ID": "esriFieldTypeInteger", "situs_address": "esriFieldTypeInteger", "strno": "esriFieldTypeInteger"}


def here(source: Source) -> Source:
    """The source as it is configured, on our loopback server in place of the county's host."""
    joins = [one.model_copy(update={"url": RECORDS + urlsplit(one.url).path}) for one in source.joins]
    return source.model_copy(update={"url": RECORDS + urlsplit(source.url).path, "joins": joins})


@pytest.fixture
def service():
    with running() as one:
        yield one
    GATES.forget()


@pytest.fixture
def search(service, tmp_path):
    """A search of a county's source for the day; `refused` collects."""
    settings = load_settings(sources="sandbox", sandbox_records_port=service.server_address[1])
    with HttpClient(settings, sleep=lambda seconds: None) as http:

        def of(key: str) -> ParcelSearch:
            source = here(PUBLIC[key])
            county = load_county(next(iter(source.counties)))
            archive = RecordArchive(http, ObjectStore(str(tmp_path)))
            partition = Partition(source.key, county.key, str(DAY), fresh_days=source.fresh_days)
            return ParcelSearch(source, county, Inquiry(archive, partition), ObjectStore(str(tmp_path)))

        yield of


def at(street: str, unit: str | None, zip_code: str, city: str):
    return listings(listing(street, unit, zip_code, city=city))


ADDRESSES = {
    "king_wa_parcels": ("410 Elm Street", None, "98101", "Seattle"),
    "miami_dade_fl_parcels": ("410 NW 1st St", "12B", "33128", "Miami"),
    "maricopa_az_parcels": ("410 West Elm St", None, "85003", "Phoenix"),
    "clark_nv_parcels": ("410 S Elm St", None, "89101", "Las Vegas"),
    "san_diego_ca_parcels": ("410 E Elm Ave", None, "92020", "El Cajon"),
    "orange_ca_parcels": ("410 Elm Ln", None, "92648", "Huntington Beach"),
    "harris_tx_parcels": ("410 Elm Dr", None, "77002", "Houston"),
    "travis_tx_parcels": ("410 Elm Dr", None, "78745", "Austin"),
}


@pytest.mark.parametrize("key", SAMPLES)
@pytest.mark.parametrize("by", ["address", "apn"])
def test_a_countys_record_is_found_and_read_as_documented(key, by, service, search):
    record, geometry, expected = SAMPLES[key]
    kinds = {name: kind for name, kind in NUMBERS.items() if not isinstance(record.get(name), str)}
    there = search(key)
    service.layers[urlsplit(there.source.url).path] = layer([{"attributes": record, "geometry": geometry}], kinds)
    listed = at(*ADDRESSES[key])
    if by == "apn":
        listed = listings(listing("somewhere else", apn=expected["apn"]))
    rows = fetch_parcels(listed, there)
    assert there.refused.rows == []
    row = rows.iloc[0]
    owner = load_county(there.county.key).owner_data
    for name, value in expected.items():
        if name.startswith("owner") and owner == "none":
            assert row[name] is None
            continue
        assert row[name] == (pytest.approx(value) if isinstance(value, float) else value), name
    asked = next(params for path, params in service.asked if path.endswith("/query"))
    assert "outSR" in asked or geometry is None
    if by == "address" and "clark" in key:
        assert row.zip_code == "89101"
        assert asked["where"] == "((strno = 410 AND strname LIKE 'ELM%'))"
    if by == "apn" and "travis" in key:
        assert asked["where"] == "((PROP_ID IN (101010)))"
    if by == "apn" and "orange" in key:
        assert "ASSESSMENT_NO IN ('101-201-30')" in asked["where"]


def test_cooks_five_datasets_are_joined_and_a_listing_without_a_pin_is_found(service, search):
    service.datasets |= COOK
    there = search("cook_il_parcels")
    listed = listings(
        listing("410 N Elm St", None, "60647", city="Chicago"), listing("12 E Lake St", "7B", "60611", city="Chicago")
    )
    rows = fetch_parcels(listed, there).set_index("apn")
    house, flat = rows.loc["13362270230000"], rows.loc["17032010191001"]
    assert (house.bedrooms, house.bathrooms, house.square_footage) == (3.0, 1.5, 1210.0)
    assert (house.assessed_value_usd, house.market_value_usd) == (30500.0, 305000.0)
    assert (house.latitude, house.owner_name, house.property_type) == (41.92, "A PERSON", "single_family")
    assert (flat.bedrooms, flat.square_footage, flat.property_type, flat.unit) == (2.0, 980.0, "condo", "7B")
    assert (flat.assessed_value_usd, flat.market_value_usd) == (27000.0, 270000.0)
    assert "uzyt-m557.json?pin=13362270230000" in house.field_urls
    assert "x54s-btds.json?pin=13362270230000" in house.url
    gone = {row["value"] for row in there.refused.rows if row["reason"] == "field_gone"}
    assert gone <= {"board_tot", "certified_tot", "mailed_tot", "mail_address_name"}


def sales_from(key, record, geometry, service, tmp_path):
    """The versions that a county's source of sales makes of one record."""
    source, refused = here(PUBLIC[key]), SetAside()
    county = load_county(next(iter(source.counties)))
    path = urlsplit(source.url).path
    if source.kind == "socrata":
        service.datasets[path.removeprefix("/resource/").removesuffix(".json")] = [record]
    else:
        service.layers[path] = layer([{"attributes": record, "geometry": geometry}])
    settings = load_settings(sources="sandbox", sandbox_records_port=service.server_address[1])
    with HttpClient(settings) as http:
        archive = RecordArchive(http, ObjectStore(str(tmp_path)))
        partition = Partition(source.key, county.key, str(DAY))
        return update_sales(SALES.empty(), source, county, partition, archive, refused)


def test_miamis_three_sales_of_a_folio_are_three_sales(service, tmp_path):
    record = SAMPLES["miami_dade_fl_parcels"][0] | {
        "DOS_1": "20260301", "PRICE_1": 500000, "QU_FLG_1": "Q",
        "DOS_2": "20240105", "PRICE_2": 100, "QU_FLG_2": "U",
        "DOS_3": "20230710", "PRICE_3": 410000, "QU_FLG_3": "Q",
    }  # fmt: skip
    found = sales_from("miami_dade_fl_sales", record, SAMPLES["miami_dade_fl_parcels"][1], service, tmp_path)
    told = found[["sale_price_usd", "market_sale"]].to_dict("records")
    assert {(row["sale_price_usd"], row["market_sale"]) for row in told} >= {(500000.0, True), (410000.0, True)}
    assert all(not row["market_sale"] for row in told if row["sale_price_usd"] < 10_000)
    wheres = [params["where"] for path, params in service.asked if path.endswith("/query")]
    assert wheres[2] == "(DOS_3 >= '20230101' AND PRICE_3 > 0)"


KING_SALE = {"PIN": "1234500010", "SaleDate": 1772409600000, "SalePrice": 612000, "Sellername": "A", "buyername": "B"}
COOK_SALE = {"row_id": "1", "pin": "13362270230000", "year": "2026", "class": "203", "sale_price": "305000.0"}
MARICOPA_SALE = {"APN": "10101010", "PHYSICAL_ADDRESS": "410 W ELM ST PHOENIX 85003", "PHYSICAL_CITY": "PHOENIX"}


@pytest.mark.parametrize(
    ("key", "record", "expected"),
    [
        (
            "king_wa_sales",
            KING_SALE | {"Property_Type": "R", "Principal_Use": "RESIDENTIAL"},
            {"apn": "1234500010", "sale_date": date(2026, 3, 2), "sale_price_usd": 612_000.0, "latitude": 47.61},
        ),
        (
            "cook_il_sales",
            COOK_SALE
            | {"sale_date": "2026-03-02T00:00:00.000", "doc_no": "2606100001", "sale_filter_deed_type": False},
            {"apn": "13362270230000", "sale_date": date(2026, 3, 2), "sale_price_usd": 305_000.0, "market_sale": True},
        ),
        (
            "cook_il_sales",
            COOK_SALE | {"sale_date": "2026-03-02T00:00:00.000", "doc_no": "2606100002", "sale_filter_deed_type": True},
            {"market_sale": False},
        ),
        (
            "maricopa_az_sales",
            MARICOPA_SALE
            | {"PHYSICAL_ZIP": "85003", "LATITUDE": "33.45", "LONGITUDE": "-112.08", "LIVING_SPACE": "1,640"}
            | {"LAND_SIZE": "6,800", "CONST_YEAR": "1978", "FCV_CUR": "410,000", "SALE_PRICE": "395,000"}
            | {"SALE_DATE": "03/01/2026", "DEED_DATE": 1772755200000, "DEED_NUMBER": "20260101010"},
            {"sale_date": date(2026, 3, 1), "known_on": date(2026, 3, 6), "sale_price_usd": 395_000.0}
            | {"square_footage": 1640.0, "lot_size_sqft": 6800.0, "year_built": 1978.0, "market_value_usd": 410_000.0},
        ),
    ],
)
def test_a_countys_sales_are_read_as_documented(key, record, expected, service, tmp_path):
    found = sales_from(key, record, {"x": -122.33, "y": 47.61}, service, tmp_path)
    (row,) = found.to_dict("records")
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize("county", county_keys())
def test_every_county_has_its_parcels_and_says_how_sales_come(county):
    serving = [source for source in PUBLIC.values() if source.serves(county)]
    assert [source.key for source in serving if source.provides == "parcels" and source.kind in ("arcgis", "socrata")]
    has_sales = any(source.provides == "sales" for source in serving)
    assert has_sales == (county in {"king_wa", "cook_il", "miami_dade_fl", "maricopa_az"})
