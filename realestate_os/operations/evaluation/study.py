"""Predictions -> figures: the ratio study with its confidence intervals, terciles, ZIPs, months.

Belongs here: which studies are made of predictions that are there. Does not: the statistics
(valuation/ratio_study.py), drawing (plots.py), words (page.py).
"""

from __future__ import annotations

from typing import Any

from realestate_os.operations.evaluation.baselines import BASELINES
from realestate_os.operations.evaluation.causal import Predicted
from realestate_os.valuation.history import Floats
from realestate_os.valuation.ratio_study import (
    Groups,
    confidence_intervals,
    floats,
    interval_study,
    price_terciles,
    ratio_study,
    study_by,
    zips,
)

Figures = dict[str, Any]


def study(predicted: Predicted) -> Figures:
    """All figures: `ours`, `baselines`, `by_price_tercile`, `by_zip`, `by_month`; plain numbers, ready for JSON."""
    homes, values = predicted.homes, predicted.values
    price = floats(homes["sale_price_usd"])
    return {
        "ours": _one(floats(values["value_usd"]), price) | interval_study(values, price),
        "baselines": {name: _one(floats(values[name]), price) for name in BASELINES},
        "by_price_tercile": study_by(price_terciles(price), values, price),
        "by_zip": study_by(zips(homes["zip_code"]), values, price),
        "by_month": study_by(_months(predicted), values, price),
    }


def _one(estimate: Floats, price: Floats) -> Figures:
    figures: Figures = dict(ratio_study(estimate, price))
    return figures | {f"{name}_95": ends for name, ends in confidence_intervals(estimate, price).items()}


def _months(predicted: Predicted) -> Groups:
    month = predicted.homes["sale_date"].dt.strftime("%Y-%m").to_numpy()
    return {str(name): month == name for name in sorted(set(month))}
