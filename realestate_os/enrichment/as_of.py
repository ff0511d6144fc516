"""What was known on a day: versions of sales, vintages of the Census, the last sale before a day.

Belongs here: the filters by known_on and superseded_on that every reader of sales and ZIP figures
uses. Does not: how versions come to be (sale_versions.py) or which value wins (merge.py).
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from realestate_os.enrichment.frames import ZIP_FIGURES

RENT_COLUMNS = [f"median_rent_{bedrooms}br_usd" for bedrooms in range(6)]
_NEVER = np.iinfo(np.int64).max


def to_days(values: pd.Series[Any]) -> pd.Series[Any]:
    """Dates of any kind as datetime64[ns]; what is no date becomes NaT."""
    if pd.api.types.is_datetime64_ns_dtype(values):
        return values
    return pd.to_datetime(values, errors="coerce").astype("datetime64[ns]")


def known_sales(sales: pd.DataFrame, on: date) -> pd.DataFrame:
    """The version of each sale that was current at the end of the day; none when the sale was not yet known."""
    day = pd.Timestamp(on)
    superseded = to_days(sales["superseded_on"])
    current = (to_days(sales["known_on"]) <= day) & (superseded.isna() | (superseded > day))
    return sales[current]


def property_keys(homes: pd.DataFrame) -> pd.Series[Any]:
    """One key a property within its county: APN first, else the normalised address; null without both."""
    key = ("apn " + homes["apn"]).where(homes["apn"].notna(), "address " + homes["address_key"])
    return homes["county"] + " " + key


def previous_sales(
    sales: pd.DataFrame,
    keys: pd.Series[Any],
    before: pd.Series[Any],
    as_of: pd.Series[Any],
) -> pd.DataFrame:
    """The latest market sale of each property that closed before a day, as it was known on another.

    Args:
        sales: versions in SALES columns.
        keys: property key a row (property_keys).
        before: the sale must have closed before this day.
        as_of: the version must have been known, and not superseded, at the end of this day.

    Returns:
        last_sale_date (datetime64[ns]) and last_sale_price_usd, on the index of `keys`; missing
        where there is none.
    """
    versions = sales[sales["market_sale"].astype(bool)]
    codes, ours = _shared_codes(property_keys(versions), keys)
    closed = _day_numbers(versions["sale_date"])
    known, superseded = (
        _day_numbers(versions["known_on"]),
        _day_numbers(versions["superseded_on"], _NEVER),
    )
    order = np.lexsort((known, closed, codes))
    codes, closed, known, superseded = (part[order] for part in (codes, closed, known, superseded))
    found = _walk_back(
        (codes, closed, known, superseded),
        ours,
        _day_numbers(before, -1),
        _day_numbers(as_of, -1),
    )
    hit = found >= 0
    chosen = versions.iloc[order[found[hit]]]
    result = pd.DataFrame({"last_sale_date": pd.NaT, "last_sale_price_usd": np.nan}, index=keys.index)
    result["last_sale_date"] = result["last_sale_date"].astype("datetime64[ns]")
    result.loc[hit, "last_sale_date"] = to_days(chosen["sale_date"]).to_numpy()
    result.loc[hit, "last_sale_price_usd"] = chosen["sale_price_usd"].to_numpy(dtype=float)
    return result


def zip_figures(
    zip_demographics: pd.DataFrame,
    zip_codes: pd.Series[Any],
    bedrooms: pd.Series[Any],
    as_of: pd.Series[Any],
) -> pd.DataFrame:
    """The ZIP's figures by the newest vintage released by each row's day, on the index of `zip_codes`.

    zip_median_rent_usd is the rent of the home's bedroom count (five and more are one class) where
    it is published, else of all homes. Units as in ENRICHMENT; census_vintage is a year.
    """
    left = pd.DataFrame(
        {
            "row": np.arange(len(zip_codes)),
            "day": to_days(as_of).to_numpy(),
            "zip_code": zip_codes.to_numpy(),
        }
    )
    left["bedrooms"] = bedrooms.to_numpy(dtype=float)
    right = zip_demographics.assign(day=to_days(zip_demographics["known_on"])).drop(columns=["known_on", "county"])
    found = (
        pd.merge_asof(
            left.dropna(subset=["day", "zip_code"]).sort_values("day"),
            right.sort_values(["day", "vintage"]),
            on="day",
            by="zip_code",
        )
        .set_index("row")
        .reindex(left["row"])
    )
    figures = pd.DataFrame({ours: found[theirs].to_numpy(dtype=float) for ours, theirs in ZIP_FIGURES.items()})
    figures["zip_median_rent_usd"] = _rent(found)
    figures["census_vintage"] = found["vintage"].to_numpy(dtype=float)
    return figures.set_index(zip_codes.index)


def _rent(found: pd.DataFrame) -> npt.NDArray[np.float64]:
    by_bedrooms = found[RENT_COLUMNS].to_numpy(dtype=float)
    bedrooms = found["bedrooms"].to_numpy(dtype=float)
    column = np.nan_to_num(bedrooms, nan=0.0).clip(0, len(RENT_COLUMNS) - 1).astype(int)
    rent = np.where(np.isnan(bedrooms), np.nan, by_bedrooms[np.arange(len(found)), column])
    return np.where(np.isnan(rent), found["median_rent_usd"].to_numpy(dtype=float), rent)


def _shared_codes(theirs: pd.Series[Any], ours: pd.Series[Any]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Integer codes that both sides share; -1 is a missing key."""
    codes = pd.factorize(pd.concat([theirs, ours], ignore_index=True))[0]
    return codes[: len(theirs)], codes[len(theirs) :]


def _day_numbers(days: pd.Series[Any], missing: int = _NEVER) -> npt.NDArray[np.int64]:
    stamps = to_days(days).to_numpy()
    return np.where(np.isnat(stamps), missing, stamps.astype("datetime64[D]").astype(np.int64))


def _walk_back(
    versions: tuple[npt.NDArray[np.int64], ...],
    codes: npt.NDArray[np.int64],
    before: npt.NDArray[np.int64],
    as_of: npt.NDArray[np.int64],
) -> npt.NDArray[np.int64]:
    """Position of the version found for each row, or -1.

    Versions are sorted by property and closing date. Each row starts at the last version that
    closed before its day and steps back over those not known then; all rows step at once, and few
    need more than two steps.
    """
    version_code, closed, known, superseded = versions
    position = _last_before(version_code, closed, codes, before)
    found = np.full(len(codes), -1, dtype=np.int64)
    open_rows = np.flatnonzero((codes >= 0) & (position >= 0))
    while len(open_rows):
        here = position[open_rows]
        same = version_code[here] == codes[open_rows]
        usable = same & (known[here] <= as_of[open_rows]) & (superseded[here] > as_of[open_rows])
        found[open_rows[usable]] = here[usable]
        open_rows = open_rows[same & ~usable & (here > 0)]
        position[open_rows] -= 1
    return found


def _last_before(
    version_code: npt.NDArray[np.int64],
    closed: npt.NDArray[np.int64],
    codes: npt.NDArray[np.int64],
    before: npt.NDArray[np.int64],
) -> npt.NDArray[np.int64]:
    """Last position whose (property, closing day) is below (property, before)."""
    # Day numbers since 1970 fit 22 bits either way; one integer per pair makes the search a bisection.
    shift, base = np.int64(1 << 24), np.int64(1 << 22)
    pairs = version_code * shift + np.clip(closed, -base, base) + base
    return np.searchsorted(pairs, codes * shift + np.clip(before, -base, base) + base, side="left") - 1
