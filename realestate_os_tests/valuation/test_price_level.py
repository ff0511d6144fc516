"""The index finds the trend that was put in, goes on past the last sale, and is kept as plain numbers."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from realestate_os.valuation.history import day_numbers
from realestate_os.valuation.price_level import PriceIndex, PriceLevel, fit_price_level
from realestate_os_tests.valuation.county import DAY, GROWTH_A_YEAR


@pytest.fixture(scope="module")
def level(month_history: pd.DataFrame) -> PriceLevel:
    return fit_price_level(month_history)


def test_finds_the_growth(level: PriceLevel) -> None:
    years = (level.index.knots[-1] - level.index.knots[0]) / 365
    growth = (level.index.log_level[-1] - level.index.log_level[0]) / years
    assert growth == pytest.approx(GROWTH_A_YEAR, abs=0.02)
    assert level.index.slope_per_day * 365 == pytest.approx(GROWTH_A_YEAR, abs=0.03)


def test_a_shifted_market_shifts_the_index(month_history: pd.DataFrame, level: PriceLevel) -> None:
    """30 % a year on top of every sale is found in the index."""
    years = (month_history["sale_date"] - month_history["sale_date"].min()).dt.days / 365
    raised = month_history.assign(sale_price_usd=month_history["sale_price_usd"] * np.exp(0.3 * years))
    steeper = fit_price_level(raised).index.log_level[0] - level.index.log_level[0]
    assert steeper == pytest.approx(-0.3 * years.max(), abs=0.06)


def test_flat_before_the_first_knot_and_on_trend_after_the_last() -> None:
    index = PriceIndex(np.array([100.0, 200.0]), np.array([-0.1, 0.0]), 0.001)
    assert index.at(np.array([50, 100, 150, 200, 300])) == pytest.approx([-0.1, -0.1, -0.05, 0.0, 0.1])


def test_one_wild_price_moves_nothing(month_history: pd.DataFrame, level: PriceLevel) -> None:
    wild = month_history.copy()
    wild.loc[len(wild) - 1, "sale_price_usd"] *= 100
    moved = fit_price_level(wild)
    day = day_numbers(DAY, 1)
    assert moved.index.at(day) - level.index.at(day) == pytest.approx(0, abs=0.01)


def test_a_missing_column_counts_as_average(month_history: pd.DataFrame) -> None:
    bare = month_history.assign(quality_grade=np.nan, bedrooms=np.nan, lot_size_sqft=np.nan)
    level = fit_price_level(bare)
    assert np.isfinite(level.attributes_log_price(bare)).all()


def test_state_is_json(level: PriceLevel, month_history: pd.DataFrame) -> None:
    again = PriceLevel.from_state(json.loads(json.dumps(level.to_state())))
    assert np.array_equal(again.attributes_log_price(month_history), level.attributes_log_price(month_history))
    assert np.array_equal(again.index.at(day_numbers(DAY, 3)), level.index.at(day_numbers(DAY, 3)))
