"""Claimed against realised share of deals: our score beside one that multiplies and clips and one without the prior.

On real sales after the cut, with asks drawn from the prior, from a wrong one and from a market without
distressed sellers (scoring/reliability.py).
"""

from __future__ import annotations

import pandas as pd

from benchmarks.data import four_fifths, markets
from realestate_os.operations.evaluation.causal import predict_after
from realestate_os.operations.evaluation.claims import claims_study
from realestate_os.valuation.tuning import Budget

NO_SEARCH = Budget(trials=0, seconds=0, seed=7)
SHOWN = (0.2, 0.4, 0.75)


def main() -> None:
    """Each market that is there: a line a world, threshold and score."""
    for market, sales in markets():
        predicted = predict_after(sales.homes, four_fifths(sales), "none", budget=NO_SEARCH, progress=_silent)
        table = claims_study(predicted, sales.county).table
        print(f"reliability, {market.name}: {len(predicted.values):,} held-out sales", flush=True)
        for world, rows in table[table["threshold"].isin(SHOWN)].groupby("world", sort=False):
            print(f"  asks simulated, {world}", flush=True)
            rows.apply(_show, axis=1)


def _show(row: pd.Series) -> None:
    said = f"claimed {row['claimed']:.2f}, realised {row['realised']:.2f}" if row["listings"] else "none"
    print(f"    p at least {row['threshold']:.2f}, {row['score']}: {row['listings']:,} listings, {said}", flush=True)


def _silent(line: str) -> None:
    """The benchmark prints figures only."""
