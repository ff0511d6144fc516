"""A second opinion on a value, made the other way: smooth where trees are steps.

Belongs here: a kernel regression of ln price on place and attributes. Does not: how it is mixed with
the trees (model.py).

Trees cut; along a slope of prices each cut is wrong on both sides. This model says that like homes
near each other cost alike, by a kernel: a line in every attribute, plus a surface over the map, plus
what is alike in place and attributes together. Alone it is about as good as the trees; its errors are
others, so that the mean of both is better than either (docs/value-model.md).

Source: Gaussian process regression with Nystrom features (Rasmussen and Williams 2006, chapters 2 and
8.1): f = k(x, U) a with U a sample of the homes; robust by Huber weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.linalg import cho_factor, cho_solve, cholesky, solve_triangular
from scipy.linalg.blas import dsyrk

from realestate_os.valuation.history import Floats
from realestate_os.valuation.parallel import in_parallel

PLACE = ("latitude", "longitude")
# Money and sizes count by their ratios.
LOGGED = ("square_footage", "lot_size_sqft", "market_value", "assessed_value", "last_sale_price")
ATTRIBUTES = (
    *LOGGED,
    "bedrooms",
    "bathrooms",
    "age_years",
    "effective_age_years",
    "years_since_renovation",
    "quality_grade",
    "condition_grade",
    "view_rank",
    "waterfront",
    "stories",
    "basement_sqft",
    "property_type_condo",
    "property_type_townhouse",
    "property_type_multi_family",
    "property_type_manufactured",
)
MILES_PER_DEGREE = 69.05
# Homes in U; time grows with its square. On seven cuts of King and Miami 800, 1,500 and 2,500 gave a mean COD of the
# mixture of 10.60, 10.52 and 10.45 in 1.1, 3.4 and 9.7 s.
SAMPLE = 1500
# Standard deviations of ln price that each part of the kernel may move, and the noise.
LINE_SD, MAP_SD, ALIKE_SD, NOISE_SD = 0.3, 0.4, 0.3, 0.15
# Reach: of the map in miles; of likeness in miles and in standard deviations of an attribute. With 3 and 6 miles
# the mean COD of the mixture on seven cuts was 0.05 higher, with 20 and 20 the same.
MAP_MILES, ALIKE_MILES, ALIKE_SDS = 10.0, 12.0, 4.0
# An attribute counts within 6 standard deviations; a rare flag, whose spread is tiny, less.
LIMIT = 6.0
SMALLEST_FLAG_SPREAD = 0.3
HUBER_SDS = 2.0
ROUNDS = 4
# Rows at once: 512 x 1,500 numbers stay in the processor's cache; 4,096 took twice the time.
CHUNK = 512


@dataclass(frozen=True)
class Smooth:
    """f(x) = mean + k(x, sample) @ weight, on scaled columns; the first two are miles."""

    columns: tuple[str, ...]
    centre: Floats
    spread: Floats
    sample: Floats
    weight: Floats
    mean: float

    def predict(self, matrix: pd.DataFrame) -> Floats:
        """ln USD on one level of prices, (n,)."""
        scaled = _scaled(matrix, self.columns, self.centre, self.spread)

        def part(start: int) -> Floats:
            return np.asarray(_kernel(scaled[start : start + CHUNK], self.sample) @ self.weight)

        parts = in_parallel(part, _starts(scaled))
        return self.mean + np.concatenate([*parts, np.empty(0)])

    def to_state(self) -> dict[str, Any]:
        """Plain lists and numbers, for JSON."""
        arrays = {name: getattr(self, name).tolist() for name in ("centre", "spread", "sample", "weight")}
        return {"columns": list(self.columns), "mean": self.mean} | arrays

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Smooth:
        """The inverse of to_state."""
        arrays = {name: np.array(state[name]) for name in ("centre", "spread", "sample", "weight")}
        return cls(columns=tuple(state["columns"]), mean=state["mean"], **arrays)


def fit_smooth(
    matrix: pd.DataFrame, target: Floats, seed: int, also: tuple[str, ...] = (), size: int = SAMPLE
) -> Smooth:
    """Fit on the model matrix and ln price, time taken out.

    Args:
        also: columns of the county's own.
        size: homes in the sample U; time grows with its square.
    """
    columns = (*PLACE, *(name for name in (*ATTRIBUTES, *also) if matrix[name].nunique() > 1))
    centre, spread = _scale(matrix, columns)
    scaled = _scaled(matrix, columns, centre, spread)
    chosen = np.random.default_rng(seed).permutation(len(scaled))[:size]
    sample = scaled[np.sort(chosen)]
    lower = cholesky(_kernel(sample, sample) + 1e-6 * np.eye(len(sample)), lower=True)

    def part(start: int) -> Floats:
        return np.asarray(solve_triangular(lower, _kernel(sample, scaled[start : start + CHUNK]), lower=True).T)

    features = np.concatenate(in_parallel(part, _starts(scaled)))
    mean = float(np.median(target))
    weight = solve_triangular(lower, _robust_ridge(features, target - mean), lower=True, trans="T")
    return Smooth(columns, centre, spread, sample, np.asarray(weight, dtype=np.float64), mean)


def _robust_ridge(features: Floats, target: Floats) -> Floats:
    """Ridge regression with Huber weights: each round takes back what the far-off sales weigh too much, no more."""
    whole, answer = _gram(features), features.T @ target
    weights: Floats = np.ones(len(target))
    for _ in range(ROUNDS):
        off = np.flatnonzero(weights < 1)
        less = 1 - weights[off]
        normal = whole - _gram(features[off] * np.sqrt(less)[:, None])
        normal += NOISE_SD**2 * np.eye(len(normal))
        found = cho_solve(cho_factor(normal), answer - features[off].T @ (less * target[off]))
        error = np.abs(target - features @ found)
        limit = HUBER_SDS * max(1.4826 * float(np.median(error)), 1e-6)
        weights = limit / np.maximum(limit, error)
    return np.asarray(found, dtype=np.float64)


def _gram(rows: Floats) -> Floats:
    """rows.T @ rows in half the work: BLAS fills one triangle."""
    upper = np.triu(dsyrk(1.0, rows.T))
    return np.asarray(upper + np.triu(upper, 1).T)


def _kernel(left: Floats, right: Floats) -> Floats:
    """(n, m): line in the attributes + surface over the map + alike in place and attributes."""
    miles_squared = _distances_squared(left[:, :2], right[:, :2])
    apart_squared = _distances_squared(left[:, 2:], right[:, 2:])
    away = np.sqrt(3.0 * (miles_squared / ALIKE_MILES**2 + apart_squared / ALIKE_SDS**2))
    kernel: Floats = LINE_SD**2 * (left[:, 2:] @ right[:, 2:].T)
    kernel += ALIKE_SD**2 * ((1 + away) * np.exp(-away))
    kernel += MAP_SD**2 * np.exp(-np.sqrt(miles_squared) / MAP_MILES)
    return kernel


def _distances_squared(left: Floats, right: Floats) -> Floats:
    """(n, m) by one product of matrices: at 1,500 homes in the sample three times as fast as scipy's cdist."""
    squared = (left**2).sum(axis=1)[:, None] + (right**2).sum(axis=1) - 2 * (left @ right.T)
    return np.maximum(squared, 0.0)


