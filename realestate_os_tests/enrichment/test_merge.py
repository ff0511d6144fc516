"""Which value wins, what is missing, and that nothing from after the day gets in."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pandas as pd
import pytest

from realestate_os.enrichment.frames import ENRICHMENT
from realestate_os.enrichment.merge import merge
from realestate_os.enrichment.parcels import match_parcels
from realestate_os.enrichment.provenance import provenance_rows
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


def merged(listed=None, roll=None, deeds=None, zips=None):
    return merge(
        listings(listing()) if listed is None else listed,
        parcels(parcel()) if roll is None else roll,
        sales(DEED) if deeds is None else deeds,
        zip_demographics(zip_row()) if zips is None else zips,
        "king_wa",
        DAY,
    )


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
    by_field = {row["field"]: row for row in provenance_rows(result, listings(listing()), sales(DEED), DAY)}
    area = by_field["square_footage"]
    assert (area["value"], area["source"], area["url"]) == ("1800.0", "test_assessor", "https://assessor.example/1")
    assert area["lost"] == [{"source": "test_site", "value": "2000.0"}]
    assert area["confidence"] > by_field["bedrooms"]["confidence"]
    assert (by_field["bedrooms"]["source"], by_field["bedrooms"]["method"]) == ("test_site", "listing page")
    assert (by_field["last_sale_price_usd"]["source"], by_field["zip_population"]["version"]) == ("test", "2023")
    assert "view_rank" not in by_field


def test_values_that_differ_widely_are_trusted_less():
    disputed = provenance_rows(
        merged(roll=parcels(parcel(square_footage=900.0))), listings(listing()), sales(DEED), DAY
    )
    agreed = provenance_rows(merged(roll=parcels(parcel(square_footage=1990.0))), listings(listing()), sales(DEED), DAY)
    confidence = [next(r["confidence"] for r in rows if r["field"] == "square_footage") for rows in (disputed, agreed)]
    assert confidence[0] < confidence[1]


def test_no_listings_give_an_empty_table():
    result = merged(listed=listings())
    assert ENRICHMENT.to_arrow(result.rows).num_rows == 0
    assert provenance_rows(result, listings(), sales(DEED), DAY) == []
