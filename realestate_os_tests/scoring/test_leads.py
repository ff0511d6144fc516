"""Signals and ranks of leads."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from realestate_os.scoring.leads import lead_ranks, lead_reasons

DAY = date(2026, 11, 24)
NOTHING_KNOWN: dict[str, Any] = {
    "owner_occupied": None,
    "last_sale_date": None,
    "condition_claimed": "unknown",
    "text_flags": [],
    "days_on_market": None,
    "liens_usd": None,
    "value_usd": None,
}


def names(**facts: Any) -> list[str]:
    return [signal.name for signal in lead_reasons(NOTHING_KNOWN | facts, [], DAY)]


def test_what_is_not_known_gives_no_signal() -> None:
    assert names() == []
    assert names(owner_occupied=True, last_sale_date=date(2022, 1, 1), value_usd=500_000.0) == []


def test_each_signal() -> None:
    assert names(owner_occupied=False) == ["absentee_owner"]
    assert names(last_sale_date=date(2010, 1, 1)) == ["long_tenure"]
    assert names(condition_claimed="fixer") == ["fixer"]
    assert names(text_flags=["motivated"]) == ["motivated"]
    assert names(days_on_market=60.0) == ["waiting"]
    assert names(liens_usd=100_000.0, value_usd=500_000.0) == ["equity"]
    assert names(liens_usd=400_000.0, value_usd=500_000.0) == []


def test_longer_tenure_weighs_more_up_to_thirty_years() -> None:
    weights = [
        lead_reasons(NOTHING_KNOWN | {"last_sale_date": date(year, 1, 1)}, [], DAY)[0].weight
        for year in (2014, 1996, 1970)
    ]
    assert weights[0] < weights[1] == weights[2]


def test_most_signals_first_then_the_surest_value_and_no_ties() -> None:
    weights = pd.Series([0.5, 1.2, 0.5, 0.5], index=[10, 11, 12, 13])
    confidence = pd.Series([0.6, 0.5, 0.9, 0.6], index=weights.index)
    ids = pd.Series(["b", "x", "y", "a"], index=weights.index)
    assert lead_ranks(weights, confidence, ids).to_dict() == {11: 1, 12: 2, 13: 3, 10: 4}
