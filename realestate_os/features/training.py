"""training_homes(): closed sales as homes to learn from, each as it was known the day before it closed.

Belongs here: which sales train, and what was known of each then. Does not: features (build.py) or
the model (valuation).
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from realestate_os.enrichment.as_of import (
    known_sales,
    previous_sales,
    property_keys,
    to_days,
    zip_figures,
)
from realestate_os.enrichment.frames import ENRICHMENT

ONE_DAY = pd.Timedelta(days=1)
TRAINING_COLUMNS = ("sale_id", "sale_date", "sale_price_usd", "as_of")


def training_homes(
    sales: pd.DataFrame,
    zip_demographics: pd.DataFrame,
    *,
    known_before: date,
    history_months: int,
) -> pd.DataFrame:
    """One row a valid market sale known before a day, in ENRICHMENT's columns and TRAINING_COLUMNS.

    Args:
        sales: versions in SALES columns, of one county or several.
        zip_demographics: ZIP_DEMOGRAPHICS of the same counties.
        known_before: only versions current at the end of the day before count.
        history_months: sales that closed in this many months before `known_before`.

    Returns:
        Sorted by sale_date, sale_id; a fresh index. property_id is the sale's id. as_of is the day
        before the sale: last_sale_* is the market sale before it as known then, the ZIP figures are
        of the vintage released then, and what comes from an asking price is missing. sale_date,
        as_of and last_sale_date are datetime64[ns].
    """
    chosen = _closed_in_window(
        known_sales(sales, known_before - timedelta(days=1)),
        known_before,
        history_months,
    )
    homes = chosen.drop(
        columns=[
            "url",
            "source",
            "superseded_on",
            "known_on",
            "sale_date_precision",
            "market_sale",
        ]
    )
    homes["as_of"] = homes["sale_date"] - ONE_DAY
    homes["date"] = homes["as_of"].dt.date
    homes["property_id"] = homes["sale_id"]
    homes["year_renovated"] = homes["year_renovated"].where(homes["year_renovated"] <= homes["as_of"].dt.year)
    past = previous_sales(sales, property_keys(homes), homes["sale_date"], homes["as_of"])
    figures = zip_figures(zip_demographics, homes["zip_code"], homes["bedrooms"], homes["as_of"])
    return _complete(pd.concat([homes, past, figures], axis=1))


def _closed_in_window(sales: pd.DataFrame, before: date, months: int) -> pd.DataFrame:
    closed = to_days(sales["sale_date"])
    start = pd.Timestamp(before) - pd.DateOffset(months=months)
    wanted = sales["market_sale"].astype(bool) & (closed >= start)
    chosen = sales[wanted].assign(sale_date=closed[wanted])
    return chosen.sort_values(["sale_date", "sale_id"], ignore_index=True)


def _complete(homes: pd.DataFrame) -> pd.DataFrame:
    """Add the columns that a sale has no value for."""
    tax_rate = homes["annual_tax_usd"] / homes["assessed_value_usd"].where(homes["assessed_value_usd"] > 0) * 100
    homes = homes.assign(
        tax_rate_pct=tax_rate,
        price_basis="none",
        condition_claimed="unknown",
        status="complete",
        missing_sources="[]",
        failed_sources="[]",
    )
    columns = [*ENRICHMENT.names, *TRAINING_COLUMNS]
    floats = {column.name for column in ENRICHMENT.columns if column.dtype == "float64"}
    missing = {name: np.nan if name in floats else None for name in columns if name not in homes}
    return homes.assign(**missing)[columns]
