"""Lines, heat, bands."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pytest

from realestate_os.scoring.score import band, market_heat, sigmoid
from realestate_os_tests.scoring.homes import king

HEAT = king().market.heat


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (HEAT.as_of, HEAT.value),
        (HEAT.as_of + timedelta(days=HEAT.valid_days), HEAT.value),
        (HEAT.as_of + timedelta(days=HEAT.valid_days + 1), 1.0),
        (HEAT.as_of - timedelta(days=1), 1.0),
        (date(2015, 3, 10), 1.0),
    ],
)
def test_heat_counts_only_while_it_is_fresh_and_never_before_it_was_known(day: date, expected: float) -> None:
    assert market_heat(king(), day) == expected


@pytest.mark.parametrize(
    ("score", "ask", "mao", "expected"),
    [
        (75.0, 400_000, 410_000, "excellent"),
        (80.0, 420_000, 410_000, "good"),
        (74.9, 1, 2, "good"),
        (60.0, 1, 2, "good"),
        (59.9, 1, 2, "fair"),
        (40.0, 1, 2, "fair"),
        (39.9, 1, 2, "poor"),
        (0.0, 1, 2, "poor"),
    ],
)
def test_bands(score: float, ask: float, mao: float, expected: str) -> None:
    assert band(score, ask, mao) == expected


def test_sigmoid_does_not_overflow() -> None:
    assert sigmoid(np.array([-800.0, 0.0, 800.0])).tolist() == [pytest.approx(0), 0.5, 1.0]
    assert sigmoid(np.array([math.log(3)]))[0] == pytest.approx(0.75)
