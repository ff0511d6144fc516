"""Held-out accuracy on real sales, ours beside the peers: first four fifths of the time train, the rest is the test.

Also: coverage and width against plain split conformal. A market made to move: rising.py.
"""

from __future__ import annotations

import time

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.data import four_fifths, markets
from benchmarks.peers import peer_values
from realestate_os.operations.evaluation.baselines import raw_matrix
from realestate_os.operations.evaluation.causal import predict_after
from realestate_os.operations.evaluation.sales_file import SalesOfFile
from realestate_os.valuation.interval import conformal_quantile
from realestate_os.valuation.ratio_study import interval_study, ratio_study

Floats = npt.NDArray[np.float64]
SHOWN = ("mdape_pct", "within_10_pct", "cod_pct", "median_ratio", "prd", "prb")
LEVEL = 90


def main() -> None:
    """Each market: accuracy beside the peers, then the interval."""
    for market, sales in markets():
        print(f"accuracy, {market.name}: {len(sales.homes):,} sales", flush=True)
        _accuracy(sales)


def _accuracy(sales: SalesOfFile) -> None:
    cut = four_fifths(sales)
    began = time.perf_counter()
    ours = predict_after(sales.homes, cut, "none", progress=_silent)
    spent = time.perf_counter() - began
    price = ours.homes["sale_price_usd"].to_numpy(dtype=float)
    past = sales.homes[sales.homes["sale_date"] < pd.Timestamp(cut)]
    accuracy_of("ours", ours.values["value_usd"].to_numpy(dtype=float), price, spent)
    for name, value in peer_values(past, ours.homes).items():
        accuracy_of(name, value, price)
    show_interval(ours.values, price)
    covered, width = _split_conformal(past, ours.homes, price)
    print(f"  interval, split conformal on LightGBM default: covers {covered:.1f} % at {width:.0f} % width", flush=True)


def _split_conformal(past: pd.DataFrame, homes: pd.DataFrame, price: Floats) -> tuple[float, float]:
    """The same width in ln price for every home, calibrated on the latest fifth of the past."""
    import lightgbm as lgb

    cut = int(0.8 * len(past))
    target = np.log(past["sale_price_usd"].to_numpy(dtype=float))
    model = lgb.LGBMRegressor(n_jobs=1, verbosity=-1).fit(raw_matrix(past.iloc[:cut]), target[:cut])
    error = np.abs(target[cut:] - np.asarray(model.predict(raw_matrix(past.iloc[cut:]))))
    half = conformal_quantile(error, LEVEL)
    inside = np.abs(np.log(price) - np.asarray(model.predict(raw_matrix(homes)))) <= half
    return float(inside.mean() * 100), float((np.exp(half) - np.exp(-half)) * 100)


def accuracy_of(name: str, value: Floats, price: Floats, seconds: float | None = None) -> None:
    """Print the ratio study of values, USD, against the prices paid."""
    study = ratio_study(value, price)
    figures = ", ".join(f"{statistic} {study[statistic]:.3g}" for statistic in SHOWN)
    print(f"  {name}: {figures}" + (f", {seconds:.0f} s" if seconds else ""), flush=True)


def show_interval(values: pd.DataFrame, price: Floats) -> None:
    """Print coverage and median width of our 90 % interval."""
    found = interval_study(values, price)
    print(
        f"  interval, ours: 90 % covers {found['coverage_90_pct']:.1f} % at {found['width_90_pct']:.0f} % width",
        flush=True,
    )


def _silent(line: str) -> None:
    """The benchmark prints figures only."""