def _scaled(matrix: pd.DataFrame, columns: tuple[str, ...], centre: Floats, spread: Floats) -> Floats:
    scaled = (_plain(matrix, columns) - centre) / spread
    # What is not known is usual.
    scaled = np.nan_to_num(scaled)
    scaled[:, 2:] = np.clip(scaled[:, 2:], -LIMIT, LIMIT)
    return scaled


def _plain(matrix: pd.DataFrame, columns: tuple[str, ...]) -> Floats:
    """The columns as they enter: money and sizes as logarithms, basements as roots."""
    plain = matrix[list(columns)].to_numpy(dtype=float)
    for place, name in enumerate(columns):
        if name in LOGGED:
            plain[:, place] = np.log(np.clip(plain[:, place], 100, None))
        elif name not in PLACE and name not in ATTRIBUTES:
            plain[:, place] = np.sign(plain[:, place]) * np.log1p(np.abs(plain[:, place]))
        elif name == "basement_sqft":
            plain[:, place] = np.sqrt(np.clip(plain[:, place], 0, None))
    return plain


def _scale(matrix: pd.DataFrame, columns: tuple[str, ...]) -> tuple[Floats, Floats]:
    """Median, and half the span of the middle 68 % (else the standard deviation); miles for the place."""
    plain = _plain(matrix, columns)
    low, centre, high = np.nanpercentile(plain, [16, 50, 84], axis=0)
    half = (high - low) / 2
    spread = np.where(half > 1e-9, half, np.maximum(np.nanstd(plain, axis=0), SMALLEST_FLAG_SPREAD))
    spread[:2] = 1 / MILES_PER_DEGREE, 1 / (MILES_PER_DEGREE * np.cos(np.radians(centre[0])))
    return centre, spread


def _starts(rows: Floats) -> range:
    return range(0, len(rows), CHUNK)
