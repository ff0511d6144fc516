"""Homes sold twice, valued at the first sale by the past alone: ours beside the ZIP rule, LightGBM and the price."""

from __future__ import annotations

from benchmarks.data import MARKETS
from realestate_os.operations.evaluation.backtest import backtest_deals
from realestate_os.operations.evaluation.evaluate import Request
from realestate_os.operations.evaluation.resales import RANKERS
from realestate_os.operations.evaluation.sales_file import EvaluationError
from realestate_os.valuation.tuning import Budget

# A search for each month would take the benchmark from minutes to half an hour.
BUDGET = Budget(trials=0, seconds=0, seed=7)


def main() -> None:
    """Each market that has enough of them."""
    for market in MARKETS:
        path = market.path()
        if path is None:
            print(f"{market.name}: no {market.file}; set BENCH_DATA to the folder that holds it", flush=True)
            continue
        try:
            found = backtest_deals(Request(path, market.county, budget=BUDGET), progress=_silent).summary
        except EvaluationError as few:
            print(f"deals, {market.name}: {few}", flush=True)
            continue
        print(f"deals, {market.name}: {found['resales']} resales, {found['seconds']['total']} s", flush=True)
        for name, row in found["rankers"].items():
            print(
                f"  {RANKERS[name]}: rank correlation {row['spearman']:.3f}, AUC top third {row['auc_top_third']:.3f}, "
                f"lift of top tenth {row['lift_top_tenth']:.2f}",
                flush=True,
            )


def _silent(line: str) -> None:
    """The benchmark prints figures only."""
