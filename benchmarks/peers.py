"""What others use to value homes, fitted as they come, on the same rows: the peers of benchmarks/accuracy.py.

Belongs here: fitting and predicting a peer. Does not: ours, or the two that `evaluate` shows too.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import optuna
import pandas as pd

from realestate_os.operations.evaluation.baselines import default_lightgbm, raw_matrix, zip_rule

Floats = npt.NDArray[np.float64]
TRIALS = 25
HAS_CATBOOST = find_spec("catboost") is not None


def peer_values(past: pd.DataFrame, homes: pd.DataFrame) -> dict[str, Floats]:
    """Peer -> USD of `homes`."""
    values = {
        "ZIP $/sqft rule": zip_rule(past, homes),
        "LightGBM default, raw columns": default_lightgbm(past, homes),
        "LightGBM tuned, raw columns": tuned_lightgbm(past, homes),
    }
    if HAS_CATBOOST:
        values["CatBoost default, raw columns"] = catboost(past, homes)
    else:
        print("  CatBoost is not installed; uv pip install -r requirements-bench.lock adds it", flush=True)
    return values


def tuned_lightgbm(past: pd.DataFrame, homes: pd.DataFrame) -> Floats:
    """ln price, TRIALS of Optuna on the latest fifth, then all rows."""
    matrix, target = raw_matrix(past), np.log(past["sale_price_usd"].to_numpy(dtype=float))
    cut = int(0.8 * len(matrix))  # sorted by date
    rounds: dict[int, int] = {}

    def objective(trial: optuna.Trial) -> float:
        train = lgb.Dataset(matrix.iloc[:cut], target[:cut])
        valid = lgb.Dataset(matrix.iloc[cut:], target[cut:], reference=train)
        stop: list[Callable[..., Any]] = [lgb.early_stopping(50, verbose=False)]
        booster = lgb.train(_space(trial), train, 1500, valid_sets=[valid], callbacks=stop)
        rounds[trial.number] = booster.best_iteration
        return float(booster.best_score["valid_0"]["l1"])

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=1))
    study.optimize(objective, n_trials=TRIALS)
    best = lgb.train(_space(study.best_trial), lgb.Dataset(matrix, target), rounds[study.best_trial.number])
    return np.exp(np.asarray(best.predict(raw_matrix(homes)), dtype=float))


def catboost(past: pd.DataFrame, homes: pd.DataFrame) -> Floats:
    """CatBoostRegressor with its defaults, dollars."""
    from catboost import CatBoostRegressor

    model = CatBoostRegressor(verbose=False, allow_writing_files=False, thread_count=2)
    model.fit(raw_matrix(past), past["sale_price_usd"])
    return np.maximum(np.asarray(model.predict(raw_matrix(homes)), dtype=float), 1.0)


def _space(trial: optuna.Trial | optuna.trial.FrozenTrial) -> dict[str, float | int | str]:
    if isinstance(trial, optuna.trial.FrozenTrial):
        chosen = trial.params
    else:
        chosen = {
            "num_leaves": trial.suggest_int("num_leaves", 8, 128, log=True),
            "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", 5, 80, log=True),
            "feature_fraction": trial.suggest_float("feature_fraction", 0.3, 1.0),
            "bagging_fraction": trial.suggest_float("bagging_fraction", 0.5, 1.0),
            "lambda_l2": trial.suggest_float("lambda_l2", 1e-2, 50.0, log=True),
        }
    fixed = {"objective": "regression_l1", "metric": "l1", "learning_rate": 0.05, "bagging_freq": 1}
    return {**fixed, **chosen, "verbosity": -1, "num_threads": 1, "seed": 1}
