"""Valuing 100,000 homes against bare booster.predict, and training against bare LightGBM on the same matrix."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta

import lightgbm as lgb
import numpy as np
import pandas as pd

from benchmarks.data import four_fifths, markets
from benchmarks.report import show
from realestate_os.valuation import boosting
from realestate_os.valuation.fit import FittedValueModel, fit_value_model
from realestate_os.valuation.mixture import fit_mixture
from realestate_os.valuation.tuning import Budget

ROWS = 100_000
ROUNDS = 3
UNTUNED = Budget(trials=0, seconds=0, seed=7)


def main() -> None:
    """On the first market that is there."""
    for market, sales in markets()[:1]:
        cut = four_fifths(sales)
        past = sales.homes[sales.homes["sale_date"] < pd.Timestamp(cut)]
        _scoring(_training(market.name, past, cut - timedelta(days=1)), sales.homes, cut - timedelta(days=1))


def _training(name: str, past: pd.DataFrame, day: date) -> FittedValueModel:
    """The served model alone against bare LightGBM; then all that a training is, which bare LightGBM lacks.

    A training fits the model twice (once without the hold-out), four quick ones for the intervals, and builds
    its matrices.
    """
    model = fit_value_model(past, day, budget=UNTUNED)  # warms caches, and tells the number of trees
    whole = [_seconds(lambda: fit_value_model(past, day, budget=UNTUNED))]
    matrix, target = _matrix(model, past), np.log(past["sale_price_usd"].to_numpy(dtype=float))
    tuned, rounds = model.trained.tuned, model.trained.tuned.rounds * boosting.BAGS
    params = boosting.REPEATABLE | boosting.POINT | tuned.params
    served, bare = [], []
    for _ in range(ROUNDS):
        served.append(_seconds(lambda: fit_mixture(matrix, target, tuned.params, tuned.rounds, UNTUNED.seed)))
        bare.append(_seconds(lambda: lgb.train(params, lgb.Dataset(matrix, target), rounds)))
    what = f"{name}, {len(past):,} sales"
    show(f"trees and smooth model, {what}", served, f"bare LightGBM, as many trees ({rounds})", bare, aim=1.5)
    show(f"a whole training with hold-out and intervals, {what}", whole, "the same", bare)
    return model


def _scoring(model: FittedValueModel, homes: pd.DataFrame, day: date) -> None:
    many = homes.sample(ROWS, replace=True, random_state=1).reset_index(drop=True)
    matrix = _matrix(model, many)
    ours = [_seconds(lambda: model.predict(many, day))]
    bare = [_seconds(lambda: model.trained.model.serving.mixture.boosted.predict(matrix))]
    show(f"values with intervals of {ROWS:,} homes", ours, "bare booster.predict", bare)


def _matrix(model: FittedValueModel, homes: pd.DataFrame) -> pd.DataFrame:
    from realestate_os.features.build import build_features

    serving = model.trained.model.serving
    return serving.matrix(homes, build_features(homes, homes["as_of"]), homes["as_of"], model.homes)


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
