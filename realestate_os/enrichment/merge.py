"""Listings, parcels, sales and ZIP figures -> ENRICHMENT rows; which value wins.

Belongs here: the choice, the last sale known, flags from the records, status. Does not: the orders of
precedence (precedence.py), where each value came from (provenance.py), writing (store.py).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from realestate_os.enrichment.as_of import known_sales, previous_sales, property_keys, to_days, zip_figures
from realestate_os.enrichment.frames import ENRICHMENT, RECORD_FIELDS, SHARED_FIELDS
from realestate_os.enrichment.parcel_match import match_parcels
from realestate_os.enrichment.precedence import LISTING, PARCEL_PROVIDERS, Precedence
from realestate_os.storage.vocabulary import MANUFACTURED_HOME

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
CountyAndDay: TypeAlias = tuple[str, date]
DEFAULT_PRECEDENCE = Precedence()


@dataclass(frozen=True)
class Failures:
    """Sources that did not answer: for the whole county (sales, census), or for a property (its providers)."""

    county: frozenset[str] = frozenset()
    parcels: Mapping[str, frozenset[str]] = field(default_factory=dict)


NO_FAILURES = Failures()


@dataclass(frozen=True)
class Merged:
    """ENRICHMENT rows, and side by side what each field was chosen from.

    candidates[field][source] is a column on the rows' index; winner[field] names the source a row
    ("" where nobody knew). parcels[provider] holds each row's parcel (NaN columns without one).
    """

    rows: pd.DataFrame
    candidates: dict[str, dict[str, pd.Series[Any]]]
    winner: dict[str, pd.Series[Any]]
    parcels: dict[str, pd.DataFrame]


def merge(
    listings: pd.DataFrame,
    parcels: pd.DataFrame,
    sales: pd.DataFrame,
    zip_demographics: pd.DataFrame,
    day: CountyAndDay,
    precedence: Precedence = DEFAULT_PRECEDENCE,
    failures: Failures = NO_FAILURES,
) -> Merged:
    """One row a listing by what was known at the end of the day, in the listings' order."""
    listings = listings.reset_index(drop=True)
    matched = {who: _parcel_of_each(listings, parcels[parcels["provider"] == who]) for who in PARCEL_PROVIDERS}
    rows = listings[list(FROM_LISTING)].assign(county=day[0], date=day[1])
    rows["liens_usd"] = listings["liens_usd"].astype(float)
    candidates: dict[str, dict[str, pd.Series[Any]]] = {}
    winner: dict[str, pd.Series[Any]] = {}
    for name in (*SHARED_FIELDS, *RECORD_FIELDS):
        known = {who: records[name] for who, records in matched.items()}
        candidates[name] = known | {LISTING: listings[name]} if name in SHARED_FIELDS else known
        rows[name], winner[name] = _choose(candidates[name], precedence.of(name))
    _add_last_sale(rows, matched, sales, day[1], precedence, candidates, winner)
    figures = zip_figures(zip_demographics, rows["zip_code"], rows["bedrooms"], pd.Series(day[1], index=rows.index))
    for name in figures:
        candidates[name] = {"census": figures[name]}
        rows[name], winner[name] = _choose(candidates[name], ("census",))
    rows["bargain_flag"] = _bargain_flag(listings["bargain_flag"], rows["property_type"])
    _add_status(rows, matched, known_sales(sales, day[1]), failures)
    return Merged(rows[ENRICHMENT.names], candidates, winner, matched)


def _parcel_of_each(listings: pd.DataFrame, parcels: pd.DataFrame) -> pd.DataFrame:
    """The parcel's columns on the listings' index; nulls without a parcel."""
    position = match_parcels(listings, parcels)
    return parcels.reset_index(drop=True).reindex(position.where(position >= 0)).set_index(listings.index)


def _choose(candidates: dict[str, pd.Series[Any]], order: tuple[str, ...]) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """First known value in the order of precedence, and who gave it."""
    some = next(iter(candidates.values()))
    value, who = some.where(some.isna()), pd.Series("", index=some.index)
    for source in order:
        fill = value.isna() & candidates[source].notna()
        value = value.where(~fill, candidates[source])
        who = who.mask(fill, source)
    return value.where(value.notna(), None) if value.dtype == object else value, who


def _add_last_sale(
    rows: pd.DataFrame,
    matched: dict[str, pd.DataFrame],
    sales: pd.DataFrame,
    day: date,
    precedence: Precedence,
    candidates: dict[str, dict[str, pd.Series[Any]]],
    winner: dict[str, pd.Series[Any]],
) -> None:
    """The latest of the deed known on the day and the last sales of the records; on one day the deed, then by order."""
    end = pd.Series(pd.Timestamp(day), index=rows.index)
    deed = previous_sales(sales, property_keys(rows), end + pd.Timedelta(days=1), end)
    dates = {"sales": deed["last_sale_date"]}
    prices = {"sales": deed["last_sale_price_usd"]}
    for who in precedence.of("last_sale_date"):
        sold = to_days(matched[who]["last_sale_date"])
        dates[who] = sold.where(sold <= end)
        prices[who] = matched[who]["last_sale_price_usd"].where(dates[who].notna()).astype(float)
    best, price, chosen = dates["sales"], prices["sales"], _named(dates["sales"], "sales")
    for who in precedence.of("last_sale_date"):
        later = dates[who].notna() & (best.isna() | (dates[who] > best))
        best, price = best.where(~later, dates[who]), price.where(~later, prices[who])
        chosen = chosen.mask(later, who)
    candidates["last_sale_date"] = {who: _as_dates(sold) for who, sold in dates.items()}
    candidates["last_sale_price_usd"] = prices
    rows["last_sale_date"], rows["last_sale_price_usd"] = _as_dates(best), price
    winner["last_sale_date"] = winner["last_sale_price_usd"] = chosen


def _named(values: pd.Series[Any], who: str) -> pd.Series[Any]:
    return pd.Series(np.where(values.notna(), who, ""), index=values.index)


def _bargain_flag(listed: pd.Series[Any], kind: pd.Series[Any]) -> pd.Series[Any]:
    """A manufactured home without its land is no house; the records' type is enough to be careful."""
    found = listed.astype(object).where(listed.notna(), None)
    return found.mask(found.isna() & (kind == "manufactured"), MANUFACTURED_HOME)


def _add_status(rows: pd.DataFrame, matched: dict[str, pd.DataFrame], known: pd.DataFrame, failures: Failures) -> None:
    """missing_sources and failed_sources a row; complete when none is missing, failed when all are."""
    has_parcel = np.logical_or.reduce([records["apn"].notna().to_numpy() for records in matched.values()])
    absent = pd.DataFrame({"parcel": ~has_parcel, "census": rows["census_vintage"].isna()}, index=rows.index)
    absent = absent.assign(sales=known.empty)[list(SOURCES)]
    count = absent.sum(axis=1)
    lists = [[name for name, gone in zip(SOURCES, row, strict=True) if gone] for row in absent.to_numpy()]
    rows["missing_sources"] = [json.dumps(missing) for missing in lists]
    rows["status"] = np.select([count == 0, count == len(SOURCES)], ["complete", "failed"], default="partial")
    nobody: frozenset[str] = frozenset()
    rows["failed_sources"] = [
        json.dumps(sorted(failures.county | failures.parcels.get(str(one), nobody))) for one in rows["property_id"]
    ]


def _as_dates(stamps: pd.Series[Any]) -> pd.Series[Any]:
    return stamps.dt.date.astype(object).where(stamps.notna(), None)
