"""lead_rank: whom to call first among homes without an asking price.

Belongs here: the signals, their weights and the rank. Does not: any price (a lead's offer is the
MAO) and any imputed score. A weight is the log of how much likelier an owner with the signal is to
sell within the year than one without; they are the team's judgement until closed leads can be counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

# Absentee owners sell about twice as often as owners who live in the home.
ABSENTEE = 0.7
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
    """One sign that the owner may sell."""

    name: str
    weight: float
    text: str


def lead_signals(home: Mapping[str, Any], day: date) -> list[Signal]:
    """The signals of one lead; what is not known gives none.

    Args:
        home: owner_occupied, last_sale_date, condition_claimed, text_flags (a list), days_on_market,
            liens_usd, value_usd; None where unknown.
    """
    return list(_signals(home, day))


def _signals(home: Mapping[str, Any], day: date) -> Iterator[Signal]:
    if home["owner_occupied"] is False:
        yield Signal("absentee_owner", ABSENTEE, "Owner lives elsewhere")
    if home["last_sale_date"] is not None:
        years = (day - home["last_sale_date"]).days / 365.25
        if years >= TENURE_FROM_YEARS:
            weight = TENURE_PER_DECADE * min(years, TENURE_TO_YEARS) / 10
            yield Signal("long_tenure", weight, f"Owned for {years:.0f} years")
    if home["condition_claimed"] == "fixer":
        yield Signal("fixer", FIXER, "Needs work by the seller's own words")
    if "motivated" in home["text_flags"]:
        yield Signal("motivated", MOTIVATED, "Seller says he is motivated")
    waited = home["days_on_market"] or 0
    for days, weight in WAITING:
        if waited >= days:
            yield Signal("waiting", weight, f"Known for {waited:.0f} days")
            break
    if home["liens_usd"] is not None and home["value_usd"]:
        share = 1 - home["liens_usd"] / home["value_usd"]
        if share >= EQUITY_FROM:
            yield Signal("equity", EQUITY, f"Equity of about {share:.0%} of our value".replace("%", " %"))


def lead_ranks(
    weights: pd.Series[float], confidence: pd.Series[float], property_id: pd.Series[str]
) -> pd.Series[float]:
    """1 is called first: most signal weight, then the surest value, then the id, so that no two tie."""
    order = pd.DataFrame({"weight": -weights, "confidence": -confidence.fillna(0), "id": property_id})
    ordered = order.sort_values(["weight", "confidence", "id"]).index
    return pd.Series(np.arange(1, len(ordered) + 1, dtype=float), index=ordered).reindex(weights.index)
