"""The search for LightGBM's parameters: Optuna, seeded, on a time-ordered inner split.

Belongs here: the space, the budget, pruning, resuming. Does not: the final fit (train.py). The study
lives in Postgres, so that a killed training goes on where it was; its name carries the digest of the
data, so that other data starts afresh and the same data repeats the same choice.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import lightgbm as lgb
import optuna
import pandas as pd
from optuna.storages import BaseStorage, InMemoryStorage, RDBStorage
from optuna.trial import TrialState

from realestate_os.valuation.boosting import DEFAULT_PARAMS, Params, fit_until_stopped
from realestate_os.valuation.history import Floats

# A pruned trial is compared every 25 rounds, from round 100 on: earlier the order still changes.
REPORT_EVERY, FIRST_REPORT = 25, 100
STARTUP_TRIALS = 3


@dataclass(frozen=True)
class Budget:
    """How long to search. 0 trials: the default parameters, their rounds by early stopping."""

    trials: int
    seconds: float
    seed: int
    storage_url: str | None = None


@dataclass(frozen=True)
class Tuned:
    """What was found: parameters, rounds, the inner error, how many trials finished and were pruned."""

    params: Params
    rounds: int
    inner_error: float
    trials: int
    pruned: int


def tune(train: tuple[pd.DataFrame, Floats], held_out: tuple[pd.DataFrame, Floats], budget: Budget, name: str) -> Tuned:
    """Search within the budget; the default parameters are the first trial.

    Args:
        train, held_out: matrix and target; all rows held out are later than those trained on.
        name: of the study; an existing one is resumed.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        study_name=name,
        storage=_storage(budget),
        sampler=optuna.samplers.TPESampler(seed=budget.seed, n_startup_trials=STARTUP_TRIALS),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=STARTUP_TRIALS, n_warmup_steps=FIRST_REPORT),
        load_if_exists=True,
    )
    if not study.trials:
        study.enqueue_trial(dict(DEFAULT_PARAMS))
    objective = _objective(lgb.Dataset(train[0], train[1], free_raw_data=False), held_out, budget.seed)
    deadline = time.monotonic() + budget.seconds
    while _done(study, TrialState.COMPLETE) + _done(study, TrialState.PRUNED) < max(1, budget.trials):
        study.optimize(objective, n_trials=1)
        if time.monotonic() > deadline:
            break
    best = study.best_trial
    return Tuned(
        params={key: value for key, value in best.params.items()} | {"learning_rate": DEFAULT_PARAMS["learning_rate"]},
        rounds=int(best.user_attrs["rounds"]),
        inner_error=float(study.best_value),
        trials=_done(study, TrialState.COMPLETE),
        pruned=_done(study, TrialState.PRUNED),
    )


def _storage(budget: Budget) -> BaseStorage:
    if budget.storage_url is None:
        return InMemoryStorage()
    return RDBStorage(budget.storage_url, engine_kwargs={"pool_size": 1})


def _done(study: optuna.Study, state: TrialState) -> int:
    return len(study.get_trials(deepcopy=False, states=(state,)))


def _space(trial: optuna.Trial) -> Params:
    return {
        "learning_rate": trial.suggest_float("learning_rate", 0.04, 0.04),
        "num_leaves": trial.suggest_int("num_leaves", 8, 64, log=True),
        "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", 5, 80, log=True),
        "feature_fraction": trial.suggest_float("feature_fraction", 0.2, 0.8),
        "bagging_fraction": trial.suggest_float("bagging_fraction", 0.5, 0.95),
        "lambda_l2": trial.suggest_float("lambda_l2", 0.1, 50.0, log=True),
    }


def _objective(train: lgb.Dataset, held_out: tuple[pd.DataFrame, Floats], seed: int) -> Callable[[optuna.Trial], float]:
    valid = lgb.Dataset(held_out[0], held_out[1], reference=train, free_raw_data=False)

    def objective(trial: optuna.Trial) -> float:
        rounds, error = fit_until_stopped(train, valid, _space(trial), seed, [_prune(trial)])
        trial.set_user_attr("rounds", rounds)
        return error

    return objective


def _prune(trial: optuna.Trial) -> Callable[[Any], None]:
    def callback(env: Any) -> None:
        step = env.iteration + 1
        if step >= FIRST_REPORT and step % REPORT_EVERY == 0:
            trial.report(env.evaluation_result_list[0][2], step)
            if trial.should_prune():
                raise optuna.TrialPruned

    return callback
