"""The hold-out: the latest sales, which the evaluation model has not seen, and what it says of them.

Belongs here: valuing them, the least stretch that their ratio study asks for, their figures. Does not:
which sales they are (train.py), the statistics (ratio_study.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from realestate_os.valuation.history import Days, Floats, day_numbers
from realestate_os.valuation.interval import Calibration, Difficulty, calibrate, value_columns
from realestate_os.valuation.model import PriceModel
from realestate_os.valuation.ratio_study import full_study, ratio_study

# IAAO accepts a PRD up to 1.03. A stretch of 1 % takes 0.003 off it; 2 % cost 0.1 points of the median error.
PRD_AIM = 1.025
STRETCHES = (1.0, 1.01, 1.02)


@dataclass(frozen=True)
class HoldOut:
    """n sales with their homes, features and matrix (n rows each); `earlier` are the sales that may be looked at."""

    homes: pd.DataFrame
    features: pd.DataFrame
    earlier: pd.DataFrame
    matrix: pd.DataFrame
    price_usd: Floats
    value_usd: Floats
    scores: Floats
    difficulty: Floats

    @property
    def as_of(self) -> pd.Series[Any]:
        """The day before each sale."""
        return self.homes["as_of"]

    @property
    def calibration(self) -> Calibration:
        """The interval that these sales give."""
        return calibrate(self.scores, np.log(self.value_usd))

    def values(self) -> pd.DataFrame:
        """value_usd and the ends of its intervals, on the index of `homes`.

        Each half's interval is calibrated on the other half: no sale widens its own.
        """
        first = np.arange(len(self.scores)) < len(self.scores) // 2
        halves = [self._interval(asked, by=~asked) for asked in (first, ~first)]
        return pd.concat(halves)

    def metrics(self) -> dict[str, float]:
        """The ratio study, coverage and width of the intervals."""
        return full_study(self.values(), self.price_usd)

    def _interval(self, asked: npt.NDArray[np.bool_], by: npt.NDArray[np.bool_]) -> pd.DataFrame:
        log_value = np.log(self.value_usd)
        half = calibrate(self.scores[by], log_value[by]).half_widths(self.difficulty[asked], log_value[asked])
        return pd.DataFrame(value_columns(log_value[asked], half), index=self.homes.index[asked])


def stretched_hold_out(
    model: PriceModel,
    difficulty: Difficulty,
    history: pd.DataFrame,
    features: pd.DataFrame,
    rows: npt.NDArray[np.bool_],
) -> tuple[float, HoldOut]:
    """The least stretch whose PRD is near enough to 1 (else the largest), and the hold-out by it.

    Args:
        history, features: all sales, of which `rows` are held out.
    """
    homes, of_homes = history[rows], features[rows]
    matrix = model.matrix(homes, of_homes, homes["as_of"], history)
    price = homes["sale_price_usd"].to_numpy(dtype=float)
    days: Days = day_numbers(homes["as_of"], len(homes))
    for stretch in STRETCHES:
        log_value = model.stretched(stretch).log_value(matrix, days)
        if ratio_study(np.exp(log_value), price)["prd"] <= PRD_AIM:
            break
    hard = difficulty.of(matrix, log_value)
    scores = np.abs(np.log(price) - log_value) / hard
    return stretch, HoldOut(homes, of_homes, history, matrix, price, np.exp(log_value), scores, hard)


def evaluation_values(model: PriceModel, hold_out: HoldOut) -> Floats:
    """What a model fitted before the hold-out says of it, in USD; each sale as of the day before."""
    days = day_numbers(hold_out.as_of, len(hold_out.homes))
    matrix = model.matrix(hold_out.homes, hold_out.features, hold_out.as_of, hold_out.earlier)
    return np.exp(model.log_value(matrix, days))
