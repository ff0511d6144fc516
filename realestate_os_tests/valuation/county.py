"""A small made-up county for the tests of valuation and similarity: sales and listings with known prices.

Prices follow size, grade, age, place and time, and noise that is larger for odd homes; the true value
of each home is kept, so that a test can ask for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from realestate_os.enrichment.frames import ENRICHMENT, SALES, ZIP_DEMOGRAPHICS
from realestate_os.storage.schema import Frame

COUNTY = "king_wa"
FIRST_SALE, DAYS = date(2022, 1, 3), 720
DAY = date(2024, 1, 10)
MONTH = date(2024, 1, 1)
GROWTH_A_YEAR = 0.08
# Half the swing from December to June, as usual in the north; JUNE is the peak's distance from FIRST_SALE.
SEASON, JUNE = 0.014, (date(2022, 6, 15) - FIRST_SALE).days
LAG_DAYS = 10


@dataclass(frozen=True)
class MadeCounty:
    """Sales in SALES columns, listings in ENRICHMENT columns, and what the listings are worth."""

    sales: pd.DataFrame
    listings: pd.DataFrame
    listing_value_usd: np.ndarray[Any, Any]
    zip_demographics: pd.DataFrame


def make_county(sales: int = 900, listings: int = 60, seed: int = 7) -> MadeCounty:
    rng = np.random.default_rng(seed)
    sold_on = [FIRST_SALE + timedelta(days=int(day)) for day in np.sort(rng.integers(0, DAYS, sales))]
    sold = _homes(rng, sales, "s")
    value = true_value(sold, np.array([(day - FIRST_SALE).days for day in sold_on]))
    noise = rng.normal(0, 1, sales) * noise_sd(sold)
    ours = _homes(rng, listings, "p")
    ours_value = true_value(ours, np.full(listings, (DAY - FIRST_SALE).days))
    return MadeCounty(
        _as_sales(sold, sold_on, np.round(value * np.exp(noise), -2)),
        _as_listings(ours, np.round(ours_value, -3)),
        ours_value,
        zip_rows(),
    )


def true_value(homes: pd.DataFrame, day: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """USD, without noise."""
    north, east = (homes["latitude"] - 47.6) * 20, (homes["longitude"] + 122.3) * 14
    log_value = (
        12.9
        + 0.7 * np.log(homes["square_footage"] / 1500)
        + 0.09 * (homes["quality_grade"] - 7)
        - 0.002 * (2022 - homes["year_built"])
        + 0.06 * (homes["condition_grade"] - 3)
        + 0.25 * np.sin(north) * np.cos(east)
        + log_price_level(day)
    )
    return np.exp(log_value.to_numpy(dtype=float))


def log_price_level(day: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Growth and season, days after FIRST_SALE."""
    return GROWTH_A_YEAR * day / 365 + SEASON * np.cos((day - JUNE) * 2 * np.pi / 365.25)


def noise_sd(homes: pd.DataFrame) -> np.ndarray[Any, Any]:
    """Old homes are harder to value."""
    return np.where(homes["year_built"].to_numpy() < 1950, 0.16, 0.07)


def zip_rows() -> pd.DataFrame:
    rows = empty(ZIP_DEMOGRAPHICS, 2).assign(
        county=COUNTY, zip_code=["98101", "98102"], vintage=2020, known_on=date(2021, 12, 1), population=30000.0
    )
    return rows.assign(median_home_value_usd=[600000.0, 500000.0], median_income_usd=90000.0)


def empty(frame: Frame, rows: int) -> pd.DataFrame:
    """Rows without values."""
    columns = {
        c.name: np.nan if c.dtype == "float64" else pd.Series([None] * rows, dtype=object) for c in frame.columns
    }
    return pd.DataFrame(columns, index=range(rows))


def _homes(rng: np.random.Generator, count: int, prefix: str) -> pd.DataFrame:
    area = np.round(np.exp(rng.normal(7.45, 0.3, count)))
    latitude, longitude = 47.6 + rng.uniform(-0.06, 0.06, count), -122.3 + rng.uniform(-0.09, 0.09, count)
    return pd.DataFrame(
        {
            "id": [f"{prefix}{i:05d}" for i in range(count)],
            "apn": [f"{prefix.upper()}{i:05d}" for i in range(count)],
            "street_address": [f"{i} Pine St" for i in range(count)],
            "zip_code": np.where(latitude > 47.6, "98101", "98102"),
            "property_type": np.where(rng.random(count) < 0.85, "single_family", "condo"),
            "latitude": latitude,
            "longitude": longitude,
            "square_footage": area,
            "bedrooms": np.round(np.clip(area / 600 + rng.normal(0, 0.5, count), 1, 6)),
            "bathrooms": np.round(np.clip(area / 900 + rng.normal(0, 0.3, count), 1, 4) * 2) / 2,
            "lot_size_sqft": np.round(np.exp(rng.normal(8.8, 0.4, count))),
            "year_built": np.round(rng.uniform(1910, 2020, count)),
            "quality_grade": np.round(np.clip(rng.normal(7.5, 1.2, count), 4, 12)),
            "condition_grade": np.round(np.clip(rng.normal(3.3, 0.7, count), 1, 5)),
            "stories": np.where(rng.random(count) < 0.5, 1.0, 2.0),
        }
    )


def _as_sales(homes: pd.DataFrame, sold_on: list[date], price: np.ndarray[Any, Any]) -> pd.DataFrame:
    rows = empty(SALES, len(homes))
    rows = rows.assign(**{name: homes[name] for name in homes if name in rows})
    return rows.assign(
        sale_id=homes["id"],
        county=COUNTY,
        source="made",
        sale_date=sold_on,
        sale_date_precision="day",
        sale_price_usd=price,
        known_on=[day + timedelta(days=LAG_DAYS) for day in sold_on],
        market_sale=True,
    )[SALES.names]


def _as_listings(homes: pd.DataFrame, price: np.ndarray[Any, Any]) -> pd.DataFrame:
    rows = empty(ENRICHMENT, len(homes))
    rows = rows.assign(**{name: homes[name] for name in homes if name in rows})
    return rows.assign(
        property_id=homes["id"],
        county=COUNTY,
        date=DAY,
        listing_price_usd=price,
        price_basis="asking",
        listing_status="active",
        condition_claimed="unknown",
        zip_population=30000.0,
        zip_median_home_value_usd=np.where(homes["zip_code"] == "98101", 600000.0, 500000.0),
        status="complete",
        missing_sources="[]",
        failed_sources="[]",
    )[ENRICHMENT.names]
