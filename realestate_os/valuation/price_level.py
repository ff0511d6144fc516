"""Where prices stand: an index over time, and what a square foot or a grade plainly costs.

Belongs here: one robust regression on past sales that yields both. Does not: the value model
(train.py); this only brings sales of different months and kinds onto one footing, so that nearby
earlier sales can be compared (neighbors.py) and values carried to the day of scoring.

The regression compares each sale with its 15 nearest in space: ln price less its neighbours' mean on
attributes less their means and on time less theirs, so that location drops out. Time enters as a
line through knots 30 days apart, a random walk about a steady drift, plus the season; Huber weights
keep odd sales from moving it. Less than a year of sales cannot tell season from drift, so the season
starts from what is usual: like homes sell dearer in June than in December.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from realestate_os.valuation.history import Days, Floats, day_numbers, number

NEIGHBORS = 15
KNOT_DAYS = 30
# How much a county's level strays from its drift in a month, one standard deviation: 1 %. The drift itself
# is free but for a prior of 1 % a month that only a handful of sales would feel.
STEP_SD = 0.01
DRIFT_SD = 0.01
# Season: a cosine with its peak in mid June, stronger in the north: half its swing is 0.05 points a degree above
# 15 degrees (King 1.6 %, Miami 0.5 %). An assumption of ours, not taken from a published index; a county's own
# sales move it from there.
SEASON_PEAK = np.datetime64("1970-06-15", "D").astype(int)
SEASON_PER_DEGREE, NO_SEASON_LATITUDE, SEASON_SD = 0.0005, 15.0, 0.01
HUBER_SDS = 2.0
ROUNDS = 6
# Beyond the last sale the trend of the last year goes on, in proportion to how much of a year was seen.
TREND_DAYS = 365
MAX_YEARLY_TREND = 0.25
MILES_PER_DEGREE = 69.05


@dataclass(frozen=True)
class PriceIndex:
    """ln price level by day, 0 at the last knot. Days count from 1970; `season` is half its swing, ln USD."""

    knots: Floats
    log_level: Floats
    slope_per_day: float
    season: float = 0.0

    def at(self, days: Days) -> Floats:
        """ln level on the days: the trend, flat before the first knot and going on after the last, and the season."""
        beyond = np.maximum(days - self.knots[-1], 0.0)
        season = self.season * (_season(days) - _season(self.knots[-1:]))
        return np.interp(days, self.knots, self.log_level) + self.slope_per_day * beyond + season


@dataclass(frozen=True)
class PriceLevel:
    """The index, the plain prices of attributes, and the projection to miles."""

    index: PriceIndex
    centre: Floats
    scale: Floats
    coefficients: Floats
    latitude: float

    def attributes_log_price(self, homes: pd.DataFrame) -> Floats:
        """What the attributes add to ln price, location and time apart."""
        return self._scaled(homes) @ self.coefficients

    def miles(self, homes: pd.DataFrame) -> Floats:
        """(n, 2) flat coordinates in miles; good to 0.5 % within a county."""
        east = number(homes, "longitude") * np.cos(np.radians(self.latitude))
        return np.column_stack([east, number(homes, "latitude")]) * MILES_PER_DEGREE

    def to_state(self) -> dict[str, Any]:
        """Plain lists and numbers, for JSON."""
        return {
            "knots": self.index.knots.tolist(),
            "log_level": self.index.log_level.tolist(),
            "slope_per_day": self.index.slope_per_day,
            "season": self.index.season,
            "centre": self.centre.tolist(),
            "scale": self.scale.tolist(),
            "coefficients": self.coefficients.tolist(),
            "latitude": self.latitude,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> PriceLevel:
        """The inverse of to_state."""
        index = PriceIndex(
            np.array(state["knots"]), np.array(state["log_level"]), state["slope_per_day"], state["season"]
        )
        centre, scale, coefficients = (np.array(state[name]) for name in ("centre", "scale", "coefficients"))
        return cls(index, centre, scale, coefficients, state["latitude"])

    def _scaled(self, homes: pd.DataFrame) -> Floats:
        return np.nan_to_num((_attributes(homes) - self.centre) / self.scale)


def fit_price_level(history: pd.DataFrame) -> PriceLevel:
    """Fit index and attribute prices on sales (columns of sale_history)."""
    raw = _attributes(history)
    centre, scale = _centre_and_scale(raw)
    latitude = float(np.mean(number(history, "latitude")))
    days = day_numbers(history["sale_date"], len(history))
    knots = _knots(days)
    empty = PriceLevel(PriceIndex(knots, np.zeros(len(knots)), 0.0), centre, scale, np.zeros(raw.shape[1]), latitude)
    design = np.column_stack([empty._scaled(history), _season(days), _hats(days, knots)])
    usual_season = SEASON_PER_DEGREE * max(latitude - NO_SEASON_LATITUDE, 0.0)
    log_price = np.log(number(history, "sale_price_usd")) - usual_season * _season(days)
    near = cKDTree(empty.miles(history)).query(empty.miles(history), k=min(NEIGHBORS + 1, len(history)))[1][:, 1:]
    found = _robust_fit(design - design[near].mean(axis=1), log_price - log_price[near].mean(axis=1), len(knots))
    season, level = usual_season + found[raw.shape[1]], found[raw.shape[1] + 1 :]
    index = PriceIndex(knots, level - level[-1], _trend(knots, level), float(season))
    return PriceLevel(index, centre, scale, found[: raw.shape[1]], latitude)


def _attributes(homes: pd.DataFrame) -> Floats:
    area, lot, built = (number(homes, n) for n in ("square_footage", "lot_size_sqft", "year_built"))
    grade = number(homes, "quality_grade")
    kind = homes["property_type"].to_numpy(dtype=object)
    columns = [
        np.log(np.clip(area, 200, None)),
        np.log(np.clip(lot, 400, None)),
        number(homes, "bedrooms"),
        number(homes, "bathrooms"),
        built,
        (built - 1960) ** 2,
        grade,
        grade**2,
        number(homes, "year_renovated") - built,
        *(number(homes, n) for n in ("condition_grade", "view_rank", "waterfront", "basement_sqft", "stories")),
        *((kind == name).astype(float) for name in ("condo", "townhouse", "multi_family", "manufactured")),
    ]
    return np.column_stack(columns)


def _centre_and_scale(raw: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation of each column; a column without values or spread is left alone."""
    known = ~np.isnan(raw)
    count = np.maximum(known.sum(axis=0), 1)
    centre = np.where(known, raw, 0.0).sum(axis=0) / count
    spread = np.sqrt(np.where(known, (raw - centre) ** 2, 0.0).sum(axis=0) / count)
    return centre, np.where(spread > 1e-9, spread, 1.0)


