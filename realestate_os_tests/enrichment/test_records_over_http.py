"""Sales, ZIP figures and parcels from the sandbox's services, with everything that goes wrong on the way."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pandas as pd
import pytest

from realestate_os.counties import load_county
from realestate_os.enrichment.archive import NotArchivedError, Partition, RecordArchive
from realestate_os.enrichment.collect import collect_parcels, collect_sales, collect_zip_demographics
from realestate_os.enrichment.connectors.asking import Inquiry, Layer
from realestate_os.enrichment.connectors.query import query
from realestate_os.enrichment.frames import PARCELS, SALES, ZIP_DEMOGRAPHICS
from realestate_os.enrichment.sources import source_for
from realestate_os.enrichment.zip_demographics import fetch_zip_demographics
from realestate_os.resources.host_gate import GATES
from realestate_os.resources.http_client import HttpClient, HttpError
from realestate_os.sandbox.faults import Fault
from realestate_os.storage.set_aside import SetAside
from realestate_os_tests.enrichment.homes import homes_for_sale
from realestate_os_tests.enrichment.rows import DAY, listing, listings

LARGE = pytest.mark.parametrize("county", ["king_wa", "cook_il"])


def dead_client(settings):
    """A client whose every request fails at once: proof that nothing is asked."""
    return HttpClient(settings.model_copy(update={"sandbox_records_port": 9}), sleep=lambda seconds: None)


@LARGE
def test_sales_of_arcgis_and_socrata_are_the_deeds_of_the_world(county, sandbox, settings, http, objects):
    found = collect_sales(settings, objects, http, county, DAY)
    deeds = sandbox.world.of(county).sales(DAY)
    rows = found.rows
    assert len(rows) + len(found.refused) == len(deeds)
    assert len(rows) > 1000
    assert (rows["known_on"] <= DAY).all()
    truth = {row["apn"]: row for row in deeds}
    sample = rows.drop_duplicates("apn", keep="last").sample(50, random_state=1)
    for row in sample.itertuples():
        told = truth[row.apn]
        assert (row.bedrooms, row.square_footage, row.bathrooms) == pytest.approx(
            (told["bedrooms"], told["square_footage"], told["bathrooms"])
        )
        assert row.property_type == told["property_type"]
    by_flag = {(row["apn"], row["sale_date"], row["sale_price_usd"]): row["arms_length"] for row in deeds}
    keys = zip(rows["apn"], rows["sale_date"], rows["sale_price_usd"], strict=True)
    assert rows["market_sale"].tolist() == [by_flag[key] for key in keys]
    SALES.to_arrow(rows)


def test_a_second_run_of_the_day_asks_nothing_and_gives_the_same(settings, http, objects):
    first = collect_sales(settings, objects, http, "king_wa", DAY)
    with dead_client(settings) as dead:
        rebuilt = collect_sales(settings, objects, dead, "king_wa", DAY)
        pd.testing.assert_frame_equal(first.rows, rebuilt.rows)
        objects.parquet.write(SALES, "king_wa", first.rows)
        again = collect_sales(settings, objects, dead, "king_wa", DAY)
    pd.testing.assert_frame_equal(SALES.to_arrow(first.rows).to_pandas(), SALES.to_arrow(again.rows).to_pandas())


def test_the_next_day_asks_only_for_what_was_recorded_since_and_loses_nothing(sandbox, settings, http, objects):
    earlier = DAY - timedelta(days=30)
    before = collect_sales(settings, objects, http, "king_wa", earlier)
    objects.parquet.write(SALES, "king_wa", before.rows)
    after = collect_sales(settings, objects, http, "king_wa", DAY)
    assert set(before.rows["sale_id"]) < set(after.rows["sale_id"])
    new = after.rows[~after.rows["sale_id"].isin(before.rows["sale_id"])]
    assert (new["known_on"] > earlier).all()
    stored = objects.keys(f"records/sandbox_records_arcgis_sales/king_wa/{DAY}")
    asked = [json.loads(objects.get(key))["url"] for key in stored if not key.endswith("_since.json")]
    description, asked = sorted(asked, key=len)
    assert description.endswith("Sales/MapServer/0?f=json")
    assert "RecordDate >=" in asked.replace("+", " ").replace("%3E%3D", ">=")


def test_sales_come_through_429_500_and_a_truncated_body(sandbox, settings, http, objects):
    calm = collect_sales(settings, objects, http, "king_wa", DAY).rows
    for rule in (
        Fault("status:429", "/Sales/", 1, retry_after=1),
        Fault("status:500", "/Sales/", 1),
        Fault("truncate", "/Sales/", 1),
    ):
        sandbox.faults["records"].add(rule)
    stormy = collect_sales(settings.model_copy(), fresh(objects), http, "king_wa", DAY).rows
    pd.testing.assert_frame_equal(calm, stormy)


def fresh(objects):
    return type(objects)(f"{objects.root}-fresh")


def test_a_service_that_fails_throughout_leaves_what_was_known_and_says_so(sandbox, settings, http, objects):
    before = collect_sales(settings, objects, http, "king_wa", DAY - timedelta(days=9)).rows
    objects.parquet.write(SALES, "king_wa", before)
    sandbox.faults["records"].add(Fault("status:500", "/Sales/", 99))
    found = collect_sales(settings, objects, http, "king_wa", DAY)
    assert found.problem is not None
    assert "answered 500 after 4 tries; the service is failing: run again later" in found.problem
    assert f"{len(before):,} sales known before stay" in found.problem
    assert found.refused.counts() == {"source_failed": 1}
    assert len(found.rows) == len(before)
    sandbox.faults["records"].clear()
    GATES.forget()
    after = collect_sales(settings, objects, http, "king_wa", DAY)
    assert (after.problem, len(after.rows) > len(before)) == (None, True)


@pytest.mark.parametrize("offset", ["resultOffset=0", "resultOffset=1000"])
def test_after_a_fetch_that_broke_off_the_next_run_goes_on(sandbox, settings, http, objects, offset):
    sandbox.faults["records"].add(Fault("status:500", match=f"Sales.*{offset}&", times=100))
    with pytest.raises(HttpError, match="answered 500 after 4 tries; the service is failing: run again later"):
        collect_sales(settings, objects, http, "king_wa", DAY)
    sandbox.faults["records"].clear()
    GATES.forget()
    resumed = collect_sales(settings, objects, http, "king_wa", DAY).rows
    assert len(resumed) == len(collect_sales(settings, fresh(objects), http, "king_wa", DAY).rows)


def test_an_error_body_of_arcgis_is_named(settings, http, objects):
    county = load_county("king_wa")
    source = source_for(settings, "king_wa", "parcels")
    inquiry = Inquiry(RecordArchive(http, objects), Partition(source.key, "king_wa", str(DAY)))
    with pytest.raises(HttpError, match="ArcGIS 400: Unable to complete operation"):
        list(query(inquiry, source, source.datasets[0], county, Layer(), "NO_SUCH_FIELD = 1"))


@LARGE
def test_parcels_are_found_by_address_and_unit_and_carry_the_facts(county, sandbox, settings, http, objects):
    listed = homes_for_sale(sandbox, county)
    found = collect_parcels(settings, objects, http, listed, county, DAY)
    there = {row["apn"]: row for row in sandbox.world.of(county).parcels(DAY)}
    homes = sandbox.world.of(county).ground.homes
    wanted = {homes.apn[int(key)] for key in listed["listing_key"]}
    assert set(found.rows["apn"]) == wanted & set(there)
    assert found.refused.counts().get("no_parcel", 0) == len(wanted - set(there))
    for row in found.rows.itertuples():
        told = there[row.apn]
        assert (row.market_value_usd, row.assessed_value_usd) == pytest.approx(
            (told["market_value_usd"], told["assessed_value_usd"])
        )
        assert (row.unit, row.year_built) == (told["unit"], told["year_built"])
        assert row.latitude == pytest.approx(told["latitude"], abs=1e-4)
    PARCELS.to_arrow(found.rows)


def test_parcels_are_found_by_parcel_number(sandbox, settings, http, objects):
    parcel = sandbox.world.of("king_wa").parcels(DAY)[0]
    listed = listings(listing("somewhere unknown", apn=parcel["apn"]))
    assert collect_parcels(settings, objects, http, listed, "king_wa", DAY).rows["apn"].tolist() == [parcel["apn"]]


def test_king_gives_no_owner_data_and_cook_gives_three_states(sandbox, settings, http, objects):
    king = collect_parcels(settings, objects, http, homes_for_sale(sandbox, "king_wa"), "king_wa", DAY).rows
    assert king[["owner_name", "owner_mailing_address", "owner_occupied"]].isna().all(axis=None)
    assert load_county("cook_il").owner_data == "assessor"
    cook = collect_parcels(settings, objects, http, homes_for_sale(sandbox, "cook_il"), "cook_il", DAY).rows
    assert set(cook["owner_occupied"]) <= {True, False, None}
    assert cook["owner_occupied"].notna().any()


def test_a_failing_assessor_leaves_the_rest_to_go_on_and_says_so(sandbox, settings, http, objects):
    listed = homes_for_sale(sandbox, "king_wa")
    sandbox.faults["records"].add(Fault("status:503", "/Parcels/", 99))
    found = collect_parcels(settings, objects, http, listed, "king_wa", DAY)
    assert len(found.rows) == 0
    assert found.refused.counts() == {"source_failed": len(listed)}
    assert found.problem is not None
    assert "answered 503 after 4 tries" in found.problem


def test_a_listing_without_number_or_parcel_number_is_set_aside(settings, http, objects):
    found = collect_parcels(settings, objects, http, listings(listing("Elm & 5th Ave")), "king_wa", DAY)
    assert found.refused.counts() == {"no_house_number": 1}


def test_a_quote_in_an_address_or_parcel_number_asks_for_nothing_else(settings, http, objects):
    listed = listings(listing(apn="1' OR '1'='1"), listing("12 O'Brien St"))
    assert len(collect_parcels(settings, objects, http, listed, "king_wa", DAY).rows) == 0


def test_zip_figures_hold_every_released_vintage_and_turn_sentinels_into_missing(settings, http, objects):
    county, refused = load_county("king_wa"), SetAside()
    source = source_for(settings, "king_wa", "zip_demographics")
    rows = fetch_zip_demographics(source, county, DAY, RecordArchive(http, objects), refused)
    assert sorted(rows["vintage"].unique()) == list(range(2012, 2025))
    assert (rows.loc[rows["vintage"] == 2024, "known_on"] == date(2025, 12, 15)).all()
    numbers = rows.select_dtypes("number")
    assert (numbers.min() >= 0).all()
    assert rows["median_income_usd"].isna().any()
    assert rows["owner_occupied_rate"].between(0, 1).all()
    with dead_client(settings) as dead:
        again = fetch_zip_demographics(source, county, DAY, RecordArchive(dead, objects), refused)
    pd.testing.assert_frame_equal(rows, again)
    ZIP_DEMOGRAPHICS.to_arrow(rows)


def test_a_vintage_that_does_not_exist_is_no_error(sandbox, settings, http, objects):
    sandbox.faults["records"].add(Fault("status:404", "/data/2023/", 1))
    rows = collect_zip_demographics(settings, objects, http, "king_wa").rows
    assert 2023 not in set(rows["vintage"])
    assert 2022 in set(rows["vintage"])


@pytest.mark.parametrize("county", ["clark_nv", "miami_dade_fl", "travis_tx"])
def test_other_counties_work(county, sandbox, settings, http, objects):
    listed = homes_for_sale(sandbox, county).head(5)
    assert len(collect_sales(settings, objects, http, county, DAY).rows) > 500
    assert len(collect_parcels(settings, objects, http, listed, county, DAY).rows) >= 3


def test_a_past_day_of_a_source_that_answers_only_today_comes_from_the_archive_or_says_why(settings, http, objects):
    partition = Partition("assessor", "king_wa", "2020-01-01", live=False)
    with pytest.raises(NotArchivedError, match=r"assessor answers only for today.*king_wa on 2020-01-01"):
        RecordArchive(http, objects).get(partition, "https://records.sandbox.example/x", {})


def test_a_key_is_sent_and_never_stored(sandbox, settings, http, objects):
    archive = RecordArchive(http, objects, {"key": "s3cret"})
    partition = Partition("c", "king_wa", "vintage-2020")
    url = "https://records.sandbox.example/census/data/2020/acs/acs5"
    archive.get(partition, url, {"get": "NAME", "for": "zip code tabulation area:98101"})
    stored = b"".join(objects.get(key) for key in objects.keys("records") if key.endswith(".json"))
    assert b"s3cret" not in stored
    assert b"key=***" in stored


def test_equal_bodies_are_kept_once(settings, http, objects):
    archive = RecordArchive(http, objects)
    url = "https://records.sandbox.example/census/data/2020/acs/acs5"
    for day in ("a", "b"):
        archive.get(Partition("c", "king_wa", day), url, {"get": "NAME", "for": "zip code tabulation area:98101"})
    assert len(list(objects.keys("records/bodies"))) == 1
    assert archive.days("c", "king_wa") == ["a", "b"]
