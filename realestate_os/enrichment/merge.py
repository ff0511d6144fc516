"""Listings, parcels, sales and ZIP figures -> ENRICHMENT rows; which value wins.

Belongs here: precedence, the last sale known, flags from the records, status. Does not: where each
value came from (provenance.py), writing (store.py).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from realestate_os.enrichment.as_of import known_sales, previous_sales, property_keys, to_days, zip_figures
from realestate_os.enrichment.frames import ENRICHMENT
from realestate_os.enrichment.parcels import match_parcels
from realestate_os.storage.home import FACT_NAMES

LISTING, PARCEL = "listing", "parcel"
# Who wins where both know. The assessor measures; sellers round up, and training sales carry the
# assessor's measures, so that the model sees one kind of number. What a seller alone can know (a
# renovation last month) is in condition_claimed, not here.
PRECEDENCE: dict[str, tuple[str, str]] = {
    name: (PARCEL, LISTING) for name in (*FACT_NAMES, "latitude", "longitude", "apn")
}
ASSESSOR_FIELDS = (
    "assessed_value_usd",
    "market_value_usd",
    "annual_tax_usd",
    "tax_rate_pct",
    "owner_name",
    "owner_mailing_address",
    "owner_occupied",
)
FROM_LISTING = (
    "property_id",
    "street_address",
    "unit",
    "city",
    "state",
    "zip_code",
    "address_key",
    "listing_price_usd",
    "price_basis",
    "listing_status",
    "days_on_market",
    "condition_claimed",
)
SOURCES = ("parcel", "census", "sales")


@dataclass(frozen=True)
class Merged:
    """ENRICHMENT rows, and side by side what each field was chosen from.

    candidates[field][source] is a column on the rows' index; winner[field] names the source a row
    ("" where nobody knew). parcels holds each row's parcel (NaN columns without one).
    """

    rows: pd.DataFrame
    candidates: dict[str, dict[str, pd.Series[Any]]]
    winner: dict[str, pd.Series[Any]]
    parcels: pd.DataFrame


def merge(
    listings: pd.DataFrame,
    parcels: pd.DataFrame,
    sales: pd.DataFrame,
    zip_demographics: pd.DataFrame,
    county: str,
    day: date,
) -> Merged:
    """One row a listing by what was known at the end of the day, in the listings' order."""
    listings = listings.reset_index(drop=True)
    matched = _parcel_of_each(listings, parcels)
    rows = listings[list(FROM_LISTING)].assign(county=county, date=day, liens_usd=np.nan)
    candidates: dict[str, dict[str, pd.Series[Any]]] = {}
    winner: dict[str, pd.Series[Any]] = {}
    for field, order in PRECEDENCE.items():
        candidates[field] = {PARCEL: matched[field], LISTING: listings[field]}
        rows[field], winner[field] = _choose(candidates[field], order)
    for field in ASSESSOR_FIELDS:
        candidates[field] = {PARCEL: matched[field]}
        rows[field], winner[field] = _choose(candidates[field], (PARCEL,))
    _add_last_sale(rows, matched, sales, day, candidates, winner)
    figures = zip_figures(zip_demographics, rows["zip_code"], rows["bedrooms"], pd.Series(day, index=rows.index))
    for field in figures:
        candidates[field] = {"census": figures[field]}
        rows[field], winner[field] = _choose(candidates[field], ("census",))
    rows["bargain_flag"] = _bargain_flag(listings["bargain_flag"], rows["property_type"])
    _add_status(rows, matched, known_sales(sales, day))
    return Merged(rows[ENRICHMENT.names], candidates, winner, matched)


def _parcel_of_each(listings: pd.DataFrame, parcels: pd.DataFrame) -> pd.DataFrame:
    """The parcel's columns on the listings' index; nulls without a parcel."""
    position = match_parcels(listings, parcels)
    return parcels.reset_index(drop=True).reindex(position.where(position >= 0)).set_index(listings.index)


def _choose(candidates: dict[str, pd.Series[Any]], order: tuple[str, ...]) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """First known value in the order of precedence, and who gave it."""
    value = candidates[order[0]]
    who = pd.Series(np.where(value.notna(), order[0], ""), index=value.index)
    for source in order[1:]:
        fill = value.isna() & candidates[source].notna()
        value = value.where(~fill, candidates[source])
        who = who.mask(fill, source)
    return value.where(value.notna(), None) if value.dtype == object else value, who


def _add_last_sale(
    rows: pd.DataFrame,
    matched: pd.DataFrame,
    sales: pd.DataFrame,
    day: date,
    candidates: dict[str, dict[str, pd.Series[Any]]],
    winner: dict[str, pd.Series[Any]],
) -> None:
    """The later of the deed known on the day and the assessor's last sale; the deed where they agree."""
    end = pd.Series(pd.Timestamp(day), index=rows.index)
    keyed = rows.assign(county=rows["county"])
    deed = previous_sales(sales, property_keys(keyed), end + pd.Timedelta(days=1), end)
    roll = to_days(matched["last_sale_date"]).where(lambda dates: dates <= end)
    from_roll = roll.notna() & (deed["last_sale_date"].isna() | (roll > deed["last_sale_date"]))
    who = pd.Series(np.where(deed["last_sale_date"].notna(), "sales", ""), index=rows.index).mask(from_roll, PARCEL)
    dates = deed["last_sale_date"].where(~from_roll, roll)
    candidates["last_sale_date"] = {"sales": _as_dates(deed["last_sale_date"]), PARCEL: _as_dates(roll)}
    price = matched["last_sale_price_usd"].where(roll.notna()).astype(float)
    candidates["last_sale_price_usd"] = {"sales": deed["last_sale_price_usd"], PARCEL: price}
    rows["last_sale_date"] = _as_dates(dates)
    rows["last_sale_price_usd"] = deed["last_sale_price_usd"].where(~from_roll, price)
    winner["last_sale_date"] = winner["last_sale_price_usd"] = who


def _bargain_flag(listed: pd.Series[Any], kind: pd.Series[Any]) -> pd.Series[Any]:
    """A manufactured home without its land is no house; the records' type is enough to be careful."""
    found = listed.astype(object).where(listed.notna(), None)
    return found.mask(found.isna() & (kind == "manufactured"), "manufactured_home")


def _add_status(rows: pd.DataFrame, matched: pd.DataFrame, known: pd.DataFrame) -> None:
    """missing_sources per row; complete when none is missing, failed when all are."""
    absent = pd.DataFrame({"parcel": matched["apn"].isna(), "census": rows["census_vintage"].isna()})
    absent = absent.assign(sales=known.empty)[list(SOURCES)]
    count = absent.sum(axis=1)
    lists = [[name for name, gone in zip(SOURCES, row, strict=True) if gone] for row in absent.to_numpy()]
    rows["missing_sources"] = [json.dumps(missing) for missing in lists]
    rows["status"] = np.select([count == 0, count == len(SOURCES)], ["complete", "failed"], default="partial")


def _as_dates(stamps: pd.Series[Any]) -> pd.Series[Any]:
    return stamps.dt.date.astype(object).where(stamps.notna(), None)