def _knots(days: Days) -> Floats:
    first, last = float(days.min()), float(days.max())
    return np.linspace(first, last, max(2, round((last - first) / KNOT_DAYS) + 1)) if last > first else _two(first)


def _two(day: float) -> Floats:
    return np.array([day - KNOT_DAYS, day])


def _hats(days: Days, knots: Floats) -> Floats:
    """(n, knots) weights of linear interpolation."""
    return np.column_stack([np.interp(days, knots, row) for row in np.eye(len(knots))])


def _season(days: Days | Floats) -> Floats:
    """(n,) from -1 in mid December to 1 in mid June."""
    return np.cos((days - SEASON_PEAK) * (2 * np.pi / 365.25))


def _robust_fit(design: Floats, target: Floats, knots: int) -> Floats:
    weights: Floats = np.ones(len(target))
    found: Floats = np.zeros(design.shape[1])
    spread = 0.25
    for _ in range(ROUNDS):
        weighted = design * weights[:, None]
        normal = weighted.T @ design + _penalty(design.shape[1], knots, spread)
        found = np.linalg.solve(normal, weighted.T @ target).astype(np.float64)
        residual = np.abs(target - design @ found)
        spread = max(float(1.4826 * np.median(residual)), 1e-6)
        weights = (1 / np.maximum(1.0, residual / (HUBER_SDS * spread))).astype(np.float64)
    return found


def _penalty(columns: int, knots: int, spread: float) -> Floats:
    """Ridge of 1 on the (scaled) attributes, the season's prior; on the knots the random walk with drift."""
    steps = np.diff(np.eye(knots), axis=0)
    drift = steps.mean(axis=0, keepdims=True)
    stray = steps - drift
    penalty = np.eye(columns)
    penalty[-knots - 1, -knots - 1] = (spread / SEASON_SD) ** 2
    # The knots' common level cancels among neighbours; the small ridge fixes it.
    penalty[-knots:, -knots:] = 1e-3 * np.eye(knots) + (spread / STEP_SD) ** 2 * (stray.T @ stray)
    penalty[-knots:, -knots:] += (spread / DRIFT_SD) ** 2 * (drift.T @ drift)
    return penalty


def _trend(knots: Floats, level: Floats) -> float:
    recent = knots >= knots[-1] - TREND_DAYS
    if recent.sum() < 3:
        return 0.0
    slope = float(np.polyfit(knots[recent] - knots[-1], level[recent], 1)[0])
    seen = min(1.0, float(knots[-1] - knots[0]) / TREND_DAYS)
    limit = MAX_YEARLY_TREND / TREND_DAYS
    return float(np.clip(slope * seen, -limit, limit))
