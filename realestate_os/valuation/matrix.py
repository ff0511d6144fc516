"""The model matrix: one function for listings and for training sales.

Belongs here: which columns the value model sees. Does not: the 35 features (features/build.py), the
neighbours' figures (neighbors.py).

Never in it: what derives from the asking price (the model would learn the ask), and the ZIP's
population profile (fair housing; a test holds both).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from realestate_os.features.frames import FEATURE_NAMES, FROM_ASKING_PRICE, POPULATION_PROFILE
from realestate_os.valuation.columns import DERIVED
from realestate_os.valuation.history import Days, number
from realestate_os.valuation.neighbors import NEIGHBOR_COLUMNS, EarlierSales

ALLOWED_FEATURES = tuple(n for n in FEATURE_NAMES if n not in FROM_ASKING_PRICE | POPULATION_PROFILE)
RECORD_COLUMNS = (
    "latitude",
    "longitude",
    "quality_grade",
    "condition_grade",
    "view_rank",
    "waterfront",
    "stories",
    "basement_sqft",
)
DERIVED_COLUMNS = tuple(column.name for column in DERIVED)
# Characteristics of the county's own, beyond ours: numbers under this prefix in the table of homes.
EXTRA = "extra_"
MATRIX_COLUMNS: tuple[str, ...] = ALLOWED_FEATURES + RECORD_COLUMNS + DERIVED_COLUMNS + NEIGHBOR_COLUMNS


def extra_columns(homes: pd.DataFrame) -> tuple[str, ...]:
    """The county's own characteristics among the columns, in order of their names."""
    return tuple(sorted(str(name) for name in homes.columns if str(name).startswith(EXTRA)))


def model_matrix(
    homes: pd.DataFrame, features: pd.DataFrame, days: Days, earlier: EarlierSales, extra: tuple[str, ...] = ()
) -> pd.DataFrame:
    """(n, MATRIX_COLUMNS and extra) float64 on the index of `homes`; NaN is missing.

    Args:
        homes: ENRICHMENT's columns.
        features: the 35 of the same rows in the same order.
        days: the day whose knowledge counts, a row (days since 1970).
        earlier: the sales that may be looked at; each row uses those known by its day.
        extra: columns of the county's own; one that `homes` lacks is missing.
    """
    allowed = features[list(ALLOWED_FEATURES)].set_axis(homes.index)
    records, own = (
        pd.DataFrame({name: number(homes, name) for name in names}, index=homes.index)
        for names in (RECORD_COLUMNS, extra)
    )
    return pd.concat([allowed, records, _derived(homes, features, days), earlier.columns(homes, days), own], axis=1)


def _derived(homes: pd.DataFrame, features: pd.DataFrame, days: Days) -> pd.DataFrame:
    year = days.astype("datetime64[D]").astype("datetime64[Y]").astype(float) + 1970
    renovated = year - number(homes, "year_renovated")
    age = features["age_years"].to_numpy(dtype=float)
    # Trees split along the axes only; two diagonals let them follow a shore or a highway.
    north = number(homes, "latitude")
    east = number(homes, "longitude") * np.cos(np.radians(north))
    kind = homes["property_type"].to_numpy(dtype=object)
    columns = {
        "above_ground_sqft": number(homes, "square_footage") - np.nan_to_num(number(homes, "basement_sqft")),
        "years_since_renovation": renovated,
        "effective_age_years": np.fmin(age, renovated),
        "north_east": north + east,
        "north_west": north - east,
        "property_type_multi_family": (kind == "multi_family").astype(float),
        "property_type_manufactured": (kind == "manufactured").astype(float),
    }
    return pd.DataFrame(columns, index=homes.index)[list(DERIVED_COLUMNS)]
