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
from realestate_os.discovery.frames import LISTINGS
from realestate_os.storage.home import PROPERTY_TYPES
from realestate_os.storage.vocabulary import BARGAIN_FLAGS, CONDITIONS, LISTING_STATUSES, PRICE_BASES

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


@dataclass(frozen=True)
class Between:
    """A number or a date from `low` to `high`."""

    low: Any
    high: Any

    def holds(self, value: Any) -> bool:
        """Whether the value keeps the rule."""
        return bool(self.low <= value <= self.high)

    def words(self, unit: str) -> str:
        """The rule for a reader."""
        return f"{_figure(self.low)} to {_figure(self.high)} {unit}".strip()


@dataclass(frozen=True)
class OneOf:
    """One of a few words."""

    known: tuple[str, ...]

    def holds(self, value: Any) -> bool:
        """Whether the value keeps the rule."""
        return value in self.known

    def words(self, unit: str) -> str:
        """The rule for a reader."""
        return f"one of {', '.join(self.known)}"


@dataclass(frozen=True)
class Like:
    """A text of a form; `said` is the form in words."""

    pattern: str
    said: str

    def holds(self, value: Any) -> bool:
        """Whether the value keeps the rule."""
        return re.fullmatch(self.pattern, value, re.DOTALL) is not None

    def words(self, unit: str) -> str:
        """The rule for a reader."""
        return self.said


# Text without control characters and bidi overrides; who shows it escapes it.
_PLAIN = r"[^\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]"
# What each column may hold where it holds anything. Numbers are wide on purpose: they catch slips of the pen (99
# bedrooms, 12 square feet), not rare homes. In this order the first that is broken names itself.
FIELD_RULES: dict[str, Between | OneOf | Like] = {
    "property_id": Like(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", "a UUID"),
    "county": Like(r"[a-z][a-z0-9_]{0,59}", "a county's key"),
    "source": Like(r"[a-z][a-z0-9_]{0,59}", "a source's key"),
    "listing_key": Like(rf"{_PLAIN}{{1,200}}", "1 to 200 characters of text"),
    "url": Like(r"(?:https?://|lead-list:)[^\s<>\"']{1,2000}", "an http(s) URL, or list and line of a lead"),
    "page_sha256": Like(r"[0-9a-f]{64}", "64 hexadecimal digits"),
    "read_by": OneOf(("jsonld", "microdata", "selectors", "labels", "list")),
    "street_address": Like(rf"{_PLAIN}{{3,120}}", "3 to 120 characters of text"),
    "unit": Like(r"[A-Za-z0-9#][A-Za-z0-9 /#.&-]{0,19}", "at most 20 letters and digits"),
    "city": Like(rf"{_PLAIN}{{1,80}}", "1 to 80 characters of text"),
    "state": Like(r"[A-Z]{2}", "two letters"),
    "zip_code": Like(r"\d{5}", "five digits"),
    "address_key": Like(rf"{_PLAIN}{{5,200}}", "an address in USPS form"),
    "apn": Like(r"[A-Z0-9]{4,30}", "4 to 30 letters and digits"),
    "latitude": Between(17, 72),
    "longitude": Between(-180, -64),
    "property_type": OneOf(PROPERTY_TYPES),
    "bedrooms": Between(0, 30),
    "bathrooms": Between(0, 30),
    "square_footage": Between(120, 50_000),
    "lot_size_sqft": Between(100, 100_000_000),
    "stories": Between(0.5, 60),
    "basement_sqft": Between(0, 20_000),
    "view_rank": Between(0, 4),
    "waterfront": Between(0, 1),
    "garage_spaces": Between(0, 30),
    "hoa_usd_month": Between(0, 20_000),
    "price_basis": OneOf(PRICE_BASES),
    "listing_status": OneOf(LISTING_STATUSES),
    "description": Like(rf"{_PLAIN}{{1,5000}}", "at most 5,000 characters of text"),
    "condition_claimed": OneOf(CONDITIONS),
    "bargain_flag": OneOf(BARGAIN_FLAGS),
    "contact_name": Like(rf"{_PLAIN}{{1,80}}", "1 to 80 characters of text"),
    "contact_phone": Like(r"\+1[2-9]\d{9}", "a North American number, E.164"),
    "completeness": Between(0, 1),
}
PRICE_LIMITS_USD = (5_000, 200_000_000)
OLDEST_YEAR = 1700
# Built to order: a home may be offered before it stands.
YEARS_AHEAD = 2
FIRST_LISTED_ON = date(1990, 1, 1)
_UNITS = {column.name: column.unit for column in LISTINGS.columns}
# "5TH" is a street, "5" and "N6W23001" are house numbers.
_HOUSE_NUMBER = re.compile(r"^(?!\d+(?:ST|ND|RD|TH)\b)[A-Z]?\d", re.IGNORECASE)


def field_rules(price_basis: str, day: date) -> dict[str, Between | OneOf | Like]:
    """The rule of each column, on a day and for what the quoted figure is. An opening bid or a down payment may be
    small.
    """
    year = Between(OLDEST_YEAR, day.year + YEARS_AHEAD)
    price = Between(*PRICE_LIMITS_USD)
    return FIELD_RULES | {
        "year_built": year,
        "year_renovated": year,
        "quoted_price_usd": price if price_basis == "asking" else Between(0, PRICE_LIMITS_USD[1]),
        "listing_price_usd": price,
        "listed_on": Between(FIRST_LISTED_ON, day),
    }


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
    for field, rule in field_rules(row["price_basis"], day).items():
        value = row.get(field)
        if value is not None and not rule.holds(value):
            return Refusal("impossible_value", field, value, rule.words(_UNITS[field]))
    return None


def _figure(limit: Any) -> str:
    if isinstance(limit, date):
        return limit.isoformat()
    return f"{limit:,.0f}" if abs(limit) > 9999 else f"{limit:g}"


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
