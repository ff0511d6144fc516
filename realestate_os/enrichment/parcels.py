"""The asset parcels: assessor records of the day's listings.

Belongs here: which parcels are asked for, matching them back by parcel number or address, with the
unit as a hard constraint. Does not: which value wins (merge.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from realestate_os.counties import County
from realestate_os.enrichment.archive import Partition, RecordArchive
from realestate_os.enrichment.connectors.query import Page, as_written, is_in, pages, record_urls, starts_with
from realestate_os.enrichment.frames import PARCELS
from realestate_os.enrichment.records import read_fields
from realestate_os.enrichment.sale_rules import MARKET_PRICE_FLOOR_USD, address_keys, total_baths
from realestate_os.enrichment.sources import FieldMap, Source
from realestate_os.resources.http_client import HttpError
from realestate_os.storage.property_identity import normalize_address
from realestate_os.storage.schema import Column
from realestate_os.storage.set_aside import SetAside

# Two kilobytes of URL a request.
LISTINGS_PER_QUERY = 40
# A service that fails this often in a row is down; the rest of the day is not waited for.
FAILURES_UNTIL_DOWN = 2


def fetch_parcels(
    listings: pd.DataFrame,
    source: Source,
    county: County,
    partition: Partition,
    archive: RecordArchive,
    refused: SetAside,
) -> pd.DataFrame:
    """PARCELS rows for a day's listings, one a parcel, in the order of their APNs.

    What cannot be asked for, was not found, or whose query failed goes to `refused` (reasons
    no_house_number, no_parcel, ambiguous_address, source_failed); the rest goes on.

    Raises:
        NotArchivedError: a past day of a source that answers only for today.
    """
    day = date.fromisoformat(partition.day)
    asked = _askable(listings, source, refused)
    parts = [_rows(page, source, county, day) for page in _answers(asked, source, county, partition, archive, refused)]
    parts = [part for part in parts if len(part)]
    if not parts:
        _note_unmatched(asked, PARCELS.empty(), refused)
        return PARCELS.empty()
    found = pd.concat(parts, ignore_index=True)
    matched = _matched(found, asked, refused)
    _note_unmatched(asked, matched, refused)
    return _conform(matched)


def match_parcels(listings: pd.DataFrame, parcels: pd.DataFrame) -> pd.Series[Any]:
    """Position of each listing's parcel in `parcels`, -1 without one: by APN, else by address with the unit."""
    by_apn = pd.Series(range(len(parcels)), index=parcels["apn"])
    with_address = (
        parcels.reset_index(drop=True).dropna(subset=["address_key"]).drop_duplicates("address_key", keep=False)
    )
    by_address = pd.Series(with_address.index, index=with_address["address_key"])
    position = listings["apn"].map(by_apn).astype(float)
    position = position.fillna(listings["address_key"].map(by_address).astype(float))
    return position.fillna(-1).astype(np.int64)


def _askable(listings: pd.DataFrame, source: Source, refused: SetAside) -> pd.DataFrame:
    """Listings that have what the source is asked by, in an order that does not change with theirs."""
    lookup = source.lookup
    assert lookup is not None, "the source model requires it for parcels"
    asked = listings[["property_id", "apn", "address_key", "zip_code"]].copy()
    by_apn = asked["apn"].notna() & (lookup.apn is not None)
    number = asked["address_key"].astype("string").str.extract(r"^(\d+[A-Z]?) ", expand=False)
    by_address = ~by_apn & number.notna() & (lookup.address is not None)
    asked["number"] = number.astype(object)
    asked["by_apn"] = by_apn
    for row in asked[~by_apn & ~by_address].itertuples():
        refused.add(str(row.property_id), "no_house_number", field="address_key", value=row.address_key,
                    detail="neither a parcel number nor an address that begins with a number")  # fmt: skip
    return asked[by_apn | by_address].sort_values(["by_apn", "zip_code", "apn", "address_key"], ignore_index=True)


def _answers(
    asked: pd.DataFrame, source: Source, county: County, partition: Partition, archive: RecordArchive, refused: SetAside
) -> Iterator[Page]:
    """Pages of all batches; a failed batch is noted and passed over."""
    failures = 0
    for start in range(0, len(asked), LISTINGS_PER_QUERY):
        batch = asked.iloc[start : start + LISTINGS_PER_QUERY]
        if failures >= FAILURES_UNTIL_DOWN:
            _note_failed(batch, f"{source.key} did not answer {failures} queries in a row", refused)
            continue
        try:
            yield from list(pages(archive, source, county, partition, _where(batch, source)))
            failures = 0
        except HttpError as error:
            failures += 1
            _note_failed(batch, str(error), refused)


