"""Which value wins, what is missing, and that nothing from after the day gets in."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pandas as pd
import pytest

from realestate_os.enrichment.frames import ENRICHMENT
from realestate_os.enrichment.merge import Failures, merge
from realestate_os.enrichment.parcel_match import match_parcels
from realestate_os.enrichment.precedence import Precedence, PrecedenceError, load_precedence
from realestate_os.enrichment.provenance import provenance_rows
from realestate_os.settings import load_settings
from realestate_os_tests.enrichment.rows import (
    DAY,
    listing,
    listings,
    parcel,
    parcels,
    sale,
    sales,
    zip_demographics,
    zip_row,
)

DEED = sale(sale_date=date(2020, 5, 1), known_on=date(2020, 5, 15), sale_price_usd=500_000.0)


def merged(listed=None, roll=None, deeds=None, zips=None, **more):
    return merge(
        listings(listing()) if listed is None else listed,
        parcels(parcel()) if roll is None else roll,
        sales(DEED) if deeds is None else deeds,
        zip_demographics(zip_row()) if zips is None else zips,
        ("king_wa", DAY),
        **more,
    )


def origins(result, listed=None):
    census = "https://census.example/data/{year}/acs/acs5"
    listed = listings(listing()) if listed is None else listed
    return provenance_rows(result, listed, sales(DEED), zip_demographics(zip_row()), DAY, census)


def test_a_complete_row_fits_the_table_and_takes_each_field_from_the_right_source():
    row = ENRICHMENT.to_arrow(merged().rows).to_pandas().iloc[0]
    assert (row.status, json.loads(row.missing_sources)) == ("complete", [])
    assert (row.square_footage, row.bedrooms, row.apn) == (1800.0, 4.0, "0000000001")
    assert (row.last_sale_date, row.last_sale_price_usd) == (date(2020, 5, 1), 500_000.0)
    assert (row.census_vintage, row.zip_median_rent_usd) == (2023.0, 2_000.0)
    assert (row.street_address, row.listing_price_usd) == ("17 12th Ave NE", 650_000.0)


def test_without_any_source_the_row_is_there_failed_and_as_the_seller_says():
    row = merged(roll=parcels(), deeds=sales(), zips=zip_demographics()).rows.iloc[0]
    assert (row.status, json.loads(row.missing_sources)) == ("failed", ["parcel", "census", "sales"])
    assert (row.square_footage, row.bedrooms) == (2000.0, 4.0)


def test_one_missing_source_makes_the_row_partial():
    row = merged(roll=parcels(parcel("99 OTHER ST"))).rows.iloc[0]
    assert (row.status, json.loads(row.missing_sources)) == ("partial", ["parcel"])


@pytest.mark.parametrize(
    ("roll_date", "expected"),
    [
        (date(2024, 1, 1), (date(2024, 1, 1), 610_000.0)),
        (date(2019, 1, 1), (date(2020, 5, 1), 500_000.0)),
        (DAY + timedelta(days=1), (date(2020, 5, 1), 500_000.0)),
    ],
)
def test_the_later_of_deed_and_roll_that_is_not_after_the_day_is_the_last_sale(roll_date, expected):
    row = merged(roll=parcels(parcel(last_sale_date=roll_date, last_sale_price_usd=610_000.0))).rows.iloc[0]
    assert (row.last_sale_date, row.last_sale_price_usd) == expected


def test_what_becomes_known_after_the_day_changes_nothing():
    after = DAY + timedelta(days=1)
    future_sale = sale("f", sale_date=date(2026, 10, 1), known_on=after, sale_price_usd=1.0e6)
    corrected = [DEED | {"superseded_on": after}, DEED | {"known_on": after, "sale_price_usd": 9.0e5}]
    future_zip = zip_row(vintage=2024, known_on=after)
    now = merged().rows
    later = merged(deeds=sales(future_sale, *corrected), zips=zip_demographics(zip_row(), future_zip)).rows
    pd.testing.assert_frame_equal(now, later)


def test_a_manufactured_home_in_the_records_is_flagged_but_a_flag_of_the_page_stays():
    kind = parcels(parcel(property_type="manufactured"))
    assert merged(roll=kind).rows["bargain_flag"].tolist() == ["manufactured_home"]
    page = listings(listing(bargain_flag="leased_land"))
    assert merged(listed=page, roll=kind).rows["bargain_flag"].tolist() == ["leased_land"]
    assert merged().rows["bargain_flag"].tolist() == [None]


def test_units_of_one_building_are_never_mixed_up():
    listed = listings(listing(unit="1"), listing(unit="2"), listing(), listing(unit="3"))
    roll = parcels(parcel(unit="1", apn="A1"), parcel("17 12TH AVE NE UNIT 2", apn="A2"))
    roll = roll.assign(address_key=["17 12TH AVE NE|1|98103", "17 12TH AVE NE|2|98103"])
    assert match_parcels(listed, roll).tolist() == [0, 1, -1, -1]


def test_the_parcel_number_wins_over_the_address_and_a_shared_address_matches_nobody():
    roll = parcels(parcel(apn="A1"), parcel("1 OTHER ST", apn="A2"))
    assert match_parcels(listings(listing(apn="A2")), roll).tolist() == [1]
    twins = parcels(parcel(apn="A1"), parcel(apn="A2"))
    assert match_parcels(listings(listing()), twins).tolist() == [-1]


def test_provenance_names_the_winner_the_loser_and_how_far_they_agree():
    result = merged()
    by_field = {row["field"]: row for row in origins(result)}
    area = by_field["square_footage"]
    assert (area["value"], area["source"], area["url"]) == ("1800.0", "test_assessor", "https://assessor.example/1")
    assert area["lost"] == [
        {
            "source": "test_site",
            "value": "2000.0",
            "url": "https://site.example/home",
            "version": "ab" * 8,
            "method": "listing page",
        }
    ]
    assert area["confidence"] > by_field["bedrooms"]["confidence"]
    assert (by_field["bedrooms"]["source"], by_field["bedrooms"]["method"]) == ("test_site", "listing page")
    assert (by_field["last_sale_price_usd"]["source"], by_field["zip_population"]["version"]) == ("test", "2023")
    assert "view_rank" not in by_field


def test_values_that_differ_widely_are_trusted_less():
    disputed = origins(merged(roll=parcels(parcel(square_footage=900.0))))
    agreed = origins(merged(roll=parcels(parcel(square_footage=1990.0))))
    confidence = [next(r["confidence"] for r in rows if r["field"] == "square_footage") for rows in (disputed, agreed)]
    assert confidence[0] < confidence[1]


def test_no_listings_give_an_empty_table():
    result = merged(listed=listings())
    assert ENRICHMENT.to_arrow(result.rows).num_rows == 0
    assert origins(result, listings()) == []


def test_the_census_and_the_deed_say_since_when_they_were_known():
    by_field = {row["field"]: row for row in origins(merged())}
    income, sold = by_field["zip_median_income_usd"], by_field["last_sale_date"]
    assert income["url"] == "https://census.example/data/2023/acs/acs5?for=zip code tabulation area:98103"
    assert (income["version"], income["observed_at"].date()) == ("2023", date(2024, 12, 15))
    assert (sold["version"], sold["observed_at"].date()) == ("2020-05-15", date(2020, 5, 15))


def test_precedence_is_configuration_and_who_is_not_named_is_not_heard():
    roll = parcels(
        parcel(square_footage=1800.0, bedrooms=None),
        parcel(provider="attom", source="attom", square_footage=1850.0, bedrooms=5.0, year_built=1931.0),
    )
    usual = merged(roll=roll).rows.iloc[0]
    assert (usual.square_footage, usual.bedrooms, usual.year_built) == (1800.0, 5.0, 1931.0)
    other = Precedence(default=("attom", "listing"), fields={"square_footage": ("listing", "assessor")})
    row = merged(roll=roll, precedence=other).rows.iloc[0]
    assert (row.square_footage, row.bedrooms, row.year_built) == (2000.0, 5.0, 1931.0)
    assert merged(roll=roll, precedence=Precedence(default=("listing",))).rows["assessed_value_usd"].isna().all()


def test_each_losing_record_is_kept_with_its_link():
    roll = parcels(
        parcel(), parcel(provider="attom", source="attom", url="https://attom.example/1", square_footage=1850.0)
    )
    by_field = {row["field"]: row for row in origins(merged(roll=roll))}
    lost = {(one["source"], one["value"], one["url"]) for one in by_field["square_footage"]["lost"]}
    assert lost == {
        ("attom", "1850.0", "https://attom.example/1"),
        ("test_site", "2000.0", "https://site.example/home"),
    }


def test_a_field_of_a_joined_dataset_names_that_dataset():
    joined = parcel(field_urls=json.dumps({"market_value_usd": "https://values.example/1"}))
    by_field = {row["field"]: row for row in origins(merged(roll=parcels(joined)))}
    value = by_field["market_value_usd"]
    assert (value["url"], value["method"]) == ("https://values.example/1", "assessor record, joined by APN")
    assert by_field["square_footage"]["url"] == "https://assessor.example/1"


def test_who_did_not_answer_is_marked_on_the_rows_it_concerns():
    rows = listings(listing(), listing("99 Other St"))
    failures = Failures(frozenset({"sales"}), {rows["property_id"].iat[1]: frozenset({"attom"})})
    marked = merged(listed=rows, failures=failures).rows
    assert [json.loads(one) for one in marked["failed_sources"]] == [["sales"], ["attom", "sales"]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("default: [assesor]", "default: expected an order of assessor, assessor_file, attom, listing"),
        ("default: [listing, listing]", "each at most once"),
        ("fields: {smell: [listing]}", "smell unknown"),
        ("fields: {bedrooms: []}", "bedrooms: expected an order"),
    ],
)
def test_a_wrong_order_of_precedence_names_file_and_key(tmp_path, text, message):
    (tmp_path / "precedence.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PrecedenceError, match=message) as caught:
        load_precedence(load_settings(assets_config_dir=tmp_path))
    assert "precedence.yaml" in str(caught.value)


def test_the_installations_own_order_loads():
    assert load_precedence(load_settings()).of("square_footage")[0] == "assessor"
