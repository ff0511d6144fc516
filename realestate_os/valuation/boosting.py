"""LightGBM as the value model uses it: parameters, fitting, early stopping.

Belongs here: the one place that calls lightgbm.train for ln price. Does not: the search for
parameters (tuning.py), columns (matrix.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd

from realestate_os.valuation.history import Floats
from realestate_os.valuation.parallel import in_parallel

Params = dict[str, float | int]

# Same data, same bytes: no run-to-run difference from threads or histogram layout. One thread each:
# LightGBM's threads wait for each other by spinning, and on 2 busy cores 300 trees took 35-90 s with two
# threads against 3 s with one. Whole boosters run beside each other instead (in_parallel).
REPEATABLE = {"deterministic": True, "force_row_wise": True, "num_threads": 1, "verbosity": -1}
# Fair loss: quadratic up to errors of about 50 %, then nearly linear. Deeds with odd prices do not pull
# the value. With 0.2 the errors of clean sales were 0.2 points larger (King, Miami).
# feature_pre_filter: trials differ in min_data_in_leaf and share one dataset.
POINT = {"objective": "fair", "fair_c": 0.5, "bagging_freq": 1, "max_bin": 255, "feature_pre_filter": False}
DEFAULT_PARAMS: Params = {
    "learning_rate": 0.04,
    "num_leaves": 24,
    "min_data_in_leaf": 20,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.7,
    "lambda_l2": 5.0,
}
MAX_ROUNDS = 1500
STOP_AFTER_ROUNDS = 60
# Two seeds averaged: half of the noise of bagging for twice the time; a third gained under 0.05 points.
BAGS = 2


@dataclass(frozen=True)
class Boosted:
    """Boosters whose predictions are averaged."""

    boosters: tuple[lgb.Booster, ...]

    def predict(self, matrix: pd.DataFrame) -> Floats:
        """Mean prediction, (n,)."""
        return np.mean(in_parallel(lambda one: np.asarray(one.predict(matrix)), self.boosters), axis=0)

    def contributions(self, matrix: pd.DataFrame) -> Floats:
        """Exact SHAP contributions (n, columns + 1); the last column is the expectation. Rows sum to predict()."""

        def split(one: lgb.Booster) -> Floats:
            return np.asarray(one.predict(matrix, pred_contrib=True))

        return np.mean(in_parallel(split, self.boosters), axis=0)


def fit(matrix: pd.DataFrame, target: Floats, params: Params, rounds: int, seed: int, bags: int = BAGS) -> Boosted:
    """Fit `bags` boosters of `rounds` trees each, with seeds seed, seed + 1, ..."""

    def one(bag: int) -> lgb.Booster:
        return lgb.train(REPEATABLE | POINT | params | {"seed": seed + bag}, lgb.Dataset(matrix, target), rounds)

    return Boosted(tuple(in_parallel(one, range(bags))))


def fit_until_stopped(
    train: lgb.Dataset,
    held_out: lgb.Dataset,
    params: Params,
    seed: int,
    callbacks: list[Callable[..., Any]] | None = None,
) -> tuple[int, float]:
    """Best number of rounds and the mean absolute error of ln price there, on the held-out rows."""
    booster = lgb.train(
        REPEATABLE | POINT | params | {"metric": "l1", "seed": seed},
        train,
        MAX_ROUNDS,
        valid_sets=[held_out],
        callbacks=[lgb.early_stopping(STOP_AFTER_ROUNDS, verbose=False), *(callbacks or [])],
    )
    return booster.best_iteration, float(booster.best_score["valid_0"]["l1"])
