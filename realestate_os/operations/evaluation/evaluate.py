"""`evaluate`: a file of sales and a cut in, all figures and a page out.

Belongs here: the order of the steps and the summary. Does not: any step.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from realestate_os.operations.evaluation.causal import INTERVALS, Predicted, Progress, Refit, predict_after
from realestate_os.operations.evaluation.claims import claims_study, reliability_rows
from realestate_os.operations.evaluation.sales_file import EvaluationError, SalesOfFile, read_homes
from realestate_os.operations.evaluation.study import study
from realestate_os.scoring.reliability import Reliability
from realestate_os.valuation.fit import BUDGET
from realestate_os.valuation.train import MIN_SALES
from realestate_os.valuation.tuning import Budget

PREDICTION_COLUMNS = ("item", "sale_id", "apn", "sale_date", "sale_price_usd", "zip_code", "square_footage")
# Statistics of fewer sales say nothing.
MIN_PREDICTED = 30
TRAINED_SHARE = 0.8
# A training holds out its latest sales twice: with months alone it needs three of them.
FEWEST_DAYS = 3


@dataclass(frozen=True)
class Request:
    """What to evaluate: the file, how to read it, where to cut, how often to fit again."""

    path: Path
    county: str | None = None
    mapping: Path | None = None
    cut: date | None = None
    refit: Refit = "none"
    use_extra: bool = True
    budget: Budget = BUDGET


@dataclass(frozen=True)
class Evaluation:
    """The summary (plain values, ready for JSON) and what it was made of."""

    summary: dict[str, Any]
    sales: SalesOfFile
    predicted: Predicted
    reliability: Reliability


def evaluate(request: Request, progress: Progress = print) -> Evaluation:
    """Train before the cut, predict after it, compare.

    Raises:
        RealEstateOSError: the file, its mapping, the county or the cut cannot be used; one clear line.
    """
    began = time.perf_counter()
    progress(f"reading {request.path.name}")
    sales = read_homes(request.path, request.county, request.mapping, use_extra=request.use_extra)
    read = time.perf_counter()
    cut = checked_cut(sales, request.cut)
    predicted = predict_after(sales.homes, cut, request.refit, budget=request.budget, progress=progress)
    figures = study(predicted)
    claims = claims_study(predicted, sales.county)
    seconds = {
        "reading": read - began,
        "training": predicted.seconds_training,
        "predicting": predicted.seconds_predicting,
        "total": time.perf_counter() - began,
    }
    summary = file_facts(sales) | {
        "cut": cut.isoformat(),
        "refit": request.refit,
        "fits": predicted.fits,
        "training_sales": predicted.training_sales,
        "predicted_sales": len(predicted.values),
        **figures,
        "reliability": reliability_rows(claims),
        "seconds": {name: round(spent, 1) for name, spent in seconds.items()},
    }
    return Evaluation(summary, sales, predicted, claims)


def file_facts(sales: SalesOfFile) -> dict[str, Any]:
    """How the file was read, for a summary."""
    days = sales.homes["sale_date"]
    return {
        "file": sales.name,
        "county": sales.county.key,
        "county_found": sales.place.note,
        "columns": sales.columns,
        "characteristics": [name.removeprefix("extra_") for name in sales.extra],
        "notes": sales.notes,
        "rows": {"read": sales.rows_read, "used": len(sales.homes), "set_aside": sales.set_aside},
        "first_sale": days.min().date().isoformat(),
        "last_sale": days.max().date().isoformat(),
    }


def checked_cut(sales: SalesOfFile, cut: date | None) -> date:
    """The cut, by default after four fifths of the file's time; enough sales on both sides.

    Raises:
        EvaluationError: too few sales before or after; names the counts and the span.
    """
    days = sales.homes["sale_date"]
    first, last = days.min().date(), days.max().date()
    chosen = cut or first + (last - first) * TRAINED_SHARE
    before = int((days < pd.Timestamp(chosen)).sum())
    after = len(days) - before
    span = f"the file's usable sales run from {first} to {last}"
    if before < MIN_SALES:
        raise EvaluationError(f"{sales.name}: {before:,} usable sales before {chosen}, {MIN_SALES} are needed; {span}")
    if days[days < pd.Timestamp(chosen)].nunique() < FEWEST_DAYS:
        raise EvaluationError(
            f"{sales.name}: the sales before {chosen} are of fewer than {FEWEST_DAYS} different days or months; {span}"
        )
    if after < MIN_PREDICTED:
        raise EvaluationError(
            f"{sales.name}: {after:,} usable sales from {chosen} on, {MIN_PREDICTED} are needed; {span}"
        )
    return chosen


def prediction_rows(evaluation: Evaluation) -> pd.DataFrame:
    """One row a predicted sale: which line of the file, price, value, intervals, baselines."""
    homes = evaluation.predicted.homes[list(PREDICTION_COLUMNS)]
    values = evaluation.predicted.values
    return homes.join(values[["value_usd", *INTERVALS, "zip_rule", "default_lightgbm", "trained_before"]].round(0))
