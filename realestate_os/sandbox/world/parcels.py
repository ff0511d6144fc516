"""The assessor's roll as of a day.

Belongs here: parcel facts, assessed and market value, tax, where the tax bill goes. Does not: the
field names of a service (records/), deeds (sales.py).
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from realestate_os.counties import County
from realestate_os.sandbox.world.dice import Dice, Floats, Ints, Texts
from realestate_os.sandbox.world.ground import Ground
from realestate_os.sandbox.world.homes import Homes

MISSING_SHARE = 0.03
_FACTS = """
apn street_address unit city zip_code latitude longitude property_type bedrooms bathrooms square_footage
lot_size_sqft year_built year_renovated stories basement_sqft quality_grade condition_grade view_rank
waterfront
"""
FACTS = _FACTS.split()
MAIL_STATES = ("CA", "OR", "AZ", "TX", "NV", "FL", "NY", "CO")


def parcel_rows(ground: Ground, on: date, dice: Dice) -> list[dict[str, Any]]:
    """One row a parcel: FACTS, state, values in dollars, tax, and mailing state where the county
    publishes owner data. 3 % of homes have no parcel (new plats, other records)."""
    everyone = np.arange(len(ground.homes), dtype=np.int64)
    built = ~(ground.homes.year_built > on.year)
    index = everyone[built & (dice.uniform(everyone, "no parcel") >= MISSING_SHARE)]
    homes = ground.homes.take(index)
    columns = fact_columns(homes, on) | value_columns(ground, index, np.full(len(index), on.toordinal()), dice)
    if ground.county.owner_data == "assessor":
        columns |= _mailing(ground.county, index, dice)
    columns["bedrooms"] = listed(_miscounted(homes.bedrooms, index, dice))
    names = list(columns)
    return [dict(zip(names, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def fact_columns(homes: Homes, on: date) -> dict[str, list[Any]]:
    """Columns of facts as lists; unknown is None. A renovation after the day is not known yet."""
    columns = {name: listed(getattr(homes, name)) for name in FACTS}
    columns["year_renovated"] = listed(np.where(homes.year_renovated <= on.year, homes.year_renovated, np.nan))
    return columns


def listed(values: Floats | Texts) -> list[Any]:
    """A list with None for NaN and for ''."""
    if values.dtype == object:
        return [value or None for value in values]
    return [None if value != value else value for value in values.tolist()]


def assessment_day(day: int) -> int:
    """Values on record on a day (ordinal) are those of 1 January; a roll is published in July."""
    on = date.fromordinal(day)
    return date(on.year if on.month >= 7 else on.year - 1, 1, 1).toordinal()


def value_columns(ground: Ground, index: Ints, days: Ints, dice: Dice) -> dict[str, list[Any]]:
    """What the assessor has on record on days: a third of what the fields hide, his own error.

    None throughout where the ground's assessor publishes no values.
    """
    if ground.assessor_noise_sd is None:
        empty: list[Any] = [None] * len(index)
        return dict.fromkeys(
            ("market_value_usd", "land_value_usd", "assessed_value_usd", "annual_tax_usd", "tax_year"), empty
        )
    homes, county = ground.homes.take(index), ground.county
    unique, where = np.unique(days, return_inverse=True)
    roll = np.array([assessment_day(day) for day in unique.tolist()], dtype=np.int64)[where]
    year = np.array([date.fromordinal(assessment_day(day)).year for day in unique.tolist()], dtype=np.int64)[where]
    error = ground.assessor_noise_sd * dice.normal(index, "assessor")
    yearly = 0.02 * dice.normal(index * 100 + year % 100, "assessor year")
    seen = ground.value(index, roll) * np.exp(error + yearly - 0.67 * np.nan_to_num(homes.hidden))
    market = np.round(seen, -3)
    assessed = np.round(market * county.tax_on_sale.assessment_ratio * _capped(county, index, dice), -1)
    tax = np.round(assessed / county.tax_on_sale.assessment_ratio * county.tax_on_sale.rate_pct / 100, 2)
    share = np.where(homes.property_type == "condo", 0.2, 0.42)
    land = np.round(market * (share + 0.06 * dice.normal(index, "land share")), -3)
    return {
        "market_value_usd": market.tolist(),
        "land_value_usd": land.tolist(),
        "assessed_value_usd": assessed.tolist(),
        "annual_tax_usd": tax.tolist(),
        "tax_year": (year + 1).tolist(),
    }


def _capped(county: County, index: Ints, dice: Dice) -> Floats:
    """Where increases are capped, long owners are assessed below market."""
    if county.tax_on_sale.rule == "unchanged":
        return np.ones(len(index))
    depth = 0.55 if county.tax_on_sale.rule == "reassess_at_price" else 0.35
    return np.asarray(1 - depth * dice.uniform(index, "owned for") ** 1.5)


def _mailing(county: County, index: Ints, dice: Dice) -> dict[str, list[Any]]:
    """Where the tax bill goes: one owner in seven lives elsewhere, a third of those out of state."""
    draw = dice.uniform(index, "absentee")
    states = [MAIL_STATES[int(u * len(MAIL_STATES))] for u in dice.uniform(index, "mail state")]
    away = [u < 0.14 for u in draw]
    return {
        "owner_absentee": away,
        "owner_mail_state": [other if u < 0.047 else county.state for u, other in zip(draw, states, strict=True)],
    }


def _miscounted(bedrooms: Floats, index: Ints, dice: Dice) -> Floats:
    """One parcel in twenty counts a bedroom less than the seller."""
    return np.where((dice.uniform(index, "miscount") < 0.05) & (bedrooms > 1), bedrooms - 1, bedrooms)
