"""Several cuts of each market, so that no choice is tuned to one test: the table of docs/value-model.md.

Ours is fitted without a search; the peers are those of accuracy.py.
"""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from benchmarks.accuracy import accuracy_of, show_interval
from benchmarks.data import markets
from benchmarks.peers import peer_values
from realestate_os.operations.evaluation.causal import predict_after
from realestate_os.valuation.tuning import Budget

# Market -> cuts, each with the days of test that follow it.
CUTS = {
    "King": (
        (date(2014, 10, 15), 60),
        (date(2014, 12, 1), 45),
        (date(2015, 1, 7), 60),
        (date(2015, 2, 1), 45),
    ),
    "Miami": ((date(2016, 7, 1), 31), (date(2016, 8, 1), 60), (date(2016, 9, 1), 31)),
}
NO_SEARCH = Budget(trials=0, seconds=0, seed=7)


def main() -> None:
    """Each cut of each market that is there."""
    for market, sales in markets():
        for cut, days in CUTS.get(market.name, ()):
            sold = sales.homes["sale_date"]
            test = (sold >= pd.Timestamp(cut)) & (sold < pd.Timestamp(cut + timedelta(days=days)))
            ours = predict_after(sales.homes, cut, "none", wanted=test, budget=NO_SEARCH, progress=_silent)
            price = ours.homes["sale_price_usd"].to_numpy(dtype=float)
            print(f"{market.name} from {cut}, {days} days: {len(price):,} sales", flush=True)
            accuracy_of("ours", ours.values["value_usd"].to_numpy(dtype=float), price)
            for name, value in peer_values(sales.homes[sold < pd.Timestamp(cut)], ours.homes).items():
                accuracy_of(name, value, price)
            show_interval(ours.values, price)


def _silent(line: str) -> None:
    """The benchmark prints figures only."""
