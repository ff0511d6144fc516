"""Columns that only this file has, as characteristics of the parcel: a pool's worth, the distance to the sea.

Belongs here: which unknown numeric columns a value model may look at. Does not: known columns
(enrichment/sales_columns.py).

Refused by name: prices and what follows from them, keys, dates, people and areas' populations (fair housing).
Refused by content: what tells the price too well to have been known before the sale.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from realestate_os.enrichment.parsers import number, rank
from realestate_os.valuation.history import Floats

EXTRA = "extra_"
MOST = 40
SHARE_FILLED = 0.2
# ln price on the column and living area: honest characteristics with area reach 0.6 to 0.8; a price per square
# foot, a rounded price or an assessment made after the sale lies above.
TELLS_THE_PRICE = 0.93
TOO_WELL = "it tells the price too well to have been known before the sale"
REFUSED_NAMES = {
    "a price or what follows from one": r"price|prc|amount|amt|usd|sale|sold|list|ask|rent|ppsf|psf|persq|ratio|"
    r"estimate|avm|mortg|loan|lien|consid|tax|apprai|assess|market|log|cost|value$|^val|totval|totalval|equity|profit|roi",
    "a key": r"id$|^id|pin$|apn|parcel|folio|fips|objectid|index|unnamed|^column\d|book|page|doc|deed|record|number$|"
    r"nbr$|no$|code$|serial|account|phone|^row|tract|geoid|zip|precinct|district",
    "a date": r"date|year|^yr|month|^mo|day|time|dom$|quarter|qtr|week",
    "people (fair housing)": r"owner|buyer|seller|grant|agent|broker|race|ethnic|hispan|black|white|asian|relig|marit|"
    r"child|kid|famil|langu|immigr|foreign|income|poverty|popul|crime|welfare|disab|sex|gender|household|school|elder|senior",
}


def characteristics(
    cells: pd.DataFrame, columns: dict[str, str], sales: pd.DataFrame
) -> tuple[pd.DataFrame, dict[str, str]]:
    """(extra_* columns on the index of `sales`, what was left out and why); `cells` is the file."""
    used = set(columns.values())
    found: dict[str, pd.Series[Any]] = {}
    left_out: dict[str, str] = {}
    for column in cells.columns:
        if column in used or {"latitude", "longitude"} & {column}:
            continue
        values = _figures(cells[column].reindex(sales.index))
        reason = _why_not(str(column), values, sales)
        if reason is None and len(found) < MOST:
            found[EXTRA + re.sub(r"[^a-z0-9]+", "_", str(column).lower()).strip("_")] = values
        elif reason:
            left_out[str(column)] = reason
    return pd.DataFrame(found, index=sales.index), left_out


def _figures(column: pd.Series[Any]) -> pd.Series[Any]:
    """Numbers as they are; words of quality ("Gd", "Average") as 1 to 5; NaN else."""
    values = number(column)
    return values if values.notna().any() else rank(column)


def _why_not(column: str, values: pd.Series[Any], sales: pd.DataFrame) -> str | None:
    """None where it may be used, "" where it holds nothing to learn from, else the reason."""
    if values.notna().mean() < SHARE_FILLED or values.nunique() < 2:
        return ""
    plain = re.sub(r"[^a-z0-9]+", "", column.lower())
    for reason, pattern in REFUSED_NAMES.items():
        if re.search(pattern, plain):
            return reason
    whole = values.dropna()
    if (whole % 1 == 0).all() and whole.nunique() > 0.9 * len(whole) and whole.median() > 1e5:
        return "a key"
    if tells_the_price(values.to_numpy(dtype=float), sales):
        return TOO_WELL
    return None


def tells_the_price(values: Floats, sales: pd.DataFrame) -> bool:
    """Whether the column, with or without living area, explains more of ln price than a characteristic can."""
    price = np.log(sales["sale_price_usd"].to_numpy(dtype=float))
    area = np.log(sales["square_footage"].to_numpy(dtype=float))
    there = np.isfinite(values) & (values > 0) & np.isfinite(price) & np.isfinite(area)
    if there.sum() < 50:
        return False
    own = np.log(values[there])
    design = np.column_stack([np.ones(there.sum()), area[there], own])
    residual = price[there] - design @ np.linalg.lstsq(design, price[there], rcond=None)[0]
    spread = np.median(np.abs(residual - np.median(residual)))
    usual = np.median(np.abs(price[there] - np.median(price[there])))
    return bool(1 - (spread / max(usual, 1e-9)) ** 2 > TELLS_THE_PRICE)
