"""Five years of a moving market, made of a real file: the last year valued with a new model each month.

Belongs here: the made market and its figures. Does not: real markets (accuracy.py, cuts.py).

Each sale of the file is laid, by lot, into one of five years on its own day of the year, so that the season stays
true and no home stands twice; the months that the file lacks are missing in each year. Prices are multiplied by a
path. The file's own drift stays inside each year and is undone between two: one more bend a year.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.accuracy import accuracy_of, show_interval
from benchmarks.data import markets
from realestate_os.operations.evaluation.baselines import BASELINES, raw_matrix
from realestate_os.operations.evaluation.causal import Predicted, predict_after, spans
from realestate_os.operations.evaluation.sales_file import SalesOfFile
from realestate_os.valuation.history import day_numbers
from realestate_os.valuation.tuning import Budget

Floats = npt.NDArray[np.float64]
YEARS = 5
DAYS = 365.25
NO_SEARCH = Budget(trials=0, seconds=0, seed=7)
# Yearly change of prices in each of the five years.
PATHS = {
    "12 % a year for three, then 0 %, then 8 %": (0.12, 0.12, 0.12, 0.0, 0.08),
    "20 % a year": (0.20,) * YEARS,
    "-15 % a year": (-0.15,) * YEARS,
    "12 % a year for four, then -15 %": (0.12, 0.12, 0.12, 0.12, -0.15),
}
LIST_PRICES_FROM = date(2020, 2, 1)


def main(paths: tuple[str, ...] = tuple(PATHS)) -> None:
    """King on each path; Travis, whose list prices span three years, as it is."""
    for market, sales in markets():
        if market.name == "King":
            for name in paths:
                made = moving(sales, PATHS[name])
                last = made.homes["sale_date"].min() + pd.DateOffset(years=YEARS - 1)
                _show(f"{market.name} over five years, {name}", made, last.date())
        elif market.name.startswith("Travis"):
            _show(market.name, sales, LIST_PRICES_FROM)


def moving(sales: SalesOfFile, changes: tuple[float, ...], seed: int = 1) -> SalesOfFile:
    """The file's homes sold over five years, at prices on the path; what their earlier sales were is left out."""
    homes = sales.homes
    year = np.random.default_rng(seed).integers(0, YEARS, len(homes))
    sold = pd.Series([day + pd.DateOffset(years=int(n)) for day, n in zip(homes["sale_date"], year, strict=True)])
    sold = sold.astype("datetime64[ns]")
    since = ((sold - sold.min()).dt.days / DAYS).to_numpy(dtype=float)
    level = np.interp(since, np.arange(YEARS + 1), np.concatenate([[0.0], np.cumsum(np.log1p(changes))]))
    made = homes.assign(
        sale_date=sold,
        known_on=sold,
        as_of=sold - pd.Timedelta(days=1),
        sale_price_usd=homes["sale_price_usd"] * np.exp(level),
        last_sale_date=pd.NaT,
        last_sale_price_usd=np.nan,
    )
    return replace(sales, homes=made.sort_values(["sale_date", "sale_id"], kind="stable", ignore_index=True))


def lightgbm_with_date(homes: pd.DataFrame, predicted: Predicted, cut: date) -> Floats:
    """Default LightGBM on the raw columns and the day of the sale, fitted again each month as ours is."""
    sold = homes["sale_date"]
    values = pd.Series(np.nan, index=predicted.homes.index)
    for start, end in spans(cut, sold.max().date(), "monthly"):
        past = homes[sold < pd.Timestamp(start)]
        now = homes[(sold >= pd.Timestamp(start)) & (sold < pd.Timestamp(end))]
        if len(now):
            model = lgb.LGBMRegressor(n_jobs=1, verbosity=-1).fit(_dated(past), past["sale_price_usd"])
            values[now.index] = np.maximum(np.asarray(model.predict(_dated(now)), dtype=float), 1.0)
    return values.to_numpy(dtype=float)


def _dated(homes: pd.DataFrame) -> pd.DataFrame:
    return raw_matrix(homes).assign(day=day_numbers(homes["sale_date"], len(homes)))


def _show(title: str, sales: SalesOfFile, cut: date) -> None:
    ours = predict_after(sales.homes, cut, "monthly", budget=NO_SEARCH, progress=_silent)
    price = ours.homes["sale_price_usd"].to_numpy(dtype=float)
    print(f"{title}: {len(price):,} sales from {cut}, {ours.fits} fits, {ours.seconds_training:.0f} s", flush=True)
    accuracy_of("ours", ours.values["value_usd"].to_numpy(dtype=float), price)
    accuracy_of("LightGBM default, with the day", lightgbm_with_date(sales.homes, ours, cut), price)
    for name, label in BASELINES.items():
        accuracy_of(label, ours.values[name].to_numpy(dtype=float), price)
    show_interval(ours.values, price)


def _silent(line: str) -> None:
    """The benchmark prints figures only."""
