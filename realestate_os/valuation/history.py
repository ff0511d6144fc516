"""The sales a model may look at: training homes with the day each sale became known.

Belongs here: joining features/training.py's homes with `known_on`, and which of them can be used.
Does not: features of homes (matrix.py) or any fitting (price_level.py, train.py).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from realestate_os.features.training import training_homes
from realestate_os.storage.set_aside import SetAside

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.int64]


def sale_history(
    sales: pd.DataFrame, zip_demographics: pd.DataFrame, *, known_by: date, months: int
) -> tuple[pd.DataFrame, SetAside]:
    """Closed market sales known at the end of `known_by`, and what cannot be used of them.

    Returns:
        `training_homes` plus known_on (datetime64, when the sale first became known), sorted by sale
        date, a fresh index; every row has a positive square footage, coordinates and a price.
    """
    homes = training_homes(sales, zip_demographics, known_before=known_by + timedelta(days=1), history_months=months)
    first_known = pd.to_datetime(sales["known_on"]).groupby(sales["sale_id"]).min()
    homes["known_on"] = homes["sale_id"].map(first_known).astype("datetime64[ns]")
    refused = SetAside()
    broken = {
        "missing_square_footage": ~(number(homes, "square_footage") > 0),
        "missing_coordinates": ~has_coordinates(homes),
    }
    for reason, rows in broken.items():
        for sale_id in homes.loc[rows, "sale_id"]:
            refused.add(str(sale_id), reason, detail="a sale without it teaches the value model nothing")
    unusable = np.logical_or.reduce(list(broken.values()))
    return homes[~unusable].reset_index(drop=True), refused


def has_coordinates(homes: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Rows whose latitude and longitude are both there."""
    return ~np.isnan(number(homes, "latitude") + number(homes, "longitude"))


def number(homes: pd.DataFrame, name: str) -> Floats:
    """A column as float64; NaN where missing, not a number or infinite, or where there is no such column."""
    if name not in homes:
        return np.full(len(homes), np.nan)
    values = pd.to_numeric(homes[name], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)


def day_numbers(days: pd.Series[Any] | date, length: int) -> Days:
    """Days since 1970 as int64, one a row; one date counts for all rows."""
    if isinstance(days, pd.Series):
        return pd.to_datetime(days).to_numpy(dtype="datetime64[D]").astype(np.int64)
    return np.full(length, np.datetime64(days, "D").astype(np.int64))
