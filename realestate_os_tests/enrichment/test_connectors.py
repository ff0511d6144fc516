"""Paging, object ids, geometry, and how long an answer stays good: the connectors over HTTP."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest

from realestate_os.counties import load_county
from realestate_os.enrichment.archive import NotArchivedError, Partition, RecordArchive
from realestate_os.enrichment.connectors import arcgis
from realestate_os.enrichment.connectors.asking import Inquiry, Layer, SchemaDriftError
from realestate_os.enrichment.connectors.clauses import is_in, street_name
from realestate_os.enrichment.connectors.query import describe, query
from realestate_os.enrichment.parcels import ParcelSearch, fetch_parcels
from realestate_os.enrichment.sources import Source
from realestate_os.resources.host_gate import GATES
from realestate_os.resources.http_client import HttpClient, HttpError
from realestate_os.resources.object_store import ObjectStore
from realestate_os.settings import load_settings
from realestate_os_tests.enrichment.rows import DAY, listing, listings
from realestate_os_tests.enrichment.services import layer, running

PATH = "/gis/rest/services/Parcels/MapServer/0"
KING = load_county("king_wa")
ROLL = Source.model_validate(
    {
        "key": "roll", "kind": "arcgis", "profile": "sandbox", "provides": "parcels", "counties": "all",
        "url": f"https://records.sandbox.example{PATH}", "page_size": 40,
        "lookup": {"apn": "PIN", "address": "ADDR", "zip_code": "ZIP"},
        "fields": {
            "apn": {"from": "PIN", "parser": "apn"}, "street_address": {"from": "ADDR"},
            "zip_code": {"from": "ZIP", "parser": "zip_code"}, "year_built": {"from": "BUILT", "parser": "positive"},
            "longitude": {"from": "geometry.x", "parser": "number"},
            "latitude": {"from": "geometry.y", "parser": "number"},
        },
    }
)  # fmt: skip


def features(count: int, x: float = -122.3, y: float = 47.6):
    fixed = {"ZIP": "98101", "BUILT": 1950}
    return [
        {"attributes": {"PIN": f"{i:010}", "ADDR": f"{i} ELM ST"} | fixed, "geometry": {"x": x, "y": y}}
        for i in range(1, count + 1)
    ]


@pytest.fixture
def service():
    with running() as one:
        yield one
    GATES.forget()


@pytest.fixture
def archive(service, tmp_path):
    settings = load_settings(sources="sandbox", sandbox_records_port=service.server_address[1])
    with HttpClient(settings, sleep=lambda seconds: None) as http:
        yield RecordArchive(http, ObjectStore(str(tmp_path)))


def inquiry(archive, day=DAY, **more):
    return Inquiry(archive, Partition("roll", "king_wa", str(day), **more))


def every_pin(archive, source=ROLL, told=None):
    asked = inquiry(archive)
    dataset = source.datasets[0]
    told = describe(asked, source, dataset, KING) if told is None else told
    pages = list(query(asked, source, dataset, KING, told, ""))
    return [record["pin"] for page in pages for record in page.records], len(pages)


@pytest.mark.parametrize(("most", "pages"), [(1000, 3), (40, 3), (7, 15)])
def test_all_pages_are_read_whatever_the_server_sends_at_most(most, pages, service, archive):
    service.layers[PATH] = layer(features(100), most=most)
    assert every_pin(archive) == ([f"{i:010}" for i in range(1, 101)], pages)


def test_a_server_that_sends_less_than_it_says_loses_nothing(service, archive):
    service.layers[PATH] = layer(features(50), most=9)
    pins, _ = every_pin(archive, told=Layer(id_field="OBJECTID"))
    assert pins == [f"{i:010}" for i in range(1, 51)]


def test_a_layer_without_paging_is_read_by_batches_of_object_ids(service, archive):
    service.layers[PATH] = layer(features(250), pages=False)
    assert every_pin(archive) == ([f"{i:010}" for i in range(1, 251)], 3)
    batches = [params for _, params in service.asked if "objectIds" in params]
    assert [len(params["objectIds"].split(",")) for params in batches] == [100, 100, 50]
    assert not any("resultOffset" in params for _, params in service.asked)


def test_a_layer_that_never_ends_is_stopped_and_named(service, archive):
    service.layers[PATH] = layer(features(600))
    endless = ROLL.model_copy(update={"page_size": 1})
    with pytest.raises(SchemaDriftError, match="roll: more than 500 pages"):
        every_pin(archive, endless)


def test_web_mercator_is_turned_into_degrees_and_an_unknown_system_is_not_guessed(service, archive):
    radius = arcgis.EARTH_RADIUS_M
    x, y = radius * math.radians(-122.3), radius * math.log(math.tan(math.pi / 4 + math.radians(47.6) / 2))
    for wkid, expected in ((102100, (-122.3, 47.6)), (2926, (None, None))):
        service.layers[PATH] = layer(features(1, x, y), wkid=wkid)
        page = next(
            iter(
                arcgis.query(
                    inquiry(archive, DAY - timedelta(days=wkid % 7)),
                    ROLL.url,
                    Layer(),
                    ["PIN", "geometry.x"],
                    f"{wkid}=1",
                    10,
                    None,
                )
            )
        )
        place = (page.records[0]["geometry.x"], page.records[0]["geometry.y"])
        assert place == (pytest.approx(expected) if expected[0] else expected)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"features": [{"geometry": {}}]}, "features.0.attributes: Field required"),
        ({"feature": []}, "features: Field required"),
        ([], "Input should be a valid dictionary"),
        ({"error": {"code": 498, "message": "Invalid token"}}, "ArcGIS 498: Invalid token"),
    ],
)
def test_an_answer_of_another_shape_is_refused_with_the_place(body, why, service, archive):
    service.layers[PATH] = {"description": body, "features": []}
    with pytest.raises(HttpError, match=why):
        inquiry(archive).get(ROLL.url, {"f": "json"}, lambda answer: arcgis._refused(answer, arcgis._Answer))


def fetch(archive, listed, day=DAY, **more):
    search = ParcelSearch(ROLL, KING, inquiry(archive, day, **more), archive._objects)
    return fetch_parcels(listed, search), search


def queries(service):
    return sum(path.endswith("/query") for path, _ in service.asked)


HOMES = listings(*(listing(f"{i} Elm St", None, "98101") for i in range(1, 4)))
MORE = listings(*(listing(f"{i} Elm St", None, "98101") for i in range(1, 6)))


def test_a_fresh_answer_is_not_asked_for_again_and_a_new_listing_is(service, archive):
    service.layers[PATH] = layer(features(9))
    fetch(archive, HOMES, fresh_days=7)
    rows, _ = fetch(archive, MORE, DAY + timedelta(days=3), fresh_days=7)
    assert queries(service) == 2
    where = [params["where"] for path, params in service.asked if path.endswith("/query")][1]
    assert "LIKE '4 %'" in where
    assert "LIKE '3 %'" not in where
    assert rows["apn"].tolist() == [f"{i:010}" for i in range(1, 6)]
    fetch(archive, MORE, DAY + timedelta(days=4), fresh_days=7)
    assert queries(service) == 2


def test_an_answer_grows_stale_and_the_newer_one_wins(service, archive):
    service.layers[PATH] = layer(features(9))
    fetch(archive, HOMES, fresh_days=7)
    newer = features(9)
    for feature in newer:
        feature["attributes"]["BUILT"] = 1999
    service.layers[PATH] = layer(newer)
    later, _ = fetch(archive, HOMES, DAY + timedelta(days=8), fresh_days=7)
    assert set(later["year_built"]) == {1999.0}
    again, _ = fetch(archive, HOMES, DAY, fresh_days=7)
    assert set(again["year_built"]) == {1950.0}


def test_a_later_days_answer_is_never_used_for_an_earlier_day(service, archive):
    service.layers[PATH] = layer(features(9))
    fetch(archive, HOMES, DAY, fresh_days=7)
    with pytest.raises(NotArchivedError):
        fetch(archive, HOMES, DAY - timedelta(days=1), fresh_days=7, live=False)


def test_a_parcel_that_is_not_there_is_an_answer_too(service, archive):
    service.layers[PATH] = layer(features(2))
    for _ in range(2):
        _, search = fetch(archive, HOMES, fresh_days=7)
        assert search.refused.counts() == {"no_parcel": 1}
    assert queries(service) == 1


def test_a_layer_without_the_field_of_the_lookup_fails_clearly(service, archive):
    renamed = [{"attributes": {"PARCEL_ID": "1", "ADDR": "1 ELM ST", "ZIP": "98101"}}]
    service.layers[PATH] = layer(renamed)
    _, search = fetch(archive, HOMES)
    assert search.refused.counts() == {"source_failed": len(HOMES)}
    assert "roll no longer has PIN; correct lookup: in its source file" in search.refused.rows[0]["detail"]
    assert queries(service) == 0


def test_a_field_in_another_case_is_the_same_field(service, archive):
    lower = [
        {"attributes": {k.lower(): v for k, v in f["attributes"].items()}, "geometry": f["geometry"]}
        for f in features(3)
    ]
    service.layers[PATH] = layer(lower)
    rows, search = fetch(archive, HOMES)
    assert rows["year_built"].tolist() == [1950.0] * 3
    assert search.refused.rows == []


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("12 N OAK GROVE ST|5|98101", "OAK"),
        ("17 12TH AVE NE||98103", "12TH"),
        ("5 NORTH ST||98101", "NORTH"),
        ("9|", "9"),
    ],
)
def test_the_name_of_a_street(key, name):
    assert street_name(key) == name


def test_numbers_are_written_without_quotes_and_nothing_else_is():
    assert is_in("PROP_ID", ["12", "1 OR 1=1", "9"], number=True) == "PROP_ID IN (12, 9)"
    assert is_in("PROP_ID", ["x"], number=True) == "PROP_ID IN (-1)"
    assert is_in("PIN", ["1'2"]) == "PIN IN ('1''2')"
