"""The price level of a day against that of the county's file.

Belongs here: the factor by which a day's price filter is scaled. Does not: the filter (rules.py).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from realestate_os.counties import County

if TYPE_CHECKING:
    from pandas import DataFrame

MONTHS = 12
# A median of fewer sales says more about which homes happened to sell.
LEAST_SALES = 30


def price_scale(sales: DataFrame, county: County, day: date) -> float:
    """Median of the market sales of the 12 months before the day, as known on it, over the county's
    median_price_usd; 1.0 with fewer than 30 of them.

    The filter of 2026 would reject 41 % of King County's sales of 2014.
    """
    if sales.empty:
        return 1.0
    sold, known, end = (pd.to_datetime(sales["sale_date"]), pd.to_datetime(sales["known_on"]), pd.Timestamp(day))
    superseded = pd.to_datetime(sales["superseded_on"])
    recent = (sold > end - pd.DateOffset(months=MONTHS)) & (sold <= end)
    valid = sales["market_sale"] & (known <= end) & (superseded.isna() | (superseded > end))
    prices = sales.loc[recent & valid, "sale_price_usd"]
    if len(prices) < LEAST_SALES:
        return 1.0
    return float(prices.median() / county.market.median_price_usd)
