"""build_features(): the 35 features of homes, the same for listings and for training sales.

Belongs here: the formulas, in columns. Does not: what was known when (enrichment/as_of.py gives the
homes), which features the value model uses (valuation).
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from realestate_os.enrichment.as_of import to_days
from realestate_os.features.frames import FEATURE_NAMES, FEATURES

Floats = npt.NDArray[np.float64]

DAYS_PER_YEAR = 365.25
# A rate over a few weeks, raised to the year, is noise: 3 % in a month would read as 43 % a year.
SHORTEST_HOLD_YEARS = 0.5
UNDERVALUED_BELOW = 0.9


def build_features(homes: pd.DataFrame, as_of: date | pd.Series[Any]) -> pd.DataFrame:
    """The 35 features, float64, in the order of FEATURE_NAMES, on the index of `homes`.

    Args:
        homes: columns as in ENRICHMENT; a column that is not there counts as missing.
        as_of: the day whose knowledge counts, one for all or one a row. A last sale after it, or a
            year built after it, counts as unknown.

    Returns:
        NaN is missing, never 0; a ratio with zero below it is missing too.
    """
    day = _days(as_of, homes.index)
    columns = (
        _property(homes, day)
        | _financial(homes)
        | _sale_history(homes, day)
        | _market(homes)
        | _location(homes)
        | _derived(homes)
    )
    return pd.DataFrame(
        {name: columns[name] for name in FEATURE_NAMES},
        index=homes.index,
        dtype="float64",
    )


def feature_rows(enrichment: pd.DataFrame, county: str, day: date) -> pd.DataFrame:
    """The table FEATURES of a county's day."""
    rows = build_features(enrichment, day)
    rows.insert(0, "date", day)
    rows.insert(0, "county", county)
    rows.insert(0, "property_id", enrichment["property_id"])
    return rows[FEATURES.names].reset_index(drop=True)


def missing_pct(features: pd.DataFrame) -> dict[str, float]:
    """Feature -> per cent of the rows that lack it, most first; those that none lacks are left out."""
    share = features[list(FEATURE_NAMES)].isna().mean().mul(100).round(1)
    return {str(name): float(pct) for name, pct in share.sort_values(ascending=False).items() if pct > 0}


def _property(homes: pd.DataFrame, day: npt.NDArray[np.datetime64]) -> dict[str, Floats]:
    area, bedrooms, bathrooms = (_number(homes, name) for name in ("square_footage", "bedrooms", "bathrooms"))
    lot = _number(homes, "lot_size_sqft")
    age = _years(day) - _number(homes, "year_built")
    return {
        "square_footage": area,
        "bedrooms": bedrooms,
        "bathrooms": bathrooms,
        "lot_size_sqft": lot,
        "age_years": np.where(age >= 0, age, np.nan),
        "price_per_sqft": _ratio(_number(homes, "listing_price_usd"), area),
        "bed_bath_ratio": _ratio(bedrooms, bathrooms),
        "lot_to_building_ratio": _ratio(lot, area),
    }


def _financial(homes: pd.DataFrame) -> dict[str, Floats]:
    price, assessed, market = _values(homes)
    tax = _number(homes, "annual_tax_usd")
    return {
        "listing_price": price,
        "assessed_value": assessed,
        "market_value": market,
        "assessed_to_market_ratio": _ratio(assessed, market),
        "listing_to_assessed_ratio": _ratio(price, assessed),
        "listing_to_market_ratio": _ratio(price, market),
        "annual_tax": tax,
        "tax_rate": _ratio(tax, assessed),
        "estimated_equity": market - _number(homes, "liens_usd"),
    }


def _sale_history(homes: pd.DataFrame, day: npt.NDArray[np.datetime64]) -> dict[str, Floats]:
    sold = _days(_column(homes, "last_sale_date"), homes.index)
    years = (day - sold) / np.timedelta64(1, "D") / DAYS_PER_YEAR
    past = years >= 0
    price = np.where(past, _number(homes, "last_sale_price_usd"), np.nan)
    growth = _ratio(_number(homes, "market_value_usd"), price)
    long_enough = past & (years >= SHORTEST_HOLD_YEARS) & (growth > 0)
    yearly = np.full(len(homes), np.nan)
    with np.errstate(over="ignore"):
        yearly[long_enough] = growth[long_enough] ** (1 / years[long_enough]) - 1
    return {
        "years_since_last_sale": np.where(past, years, np.nan),
        "last_sale_price": price,
        "price_appreciation": growth - 1,
        "annual_appreciation_rate": _finite(yearly),
    }


def _market(homes: pd.DataFrame) -> dict[str, Floats]:
    kind = _column(homes, "property_type")
    return {
        "days_on_market": _number(homes, "days_on_market"),
        "listing_status_active": _flag(_column(homes, "listing_status"), "active"),
        "property_type_single_family": _flag(kind, "single_family"),
        "property_type_condo": _flag(kind, "condo"),
        "property_type_townhouse": _flag(kind, "townhouse"),
    }


def _location(homes: pd.DataFrame) -> dict[str, Floats]:
    return {
        "zip_population": _number(homes, "zip_population"),
        "zip_median_income": _number(homes, "zip_median_income_usd"),
        "zip_median_home_value": _number(homes, "zip_median_home_value_usd"),
        "zip_owner_occupied_rate": _number(homes, "zip_owner_occupied_rate"),
        "zip_unemployment_rate": _number(homes, "zip_unemployment_rate"),
    }


def _derived(homes: pd.DataFrame) -> dict[str, Floats]:
    price, assessed, market = _values(homes)
    best = np.fmax(assessed, market)
    known = ~np.isnan(price) & ~np.isnan(best)
    return {
        "income_to_price_ratio": _ratio(_number(homes, "zip_median_income_usd"), price),
        "relative_price_in_zip": _ratio(price, _number(homes, "zip_median_home_value_usd")),
        "is_undervalued": np.where(known, price < UNDERVALUED_BELOW * best, np.nan),
        "potential_roi": _ratio(best, price) - 1,
    }


def _values(homes: pd.DataFrame) -> tuple[Floats, Floats, Floats]:
    """Asking price, assessed value, the assessor's market value."""
    return (
        _number(homes, "listing_price_usd"),
        _number(homes, "assessed_value_usd"),
        _number(homes, "market_value_usd"),
    )


def _column(homes: pd.DataFrame, name: str) -> pd.Series[Any]:
    return homes[name] if name in homes else pd.Series(None, index=homes.index, dtype=object)


def _number(homes: pd.DataFrame, name: str) -> Floats:
    return _finite(pd.to_numeric(_column(homes, name), errors="coerce").to_numpy(dtype=float, na_value=np.nan))


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)


def _ratio(above: Floats, below: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return _finite(above / np.where(below == 0, np.nan, below))


def _flag(values: pd.Series[Any], wanted: str) -> Floats:
    """1 where equal, 0 where another value, NaN where unknown."""
    return np.where(values.isna().to_numpy(), np.nan, (values == wanted).to_numpy(dtype=float))


def _days(values: date | pd.Series[Any], index: pd.Index[Any]) -> npt.NDArray[np.datetime64]:
    if isinstance(values, pd.Series):
        return np.asarray(to_days(values), dtype="datetime64[ns]")
    return np.full(len(index), np.datetime64(values, "ns"))


def _years(days: npt.NDArray[np.datetime64]) -> Floats:
    years = days.astype("datetime64[Y]").astype(float) + 1970
    return np.where(np.isnat(days), np.nan, years)
