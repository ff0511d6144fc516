"""Homes as vectors: `profile`, the 35 numbers, and `physical`, size, age, quality and place without money.

Belongs here: which columns, their weights, rows of EMBEDDINGS. Does not: the scale, which is the
county's and comes with the model version (valuation/scaling.py), or Qdrant (index.py).
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import numpy as np
import numpy.typing as npt
import pandas as pd

from realestate_os.features.frames import FEATURE_NAMES
from realestate_os.similarity.frames import EMBEDDINGS
from realestate_os.valuation.history import Floats, has_coordinates, number
from realestate_os.valuation.scaling import scaled_columns
from realestate_os.valuation.value import ServedModel

# Column -> weight. Buyers compare size and quality first; place is bounded by the radius already.
PHYSICAL_WEIGHTS = {
    "square_footage": 1.5,
    "bedrooms": 0.7,
    "bathrooms": 0.7,
    "lot_size_sqft": 0.7,
    "age_years": 1.2,
    "property_type_single_family": 1.0,
    "property_type_condo": 1.0,
    "property_type_townhouse": 1.0,
    "latitude": 0.5,
    "longitude": 0.5,
    "quality_grade": 1.2,
    "condition_grade": 1.0,
    "view_rank": 0.7,
    "waterfront": 2.0,
    "stories": 0.4,
    "basement_sqft": 0.4,
}
# Cosine sees directions only: two plain homes lie near the origin and point anywhere. A constant last
# coordinate makes them alike, and turns cosine into nearly a distance.
CONSTANT = 2.0
VECTOR_SIZES = {"profile": len(FEATURE_NAMES), "physical": len(PHYSICAL_WEIGHTS) + 1}

Vectors = npt.NDArray[np.float32]


def profile_vectors(served: ServedModel, columns: pd.DataFrame) -> Vectors:
    """(n, 35) of SCALED_COLUMNS (valuation/scaling.py)."""
    return _tempered(served, columns[list(FEATURE_NAMES)]).astype(np.float32)


def physical_vectors(served: ServedModel, columns: pd.DataFrame) -> Vectors:
    """(n, 17) of SCALED_COLUMNS; no price, tax or value enters."""
    weighted = _tempered(served, columns[list(PHYSICAL_WEIGHTS)]) * np.array(list(PHYSICAL_WEIGHTS.values()))
    return np.column_stack([weighted, np.full(len(columns), CONSTANT)]).astype(np.float32)


def embed_listings(served: ServedModel, homes: pd.DataFrame, features: pd.DataFrame, day: date) -> pd.DataFrame:
    """EMBEDDINGS of the day's listings that have a place; `features` are matched by property_id."""
    homes = homes[has_coordinates(homes)].reset_index(drop=True)
    features = features.set_index("property_id").reindex(homes["property_id"])
    facts = {"kind": "listing", "item_id": homes["property_id"], "event_date": day, "known_on": day}
    keys = [f"listing/{one}/{served.name}/{served.version}/{day}" for one in homes["property_id"]]
    return _rows(served, homes.assign(**facts), scaled_columns(homes, day, features), keys, day)


def embed_sales(served: ServedModel, history: pd.DataFrame, day: date) -> pd.DataFrame:
    """EMBEDDINGS of closed sales (sale_history), each as it was the day before it closed."""
    homes = history.assign(
        kind="sale",
        item_id=history["sale_id"],
        listing_price_usd=history["sale_price_usd"],
        event_date=history["sale_date"].dt.date,
        known_on=history["known_on"].dt.date,
    )
    keys = [f"sale/{one}/{served.name}/{served.version}" for one in history["sale_id"]]
    return _rows(served, homes, scaled_columns(homes, homes["as_of"]), keys, day)


def _tempered(served: ServedModel, columns: pd.DataFrame) -> Floats:
    """Scaled; linear near the median, logarithmic far from it.

    A mansion on 50 acres is 100 spreads off in its lot and would be a vector of nothing else. Cutting at a
    few spreads instead would make all dear homes alike.
    """
    return np.arcsinh(served.model.scale.scaled(columns))


def _rows(served: ServedModel, homes: pd.DataFrame, columns: pd.DataFrame, keys: list[str], day: date) -> pd.DataFrame:
    found: dict[str, Any] = {
        "point_id": [str(uuid5(NAMESPACE_URL, key)) for key in keys],
        "profile": list(profile_vectors(served, columns)),
        "physical": list(physical_vectors(served, columns)),
        "price_usd": number(homes, "listing_price_usd"),
        "date": day,
        "model_version": served.version,
    }
    kept = [name for name in EMBEDDINGS.names if name not in found]
    return homes[kept].assign(**found)[EMBEDDINGS.names].reset_index(drop=True)
