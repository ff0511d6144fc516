"""The model of one level of prices: trees and a smooth model, half and half, a little stretched.

Belongs here: mixing, and splitting the mixture over its columns. Does not: either model (boosting.py,
smooth.py), the level of prices on a day (price_level.py).

    ln value = c + stretch x ((trees + smooth) / 2 - c)

The smooth half has one line of its own in the reasons: what it adds to the trees' word. A model that
expects the mean shrinks dear homes down and cheap ones up; `stretch` undoes as much of it as the
ratio study asks for (train.py).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from realestate_os.valuation import boosting
from realestate_os.valuation.boosting import Boosted, Params
from realestate_os.valuation.history import Floats
from realestate_os.valuation.matrix import extra_columns
from realestate_os.valuation.smooth import SAMPLE, Smooth, fit_smooth

# From 0.3 to 0.7 the error hardly changed on King.
SMOOTH_SHARE = 0.5
SMOOTH_COLUMN = "smooth_model"


@dataclass(frozen=True)
class Mixture:
    """ln USD of a home at the prices of one day."""

    boosted: Boosted
    smooth: Smooth
    stretch: float = 1.0

    def predict(self, matrix: pd.DataFrame) -> Floats:
        """(n,) ln USD."""
        mixed = (1 - SMOOTH_SHARE) * self.boosted.predict(matrix) + SMOOTH_SHARE * self.smooth.predict(matrix)
        return self.smooth.mean + self.stretch * (mixed - self.smooth.mean)

    def contributions(self, matrix: pd.DataFrame) -> Floats:
        """(n, columns + 2): the trees' exact SHAP values, what the smooth model adds, the expectation.

        Rows sum to predict().
        """
        trees = self.boosted.contributions(matrix)
        added = SMOOTH_SHARE * (self.smooth.predict(matrix) - trees.sum(axis=1))
        split = self.stretch * np.column_stack([trees[:, :-1], added, trees[:, -1]])
        split[:, -1] += (1 - self.stretch) * self.smooth.mean
        return split

    def stretched(self, stretch: float) -> Mixture:
        """The same with another stretch."""
        return replace(self, stretch=stretch)


def fit_mixture(
    matrix: pd.DataFrame, target: Floats, params: Params, rounds: int, seed: int, *, quick: bool = False
) -> Mixture:
    """Fit both on the model matrix and ln price, time taken out.

    quick: the same kind of model for errors on sales left out: one bag, half the sample.
    """
    bags, size = (1, SAMPLE // 2) if quick else (boosting.BAGS, SAMPLE)
    with ThreadPoolExecutor(1) as beside:  # LightGBM and BLAS both release Python's lock
        smooth = beside.submit(fit_smooth, matrix, target, seed, extra_columns(matrix), size)
        boosted = boosting.fit(matrix, target, params, rounds, seed, bags)
        return Mixture(boosted, smooth.result())
