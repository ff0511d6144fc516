"""Sales as homes: valid, known in time, and seen with the eyes of the day before they closed."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from realestate_os.enrichment.frames import ENRICHMENT, ZIP_DEMOGRAPHICS
from realestate_os.features.build import build_features
from realestate_os.features.frames import FROM_ASKING_PRICE
from realestate_os.features.training import TRAINING_COLUMNS, training_homes
from realestate_os_tests.enrichment.rows import sale, sales, zip_demographics, zip_row

BEFORE = date(2026, 1, 1)


def homes_of(*rows, zips=None, before=BEFORE, months=24):
    figures = ZIP_DEMOGRAPHICS.empty() if zips is None else zips
    return training_homes(sales(*rows), figures, known_before=before, history_months=months)


def test_columns_are_those_of_enrichment_and_the_sale():
    homes = homes_of(sale())
    assert list(homes) == [*ENRICHMENT.names, *TRAINING_COLUMNS]
    assert homes["as_of"][0] == pd.Timestamp(2025, 5, 31)


def test_only_market_sales_in_the_window_that_were_known_count():
    homes = homes_of(
        sale("good"),
        sale("token", market_sale=False),
        sale("old", sale_date=date(2023, 12, 31), known_on=date(2024, 1, 15)),
        sale("late", sale_date=date(2025, 12, 20), known_on=date(2026, 1, 1)),
    )
    assert homes["sale_id"].tolist() == ["good"]


def test_a_correction_counts_from_the_day_it_became_known():
    versions = [
        sale("s", sale_price_usd=700_000.0, superseded_on=date(2026, 1, 1)),
        sale("s", sale_price_usd=7_000_000.0, known_on=date(2026, 1, 1)),
    ]
    assert homes_of(*versions)["sale_price_usd"].tolist() == [700_000.0]
    assert homes_of(*versions, before=date(2026, 1, 2))["sale_price_usd"].tolist() == [7_000_000.0]


def test_the_last_sale_is_the_market_sale_before_this_one_that_was_known_then():
    homes = homes_of(
        sale("first", sale_date=date(2024, 3, 1), known_on=date(2024, 3, 15), sale_price_usd=500_000.0),
        sale("gift", sale_date=date(2024, 9, 1), known_on=date(2024, 9, 2), sale_price_usd=10.0, market_sale=False),
        sale("flip", sale_date=date(2025, 5, 25), known_on=date(2025, 6, 8), sale_price_usd=600_000.0),
        sale("last", sale_date=date(2025, 6, 1)),
    ).set_index("sale_id")
    assert homes["last_sale_price_usd"]["last"] == 500_000.0
    assert homes["last_sale_date"]["last"] == pd.Timestamp(2024, 3, 1)
    assert np.isnan(homes["last_sale_price_usd"]["first"])


def test_homes_without_a_parcel_number_are_told_apart_by_address():
    homes = homes_of(
        sale("a", apn=None, address_key="1 A ST||98103", sale_date=date(2024, 3, 1), known_on=date(2024, 3, 15)),
        sale("b", apn=None, address_key="1 A ST||98103"),
        sale("c", apn=None, address_key="1 A ST|2|98103"),
        sale("d", apn=None, address_key=None),
        sale("e", apn=None, address_key=None, sale_date=date(2025, 8, 1)),
    ).set_index("sale_id")
    assert homes["last_sale_date"].notna().to_dict() == {"a": False, "b": True, "c": False, "d": False, "e": False}


def test_zip_figures_are_of_the_vintage_released_before_the_sale():
    zips = zip_demographics(zip_row(vintage=2022), zip_row(vintage=2023), zip_row(vintage=2024))
    homes = homes_of(sale("a"), sale("b", zip_code="98999"), zips=zips).set_index("sale_id")
    assert homes["census_vintage"]["a"] == 2023.0
    assert homes["zip_median_rent_usd"]["a"] == 2_900.0
    assert np.isnan(homes["census_vintage"]["b"])


def test_a_renovation_after_the_sale_is_not_known():
    homes = homes_of(sale("a", year_renovated=2025.0), sale("b", year_renovated=2026.0))
    assert homes["year_renovated"].fillna(0).tolist() == [2025.0, 0.0]


def test_nothing_that_comes_from_an_asking_price_is_there():
    homes = homes_of(sale())
    features = build_features(homes, homes["as_of"])
    assert features[sorted(FROM_ASKING_PRICE)].isna().all(axis=None)


def test_no_sales_give_an_empty_frame_with_all_columns():
    homes = homes_of()
    assert len(homes) == 0
    assert build_features(homes, homes["as_of"]).shape == (0, 35)


@st.composite
def versions(draw):
    """Sales of a few homes, some of them corrected later."""
    rows = []
    for number in range(draw(st.integers(0, 9))):
        sold = date(2023, 1, 1) + timedelta(days=draw(st.integers(0, 1000)))
        known = sold + timedelta(days=draw(st.integers(0, 60)))
        corrected = draw(st.booleans())
        again = known + timedelta(days=draw(st.integers(1, 90)))
        base = {
            "apn": draw(st.sampled_from(["1", "2", None])),
            "address_key": draw(st.sampled_from(["A", "B", None])),
            "sale_date": sold,
            "market_sale": draw(st.booleans()),
            "sale_price_usd": float(100_000 + number),
        }
        rows.append(sale(f"s{number}", **base, known_on=known, superseded_on=again if corrected else None))
        if corrected:
            change = {"sale_price_usd": float(500_000 + number), "market_sale": draw(st.booleans())}
            rows.append(sale(f"s{number}", **(base | change), known_on=again))
    return rows


def last_sale_by_hand(home, rows):
    """The rule, row by row: same home, market sale, closed before, current at the end of as_of."""
    as_of = home["as_of"].date()
    key = home["apn"] or home["address_key"]
    found = [
        row
        for row in rows
        if key is not None
        and (row["apn"] or row["address_key"]) == key
        and (row["apn"] is None) == (home["apn"] is None)
        and row["market_sale"]
        and row["sale_date"] < home["sale_date"].date()
        and row["known_on"] <= as_of
        and (row.get("superseded_on") is None or row["superseded_on"] > as_of)
    ]
    return max(found, key=lambda row: (row["sale_date"], row["known_on"]))["sale_date"] if found else None


@settings(max_examples=40, deadline=None)
@given(versions())
def test_the_last_sale_agrees_with_the_rule_applied_row_by_row(rows):
    homes = homes_of(*rows, before=date(2026, 6, 1), months=60)
    for _, home in homes.iterrows():
        expected = last_sale_by_hand(home, rows)
        assert home["last_sale_date"] == pd.Timestamp(expected) if expected else pd.isna(home["last_sale_date"])


@settings(max_examples=40, deadline=None)
@given(versions(), st.lists(st.integers(0, 400), min_size=1, max_size=4))
def test_what_becomes_known_later_changes_nothing(rows, later):
    """The leak test: sales and corrections known from the day on are invisible to a training before it."""
    zips = zip_demographics(*(zip_row(vintage=year) for year in range(2021, 2025)))
    future = [
        sale(f"f{i}", apn="1", sale_date=BEFORE - timedelta(days=3), known_on=BEFORE + timedelta(days=days))
        for i, days in enumerate(later)
    ]
    seen = training_homes(sales(*rows), zips, known_before=BEFORE, history_months=60)
    after = zip_demographics(*(zip_row(vintage=year) for year in range(2021, 2030)))
    same = training_homes(sales(*rows, *future), after, known_before=BEFORE, history_months=60)
    pd.testing.assert_frame_equal(seen, same)
    pd.testing.assert_frame_equal(build_features(seen, seen["as_of"]), build_features(same, same["as_of"]))
