"""The ratio study: how well estimates stand to prices, in the assessors' figures.

Belongs here: IAAO's statistics, the coverage and width of intervals, both by group of sales. Does not:
which sales are held out (hold_out.py), tables for people (report.py).

Source: IAAO, Standard on Ratio Studies (2013): median ratio; COD, the average absolute deviation
from the median ratio in per cent of it (5-15 for homes); PRD, mean ratio / weighted mean (0.98-1.03);
PRB, the slope of (ratio - median) / median on log2 of value, the proxy of value being half estimate
over median ratio and half price (within +-0.05). Their 95 % confidence intervals by the bootstrap (its appendix).

`values` is a table with value_usd, value_low_80_usd, value_high_80_usd and the same for 90, a row a sale.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from realestate_os.valuation.history import Floats
from realestate_os.valuation.interval import LEVELS

IAAO = {"cod_pct": (5.0, 15.0), "prd": (0.98, 1.03), "prb": (-0.05, 0.05)}
WITH_CONFIDENCE = ("median_ratio", "cod_pct", "prd", "prb")
RESAMPLES = 300
# A resample of this many sales says as much about a 95 % interval as one of all, scaled; it saves minutes at 100,000.
MOST_RESAMPLED = 20_000
FEWEST_FOR_STUDY = 2
# Below it the median ratio of a ZIP is known to no better than 3 points, and its COD is a guess.
FEWEST_IN_ZIP = 20
Groups = Mapping[str, npt.NDArray[np.bool_]]
Studies = dict[str, dict[str, float]]


def ratio_study(estimate_usd: Floats, price_usd: Floats) -> dict[str, float]:
    """sales and IAAO's statistics of estimates (n,) against prices (n,); n of at least 2.

    r2 is of ln estimate against ln price.
    """
    ratio = estimate_usd / price_usd
    median = float(np.median(ratio))
    error = np.abs(ratio - 1)
    log_price = np.log(price_usd)
    residual = np.log(estimate_usd) - log_price
    return {
        "sales": float(len(ratio)),
        "median_ratio": median,
        "cod_pct": float(np.mean(np.abs(ratio - median)) / median * 100),
        "prd": float(np.mean(ratio) / (estimate_usd.sum() / price_usd.sum())),
        "prb": _prb(estimate_usd, price_usd, median),
        "mdape_pct": float(np.median(error) * 100),
        "within_10_pct": float(np.mean(error <= 0.10) * 100),
        "r2": float(1 - np.sum(residual**2) / max(np.sum((log_price - log_price.mean()) ** 2), 1e-12)),
    }


def confidence_intervals(estimate_usd: Floats, price_usd: Floats, seed: int = 1) -> dict[str, list[float]]:
    """WITH_CONFIDENCE statistic -> [low, high] at 95 %; by resampling the sales."""
    rng, count = np.random.default_rng(seed), len(price_usd)
    size = min(count, MOST_RESAMPLED)
    drawn = [rng.integers(0, count, size) for _ in range(RESAMPLES)]
    found = pd.DataFrame([ratio_study(estimate_usd[rows], price_usd[rows]) for rows in drawn])[list(WITH_CONFIDENCE)]
    centre = pd.Series(ratio_study(estimate_usd, price_usd))[list(WITH_CONFIDENCE)]
    shrink = np.sqrt(size / count)
    ends = found.quantile([0.025, 0.975]).sub(centre) * shrink + centre
    return {name: [float(ends[name].iloc[0]), float(ends[name].iloc[1])] for name in WITH_CONFIDENCE}


def interval_study(values: pd.DataFrame, price_usd: Floats) -> dict[str, float]:
    """coverage_80_pct, width_80_pct (median, in per cent of the value), the same for 90."""
    found: dict[str, float] = {}
    for level in LEVELS:
        low, high = (floats(values[f"value_{end}_{level}_usd"]) for end in ("low", "high"))
        inside = (low <= price_usd) & (price_usd <= high)
        found[f"coverage_{level}_pct"] = float(np.mean(inside) * 100)
        found[f"width_{level}_pct"] = float(np.median((high - low) / floats(values["value_usd"])) * 100)
    return found


def full_study(values: pd.DataFrame, price_usd: Floats) -> dict[str, float]:
    """ratio_study and interval_study of the same sales."""
    return ratio_study(floats(values["value_usd"]), price_usd) | interval_study(values, price_usd)


def study_by(groups: Groups, values: pd.DataFrame, price_usd: Floats) -> Studies:
    """Group -> full_study; a group of fewer than FEWEST_FOR_STUDY sales is left out."""
    return {
        name: full_study(values[rows], price_usd[rows])
        for name, rows in groups.items()
        if rows.sum() >= FEWEST_FOR_STUDY
    }


def price_terciles(price_usd: Floats) -> Groups:
    """low, middle, high: the thirds by price paid."""
    third = np.searchsorted(np.quantile(price_usd, [1 / 3, 2 / 3]), price_usd, side="left")
    return {name: third == number for number, name in enumerate(("low", "middle", "high"))}


def zips(zip_code: pd.Series[Any]) -> Groups:
    """The ZIPs with at least FEWEST_IN_ZIP sales, those with most sales first."""
    counts = zip_code.value_counts()
    return {str(name): (zip_code == name).to_numpy(dtype=bool) for name in counts[counts >= FEWEST_IN_ZIP].index}


def floats(column: pd.Series[Any]) -> Floats:
    """A column as float64."""
    return column.to_numpy(dtype=float)


def _prb(estimate_usd: Floats, price_usd: Floats, median: float) -> float:
    proxy = np.log2(0.5 * (estimate_usd / median + price_usd))
    deviation = (estimate_usd / price_usd - median) / median
    centred = proxy - proxy.mean()
    spread = float(np.sum(centred**2))
    return float(np.sum(centred * deviation) / spread) if spread > 0 else 0.0
