"""The ratio study: how well estimates stand to prices, in the assessors' figures.

Belongs here: IAAO's statistics and the coverage and width of intervals. Does not: which sales are
held out (train.py).

Source: IAAO, Standard on Ratio Studies (2013): median ratio; COD, the average absolute deviation
from the median ratio in per cent of it (5-15 for homes); PRD, mean ratio / weighted mean (0.98-1.03);
PRB, the slope of (ratio - median) / median on log2 of value, the proxy of value being half estimate
over median ratio and half price (within +-0.05).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from realestate_os.valuation.history import Floats

RATIO_STATISTICS = ("sales", "median_ratio", "cod_pct", "prd", "prb", "mdape_pct", "within_10_pct", "r2")


def ratio_study(estimate_usd: Floats, price_usd: Floats) -> dict[str, float]:
    """RATIO_STATISTICS of estimates (n,) against prices (n,); n of at least 2.

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


def interval_study(low_usd: Floats, high_usd: Floats, value_usd: Floats, price_usd: Floats) -> dict[str, float]:
    """coverage_pct and the median relative width_pct of intervals (n,)."""
    inside = (low_usd <= price_usd) & (price_usd <= high_usd)
    return {
        "coverage_pct": float(np.mean(inside) * 100),
        "width_pct": float(np.median((high_usd - low_usd) / value_usd) * 100),
    }


def by_price_tercile(estimate_usd: Floats, price_usd: Floats) -> pd.DataFrame:
    """A ratio study of each third by price and of all; index: low, middle, high, all."""
    tercile = np.searchsorted(np.quantile(price_usd, [1 / 3, 2 / 3]), price_usd, side="left")
    groups = {name: tercile == number for number, name in enumerate(("low", "middle", "high"))}
    groups["all"] = np.ones(len(price_usd), dtype=bool)
    rows = {name: ratio_study(estimate_usd[rows], price_usd[rows]) for name, rows in groups.items() if rows.sum() > 1}
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(RATIO_STATISTICS))


def _prb(estimate_usd: Floats, price_usd: Floats, median: float) -> float:
    proxy = np.log2(0.5 * (estimate_usd / median + price_usd))
    deviation = (estimate_usd / price_usd - median) / median
    centred = proxy - proxy.mean()
    spread = float(np.sum(centred**2))
    return float(np.sum(centred * deviation) / spread) if spread > 0 else 0.0
