"""Mixtures of normals, row by row: the one kind of distribution that scoring needs.

Belongs here: distribution, quantiles and spread of n mixtures of k normals at once, and the
bisection they share. Does not: what is mixed (posterior.py, deal.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr, ndtr

Floats = npt.NDArray[np.float64]

# Halves a bracket of ten million dollars to below 1e-12: the last digit of a double.
BISECTIONS = 70
# Far above the smallest double, so that nothing is lost before it.
FAR = 1e-250
# Eight standard deviations hold all but 1e-15 of a normal.
REACH_SD = 8.0


@dataclass(frozen=True)
class Mixture:
    """n mixtures of k normals; every array is (n, k), the weights of a row sum to 1."""

    log_weight: Floats
    mean: Floats
    sd: Floats

    @property
    def weight(self) -> Floats:
        """(n, k)"""
        return np.exp(self.log_weight)

    @property
    def overall_sd(self) -> Floats:
        """Standard deviation of each mixture, (n,)."""
        centre = (self.weight * self.mean).sum(axis=1, keepdims=True)
        variance = (self.weight * (self.sd**2 + (self.mean - centre) ** 2)).sum(axis=1)
        return np.asarray(np.sqrt(variance))

    def rows(self, chosen: npt.NDArray[np.bool_]) -> Mixture:
        """The mixtures of the chosen rows."""
        return Mixture(self.log_weight[chosen], self.mean[chosen], self.sd[chosen])

    def shifted(self, mean: Floats, sd: Floats) -> Mixture:
        """The sum with an independent normal a row: `mean` and `sd` are (n,)."""
        return Mixture(self.log_weight, self.mean + mean[:, None], np.hypot(self.sd, sd[:, None]))

    def quantile(self, share: float) -> Floats:
        """(n,); NaN where the mixture is unknown."""
        low = (self.mean - REACH_SD * self.sd).min(axis=1)
        high = (self.mean + REACH_SD * self.sd).max(axis=1)

        def below(x: Floats) -> npt.NDArray[np.bool_]:
            cdf: Floats = (self.weight * ndtr((x[:, None] - self.mean) / self.sd)).sum(axis=1)
            return cdf < share

        return bisect(below, low, high)

    def log_odds_above(self, thresholds: Floats, log_share: Floats) -> Floats:
        """ln P/(1-P) of exceeding a random threshold, (n,), exact far into both tails.

        Args:
            thresholds: (n, j), the values the threshold can take.
            log_share: (j,) or (n, j), the logarithm of their probabilities.
        """
        z = (self.mean[:, :, None] - thresholds[:, None, :]) / self.sd[:, :, None]
        log_weight = self.log_weight[:, :, None] + np.broadcast_to(log_share, thresholds.shape)[:, None, :]
        weight = np.exp(log_weight)
        above, below = (_total(weight * ndtr(sign * z)) for sign in (1, -1))
        # Logarithms throughout are three times as slow: only where a double cannot hold the probability.
        far = np.minimum(above, below) < FAR
        with np.errstate(divide="ignore"):
            log_odds = np.log(above) - np.log(below)
        log_above, log_below = (log_sum(log_sum(log_weight[far] + log_ndtr(sign * z[far]))) for sign in (1, -1))
        log_odds[far] = log_above - log_below
        return np.asarray(log_odds)


def _total(terms: Floats) -> Floats:
    """Sum of each row's terms, (n,), in an order that does not depend on n."""
    return np.asarray(terms.reshape(len(terms), math.prod(terms.shape[1:])).sum(axis=1))


def bisect(is_below: Callable[[Floats], npt.NDArray[np.bool_]], low: Floats, high: Floats) -> Floats:
    """Where `is_below` (true at low, false at high) turns, for n brackets at once; NaN stays NaN."""
    low, high = low.astype(float), high.astype(float)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        left = is_below(middle)
        low, high = np.where(left, middle, low), np.where(left, high, middle)
    return (low + high) / 2


def log_sum(terms: Floats) -> Floats:
    """ln of the sum of exp(terms) over the last axis; no rows give no rows, which scipy's refuses."""
    return np.asarray(np.logaddexp.reduce(terms, axis=-1))
