"""What is shown of a training: pictures and texts for MLflow, a picture and tables for Dagster.

Belongs here: what is shown and as which table. Does not: computing any statistic (ratio_study.py,
hold_out.py), drawing (pictures.py).
"""

from __future__ import annotations

import hashlib
import platform
import sys
from importlib.metadata import distributions
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

import realestate_os
from realestate_os.resources.reporting import markdown_table
from realestate_os.valuation import pictures
from realestate_os.valuation.mixture import SMOOTH_COLUMN
from realestate_os.valuation.ratio_study import (
    IAAO,
    Studies,
    confidence_intervals,
    price_terciles,
    study_by,
    zips,
)
from realestate_os.valuation.train import Trained

# SHAP of 500 sales takes half a second and ranks the columns as all of them do.
EXPLAINED_SALES = 500
DECIMALS = {"median_ratio": 3, "prd": 3, "prb": 3, "r2": 3, "sales": 0}
HELD_OUT_COLUMNS = ("sale_id", "apn", "sale_date", "zip_code", "sale_price_usd")
PACKAGE = Path(realestate_os.__file__).parent
CONDITION_COLUMNS = ("square_footage", "year_built", "year_renovated", "condition_grade")


def figures(trained: Trained) -> dict[str, Figure]:
    """File name -> figure."""
    held = trained.hold_out
    price, value = held.price_usd, held.value_usd
    return {
        "predicted_against_actual.png": pictures.value_against_price(price, value),
        "residuals_by_price.png": pictures.ratio_by_price(price, value),
        "residuals_by_month.png": pictures.ratio_by_month(held.homes["sale_date"], price, value),
        "residual_map.png": pictures.residual_map(held.homes, value / price),
        "interval_calibration.png": pictures.claimed_and_realised(held.scores),
        "interval_coverage_by_price.png": pictures.coverage_by_price(held.values(), price),
        "importance.png": pictures.importance_bars(importance(trained)),
        "price_index.png": pictures.price_level_line(trained.model.serving.level.index),
    }


def texts(trained: Trained) -> dict[str, str]:
    """File name -> text: the ratio study, and what the training ran on."""
    study = "\n\n".join([ratio_study_markdown(trained), ratio_study_by_zip_markdown(trained)])
    return {"ratio_study.md": study, "environment.txt": environment()}


def thumbnail(trained: Trained) -> str:
    """Values against prices and the intervals' calibration, as Markdown."""
    held = trained.hold_out
    return pictures.side_by_side(
        [pictures.value_against_price(held.price_usd, held.value_usd), pictures.claimed_and_realised(held.scores)]
    )


def importance(trained: Trained) -> dict[str, float]:
    """Column -> mean absolute SHAP effect on the value of held-out sales, in per cent of it."""
    matrix = trained.hold_out.matrix.iloc[-EXPLAINED_SALES:]
    effects = trained.model.evaluation.mixture.contributions(matrix)[:, :-1]
    mean = np.abs(np.expm1(effects)).mean(axis=0) * 100
    return dict(zip([*matrix.columns, SMOOTH_COLUMN], mean.tolist(), strict=True))


def held_out_sales(trained: Trained) -> pd.DataFrame:
    """A row a held-out sale: which, what was paid, value and intervals, and what its works would depend on."""
    homes = trained.hold_out.homes
    known = [name for name in (*HELD_OUT_COLUMNS, *CONDITION_COLUMNS) if name in homes]
    return homes[known].join(trained.hold_out.values()).reset_index(drop=True)


def ratio_study_markdown(trained: Trained) -> str:
    """The ratio study of all held-out sales with 95 % confidence and IAAO's limits, and by third of the price."""
    held = trained.hold_out
    values = held.values()
    groups = {"all": np.ones(len(values), dtype=bool), **price_terciles(held.price_usd)}
    studies = study_by(groups, values, held.price_usd)
    rows = _rows(studies)
    ends = confidence_intervals(held.value_usd, held.price_usd)
    sure = {name: f"{_shown(name, low)} to {_shown(name, high)}" for name, (low, high) in ends.items()}
    limits = {name: f"{low:g} to {high:g}" for name, (low, high) in IAAO.items()}
    for title, cells in (("all, 95 % sure", sure), ("IAAO", limits)):
        rows.loc[len(rows)] = [title, *(cells.get(name, "") for name in rows.columns[1:])]
    return markdown_table(rows, list(rows.columns))


def ratio_study_by_zip_markdown(trained: Trained) -> str:
    """The same by ZIP, for those with enough sales."""
    held = trained.hold_out
    studies = study_by(zips(held.homes["zip_code"]), held.values(), held.price_usd)
    if not studies:
        return "No ZIP has enough held-out sales for a study of its own."
    rows = _rows(studies)
    return markdown_table(rows, list(rows.columns))


def environment() -> str:
    """Python, the system and every installed package with its version."""
    packages = sorted({f"{one.name}=={one.version}" for one in distributions()}, key=str.lower)
    return "\n".join([f"Python {sys.version.split()[0]} on {platform.platform()}", *packages, ""])


def source_digest() -> str:
    """SHA-256 of the program's own Python files: two runs with the same one ran the same code, committed or not."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(f"{path.relative_to(PACKAGE).as_posix()}:".encode() + path.read_bytes())
    return digest.hexdigest()


def _rows(studies: Studies) -> pd.DataFrame:
    names = list(next(iter(studies.values())))
    lines = [[group, *(_shown(name, figures[name]) for name in names)] for group, figures in studies.items()]
    return pd.DataFrame(lines, columns=["sales of", *names], dtype=object)


def _shown(name: str, figure: float) -> str:
    return f"{figure:,.{DECIMALS.get(name, 1)}f}"
