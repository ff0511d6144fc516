"""What homes sold for in the year before a day: the measure of that day's asking prices.

Belongs here: the sales of the year as known on the day, and the factor by which the day's price filter
is scaled. Does not: the filter (rules.py), the judgement of a day (quality.py).
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
    prices = sales_of_year(sales, day)["sale_price_usd"]
    if len(prices) < LEAST_SALES:
        return 1.0
    return float(prices.median() / county.market.median_price_usd)


def sales_of_year(sales: DataFrame, day: date) -> DataFrame:
    """The market sales of the 12 months before the day, as known on it."""
    sold, known, end = (pd.to_datetime(sales["sale_date"]), pd.to_datetime(sales["known_on"]), pd.Timestamp(day))
    superseded = pd.to_datetime(sales["superseded_on"])
    recent = (sold > end - pd.DateOffset(months=MONTHS)) & (sold <= end)
    valid = sales["market_sale"].astype(bool) & (known <= end) & (superseded.isna() | (superseded > end))
    return sales[recent & valid]
