"""What a score is computed from: one row a listed property, joined from the tables of the day.

Belongs here: which columns enter, the join, and why a home has no score. Does not: formulas, or
keeping the inputs (snapshots.py).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from realestate_os.counties import County
from realestate_os.scoring.assumptions import Assumptions
from realestate_os.scoring.mixture import Floats
from realestate_os.scoring.snapshot import canonical

OF_LISTING = [
    "property_id",
    "listing_price_usd",
    "price_basis",
    "listing_status",
    "days_on_market",
    "condition_claimed",
    "bargain_flag",
    "text_flags",
    "hoa_usd_month",
    "zip_code",
]
OF_RECORDS = [
    "property_id",
    "zip_code",
    "square_footage",
    "year_built",
    "year_renovated",
    "condition_grade",
    "annual_tax_usd",
    "assessed_value_usd",
    "market_value_usd",
    "owner_occupied",
    "last_sale_date",
    "liens_usd",
    "bargain_flag",
    "zip_median_rent_usd",
]
OF_COMPARABLE = [
    "property_id",
    "rank",
    "sale_id",
    "sale_date",
    "condition_grade",
    "year_renovated",
    "adjustments",
    "adjusted_price_usd",
]
OF_SIGNAL = ["property_id", "kind", "event_date", "seen_on", "source", "expires_on", "amount_usd", "detail"]
UNAVAILABLE = ("pending", "sold", "off_market")


@dataclass(frozen=True)
class Setting:
    """What all homes of a county's day share: the county's terms and the team's assumptions."""

    county: County
    day: date
    assumptions: Assumptions


@dataclass(frozen=True)
class Inputs:
    """Everything that the scores of some homes are computed from.

    homes: one row a listed property (`joined`); comparables: OF_COMPARABLE; signals: OF_SIGNAL.
    """

    homes: pd.DataFrame
    comparables: pd.DataFrame
    signals: pd.DataFrame
    setting: Setting

    def of(self, property_ids: list[str]) -> Inputs:
        """The inputs of these homes alone."""
        tables = {
            name: table[table["property_id"].isin(property_ids)].reset_index(drop=True)
            for name, table in (("homes", self.homes), ("comparables", self.comparables), ("signals", self.signals))
        }
        return replace(self, **tables)


def inputs_of_day(
    listings: pd.DataFrame,
    enrichment: pd.DataFrame,
    valuations: pd.DataFrame,
    comparables: pd.DataFrame,
    signals: pd.DataFrame,
    setting: Setting,
) -> Inputs:
    """The day's tables (signals: LEAD_SIGNALS, those in force on the day) as inputs of its scores."""
    sales = comparables[OF_COMPARABLE].sort_values(["property_id", "rank"], ignore_index=True)
    signs = signals[OF_SIGNAL].sort_values(["property_id", "kind", "source"], ignore_index=True)
    return Inputs(joined(listings, enrichment, valuations), sales, signs, setting)


def joined(listings: pd.DataFrame, enrichment: pd.DataFrame, valuations: pd.DataFrame) -> pd.DataFrame:
    """One row a listing, in the listings' order, with a fresh index; absent records are missing values."""
    records = enrichment[OF_RECORDS].rename(columns={"zip_code": "record_zip", "bargain_flag": "record_flag"})
    values = valuations.drop(columns=["county", "date"])
    homes = (
        listings[OF_LISTING].merge(records, on="property_id", how="left").merge(values, on="property_id", how="left")
    )
    homes["zip_code"] = homes["record_zip"].fillna(homes["zip_code"])
    homes["bargain_flag"] = homes["record_flag"].fillna(homes["bargain_flag"])
    homes["listing_price_usd"] = homes["listing_price_usd"].where(homes["listing_price_usd"] > 0)
    return homes.drop(columns=["record_zip", "record_flag"]).reset_index(drop=True)


def null_reasons(homes: pd.DataFrame) -> pd.Series[Any]:
    """Why each home has no score, None where it has one; the first of these that holds.

    A fake bargain's flag; no_asking_price (or the basis of a figure that is no price); the status of
    a home that cannot be bought; not_valued.
    """
    no_price = homes["listing_price_usd"].isna()
    not_a_price = homes["price_basis"].isin(["auction_opening", "down_payment"])
    gone = homes["listing_status"].isin(UNAVAILABLE)
    reason = pd.Series(None, index=homes.index, dtype="object")
    reason = reason.mask(~is_valued(homes), "not_valued")
    reason = reason.mask(gone, homes["listing_status"])
    reason = reason.mask(no_price, "no_asking_price").mask(no_price & not_a_price, homes["price_basis"])
    return reason.mask(homes["bargain_flag"].notna(), homes["bargain_flag"])


def column(homes: pd.DataFrame, name: str) -> Floats:
    """A column as float64 numbers, (n,); NaN is missing."""
    return np.asarray(homes[name], dtype=np.float64)


def is_valued(homes: pd.DataFrame) -> pd.Series[bool]:
    """Whether the model gave a value and a spread."""
    return (homes["value_usd"] > 0) & (homes["log_value_sd"] > 0)


def plain(row: dict[Any, Any]) -> dict[str, Any]:
    """A row as plain Python values, None for each missing one; last_sale_date stays a date."""
    values: dict[str, Any] = canonical(row)
    sold = row.get("last_sale_date")
    values["last_sale_date"] = None if sold is None or sold != sold else pd.Timestamp(sold).date()
    values["text_flags"] = json.loads(values.get("text_flags") or "[]")
    return values
