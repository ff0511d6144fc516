"""The texts of one page -> the columns of one listing.

Belongs here: which parser reads which field, words for types and statuses, what the quoted figure is.
Does not: whether the listing is kept (rules.py) or what was known of it before (history.py).
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from realestate_os.discovery import values
from realestate_os.discovery.archive import Page
from realestate_os.discovery.extract import RawListing
from realestate_os.discovery.seller_text import PART_OF_THE_HOME, read_words
from realestate_os.storage.property_identity import clean_apn, normalize_address, property_id, split_unit, zip5

Row = dict[str, Any]

CORE_FIELDS = (
    "street_address",
    "city",
    "zip_code",
    "property_type",
    "bedrooms",
    "bathrooms",
    "square_footage",
    "lot_size_sqft",
    "year_built",
    "quoted_price_usd",
    "listed_on",
    "description",
)
# The first that matches decides; "manufactured home" and "condo townhouse" hold several words.
_TYPES = (
    ("manufactured", r"manufactured|mobile|trailer|park model"),
    ("townhouse", r"town ?-?(?:house|home)|row ?-?(?:house|home)"),
    ("condo", r"condo|apartment|flat|loft|co-?op"),
    ("multi_family", r"multi|duplex|triplex|fourplex|quadplex|income property|units"),
    ("land", r"\bland\b|\blot\b|acreage|vacant"),
    ("single_family", r"single|house|detached|rambler|ranch|cottage|bungalow|craftsman|home"),
)
_STATUSES = (
    ("sold", r"sold|closed"),
    ("pending", r"pending|under contract|contingent|in escrow|sale agreed"),
    ("off_market", r"off[ -]market|withdrawn|cancell?ed|expired|removed|no longer"),
)
_VIEWS = (
    (4, r"excellent|panoram|spectacular"),
    (3, r"good|great"),
    (2, r"average|territorial"),
    (1, r"fair|partial|peek"),
)
_PLACE = re.compile(r"^\s*(?P<city>[^,\d]+?)\s*,?\s+(?P<state>[A-Za-z]{2})\.?\s*,?\s*(?P<zip>\d{5}(?:-\d{4})?)?\s*$")
_NO_WORDS = re.compile(r"none|no\b|n/a", re.IGNORECASE)
# Price basis by why the quoted figure is no asking price for the whole property.
_BASIS = {"auction_opening_bid": "auction_opening", "down_payment": "down_payment"}


def listing_row(raw: RawListing, page: Page, listing_key: str, county: str, day: date) -> Row:
    """All columns of LISTINGS but those that come from earlier days; nothing is refused here."""
    text = {field: clean for field, value in raw.fields.items() if (clean := values.clean_text(value))}
    return {
        "county": county,
        "date": day,
        "source": page.source,
        "listing_key": listing_key,
        "url": page.url,
        "page_sha256": page.sha256,
        "fetched_at": page.fetched_at,
        "read_by": raw.read_by,
        **_address(text, county),
        **_facts(text),
        **_offer(text, day),
        "contact_name": text.get("contact_name", "")[:80] or None,
        "contact_phone": values.parse_phone(text.get("contact_phone")),
    }


def completeness(row: Row) -> float:
    """Share of the twelve core fields that are there."""
    return sum(row[field] is not None for field in CORE_FIELDS) / len(CORE_FIELDS)


def _address(text: dict[str, str], county: str) -> Row:
    street, place = text.get("street_address") or text.get("address"), text.get("city", "")
    if street and street.count(",") >= 2 and not text.get("zip_code"):
        # "12 Elm St, Apt 5, Seattle, WA 98105": the last two parts are the place.
        street, place = _split_full(street, place)
    found = _PLACE.match(place)
    city, state = (found["city"], found["state"]) if found else (place or None, None)
    state = (text.get("state") or state or "")[:2].upper() or None
    postcode = zip5(text.get("zip_code") or (found["zip"] if found else None))
    written, _ = split_unit(street or "")
    known = normalize_address(street, text.get("unit"), city, state, postcode)
    return {
        "property_id": property_id(county, known.address_key) if known.address_key else None,
        "street_address": written[:120] or None,
        "unit": known.unit,
        "city": city[:80] if city else None,
        "state": state,
        "zip_code": postcode,
        "address_key": known.address_key,
        "apn": clean_apn(text.get("apn")),
        "latitude": values.parse_number(text.get("latitude")),
        "longitude": values.parse_number(text.get("longitude")),
    }


def _split_full(street: str, place: str) -> tuple[str, str]:
    line, city, state_zip = street.rsplit(",", 2)
    full = f"{city.strip()}, {state_zip.strip()}"
    return (line, full) if _PLACE.match(full) else (street, place)


def _facts(text: dict[str, str]) -> Row:
    return {
        "property_type": _word(text.get("property_type"), _TYPES, "other"),
        "bedrooms": values.parse_number(text.get("bedrooms")),
        "bathrooms": values.parse_bathrooms(text.get("bathrooms")),
        "square_footage": values.parse_area_sqft(text.get("square_footage")),
        "lot_size_sqft": values.parse_lot_sqft(text.get("lot_size_sqft")),
        "year_built": values.parse_year(text.get("year_built")),
        "year_renovated": values.parse_year(text.get("year_renovated")),
        "stories": values.parse_number(text.get("stories")),
        "basement_sqft": _area_or_none(text.get("basement_sqft")),
        "quality_grade": None,
        "condition_grade": None,
        "view_rank": _view(text.get("view")),
        "waterfront": values.parse_yes_no(text.get("waterfront")),
        "garage_spaces": values.parse_number(text.get("garage_spaces")),
        "hoa_usd_month": values.parse_monthly_usd(text.get("hoa_usd_month")),
    }


def _offer(text: dict[str, str], day: date) -> Row:
    price_text = text.get("price")
    quoted = values.parse_price(price_text)
    words = read_words(text.get("description"), price_text, text.get("condition"), quoted)
    basis = _BASIS.get(words.bargain_flag or "", "asking" if quoted is not None else "none")
    # A share's price is an asking price, but not one for the property.
    whole = basis == "asking" and words.bargain_flag not in PART_OF_THE_HOME
    return {
        "quoted_price_usd": quoted,
        "listing_price_usd": quoted if whole else None,
        "price_basis": basis,
        "listing_status": _word(text.get("listing_status"), _STATUSES, "active") or "active",
        "listed_on": values.parse_date(text.get("listed_on"), today=day),
        "description": words.description,
        "condition_claimed": words.condition_claimed,
        "bargain_flag": words.bargain_flag,
        "text_flags": words.text_flags,
    }


def _word(text: str | None, words: tuple[tuple[str, str], ...], other: str) -> str | None:
    if not text:
        return None
    return next((word for word, pattern in words if re.search(pattern, text, re.IGNORECASE)), other)


def _view(text: str | None) -> float | None:
    if not text:
        return None
    if _NO_WORDS.match(text):
        return 0.0
    return next((float(rank) for rank, pattern in _VIEWS if re.search(pattern, text, re.IGNORECASE)), None)


def _area_or_none(text: str | None) -> float | None:
    return 0.0 if text and _NO_WORDS.match(text) else values.parse_area_sqft(text)
