"""Signals and ranks of leads."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from realestate_os.scoring.leads import Signal, lead_log_odds, lead_ranks, lead_reasons

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


def recorded(kind: str, **changes: Any) -> dict[str, Any]:
    row = {"kind": kind, "event_date": date(2026, 6, 1), "seen_on": date(2026, 6, 20), "source": "court"}
    return row | {"expires_on": date(2027, 6, 1), "amount_usd": None, "detail": None} | changes


def heard(*signals: dict[str, Any], **facts: Any) -> list[Signal]:
    return lead_reasons(NOTHING_KNOWN | facts, signals, DAY)


def test_a_recorded_signal_counts_from_the_day_it_was_seen_to_the_day_it_lapses() -> None:
    assert [one.name for one in heard(recorded("probate"))] == ["probate"]
    assert heard(recorded("probate", seen_on=DAY + timedelta(days=1))) == []
    assert heard(recorded("probate", expires_on=DAY - timedelta(days=1))) == []
    assert len(heard(recorded("probate", expires_on=DAY))) == len(heard(recorded("probate", expires_on=pd.NaT))) == 1


def test_a_filing_fades_and_of_two_of_a_kind_the_fresher_counts() -> None:
    fresh, old = (
        recorded("notice_of_default", event_date=DAY),
        recorded("notice_of_default", event_date=date(2025, 11, 24)),
    )
    assert heard(old)[0].weight == pytest.approx(heard(fresh)[0].weight / 2)
    assert heard(old, fresh) == heard(fresh)


def test_the_same_sign_from_list_and_assessor_counts_once() -> None:
    both = heard(recorded("absentee_owner"), owner_occupied=False)
    assert [one.name for one in both] == ["absentee_owner"]
    bought = date(2000, 1, 1)
    assert len(heard(recorded("long_tenure", event_date=bought), last_sale_date=bought)) == 1
    assert heard(recorded("long_tenure", event_date=bought))[0].text == "Owned for 27 years"


def test_the_strongest_comes_first_and_the_sum_is_theirs() -> None:
    found = heard(recorded("probate"), recorded("code_violation"), owner_occupied=False)
    assert [one.weight for one in found] == sorted((one.weight for one in found), reverse=True)
    assert lead_log_odds(found) == pytest.approx(sum(one.weight for one in found))
