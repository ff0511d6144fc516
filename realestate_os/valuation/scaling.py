"""Medians and spreads of the county's homes, fitted on the training window.

Belongs here: the robust scale that is stored with a model version. Does not: the vectors made with
it (similarity/embed.py). A scale fitted on the rows at hand, or within one row, would make a $400k
house and a $2M condo look alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from realestate_os.features.build import build_features
from realestate_os.features.frames import FEATURE_NAMES
from realestate_os.valuation.history import Floats, number
from realestate_os.valuation.matrix import RECORD_COLUMNS

SCALED_COLUMNS: tuple[str, ...] = FEATURE_NAMES + RECORD_COLUMNS


@dataclass(frozen=True)
class RobustScale:
    """(value - median) / interquartile range, by column."""

    median: dict[str, float]
    spread: dict[str, float]

    def scaled(self, columns: pd.DataFrame) -> Floats:
        """(n, columns): NaN becomes the median, which is 0. Columns are of SCALED_COLUMNS."""
        names = list(columns.columns)
        median = np.array([self.median[name] for name in names])
        spread = np.array([self.spread[name] for name in names])
        return np.nan_to_num((columns.to_numpy(dtype=float) - median) / spread)

    def to_state(self) -> dict[str, Any]:
        """Plain numbers, for JSON."""
        return {"median": self.median, "spread": self.spread}


def fit_scale(history: pd.DataFrame) -> RobustScale:
    """Fit on closed sales, whose price stands in for the asking price."""
    columns = scaled_columns(history.assign(listing_price_usd=history["sale_price_usd"]), history["as_of"])
    quartiles = columns.quantile([0.25, 0.5, 0.75])
    median = quartiles.loc[0.5].fillna(0.0)
    # A column that is mostly one value (a flag, a view) has no interquartile range: its units stay.
    spread = (quartiles.loc[0.75] - quartiles.loc[0.25]).where(lambda s: s > 1e-9, 1.0)
    return RobustScale(median.to_dict(), spread.to_dict())


def scaled_columns(homes: pd.DataFrame, as_of: Any, features: pd.DataFrame | None = None) -> pd.DataFrame:
    """SCALED_COLUMNS of homes, not yet scaled; `features` are the 35 where they are at hand."""
    found = build_features(homes, as_of) if features is None else features[list(FEATURE_NAMES)].set_axis(homes.index)
    records = pd.DataFrame({name: number(homes, name) for name in RECORD_COLUMNS}, index=homes.index)
    return pd.concat([found, records], axis=1)[list(SCALED_COLUMNS)]
