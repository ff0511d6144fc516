"""The 35 features in columns at 1k to 1M rows, and row by row beside it: time should grow like the rows."""

from __future__ import annotations

import math
import time
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.report import show
from realestate_os.features.build import DAYS_PER_YEAR, SHORTEST_HOLD_YEARS, UNDERVALUED_BELOW, build_features
from realestate_os.features.frames import FEATURE_NAMES

SIZES = (1_000, 10_000, 100_000, 1_000_000)
# Row by row takes 0.1 ms a row, whatever their number: it is measured up to here.
ROW_BY_ROW_UP_TO = 10_000
DAY = date(2026, 11, 24)


def main() -> None:
    """Each size, and the seconds a million rows would take at its pace."""
    for size in SIZES:
        homes = _homes(size)
        ours = [_seconds(lambda homes=homes: build_features(homes, DAY)) for _ in range(3)]
        if size <= ROW_BY_ROW_UP_TO:
            peer = [_seconds(lambda homes=homes: _row_by_row(homes, DAY))]
            show(f"features of {size:,} rows", ours, "row by row", peer)
        else:
            pace = min(ours) / size * 1e6
            print(f"features of {size:,} rows: {min(ours):.2f} s, {pace:.2f} s a million rows", flush=True)
    few = _homes(1_000)
    pd.testing.assert_frame_equal(build_features(few, DAY), _row_by_row(few, DAY), check_exact=False)


def _seconds(work: Any) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _row_by_row(homes: pd.DataFrame, day: date) -> pd.DataFrame:
    return homes.apply(lambda home: pd.Series(_features(home, day)), axis=1)[list(FEATURE_NAMES)]


def _features(home: pd.Series, day: date) -> dict[str, float]:
    """The formulas for one home, as one would write them for one."""
    price, assessed, market = home["listing_price_usd"], home["assessed_value_usd"], home["market_value_usd"]
    area, lot = home["square_footage"], home["lot_size_sqft"]
    years = (pd.Timestamp(day) - home["last_sale_date"]).days / DAYS_PER_YEAR
    last = home["last_sale_price_usd"] if years >= 0 else math.nan
    growth = market / last
    best = max(assessed, market)
    return {
        "square_footage": area,
        "bedrooms": home["bedrooms"],
        "bathrooms": home["bathrooms"],
        "lot_size_sqft": lot,
        "age_years": day.year - home["year_built"],
        "price_per_sqft": price / area,
        "bed_bath_ratio": home["bedrooms"] / home["bathrooms"],
        "lot_to_building_ratio": lot / area,
        "listing_price": price,
        "assessed_value": assessed,
        "market_value": market,
        "assessed_to_market_ratio": assessed / market,
        "listing_to_assessed_ratio": price / assessed,
        "listing_to_market_ratio": price / market,
        "annual_tax": home["annual_tax_usd"],
        "tax_rate": home["annual_tax_usd"] / assessed,
        "estimated_equity": market - home["liens_usd"],
        "years_since_last_sale": years if years >= 0 else math.nan,
        "last_sale_price": last,
        "price_appreciation": growth - 1,
        "annual_appreciation_rate": growth ** (1 / years) - 1 if years >= SHORTEST_HOLD_YEARS else math.nan,
        "days_on_market": home["days_on_market"],
        "listing_status_active": float(home["listing_status"] == "active"),
        **{
            f"property_type_{kind}": float(home["property_type"] == kind)
            for kind in ("single_family", "condo", "townhouse")
        },
        "zip_population": home["zip_population"],
        "zip_median_income": home["zip_median_income_usd"],
        "zip_median_home_value": home["zip_median_home_value_usd"],
        "zip_owner_occupied_rate": home["zip_owner_occupied_rate"],
        "zip_unemployment_rate": home["zip_unemployment_rate"],
        "income_to_price_ratio": home["zip_median_income_usd"] / price,
        "relative_price_in_zip": price / home["zip_median_home_value_usd"],
        "is_undervalued": float(price < UNDERVALUED_BELOW * best),
        "potential_roi": best / price - 1,
    }


def _homes(count: int) -> pd.DataFrame:
    """Complete homes with the columns that the formulas read."""
    rng = np.random.default_rng(1)
    money = ("listing_price_usd", "assessed_value_usd", "market_value_usd", "last_sale_price_usd")
    columns: dict[str, Any] = {name: rng.uniform(1e5, 1e6, count) for name in money}
    columns |= {name: rng.uniform(1e3, 1e4, count) for name in ("square_footage", "lot_size_sqft", "annual_tax_usd")}
    columns |= {name: rng.integers(1, 6, count).astype(float) for name in ("bedrooms", "bathrooms")}
    columns |= {
        "year_built": rng.integers(1900, 2020, count).astype(float),
        "liens_usd": rng.uniform(0, 1e5, count),
        "last_sale_date": pd.Timestamp("2001-01-01") + pd.to_timedelta(rng.integers(0, 9000, count), unit="D"),
        "days_on_market": rng.integers(0, 90, count).astype(float),
        "listing_status": rng.choice(["active", "pending"], count),
        "property_type": rng.choice(["single_family", "condo", "townhouse"], count),
    }
    zips = ("zip_population", "zip_median_income_usd", "zip_median_home_value_usd")
    columns |= {name: rng.uniform(1e4, 1e6, count) for name in zips}
    columns |= {name: rng.uniform(0, 1, count) for name in ("zip_owner_occupied_rate", "zip_unemployment_rate")}
    return pd.DataFrame(columns)
