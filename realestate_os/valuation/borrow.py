"""A county with few sales learns from its neighbours' too.

Belongs here: which sales are borrowed and how they are brought to the county's prices. Does not:
training (train.py), which takes care that only the county's own sales are held out and calibrate the
interval: 40 of them are calibrated at rank 37, so the interval is wider by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from realestate_os.valuation.history import Floats, number

# With this many sales of its own a county needs nobody.
ENOUGH_SALES = 300
# The latest sales of each lender: enough for what a bath or a grade is worth, few enough to be quick.
MOST_BORROWED = 2000
BORROWED = "borrowed"


def with_borrowed(own: pd.DataFrame, others: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The county's sales and, where they are few, the latest of the others', in the column `borrowed`.

    A lender's prices are multiplied so that its median price per square foot is the county's: what is
    borrowed is how prices differ from home to home, not how high they are.

    Args:
        own, others: columns of sale_history, all known by the same day.
    """
    if own.empty or len(own) >= ENOUGH_SALES:
        return own.assign(**{BORROWED: False})
    level = np.median(_log_per_sqft(own))
    lent = [
        latest.assign(
            sale_price_usd=latest["sale_price_usd"] * np.exp(level - np.median(_log_per_sqft(latest))),
            **{BORROWED: True},
        )
        for latest in (other.tail(MOST_BORROWED) for other in others)
        if len(latest)
    ]
    both = pd.concat([own.assign(**{BORROWED: False}), *lent], ignore_index=True)
    return both.sort_values(["sale_date", "sale_id"], kind="stable", ignore_index=True)


def _log_per_sqft(sales: pd.DataFrame) -> Floats:
    return np.log(number(sales, "sale_price_usd") / number(sales, "square_footage"))
