"""lead_rank: whom to call first among homes without an asking price.

Belongs here: the signals, their weights and the rank. Does not: which signals are in force on a day
(enrichment: LEAD_SIGNALS), any price (a lead's offer is the MAO) or any imputed score. A weight is the
log of how much likelier an owner with the signal is to sell within the year than one without; they
are the team's judgement until closed leads can be counted.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

# An heir, a lender's notice or a tax lien forces a decision; an empty or cited home costs money each month.
# Absentee owners sell about twice as often as owners who live in the home (ln 2 = 0.7).
WEIGHTS = {
    "notice_of_default": 1.4,
    "probate": 1.3,
    "tax_delinquency": 1.1,
    "vacancy": 0.8,
    "absentee_owner": 0.7,
    "code_violation": 0.6,
}
NAMES = {
    "notice_of_default": "Notice of default",
    "probate": "Probate",
    "tax_delinquency": "Property tax unpaid",
    "vacancy": "Stands empty",
    "absentee_owner": "Owner lives elsewhere",
    "code_violation": "Code violation",
}
# A filing loses half of its weight in a year: by then most are cured, or the home is sold.
HALF_LIFE_DAYS = 365.0
FADING = frozenset({"notice_of_default", "probate", "tax_delinquency", "vacancy", "code_violation"})
# Ten years of ownership is about the median hold; each further decade adds as much again, up to 30 years.
TENURE_PER_DECADE, TENURE_FROM_YEARS, TENURE_TO_YEARS = 0.4, 10, 30
# Works the owner has not done are works he may not want to do.
FIXER = 0.5
MOTIVATED = 0.5
# A home that was offered and did not sell: 0.3 from 60 days, 0.6 from 120.
WAITING = ((120, 0.6), (60, 0.3))
# Equity above half of the value leaves room to accept less.
EQUITY, EQUITY_FROM = 0.4, 0.5


@dataclass(frozen=True)
class Signal:
    """One sign that the owner may sell; `as_of` and `source` are ISO date and key, None from the listing itself."""

    name: str
    weight: float
    text: str
    as_of: str | None = None
    source: str | None = None


def lead_reasons(home: Mapping[str, Any], signals: Sequence[Mapping[str, Any]], day: date) -> list[Signal]:
    """The signals of one lead, the strongest first; what is not known gives none.

    Args:
        home: owner_occupied, last_sale_date, condition_claimed, text_flags (a list), days_on_market,
            liens_usd, value_usd; None where unknown.
        signals: LEAD_SIGNALS of the home. One that was seen after the day, or lapsed before it, is
            not heard; of several of a kind the weightiest counts.
    """
    found: dict[str, Signal] = {}
    for one in [*_recorded(signals, day), *_of_records(home, day), *_of_listing(home), *_equity(home)]:
        if one.name not in found or one.weight > found[one.name].weight:
            found[one.name] = one
    return sorted(found.values(), key=lambda one: (-one.weight, one.name))


def lead_log_odds(signals: Sequence[Signal]) -> float:
    """Sum of the weights, correctly rounded."""
    return math.fsum(one.weight for one in signals)


def lead_ranks(
    log_odds: pd.Series[float], confidence: pd.Series[float], property_id: pd.Series[str]
) -> pd.Series[float]:
    """1 is called first: most signal weight, then the surest value, then the id, so that no two tie."""
    order = pd.DataFrame({"weight": -log_odds, "confidence": -confidence.fillna(0), "id": property_id})
    ordered = order.sort_values(["weight", "confidence", "id"]).index
    return pd.Series(np.arange(1, len(ordered) + 1, dtype=float), index=ordered).reindex(log_odds.index)


def _recorded(signals: Sequence[Mapping[str, Any]], day: date) -> Iterator[Signal]:
    for row in signals:
        seen, expires = row["seen_on"], row["expires_on"]
        kind, happened = row["kind"], _date(row["event_date"])
        if seen > day or (_date(expires) is not None and expires < day):
            continue
        if kind == "long_tenure":
            yield from _tenure(happened, day, seen.isoformat(), row["source"])
            continue
        age = max(0, (day - (happened or seen)).days) if kind in FADING else 0
        weight = WEIGHTS[kind] * 0.5 ** (age / HALF_LIFE_DAYS)
        detail = f": {row['detail']}" if isinstance(row["detail"], str) and row["detail"] else ""
        since = f" ({happened.isoformat()})" if happened and kind in FADING else ""
        yield Signal(kind, weight, f"{NAMES[kind]}{since}{detail}", seen.isoformat(), row["source"])


def _of_records(home: Mapping[str, Any], day: date) -> Iterator[Signal]:
    if home["owner_occupied"] is False:
        yield Signal("absentee_owner", WEIGHTS["absentee_owner"], NAMES["absentee_owner"])
    yield from _tenure(home["last_sale_date"], day)


def _tenure(bought: date | None, day: date, as_of: str | None = None, source: str | None = None) -> Iterator[Signal]:
    years = (day - bought).days / 365.25 if bought else 0.0
    if years >= TENURE_FROM_YEARS:
        weight = TENURE_PER_DECADE * min(years, TENURE_TO_YEARS) / 10
        yield Signal("long_tenure", weight, f"Owned for {years:.0f} years", as_of, source)


def _of_listing(home: Mapping[str, Any]) -> Iterator[Signal]:
    if home["condition_claimed"] == "fixer":
        yield Signal("fixer", FIXER, "Needs work by the seller's own words")
    if "motivated" in home["text_flags"]:
        yield Signal("motivated", MOTIVATED, "Seller says he is motivated")
    waited = home["days_on_market"] or 0
    for days, weight in WAITING:
        if waited >= days:
            yield Signal("waiting", weight, f"Known for {waited:.0f} days")
            break


def _equity(home: Mapping[str, Any]) -> Iterator[Signal]:
    if home["liens_usd"] is not None and home["value_usd"]:
        share = 1 - home["liens_usd"] / home["value_usd"]
        if share >= EQUITY_FROM:
            yield Signal("equity", EQUITY, f"Equity of about {share:.0%} of our value".replace("%", " %"))


def _date(value: Any) -> date | None:
    """A date, None where it is missing (None, NaN or NaT)."""
    return value if isinstance(value, date) and value == value else None
