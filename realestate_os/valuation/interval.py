"""How sure a value is: intervals with finite-sample coverage, wider for odd homes.

Belongs here: the difficulty of a home and the conformal quantiles. Does not: the value itself
(boosting.py), which sales are held out (train.py). Why this method: docs/adr/0004-value-model.md.

Source: split conformal prediction with normalised scores (Papadopoulos et al. 2002; Lei et al. 2018).
score = |ln price - ln value| / difficulty on sales that the model has not seen; the quantile at rank
ceil((n + 1) x level) of n scores covers the next exchangeable sale with at least that probability,
whatever the model and however poor the difficulty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd

from realestate_os.valuation.boosting import REPEATABLE, Boosted, Params
from realestate_os.valuation.history import Floats
from realestate_os.valuation.mixture import fit_mixture
from realestate_os.valuation.parallel import in_parallel

LEVELS = (80, 90)
# z of the 80 % interval of a normal: half width to standard deviation.
Z_80 = 1.2816
FOLDS = 4
DIFFICULTY_PARAMS = {
    "objective": "regression",
    "learning_rate": 0.05,
    "num_leaves": 8,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 10.0,
}
DIFFICULTY_ROUNDS = 120
# Difficulty may differ by a factor of 4 about its median: beyond it the booster extrapolates.
DIFFICULTY_RANGE = 4.0
# 100 scores place the 90 % quantile within 3 points of coverage; fewer are calibrated all together.
MIN_IN_TERCILE = 100


@dataclass(frozen=True)
class Difficulty:
    """The typical size of the model's error of ln price, by home."""

    booster: Boosted
    median: float

    def of(self, matrix: pd.DataFrame, log_value: Floats) -> Floats:
        """(n,) in ln USD, positive."""
        root = np.maximum(self.booster.predict(_with_value(matrix, log_value)), 0.0)
        return np.clip(root**2, self.median / DIFFICULTY_RANGE, self.median * DIFFICULTY_RANGE)


def fit_difficulty(matrix: pd.DataFrame, target: Floats, params: Params, rounds: int, seed: int) -> Difficulty:
    """Learn it from errors on sales left out of the fit, fold by fold.

    Args:
        matrix, target: the training rows; target is ln price, time-adjusted.
        params, rounds: of the value model whose errors count.
    """
    fold = np.random.default_rng(seed).permutation(len(target)) % FOLDS
    predicted = np.empty(len(target))

    def leave_out(number: int) -> None:
        out = fold == number
        predicted[out] = fit_mixture(matrix[~out], target[~out], params, rounds, seed, quick=True).predict(matrix[out])

    in_parallel(leave_out, range(FOLDS))
    # The root of the error is nearly normal; learned as its logarithm or as it is, likelihood on held-out
    # King, Miami and made sales was lower or the same.
    data = lgb.Dataset(_with_value(matrix, predicted), np.sqrt(np.abs(target - predicted)))
    booster = Boosted((lgb.train(REPEATABLE | DIFFICULTY_PARAMS | {"seed": seed}, data, DIFFICULTY_ROUNDS),))
    typical = booster.predict(_with_value(matrix, predicted))
    return Difficulty(booster, float(np.median(typical) ** 2))


def conformal_quantile(scores: Floats, level_pct: float) -> float:
    """The score at rank ceil((n + 1) level); the largest one when n is too small for the level."""
    rank = int(np.ceil((len(scores) + 1) * level_pct / 100))
    return float(np.sort(scores)[min(rank, len(scores)) - 1])


@dataclass(frozen=True)
class Calibration:
    """Conformal quantiles of cheap, middling and dear homes: at the medians of the terciles of ln value.

    Between the medians they are interpolated, beyond them flat (Mondrian conformal prediction, Vovk et
    al. 2005, without its steps). One median: all homes alike.
    """

    log_value: tuple[float, ...]
    quantile: dict[int, tuple[float, ...]]

    def half_width(self, level: int, difficulty: Floats, log_value: Floats) -> Floats:
        """Half the interval in ln USD, (n,)."""
        return np.interp(log_value, self.log_value, self.quantile[level]) * difficulty

    def half_widths(self, difficulty: Floats, log_value: Floats) -> dict[int, Floats]:
        """Level -> half the interval in ln USD, (n,)."""
        return {level: self.half_width(level, difficulty, log_value) for level in LEVELS}

    def to_state(self) -> dict[str, Any]:
        """Plain lists and numbers, for JSON."""
        return {"log_value": list(self.log_value), "quantile": {str(k): list(v) for k, v in self.quantile.items()}}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Calibration:
        """The inverse of to_state."""
        return cls(tuple(state["log_value"]), {int(k): tuple(v) for k, v in state["quantile"].items()})


def calibrate(scores: Floats, log_value: Floats) -> Calibration:
    """Calibrate on sales that the model has not seen; by tercile of value where each has MIN_IN_TERCILE of them."""
    if len(scores) >= 3 * MIN_IN_TERCILE:
        tercile = np.searchsorted(np.quantile(log_value, [1 / 3, 2 / 3]), log_value)
        groups = [tercile == number for number in range(3) if (tercile == number).any()]
    else:
        groups = [np.ones(len(scores), dtype=bool)]
    medians = tuple(float(np.median(log_value[rows])) for rows in groups)
    found = {level: tuple(conformal_quantile(scores[rows], level) for rows in groups) for level in LEVELS}
    return Calibration(medians, found)


def value_columns(log_value: Floats, half_width: Mapping[int, Floats]) -> dict[str, Floats]:
    """value_usd and the ends of its intervals (value_low_80_usd, ...) of ln values and half widths in ln USD, (n,)."""
    columns = {"value_usd": np.exp(log_value)}
    for level, half in half_width.items():
        columns[f"value_low_{level}_usd"] = np.exp(log_value - half)
        columns[f"value_high_{level}_usd"] = np.exp(log_value + half)
    return columns


def _with_value(matrix: pd.DataFrame, log_value: Floats) -> pd.DataFrame:
    return matrix.assign(log_value=log_value)
