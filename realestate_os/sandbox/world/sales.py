"""Recorded deeds as of a day.

Belongs here: which deeds the county's sales layer holds, with the facts of the home. Does not: the
field names of a service (records/).
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from realestate_os.sandbox.world.dice import Bools, Dice
from realestate_os.sandbox.world.ground import Ground
from realestate_os.sandbox.world.parcels import fact_columns, value_columns

WINDOW_DAYS = 913  # 30 months
LISTED_LOOK_BACK_DAYS = 120


def sale_rows(ground: Ground, on: date, dice: Dice) -> list[dict[str, Any]]:
    """One row a deed recorded by the day, newest last: sale_id, dates, price, flags, home facts and
    the assessor's values on record at the sale.

    The layer holds the last 30 months, the deed before each of those, and all deeds of homes that
    were listed within 120 days, so that a sold home and a listed one both know their last sale.
    """
    sales = ground.sales
    known = sales.recorded <= on.toordinal()
    rows = sales.take(known & _held(ground, on, known))
    columns = fact_columns(ground.homes.take(rows.home), on)
    columns |= value_columns(ground, rows.home, rows.sold, dice)
    columns |= {
        "sale_id": [
            f"{sold % 100_000:05d}{home:06d}" for home, sold in zip(rows.home.tolist(), rows.sold.tolist(), strict=True)
        ],
        "sale_date": [date.fromordinal(day) for day in rows.sold.tolist()],
        "sale_date_precision": ["month" if vague else "day" for vague in rows.month_only.tolist()],
        "recorded_date": [date.fromordinal(day) for day in rows.recorded.tolist()],
        "sale_price_usd": rows.price.tolist(),
        "instrument": rows.instrument.tolist(),
        "arms_length": rows.arms_length.tolist(),
    }
    names = list(columns)
    return [dict(zip(names, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _held(ground: Ground, on: date, known: Bools) -> Bools:
    sales, day = ground.sales, on.toordinal()
    recent = known & (sales.sold > day - WINDOW_DAYS)
    before = np.zeros(len(known), dtype=bool)
    following: dict[int, int] = {}
    for position in np.flatnonzero(known)[::-1].tolist():
        home = int(sales.home[position])
        later = following.get(home)
        before[position] = later is not None and bool(recent[later])
        following[home] = position
    return np.asarray(recent | before | np.isin(sales.home, _listed(ground, day)))


def _listed(ground: Ground, day: int) -> Any:
    """Homes that were for sale at some time within the look-back (spells last at least 20 days)."""
    days = range(day - LISTED_LOOK_BACK_DAYS, day + 1, 20)
    return np.unique(np.concatenate([ground.spells(one).home for one in days]))
