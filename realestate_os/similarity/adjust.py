"""What makes a sold home like the subject, line by line in dollars.

Belongs here: adjustments from the value model. Does not: which sales are compared (comparables.py).

The sale is turned into the subject one line at a time, and each line is what the model then adds to
ln V: its marginal worth. A line on which the two homes do not differ is 0. What a line adds depends on
those before it, so it is the mean of two orders, one the reverse of the other (the Shapley value of
the pair, sampled by one antithetic pair of permutations). Time is index(day) - index(sale date). All
lines sum to ln V(subject, day) - ln V(sale, sale date). The adjusted price is price x exp(sum); lines
become dollars like reasons do: in proportion, summing to adjusted price - price. Each sale is seen as of the day
before it closed, so that its own price does not enter its neighbours' figures.

Differences of SHAP contributions, which sum to the same, also adjusted what was equal (a grade is
worth more in a large home): 20 % gross against 16 % on the same pairs, in twice the time.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from realestate_os.features.build import build_features
from realestate_os.valuation.history import Floats, day_numbers
from realestate_os.valuation.matrix import MATRIX_COLUMNS, model_matrix
from realestate_os.valuation.model import PriceModel
from realestate_os.valuation.neighbors import EarlierSales
from realestate_os.valuation.reasons import REASONS, dollars

TIME = "Time"
# The county's own characteristics, beyond those of every county.
OTHER = "Other characteristics"
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


def seen_by_model(model: PriceModel, homes: pd.DataFrame, as_of: pd.Series | date, earlier: EarlierSales) -> Floats:
    """The model matrix of homes (ENRICHMENT's columns), each as of its day: (n, columns of the model)."""
    days = day_numbers(as_of, len(homes))
    matrix = model_matrix(homes, build_features(homes, as_of), days, earlier, model.extra)
    return matrix[_columns(model)].to_numpy(dtype=float)


def log_value(model: PriceModel, matrix: Floats) -> Floats:
    """ln V of rows of seen_by_model on one level of prices, (n,)."""
    return model.mixture.predict(pd.DataFrame(matrix, columns=_columns(model)))


def log_differences(model: PriceModel, subject: Floats, sale: Floats) -> Floats:
    """ln V of n subjects less ln V of n sales by line, time apart.

    Args:
        subject, sale: of seen_by_model, row by row.

    Returns:
        (n, lines) in the order of LINES without TIME; rows sum to the difference.
    """
    order = list(range(len(LINES) - 1))
    return (_walk(model, subject, sale, order) + _walk(model, subject, sale, order[::-1])) / 2


def adjustments(time: Floats, differences: Floats, price_usd: Floats) -> tuple[Floats, Floats]:
    """Adjust n pairs.

    Args:
        time: index(day) - index(sale date), (n,).
        differences: of log_differences, (n, lines).
        price_usd: paid, (n,).

    Returns:
        Dollars (n, lines) in the order of LINES, and the adjusted price (n,): price plus the row's sum.
    """
    _, lines = dollars(np.column_stack([time, differences, np.log(price_usd)]))
    return lines, price_usd + lines.sum(axis=1)


def _walk(model: PriceModel, subject: Floats, sale: Floats, order: list[int]) -> Floats:
    """Turn sales into subjects line by line in this order; what each step adds to ln V."""
    added = np.zeros((len(sale), len(order)))
    mixed, value = sale.copy(), log_value(model, sale)
    places = [*_PLACES_OF.values(), list(range(len(MATRIX_COLUMNS), sale.shape[1]))]
    for line in order:
        own = places[line]
        differs = ~_equal(subject[:, own], mixed[:, own]).all(axis=1)
        if not differs.any():
            continue
        mixed[:, own] = subject[:, own]
        after = log_value(model, mixed[differs])
        added[differs, line] = after - value[differs]
        value[differs] = after
    return added


def _columns(model: PriceModel) -> list[str]:
    return [*MATRIX_COLUMNS, *model.extra]


def _equal(one: Floats, other: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return np.asarray((one == other) | (np.isnan(one) & np.isnan(other)))


def _places() -> dict[str, list[int]]:
    """Line -> where its columns stand in MATRIX_COLUMNS."""
    owner = {reason: line for line, reasons in MERGED.items() for reason in reasons}
    places: dict[str, list[int]] = {}
    for reason, columns in REASONS.items():
        known = [MATRIX_COLUMNS.index(name) for name in columns if name in MATRIX_COLUMNS]
        places.setdefault(owner.get(reason, reason), []).extend(known)
    return places


_PLACES_OF = _places()
LINES: tuple[str, ...] = (TIME, *_PLACES_OF, OTHER)