def _where(batch: pd.DataFrame, source: Source) -> str:
    """APNs as a list; addresses by ZIP and house number, because every assessor abbreviates streets his own way."""
    lookup = source.lookup
    assert lookup is not None
    clauses = []
    apns = [as_written(apn, source.apn_template) for apn in batch.loc[batch["by_apn"], "apn"]]
    if lookup.apn is not None and apns:
        clauses.append(is_in(lookup.apn, sorted(set(apns))))
    for code, group in batch[~batch["by_apn"]].groupby("zip_code"):
        numbers = " OR ".join(starts_with(str(lookup.address), f"{n} ") for n in sorted(set(group["number"])))
        clauses.append(f"{lookup.zip_code} = '{code}' AND ({numbers})" if lookup.zip_code else f"({numbers})")
    return " OR ".join(f"({clause})" for clause in clauses)


def _rows(page: Page, source: Source, county: County, day: date) -> pd.DataFrame:
    fields: dict[str, FieldMap] = source.fields_for(county)
    read = read_fields(page.records, fields)
    names = {*PARCELS.names, "full_baths", "three_quarter_baths", "half_baths", "lot_acres"}
    read = read.reindex(columns=[*read.columns, *(names - set(read.columns))])
    read = _completed(read, county, day)
    return read.assign(
        county=county.key,
        date=day,
        source=source.key,
        url=record_urls(source, county, read["apn"], page.document.url),
        page_sha256=page.document.sha256,
        fetched_at=page.document.fetched_at,
    )


def _completed(read: pd.DataFrame, county: County, day: date) -> pd.DataFrame:
    """What follows from other fields: baths, lot, address key and unit, tax rate; sales after the day are dropped."""
    assessed, tax = read["assessed_value_usd"].astype(float), read["annual_tax_usd"].astype(float)
    sold, price = pd.to_datetime(read["last_sale_date"]), read["last_sale_price_usd"].astype(float)
    real = (sold <= pd.Timestamp(day)) & (price >= MARKET_PRICE_FLOOR_USD)
    homes = read.assign(state=county.state)
    return homes.assign(
        bathrooms=total_baths(read),
        lot_size_sqft=read["lot_size_sqft"].astype(float).fillna(read["lot_acres"].astype(float)),
        address_key=address_keys(homes),
        unit=_units(homes),
        tax_rate_pct=tax / assessed.where(assessed > 0) * 100,
        last_sale_date=sold.where(real),
        last_sale_price_usd=price.where(real),
        owner_occupied=_three_states(read["owner_occupied"]),
    )


def _units(homes: pd.DataFrame) -> list[str | None]:
    """The unit, also where it stands at the end of the assessor's street line."""
    parts = homes[["street_address", "unit", "city", "state", "zip_code"]].astype(object)
    parts = parts.where(parts.notna(), None)
    return [normalize_address(*row).unit for row in parts.itertuples(index=False, name=None)]


def _three_states(flags: pd.Series[Any]) -> pd.Series[Any]:
    numbers = pd.to_numeric(flags, errors="coerce")
    return pd.Series([None if np.isnan(n) else bool(n) for n in numbers.astype(float)], index=flags.index, dtype=object)


def _matched(found: pd.DataFrame, asked: pd.DataFrame, refused: SetAside) -> pd.DataFrame:
    """The parcels that are listed: by APN, or by an address that only one parcel has."""
    found = found.dropna(subset=["apn"]).drop_duplicates("apn", keep="last")
    listed = set(asked.loc[~asked["by_apn"], "address_key"])
    shared = found["address_key"].duplicated(keep=False) & found["address_key"].isin(listed)
    for key in sorted(set(found.loc[shared, "address_key"])):
        refused.add(
            key,
            "ambiguous_address",
            field="address_key",
            value=key,
            detail="several parcels have this address and unit",
        )
    by_apn = found["apn"].isin(set(asked.loc[asked["by_apn"], "apn"]))
    return found[by_apn | (found["address_key"].isin(listed) & ~shared)].sort_values("apn", ignore_index=True)


def _note_unmatched(asked: pd.DataFrame, matched: pd.DataFrame, refused: SetAside) -> None:
    failed = {row["item"] for row in refused.rows if row["reason"] == "source_failed"}
    missing = asked[(match_parcels(asked, matched) < 0) & ~asked["property_id"].isin(failed)]
    for row in missing.itertuples():
        refused.add(str(row.property_id), "no_parcel", field="address_key", value=row.address_key,
                    detail="the assessor has no parcel with this number, or this address and unit")  # fmt: skip


def _note_failed(batch: pd.DataFrame, why: str, refused: SetAside) -> None:
    for property_id in batch["property_id"]:
        refused.add(str(property_id), "source_failed", detail=why)


def _conform(rows: pd.DataFrame) -> pd.DataFrame:
    ready = rows.reindex(columns=PARCELS.names)
    for column in PARCELS.columns:
        ready[column.name] = _typed(ready[column.name], column)
    return ready


def _typed(values: pd.Series[Any], column: Column) -> pd.Series[Any]:
    if column.dtype == "float64":
        return values.astype("float64")
    if column.dtype == "date":
        stamps = pd.to_datetime(values)
        return stamps.dt.date.astype(object).where(stamps.notna(), None)
    if column.dtype == "timestamp":
        return pd.to_datetime(values, utc=True)
    return values.astype(object).where(values.notna(), None)
