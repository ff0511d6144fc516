"""What a value model must beat: the agent's rule and an untouched LightGBM.

Belongs here: both, fitted on the same past sales as ours and as blind to the date as they come.
Does not: ours (valuation/fit.py).
"""

from __future__ import annotations

import lightgbm as lgb
import numpy as np
import pandas as pd

from realestate_os.operations.evaluation.characteristics import EXTRA
from realestate_os.valuation.history import Floats, number

# The columns of a sales file as they come; dates stay out, as in the usual notebook.
RAW_COLUMNS = (
    "bedrooms",
    "bathrooms",
    "square_footage",
    "lot_size_sqft",
    "year_built",
    "year_renovated",
    "stories",
    "basement_sqft",
    "quality_grade",
    "condition_grade",
    "view_rank",
    "waterfront",
    "latitude",
    "longitude",
    "zip_code",
)
# A median of fewer sales says less than the county's.
FEWEST_IN_ZIP = 5
BASELINES = {"zip_rule": "ZIP $/sqft rule", "default_lightgbm": "LightGBM, default, raw columns"}


def baseline_values(past: pd.DataFrame, homes: pd.DataFrame) -> pd.DataFrame:
    """USD by baseline, on the index of `homes`; both learn from `past`."""
    columns = {"zip_rule": zip_rule(past, homes), "default_lightgbm": default_lightgbm(past, homes)}
    return pd.DataFrame(columns, index=homes.index)


def zip_rule(past: pd.DataFrame, homes: pd.DataFrame) -> Floats:
    """Median price per square foot of the ZIP, else of the county, times the living area."""
    rate = past["sale_price_usd"] / past["square_footage"]
    groups = rate.groupby(past["zip_code"].astype(object).fillna("")).agg(["median", "size"])
    medians = groups.loc[groups["size"] >= FEWEST_IN_ZIP, "median"]
    own = homes["zip_code"].map(medians).astype(float).fillna(float(rate.median()))
    return (own * homes["square_footage"]).to_numpy(dtype=float)


def default_lightgbm(past: pd.DataFrame, homes: pd.DataFrame) -> Floats:
    """LGBMRegressor with every default but the thread count, dollars on raw columns."""
    model = lgb.LGBMRegressor(n_jobs=1, verbosity=-1)
    model.fit(raw_matrix(past), past["sale_price_usd"].to_numpy(dtype=float))
    return np.maximum(np.asarray(model.predict(raw_matrix(homes)), dtype=float), 1.0)


def raw_matrix(homes: pd.DataFrame) -> pd.DataFrame:
    """RAW_COLUMNS and characteristics as numbers."""
    names = [*RAW_COLUMNS, *(name for name in homes if str(name).startswith(EXTRA))]
    return pd.DataFrame({name: number(homes, name) for name in names}, index=homes.index)
