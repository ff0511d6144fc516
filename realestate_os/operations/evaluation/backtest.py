"""`backtest deals`: homes sold twice, valued at the first sale by a model of the sales before its month.

Belongs here: which resales can be judged, the order of the steps, the summary. Does not: any step.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from realestate_os.operations.evaluation.causal import Predicted, Progress, predict_after
from realestate_os.operations.evaluation.evaluate import FEWEST_DAYS, Request, file_facts
from realestate_os.operations.evaluation.resales import FEWEST_PAIRS, MOST_MONTHS, rank_figures, resale_pairs
from realestate_os.operations.evaluation.sales_file import EvaluationError, SalesOfFile, read_homes

# A model of fewer sales knows its county badly; first sales before that are not judged.
SALES_TO_START = 1_000


@dataclass(frozen=True)
class Backtest:
    """The summary (plain values, ready for JSON) and what it was made of."""

    summary: dict[str, Any]
    predicted: Predicted
    pairs: pd.DataFrame


def backtest_deals(request: Request, within_months: int = MOST_MONTHS, progress: Progress = print) -> Backtest:
    """Value each first sale causally and rank by value over price; `request.cut` is the first day judged.

    Raises:
        RealEstateOSError: the file cannot be used, or holds too few homes sold twice; one clear line.
    """
    began = time.perf_counter()
    progress(f"reading {request.path.name}")
    sales = read_homes(request.path, request.county, request.mapping, use_extra=request.use_extra)
    pairs = resale_pairs(sales.homes, within_months)
    start = request.cut or _first_month(sales)
    judged = pairs[pairs["first_date"] >= pd.Timestamp(start)]
    if len(judged) < FEWEST_PAIRS:
        raise EvaluationError(
            f"{sales.name}: {len(judged)} homes sold twice within {within_months} months with the first sale from "
            f"{start} on, {FEWEST_PAIRS} are needed ({len(pairs)} in the whole file; a home is known by its parcel "
            "number, else its address, else its place and size)"
        )
    wanted = pd.Series(sales.homes.index.isin(judged.index), index=sales.homes.index)
    predicted = predict_after(sales.homes, start, "monthly", wanted=wanted, budget=request.budget, progress=progress)
    summary = file_facts(sales) | {
        "start": start.isoformat(),
        "within_months": within_months,
        "resales": len(judged),
        "resales_in_file": len(pairs),
        "fits": predicted.fits,
        "rankers": rank_figures(predicted, judged),
        "median_gain_pct": float(judged["adjusted_gain"].median()) * 100,
        "seconds": {"total": round(time.perf_counter() - began, 1), "training": round(predicted.seconds_training, 1)},
    }
    return Backtest(summary, predicted, judged)


def _first_month(sales: SalesOfFile) -> date:
    """The first month before which enough sales lie, of enough days; a quarter of a smaller file's is enough."""
    days = sales.homes["sale_date"].sort_values(ignore_index=True)
    enough = max(days.iloc[min(SALES_TO_START, len(days) // 4)], days.drop_duplicates().iloc[:FEWEST_DAYS].iloc[-1])
    return date(enough.year + enough.month // 12, enough.month % 12 + 1, 1)
