"""What the value model may see, and what it must not."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from realestate_os.features.build import build_features
from realestate_os.features.frames import FROM_ASKING_PRICE, POPULATION_PROFILE
from realestate_os.valuation.history import Days, day_numbers, sale_history
from realestate_os.valuation.matrix import MATRIX_COLUMNS, model_matrix
from realestate_os.valuation.mixture import SMOOTH_COLUMN
from realestate_os.valuation.neighbors import NEIGHBOR_COLUMNS, EarlierSales
from realestate_os.valuation.price_level import PriceLevel, fit_price_level
from realestate_os.valuation.reasons import REASONS
from realestate_os_tests.valuation.county import DAY, MadeCounty


@pytest.fixture(scope="module")
def level(month_history: pd.DataFrame) -> PriceLevel:
    return fit_price_level(month_history)


def matrix_of(homes: pd.DataFrame, days: Days, history: pd.DataFrame, level: PriceLevel) -> pd.DataFrame:
    return model_matrix(homes, build_features(homes, DAY), days, EarlierSales(history, level))


def test_fair_housing_no_population_profile_in_the_model_or_its_reasons() -> None:
    explained = {column for columns in REASONS.values() for column in columns}
    assert not POPULATION_PROFILE & (set(MATRIX_COLUMNS) | explained)


def test_nothing_from_the_asking_price() -> None:
    assert not FROM_ASKING_PRICE & set(MATRIX_COLUMNS)


def test_the_asking_price_moves_no_column(county: MadeCounty, day_history: pd.DataFrame, level: PriceLevel) -> None:
    homes, days = county.listings, day_numbers(DAY, len(county.listings))
    doubled = homes.assign(listing_price_usd=homes["listing_price_usd"] * 2, days_on_market=400.0)
    pd.testing.assert_frame_equal(
        matrix_of(homes, days, day_history, level), matrix_of(doubled, days, day_history, level)
    )


def test_every_column_has_one_reason() -> None:
    explained = [column for columns in REASONS.values() for column in columns]
    assert sorted(explained) == sorted([*MATRIX_COLUMNS, SMOOTH_COLUMN])


def test_later_sales_change_nothing(county: MadeCounty, day_history: pd.DataFrame, level: PriceLevel) -> None:
    """Sales that became known after the day are added at ten times the price, next door."""
    homes, days = county.listings, day_numbers(DAY, len(county.listings))
    later = day_history.tail(200).assign(
        known_on=pd.Timestamp(DAY) + pd.Timedelta(days=1), sale_price_usd=lambda rows: rows["sale_price_usd"] * 10
    )
    more = pd.concat([day_history, later], ignore_index=True)
    before, after = (matrix_of(homes, days, history, level) for history in (day_history, more))
    # The 300 nearest are looked at before the day is asked: later ones may crowd out the outermost few.
    near = ["nearby_premium", "closest_premium", "nearby_log_price_per_sqft", "nearby_distance_miles"]
    pd.testing.assert_frame_equal(before[near], after[near])
    assert np.nanmax(np.abs(after["similar_premium"] - before["similar_premium"])) < 0.05


def test_a_training_row_does_not_see_its_own_price(month_history: pd.DataFrame, level: PriceLevel) -> None:
    days = day_numbers(month_history["as_of"], len(month_history))
    raised = month_history.copy()
    raised.loc[500, "sale_price_usd"] *= 3
    columns = [EarlierSales(history, level).columns(month_history, days) for history in (month_history, raised)]
    pd.testing.assert_series_equal(columns[0].loc[500], columns[1].loc[500])
    assert not columns[0].equals(columns[1]), "later neighbours must see it"


def test_the_first_sale_has_no_neighbours_and_the_last_one_has(month_history: pd.DataFrame, level: PriceLevel) -> None:
    days = day_numbers(month_history["as_of"], len(month_history))
    columns = EarlierSales(month_history, level).columns(month_history, days)
    assert columns.iloc[0].drop("similar_weight").isna().all()
    assert columns.iloc[-1][list(NEIGHBOR_COLUMNS)].notna().all()


def test_history_holds_only_what_was_known(county: MadeCounty) -> None:
    known_by = DAY - timedelta(days=100)
    history, _ = sale_history(county.sales, county.zip_demographics, known_by=known_by, months=24)
    assert (history["known_on"] <= pd.Timestamp(known_by)).all()
    assert len(history) < len(county.sales)


def test_unusable_sales_are_set_aside_with_a_reason(county: MadeCounty) -> None:
    sales = county.sales.copy()
    sales.loc[0, "square_footage"], sales.loc[1, "latitude"], sales.loc[2, "square_footage"] = np.nan, np.nan, 0.0
    history, refused = sale_history(sales, county.zip_demographics, known_by=DAY, months=36)
    assert refused.counts() == {"missing_square_footage": 2, "missing_coordinates": 1}
    assert not {"s00000", "s00001", "s00002"} & set(history["sale_id"])
