"""What a score is computed from: one row a listed property, joined from four tables.

Belongs here: which columns enter, the join, why a home has no score, and the snapshot of a row. Does
not: formulas.
"""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from realestate_os.counties import County
from realestate_os.scoring import CODE_VERSION
from realestate_os.scoring.assumptions import Assumptions
from realestate_os.scoring.mixture import Floats
from realestate_os.scoring.snapshot import canonical, digest

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
UNAVAILABLE = ("pending", "sold", "off_market")


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


def snapshot_ids(
    homes: pd.DataFrame, comparables: pd.DataFrame, county: County, day: date, assumptions: Assumptions
) -> list[str]:
    """The digest of each row's inputs: the home, its comparables, the county's terms, the assumptions, the code."""
    shared = digest(
        {
            "code_version": CODE_VERSION,
            "date": day,
            "county": county.model_dump(mode="json"),
            "repairs": assumptions.repairs.model_dump(mode="json"),
            "rental": assumptions.rental.model_dump(mode="json"),
        }
    )
    sales = defaultdict(list)
    for sale in comparables[OF_COMPARABLE].sort_values(["property_id", "rank"]).to_dict("records"):
        sales[sale["property_id"]].append(sale)
    return [
        digest({"shared": shared, "home": home, "comparables": sales[home["property_id"]]})
        for home in homes.to_dict("records")
    ]


def plain(row: dict[Any, Any]) -> dict[str, Any]:
    """A row as plain Python values, None for each missing one; last_sale_date stays a date."""
    values: dict[str, Any] = canonical(row)
    sold = row.get("last_sale_date")
    values["last_sale_date"] = None if sold is None or sold != sold else pd.Timestamp(sold).date()
    values["text_flags"] = json.loads(values.get("text_flags") or "[]")
    return values
