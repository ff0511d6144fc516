"""Rows for the tests of enrichment and features: sales, listings, parcels, ZIP figures in their frames.

Belongs here: small builders with sensible defaults. Does not: fixtures (conftest.py) or assertions.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from realestate_os.discovery.frames import LISTINGS
from realestate_os.enrichment.frames import PARCELS, SALES, ZIP_DEMOGRAPHICS
from realestate_os.storage.property_identity import normalize_address, property_id
from realestate_os.storage.schema import Frame

DAY = date(2026, 10, 14)
FETCHED = datetime(2026, 10, 14, 9, tzinfo=UTC)


def framed(frame: Frame, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows in a frame's columns and types, as they are after reading Parquet."""
    columns = pd.DataFrame(rows, columns=frame.names).astype(object)
    return frame.to_arrow(columns.where(columns.notna(), None)).to_pandas()


def sale(sale_id: str = "s1", **values: Any) -> dict[str, Any]:
    """A market sale, known two weeks after closing."""
    row = {
        "sale_id": sale_id,
        "county": "king_wa",
        "source": "test",
        "apn": "0000000001",
        "zip_code": "98103",
        "bedrooms": 3.0,
        "square_footage": 1800.0,
        "year_built": 1950.0,
        "sale_date": date(2025, 6, 1),
        "sale_date_precision": "day",
        "sale_price_usd": 700_000.0,
        "known_on": date(2025, 6, 15),
        "market_sale": True,
    }
    return row | values


def sales(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """Sales in SALES columns."""
    return framed(SALES, [dict(row) for row in rows])


def listing(
    street: str = "17 12th Ave NE", unit: str | None = None, zip_code: str = "98103", **values: Any
) -> dict[str, Any]:
    """A listing of an address in Seattle."""
    address = normalize_address(street, unit, "Seattle", "WA", zip_code)
    row = {
        "property_id": property_id("king_wa", address.address_key or street),
        "county": "king_wa",
        "date": DAY,
        "source": "test_site",
        "listing_key": street,
        "url": "https://site.example/home",
        "page_sha256": "ab" * 32,
        "fetched_at": FETCHED,
        "read_by": "labels",
        "street_address": street,
        "unit": unit,
        "city": "Seattle",
        "state": "WA",
        "zip_code": zip_code,
        "address_key": address.address_key,
        "square_footage": 2000.0,
        "bedrooms": 4.0,
        "listing_price_usd": 650_000.0,
        "price_basis": "asking",
        "listing_status": "active",
        "first_seen_on": DAY,
        "days_on_market": 3.0,
        "price_event": "new",
        "condition_claimed": "unknown",
        "text_flags": "[]",
        "completeness": 1.0,
    }
    return row | values


def listings(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """Listings in LISTINGS columns."""
    return framed(LISTINGS, [dict(row) for row in rows])


def parcel(
    street: str = "17 12TH AVE NE", unit: str | None = None, zip_code: str = "98103", **values: Any
) -> dict[str, Any]:
    """An assessor's record of an address in Seattle."""
    row = {
        "county": "king_wa",
        "date": DAY,
        "provider": "assessor",
        "source": "test_assessor",
        "url": "https://assessor.example/1",
        "field_urls": "{}",
        "page_sha256": "cd" * 32,
        "fetched_at": FETCHED,
        "street_address": street,
        "unit": unit,
        "zip_code": zip_code,
        "address_key": normalize_address(street, unit, "Seattle", "WA", zip_code).address_key,
        "apn": "0000000001",
        "square_footage": 1800.0,
        "assessed_value_usd": 600_000.0,
        "market_value_usd": 720_000.0,
    }
    return row | values


def parcels(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """Parcels in PARCELS columns."""
    return framed(PARCELS, [dict(row) for row in rows])


def zip_row(zip_code: str = "98103", vintage: int = 2023, **values: Any) -> dict[str, Any]:
    """A ZIP's figures of one vintage, released in mid-December of the year after."""
    row = {
        "county": "king_wa",
        "zip_code": zip_code,
        "vintage": vintage,
        "known_on": date(vintage + 1, 12, 15),
        "population": 40_000.0 + vintage,
        "median_income_usd": 100_000.0,
        "median_home_value_usd": 800_000.0,
        "owner_occupied_rate": 0.5,
        "unemployment_rate": 0.04,
        "median_rent_usd": 2_000.0,
        "median_rent_3br_usd": 2_900.0,
        "median_rent_5br_usd": 3_900.0,
    }
    return row | values


def zip_demographics(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """ZIP figures in ZIP_DEMOGRAPHICS columns."""
    return framed(ZIP_DEMOGRAPHICS, [dict(row) for row in rows])
