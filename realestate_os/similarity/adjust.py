"""What makes a sold home like the subject, line by line in dollars.

Belongs here: adjustments from the value model. Does not: which sales are compared (comparables.py).

The model's exact SHAP contributions split ln V of each home over its columns. Line g of the adjustment
is phi_g(subject) - phi_g(sale), time is index(day) - index(sale date), and all lines sum to
ln V(subject, day) - ln V(sale, sale date). The adjusted price is price x exp(sum); lines become dollars
like reasons do: in proportion, summing to adjusted price - price. Each sale is seen as of the day
before it closed, so that its own price does not enter its neighbours' figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from realestate_os.features.build import build_features
from realestate_os.valuation.history import Floats, day_numbers
from realestate_os.valuation.matrix import MATRIX_COLUMNS, model_matrix
from realestate_os.valuation.mixture import SMOOTH_COLUMN
from realestate_os.valuation.model import ValueModel
from realestate_os.valuation.neighbors import EarlierSales
from realestate_os.valuation.reasons import REASONS, dollars

TIME = "Time"
# Lines of an adjustment grid, each of one or more reasons; a reason that is not named is a line of its own.
MERGED = {
    "Bedrooms and bathrooms": ("Bedrooms", "Bathrooms"),
    "Location": (
        "Location",
        "Prices of nearby sales",
        "Prices of similar homes nearby",
        "Home values in the ZIP",
    ),
    "View and waterfront": ("View", "Waterfront"),
    "Floors and basement": ("Floors", "Basement"),
    "Records (assessor, last sale)": ("Assessor's value", "Property tax", "Liens and equity", "Last sale"),
}


@dataclass(frozen=True)
class Split:
    """ln V of n homes by line: (n, LINES); without the level of prices."""

    by_line: Floats

    def take(self, rows: npt.NDArray[np.intp]) -> Split:
        """The split of these rows, repeated as asked."""
        return Split(self.by_line[rows])


def split_homes(model: ValueModel, homes: pd.DataFrame, as_of: pd.Series | date, earlier: EarlierSales) -> Split:
    """Split homes (ENRICHMENT's columns), each as of its day."""
    days = day_numbers(as_of, len(homes))
    matrix = model_matrix(homes, build_features(homes, as_of), days, earlier, model.serving.extra)
    phi = model.serving.mixture.contributions(matrix)[:, :-1]
    return Split(np.column_stack([phi[:, columns].sum(axis=1) for columns in _COLUMNS_OF.values()]))


def adjustments(subject: Split, sale: Split, time: Floats, price_usd: Floats) -> tuple[Floats, Floats]:
    """Adjust n pairs.

    Args:
        subject, sale: splits of the pairs, row by row.
        time: index(day) - index(sale date), (n,).
        price_usd: paid, (n,).

    Returns:
        Dollars (n, lines) in the order of LINES, and the adjusted price (n,): price plus the row's sum.
    """
    logs = np.column_stack([time, subject.by_line - sale.by_line])
    _, lines = dollars(np.column_stack([logs, np.log(price_usd)]))
    return lines, price_usd + lines.sum(axis=1)


def _lines() -> dict[str, list[int]]:
    position = {name: place for place, name in enumerate(MATRIX_COLUMNS)} | {SMOOTH_COLUMN: -1}
    owner = {reason: line for line, reasons in MERGED.items() for reason in reasons}
    lines: dict[str, list[int]] = {}
    for reason, columns in REASONS.items():
        lines.setdefault(owner.get(reason, reason), []).extend(position[name] for name in columns)
    return lines


_COLUMNS_OF = _lines()
LINES: tuple[str, ...] = (TIME, *_COLUMNS_OF)
