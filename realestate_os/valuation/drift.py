"""Drift: whether homes and prices still are what the serving model was trained on.

Belongs here: the reference that a model keeps of its training, and the verdicts of a day's features and of
the sales since. Does not: which model serves (champion.py), Dagster (checks.py).

Source: population stability index, sum of (now - then) ln(now / then) over bins; 0.25 is a shift (Siddiqi
2006, Credit Risk Scorecards, chapter 9). Without any drift it is about chi-squared with bins - 1 degrees of
freedom times (1 / now's rows + 1 / then's rows) (Yurdakul and Naranjo 2020, Statistical properties of the
population stability index, Journal of Risk Model Validation): a small county's day is judged by that too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binomtest, chi2

from realestate_os.storage.quality import Verdict
from realestate_os.valuation.history import Floats
from realestate_os.valuation.matrix import ALLOWED_FEATURES
from realestate_os.valuation.ratio_study import floats

BINS = 10
SHIFTED = 0.25
# One false alarm in a thousand features looked at: 21 features on 250 days still give five a year.
CHANCE = 0.001
# Below so many rows a bin holds three.
FEWEST_HOMES, FEWEST_SALES = 30, 30
# Points of the median ratio: what a market moves in a season is the price level's to follow, more is drift.
MOST_OFF = 0.03
COVERED = 0.90


@dataclass(frozen=True)
class Reference:
    """What a training looked like.

    Attributes:
        edges: feature -> inner edges of at most BINS bins. shares: share of the sales in each bin and, last, missing.
        rows: how many sales. median_ratio: of value to price on its hold-out.
    """

    edges: dict[str, list[float]]
    shares: dict[str, list[float]]
    rows: int
    median_ratio: float


def reference_of(features: pd.DataFrame, median_ratio: float) -> Reference:
    """Of the 35 features of the training sales, those that the model may see."""
    edges = {name: _edges(floats(features[name])) for name in ALLOWED_FEATURES}
    shares = {name: _shares(floats(features[name]), edges[name]).tolist() for name in ALLOWED_FEATURES}
    return Reference(edges, shares, len(features), median_ratio)


def feature_drift(reference: Reference, features: pd.DataFrame) -> Verdict:
    """Whether a day's features are distributed like those of the training; `failing` lists those that are not."""
    if len(features) < FEWEST_HOMES:
        said = f"{len(features)} homes: too few to judge drift, {FEWEST_HOMES} are needed"
        return Verdict(True, said, {"homes": len(features)}, pd.DataFrame())
    rows = pd.DataFrame([_compared(reference, name, floats(features[name])) for name in ALLOWED_FEATURES])
    drifted = rows[rows["psi"] > rows["limit"]].sort_values("psi", ascending=False)
    worst = rows.nlargest(3, "psi").set_index("feature")["psi"].round(2).to_dict()
    said = f"{len(drifted)} of {len(rows)} features drifted from the training"
    if len(drifted):
        said += ": " + ", ".join(f"{row.feature} (PSI {row.psi:.2f})" for row in drifted.head(5).itertuples())
    return Verdict(drifted.empty, said, {"homes": len(features), "largest_psi": worst}, drifted)


def residual_drift(reference: Reference, values: pd.DataFrame, price_usd: Floats) -> Verdict:
    """Whether the model still values the sales that became known after its training as it valued its hold-out.

    Args:
        values: value_usd and its intervals, a row a sale; price_usd: (n,); n of at least FEWEST_SALES.
    """
    count = len(price_usd)
    ratio = floats(values["value_usd"]) / price_usd
    inside = (floats(values["value_low_90_usd"]) <= price_usd) & (price_usd <= floats(values["value_high_90_usd"]))
    median, before = float(np.median(ratio)), reference.median_ratio
    higher = binomtest(int((ratio > before).sum()), count).pvalue
    fewer = binomtest(int(inside.sum()), count, COVERED, alternative="less").pvalue
    faults = []
    if abs(median - before) > MOST_OFF and higher < CHANCE:
        faults.append(f"the median ratio went from {before:.3f} to {median:.3f}")
    if fewer < CHANCE:
        faults.append(f"the 90 % interval covers {inside.mean() * 100:.0f} %")
    figures = {"sales": count, "median_ratio": median, "trained_median_ratio": before, "coverage": inside.mean()}
    said = f"{count} sales since the training: " + ("; ".join(faults) or "valued as in training")
    return Verdict(
        not faults, said, {name: round(float(figure), 4) for name, figure in figures.items()}, pd.DataFrame()
    )


def too_few_sales(count: int) -> Verdict:
    """The verdict of fewer than FEWEST_SALES."""
    said = f"{count} sales since the training: too few to judge drift, {FEWEST_SALES} are needed"
    return Verdict(True, said, {"sales": count}, pd.DataFrame())


def psi(then: Floats, now: Floats) -> float:
    """Population stability index of two sets of shares (k,), each above 0."""
    return float(np.sum((now - then) * np.log(now / then)))


def _compared(reference: Reference, name: str, now: Floats) -> dict[str, Any]:
    then = np.array(reference.shares[name])
    found = _shares(now, reference.edges[name])
    bins, thin = len(then), 1 / len(now) + 1 / reference.rows
    usual, by_chance = (bins - 1) * thin, float(chi2.ppf(1 - CHANCE, bins - 1)) * thin
    return {
        "feature": name,
        "psi": psi(_smoothed(then, reference.rows), _smoothed(found, len(now))),
        "limit": max(SHIFTED + usual, by_chance),
        "missing_in_training_pct": then[-1] * 100,
        "missing_now_pct": found[-1] * 100,
    }


def _edges(values: Floats) -> list[float]:
    """Inner edges at the deciles; fewer where values repeat (a flag has one)."""
    known = values[~np.isnan(values)]
    if len(known) == 0:
        return []
    deciles = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1]))
    return [float(edge) for edge in deciles]


def _shares(values: Floats, edges: list[float]) -> Floats:
    """Share of the rows in each bin (edges belong to the bin on their left) and, last, missing."""
    missing = np.isnan(values)
    counts = np.bincount(np.searchsorted(edges, values[~missing], side="left"), minlength=len(edges) + 1)
    return np.append(counts, missing.sum()) / max(len(values), 1)


def _smoothed(shares: Floats, rows: int) -> Floats:
    """Half a row more in each bin: an empty one has no logarithm."""
    counts = shares * rows + 0.5
    return np.asarray(counts / counts.sum())
