"""Which listings are kept: one rule after the other, and the first that is broken names itself.

Belongs here: limits and the reasons for setting a listing aside. Does not: reading values
(listing_row.py) or choosing among duplicates (listings.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from realestate_os.counties import County

Row = dict[str, Any]


@dataclass(frozen=True)
class Terms:
    """What the rules depend on: the county, its ZIPs, the day, and its price level against today's."""

    county: County
    zip_codes: frozenset[str]
    day: date
    price_scale: float


@dataclass(frozen=True)
class Refusal:
    """Why a listing is set aside: the reason to count by, the field, its value and the rule in words."""

    reason: str
    field: str | None = None
    value: object = None
    rule: str | None = None


# Field, lowest and highest possible value. Wide on purpose: they catch slips of the pen (99 bedrooms,
# 12 square feet), not rare homes.
LIMITS = (
    ("bedrooms", 0, 30),
    ("bathrooms", 0, 30),
    ("square_footage", 120, 50_000),
    ("lot_size_sqft", 100, 100_000_000),
    ("stories", 0.5, 60),
    ("basement_sqft", 0, 20_000),
    ("garage_spaces", 0, 30),
    ("hoa_usd_month", 0, 20_000),
    ("latitude", 17, 72),
    ("longitude", -180, -64),
)
PRICE_LIMITS_USD = (5_000, 200_000_000)
OLDEST_YEAR = 1700
# Built to order: a home may be offered before it stands.
YEARS_AHEAD = 2
# "5TH" is a street, "5" and "N6W23001" are house numbers.
_HOUSE_NUMBER = re.compile(r"^(?!\d+(?:ST|ND|RD|TH)\b)[A-Z]?\d", re.IGNORECASE)


def broken_rule(row: Row, terms: Terms) -> Refusal | None:
    """The first rule by which this is no listing of the county; None when it is one."""
    return _without_address(row) or _outside(row, terms) or _impossible(row, terms.day)


def unwanted(row: Row, terms: Terms) -> Refusal | None:
    """Why a sound listing is not worth a look; None when it is. A flagged bargain passes the county's filters:
    it is kept to be shown as one.
    """
    if row["bargain_flag"]:
        return _not_for_sale(row)
    return _not_for_sale(row) or _too_small(row, terms.county) or _outside_prices(row, terms)


def _without_address(row: Row) -> Refusal | None:
    street = row["street_address"]
    if not street or not _HOUSE_NUMBER.match(street):
        return Refusal("missing_address", "street_address", street, "a house number and a street")
    if row["address_key"] is None:
        return Refusal("missing_address", "zip_code", row["zip_code"], "a five-digit ZIP")
    return None


def _outside(row: Row, terms: Terms) -> Refusal | None:
    if row["zip_code"] in terms.zip_codes:
        return None
    where = f"{terms.county.name} County, {terms.county.state}"
    return Refusal("outside_county", "zip_code", row["zip_code"], f"a ZIP of {where}")


def _impossible(row: Row, day: date) -> Refusal | None:
    limits = [*LIMITS, *((field, OLDEST_YEAR, day.year + YEARS_AHEAD) for field in ("year_built", "year_renovated"))]
    if row["price_basis"] == "asking":
        limits.append(("quoted_price_usd", *PRICE_LIMITS_USD))
    for field, low, high in limits:
        value = row[field]
        if value is not None and not low <= value <= high:
            return Refusal(
                "impossible_value", field, value, f"{low:,} to {high:,}" if high > 9999 else f"{low} to {high}"
            )
    if row["listed_on"] and not date(1990, 1, 1) <= row["listed_on"] <= day:
        return Refusal("impossible_value", "listed_on", row["listed_on"], f"1990-01-01 to {day}")
    return None


def _not_for_sale(row: Row) -> Refusal | None:
    if row["listing_status"] in ("active", "pending"):
        return None
    return Refusal("not_for_sale", "listing_status", row["listing_status"], "active or pending")


def _too_small(row: Row, county: County) -> Refusal | None:
    """What is not stated passes: the assessor may know."""
    for field, least in (("bedrooms", county.filters.bedrooms_min), ("bathrooms", county.filters.bathrooms_min)):
        if row[field] is not None and row[field] < least:
            return Refusal("below_minimum", field, row[field], f"at least {least:g}")
    return None


def _outside_prices(row: Row, terms: Terms) -> Refusal | None:
    """Leads have no price and pass."""
    price, filters, scale = row["listing_price_usd"], terms.county.filters, terms.price_scale
    if price is None:
        return None
    low, high = filters.price_min_usd * scale, filters.price_max_usd * scale
    if low <= price <= high:
        return None
    rule = f"${low:,.0f} to ${high:,.0f}: the county's filter at {scale:.2f} of today's price level"
    return Refusal("outside_price_filter", "listing_price_usd", price, rule)
