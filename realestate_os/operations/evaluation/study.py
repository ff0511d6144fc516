"""Predictions -> figures: the ratio study with its confidence intervals, coverage, terciles, months.

Belongs here: what is computed of predictions that are there. Does not: the statistics' definitions
(valuation/ratio_study.py), drawing (plots.py), words (page.py).

Source of the intervals: IAAO, Standard on Ratio Studies (2013), appendix: 95 %, by the bootstrap.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from realestate_os.operations.evaluation.baselines import BASELINES
from realestate_os.operations.evaluation.causal import Predicted
from realestate_os.valuation.history import Floats
from realestate_os.valuation.ratio_study import interval_study, ratio_study

WITH_INTERVAL = ("median_ratio", "cod_pct", "prd", "prb")
RESAMPLES = 300
# A resample of this many sales says as much about a 95 % interval as one of all, scaled; it saves minutes at 100,000.
MOST_RESAMPLED = 20_000
FEWEST_FOR_STUDY = 2
IAAO = {"cod_pct": (5.0, 15.0), "prd": (0.98, 1.03), "prb": (-0.05, 0.05)}
Figures = dict[str, Any]


def study(predicted: Predicted) -> Figures:
    """All figures: `ours`, `baselines`, `by_price_tercile`, `by_month`; plain numbers, ready for JSON."""
    price = _floats(predicted.homes["sale_price_usd"])
    ours = _one(_floats(predicted.values["value_usd"]), price) | intervals(predicted.values, price)
    return {
        "ours": ours,
        "baselines": {name: _one(_floats(predicted.values[name]), price) for name in BASELINES},
        "by_price_tercile": _terciles(predicted.values, price),
        "by_month": _months(predicted, price),
    }


def intervals(values: pd.DataFrame, price: Floats) -> dict[str, float]:
    """coverage_80_pct, width_80_pct (median, of the value), the same for 90."""
    found: dict[str, float] = {}
    for level in (80, 90):
        low, high = (_floats(values[f"value_{end}_{level}_usd"]) for end in ("low", "high"))
        one = interval_study(low, high, _floats(values["value_usd"]), price)
        found |= {f"coverage_{level}_pct": one["coverage_pct"], f"width_{level}_pct": one["width_pct"]}
    return found


def confidence_intervals(estimate_usd: Floats, price_usd: Floats, seed: int = 1) -> dict[str, list[float]]:
    """WITH_INTERVAL statistic -> [low, high] at 95 %; by resampling the sales."""
    rng, count = np.random.default_rng(seed), len(price_usd)
    size = min(count, MOST_RESAMPLED)
    drawn = [rng.integers(0, count, size) for _ in range(RESAMPLES)]
    found = pd.DataFrame([ratio_study(estimate_usd[rows], price_usd[rows]) for rows in drawn])[list(WITH_INTERVAL)]
    centre = pd.Series(ratio_study(estimate_usd, price_usd))[list(WITH_INTERVAL)]
    shrink = np.sqrt(size / count)
    ends = found.quantile([0.025, 0.975]).sub(centre) * shrink + centre
    return {name: [float(ends[name].iloc[0]), float(ends[name].iloc[1])] for name in WITH_INTERVAL}


def _one(estimate: Floats, price: Floats) -> Figures:
    figures: Figures = dict(ratio_study(estimate, price))
    return figures | {f"{name}_95": ends for name, ends in confidence_intervals(estimate, price).items()}


def _terciles(values: pd.DataFrame, price: Floats) -> dict[str, Figures]:
    third = np.searchsorted(np.quantile(price, [1 / 3, 2 / 3]), price, side="left")
    rows = {name: third == number for number, name in enumerate(("low", "middle", "high"))}
    return {name: _group(values, price, here) for name, here in rows.items() if here.sum() >= FEWEST_FOR_STUDY}


def _months(predicted: Predicted, price: Floats) -> dict[str, Figures]:
    month = predicted.homes["sale_date"].dt.strftime("%Y-%m").to_numpy()
    rows = {str(name): month == name for name in sorted(set(month))}
    return {
        name: _group(predicted.values, price, here) for name, here in rows.items() if here.sum() >= FEWEST_FOR_STUDY
    }


def _group(values: pd.DataFrame, price: Floats, here: npt.NDArray[np.bool_]) -> Figures:
    chosen = values[here]
    return dict(ratio_study(_floats(chosen["value_usd"]), price[here])) | intervals(chosen, price[here])


def _floats(column: pd.Series[Any]) -> Floats:
    return column.to_numpy(dtype=float)
