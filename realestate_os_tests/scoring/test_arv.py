"""The premium of renovated over as-is."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from realestate_os.scoring.arv import (
    COMPARABLE_LOG_SD,
    TOP_QUARTILE_BIAS_SD,
    ArvPremium,
    arv_premium,
    observed_premiums,
)
from realestate_os_tests.scoring.homes import DAY, assumptions, day_of

TABLE = assumptions().repairs


def premium(comparable: dict[str, Any] | None = None, count: int = 4, **home: Any) -> ArvPremium:
    day = day_of([home], comparables=count)
    for name, value in (comparable or {}).items():
        day.comparables[name] = value
    homes = day.enrichment.merge(day.valuations[["property_id", "value_usd"]], on="property_id")
    return arv_premium(homes, day.comparables, DAY, TABLE)


def test_without_comparables_the_prior_of_the_recorded_condition_stands() -> None:
    found = premium(count=0, condition_grade=2.0)
    assert found.basis[0] == "value_only"
    assert (found.mean[0], found.sd[0]) == pytest.approx((TABLE.arv_log_premium["fixer"].mean, 0.07))


def test_renovated_comparables_win_and_more_of_them_weigh_more() -> None:
    renovated = {"year_renovated": 2020.0, "adjusted_price_usd": 960_000.0}
    few, many = premium(renovated, 1), premium(renovated, 5)
    assert few.basis[0] == many.basis[0] == "renovated_comparables"
    assert TABLE.arv_log_premium["average"].mean < few.mean[0] < many.mean[0] < np.log(960 / 800)
    assert many.sd[0] < few.sd[0] < TABLE.arv_log_premium["average"].sd


def test_a_grade_of_four_counts_as_renovated_and_an_old_renovation_does_not() -> None:
    assert premium({"condition_grade": 4.0}).basis[0] == "renovated_comparables"
    assert premium({"year_renovated": 2005.0}).basis[0] == "top_quartile_comparables"


def test_the_best_of_four_is_discounted_for_being_the_best_of_four() -> None:
    day = day_of([{}])
    homes = day.enrichment.merge(day.valuations[["property_id", "value_usd"]], on="property_id")
    seen = observed_premiums(homes, day.comparables)
    best = np.log(day.comparables["adjusted_price_usd"].max() / 800_000)
    assert seen["log_premium"][0] == pytest.approx(best - TOP_QUARTILE_BIAS_SD * COMPARABLE_LOG_SD)


def test_two_comparables_that_are_not_renovated_say_nothing() -> None:
    assert premium(count=2).basis[0] == "value_only"


def test_adjustments_on_condition_are_taken_back() -> None:
    lines = json.dumps([{"line": "Condition grade", "dollars": -50_000.0}, {"line": "Lot", "dollars": 10_000.0}])
    plain = premium({"year_renovated": 2022.0, "adjusted_price_usd": 850_000.0, "adjustments": "[]"})
    taken_back = premium({"year_renovated": 2022.0, "adjusted_price_usd": 800_000.0, "adjustments": lines})
    assert taken_back.mean[0] == pytest.approx(plain.mean[0])


def test_the_premium_is_never_negative_and_absurd_comparables_are_capped() -> None:
    low = premium({"year_renovated": 2022.0, "adjusted_price_usd": 200_000.0}, 5)
    high = premium({"year_renovated": 2022.0, "adjusted_price_usd": 8_000_000.0}, 5)
    assert low.mean[0] == 0
    assert high.mean[0] < 0.35
