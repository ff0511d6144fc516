"""Why a home is worth what the model says, in dollars and plain words.

Belongs here: labels and the split of V - V0 into reasons. Does not: the contributions themselves
(boosting.py). Nothing of the ZIP's population profile and nothing of the asking price can appear: the
model does not hold them (matrix.py).

Source: LightGBM's exact SHAP contributions phi_i of ln V sum to ln(V / V0). dollars_i = phi_i (V - V0)
/ ln(V / V0) sum to V - V0 and keep the sign and the proportions of phi.
"""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from realestate_os.valuation.history import Floats
from realestate_os.valuation.matrix import EXTRA, extra_columns
from realestate_os.valuation.mixture import SMOOTH_COLUMN

# Reason -> its columns; the first is the one whose value is shown. Columns that say the same thing are one reason.
REASONS: dict[str, tuple[str, ...]] = {
    "Living area": ("square_footage", "above_ground_sqft", "size_to_nearby"),
    "Lot size": ("lot_size_sqft", "lot_to_building_ratio", "lot_to_nearby"),
    "Bedrooms": ("bedrooms", "bed_bath_ratio"),
    "Bathrooms": ("bathrooms",),
    "Age": ("age_years", "effective_age_years"),
    "Renovation": ("years_since_renovation",),
    "Construction grade": ("quality_grade",),
    "Condition": ("condition_grade",),
    "View": ("view_rank",),
    "Waterfront": ("waterfront",),
    "Floors": ("stories",),
    "Basement": ("basement_sqft",),
    "Location": ("latitude", "longitude", "north_east", "north_west"),
    "Prices of nearby sales": (
        "nearby_premium",
        "nearby_log_price_per_sqft",
        "closest_premium",
        "wide_premium",
        "nearby_premium_sd",
        "nearby_distance_miles",
        "nearby_year_built",
    ),
    "Prices of similar homes nearby": (
        "similar_premium",
        "similar_log_price_per_sqft",
        "similar_weight",
        SMOOTH_COLUMN,
    ),
    "Home values in the ZIP": ("zip_median_home_value",),
    "Assessor's value": ("market_value", "assessed_value", "assessed_to_market_ratio"),
    "Property tax": ("annual_tax", "tax_rate"),
    "Liens and equity": ("estimated_equity",),
    "Last sale": ("last_sale_price", "years_since_last_sale", "price_appreciation", "annual_appreciation_rate"),
    "Property type": (
        "property_type_single_family",
        "property_type_condo",
        "property_type_townhouse",
        "property_type_multi_family",
        "property_type_manufactured",
    ),
}


def dollars(contributions: Floats) -> tuple[Floats, Floats]:
    """Contributions to ln V as dollars.

    Args:
        contributions: (n, columns + 1), ln USD; the last column is ln V0.

    Returns:
        V0 in USD (n,), and dollars (n, columns) whose rows sum to V - V0.
    """
    phi, base = contributions[:, :-1], contributions[:, -1]
    total = phi.sum(axis=1)
    v0 = np.exp(base)
    # expm1 keeps the sum exact where V is close to V0; in the limit a unit of phi is worth V0 dollars.
    small = np.abs(total) < 1e-12
    rate = np.where(small, 1.0, np.expm1(total) / np.where(small, 1.0, total))
    return v0, phi * (v0 * rate)[:, None]


def reason_lists(matrix: pd.DataFrame, by_column: Floats) -> list[str]:
    """JSON lists of {feature, label, value, dollars}, the largest first, one a row; dollars in cents."""
    reasons = REASONS | {name.removeprefix(EXTRA).replace("_", " "): (name,) for name in extra_columns(matrix)}
    position = {name: place for place, name in enumerate([*matrix.columns, SMOOTH_COLUMN])}
    grouped = np.column_stack(
        [by_column[:, [position[c] for c in columns]].sum(axis=1) for columns in reasons.values()]
    )
    names = [(columns[0], label) for label, columns in reasons.items()]
    shown = matrix[[feature for feature, _ in names]].to_numpy(dtype=float)
    order = np.argsort(-np.abs(grouped), axis=1, kind="stable")
    return [
        json.dumps([_reason(names[i], shown[row, i], grouped[row, i]) for i in places if grouped[row, i] != 0])
        for row, places in enumerate(order)
    ]


def _reason(name: tuple[str, str], value: float, amount: float) -> dict[str, object]:
    feature, label = name
    known = None if np.isnan(value) else round(float(value), 4)
    return {"feature": feature, "label": label, "value": known, "dollars": round(float(amount), 2)}
