"""Why a score is what it is, in plain words with dollars.

Belongs here: sentences. Does not: figures. A ZIP's population profile is never a reason (fair
housing), whatever the model's list holds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from realestate_os.features.frames import POPULATION_PROFILE

TOP = 5
_AT_PAR = 0.005

# Features whose value a reader can use, with its unit.
UNITS = {
    "square_footage": " sqft",
    "lot_size_sqft": " sqft",
    "basement_sqft": " sqft",
    "age_years": " years",
    "years_since_renovation": " years ago",
    "bedrooms": "",
    "bathrooms": "",
    "stories": "",
    "quality_grade": " of 13",
    "condition_grade": " of 5",
    "view_rank": " of 4",
    "market_value": "$",
    "zip_median_home_value": "$",
    "last_sale_price": "$",
}

Reason = dict[str, Any]


def dollars(amount: float) -> str:
    """$512,300: to the nearest hundred, as nobody knows a home's value to the dollar."""
    rounded = round(amount / 100) * 100
    return f"-${-rounded:,}" if rounded < 0 else f"${rounded:,}"


def deal_reasons(row: Mapping[str, Any]) -> list[Reason]:
    """Ask against value, and what is left after repairs and fee. Needs a price and a value.

    Our value is the posterior, which has heard the ask; the model's alone is told beside it.
    """
    ask, value, spread = row["listing_price_usd"], row["posterior_value_usd"], row["net_spread_usd"]
    discount = 1 - ask / value
    if abs(discount) < _AT_PAR:
        price = f"Asks about our value of {dollars(value)}"
    else:
        side = "below" if discount > 0 else "above"
        price = f"Asks {abs(discount):.0%} {side} our value of {dollars(value)}".replace("%", " %")
    price += f" ({dollars(row['value_usd'])} before the ask is heard)"
    costs = f"repairs of {dollars(row['repair_base_usd'])} and a fee of {dollars(row['fee_usd'])}"
    amount = dollars(abs(spread))
    left = f"leaves {amount} above the price" if spread >= 0 else f"falls {amount} short of the price"
    room = f"{row['arv_pct'] * 100:.0f} % of the ARV, less {costs}, {left}"
    return [{"text": price, "dollars": value - ask}, {"text": room, "dollars": spread}]


def value_reasons(reasons: Sequence[Mapping[str, Any]]) -> list[Reason]:
    """The model's reasons, largest first, in words: `Living area (2,150 sqft) adds $41,000`."""
    found = [one for one in reasons if one["feature"] not in POPULATION_PROFILE]
    found.sort(key=lambda one: -abs(one["dollars"]))
    return [{"text": _sentence(one), "dollars": one["dollars"]} for one in found]


def top_reasons(row: Mapping[str, Any], model_reasons: str | None) -> list[Reason]:
    """The five that are shown: the deal's two where there is a deal, then the model's largest."""
    of_deal = deal_reasons(row) if row["net_spread_usd"] is not None and row["listing_price_usd"] is not None else []
    return (of_deal + value_reasons(json.loads(model_reasons or "[]")))[:TOP]


def _sentence(one: Mapping[str, Any]) -> str:
    verb = "adds" if one["dollars"] >= 0 else "takes off"
    return f"{one['label']}{_shown(one['feature'], one.get('value'))} {verb} {dollars(abs(one['dollars']))}"


def _shown(feature: str, value: Any) -> str:
    """The value in brackets, where a reader can use it: a latitude or a premium says nothing."""
    unit = UNITS.get(feature)
    if unit is None:
        return ""
    if value is None:
        return " (not known)"
    if unit == "$":
        return f" ({dollars(value)})"
    return " (" + f"{value:,.1f}".removesuffix(".0") + unit + ")"
