"""Records of an assessor -> PARCELS rows.

Belongs here: datasets joined by APN, what follows from other fields, implausible values, types. Does
not: asking (parcels.py), matching with listings (parcel_match.py).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from realestate_os.counties import County
from realestate_os.enrichment.connectors.asking import Page
from realestate_os.enrichment.connectors.query import record_urls
from realestate_os.enrichment.frames import PARCELS
from realestate_os.enrichment.places import cities_of, outside_county
from realestate_os.enrichment.records import read_fields
from realestate_os.enrichment.sale_rules import MARKET_PRICE_FLOOR_USD, total_baths
from realestate_os.enrichment.sources import Dataset, Source
from realestate_os.storage.property_identity import normalize_address
from realestate_os.storage.schema import Column
from realestate_os.storage.set_aside import SetAside

ORIGIN = ("url", "page_sha256", "fetched_at")
COUNTED = ("full_baths", "three_quarter_baths", "half_baths", "lot_acres")
# What no home has, whatever a record says: (lowest, highest).
PLAUSIBLE = {
    "bedrooms": (0, 50),
    "bathrooms": (0, 50),
    "square_footage": (100, 100_000),
    "lot_size_sqft": (1, 1e10),
    "basement_sqft": (0, 50_000),
    "year_built": (1600, 2100),
    "year_renovated": (1600, 2100),
    "stories": (0.5, 120),
    "market_value_usd": (1, 1e9),
    "assessed_value_usd": (1, 1e9),
    "annual_tax_usd": (0, 2e7),
}


def dataset_rows(
    pages: Sequence[Page], source: Source, dataset: Dataset, county: County, refused: SetAside
) -> pd.DataFrame:
    """A dataset's records in our names with where each came from, the newest of an APN last."""
    parts = []
    for page in pages:
        if not page.records:
            continue
        read = read_fields(page.records, dataset.fields, refused, source.key)
        origin = page.document
        parts.append(
            read.assign(
                url=record_urls(source, dataset, county, read["apn"], origin.url),
                page_sha256=origin.sha256,
                fetched_at=origin.fetched_at,
            )
        )
    if not parts:
        return pd.DataFrame(columns=[*dataset.fields, *ORIGIN])
    return pd.concat(parts, ignore_index=True)


def joined(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Datasets side by side by APN; what an earlier one says wins.

    url, page_sha256 and fetched_at are those of the first dataset that has the parcel; field_urls
    names the record of another one that a field came from.
    """
    keyed = [part.dropna(subset=["apn"]).drop_duplicates("apn", keep="last").set_index("apn") for part in parts]
    apns = pd.Index(sorted(set().union(*(part.index for part in keyed))), name="apn")
    rows = pd.DataFrame(index=apns).astype(object)
    came_from: list[dict[str, str]] = [{} for _ in apns]
    for part in keyed:
        there = part.reindex(apns).astype(object)
        for name in (name for name in there if name not in ORIGIN):
            before = rows[name] if name in rows else pd.Series(None, index=apns, dtype=object)
            fills = before.isna() & there[name].notna()
            rows[name] = before.where(~fills, there[name])
            if "url" in rows:
                _note_origin(came_from, name, there["url"], fills & rows["url"].notna())
        for name in ORIGIN:
            rows[name] = there[name] if name not in rows else rows[name].where(rows[name].notna(), there[name])
    return rows.assign(field_urls=[json.dumps(one, sort_keys=True) for one in came_from]).reset_index()


def _note_origin(came_from: list[dict[str, str]], name: str, urls: pd.Series[Any], where: pd.Series[Any]) -> None:
    for at in np.flatnonzero(where.to_numpy(bool)):
        came_from[at][name] = str(urls.iat[at])


def completed(read: pd.DataFrame, source: Source, county: County, day: date, refused: SetAside) -> pd.DataFrame:
    """What follows from other fields: baths, lot, address key and unit, tax rate; sales after the day are dropped."""
    names = {*PARCELS.names, *COUNTED}
    read = read.reindex(columns=[*read.columns, *sorted(names - set(read.columns))])
    sold, price = pd.to_datetime(read["last_sale_date"]), read["last_sale_price_usd"].astype(float)
    real = (sold <= pd.Timestamp(day)) & (price >= MARKET_PRICE_FLOOR_USD)
    homes = read.assign(state=county.state, street_address=_street(read["street_address"], source, county))
    homes = homes.assign(
        bathrooms=total_baths(read),
        lot_size_sqft=read["lot_size_sqft"].astype(float).fillna(read["lot_acres"].astype(float)),
        last_sale_date=sold.where(real),
        last_sale_price_usd=price.where(real),
        owner_occupied=_three_states(read["owner_occupied"]),
        county=county.key,
        date=day,
        source=source.key,
        provider=source.provider,
        **_addresses(homes),
    )
    homes = _plausible(homes, county, source.key, refused)
    assessed, tax = homes["assessed_value_usd"].astype(float), homes["annual_tax_usd"].astype(float)
    return homes.assign(tax_rate_pct=tax / assessed.where(assessed > 0) * 100)


def conform(rows: pd.DataFrame) -> pd.DataFrame:
    """Columns and types of PARCELS."""
    ready = rows.reindex(columns=PARCELS.names)
    for column in PARCELS.columns:
        ready[column.name] = _typed(ready[column.name], column)
    return ready


def _street(lines: pd.Series[Any], source: Source, county: County) -> pd.Series[Any]:
    """The street line without the city at its end (Orange: "16251 ELM LN HUNTINGTON BEACH")."""
    if not source.address_ends_with_city:
        return lines
    cities = "|".join(sorted(cities_of(county), key=len, reverse=True))
    return lines.astype("string").str.replace(rf"\s+(?:{cities})\s*$", "", case=False, regex=True).astype(object)


def _addresses(homes: pd.DataFrame) -> dict[str, list[str | None]]:
    """Key and unit, also where the unit stands at the end of the assessor's street line.

    street_key is the key without the ZIP, for assessors who write none.
    """
    parts = homes[["street_address", "unit", "city", "state", "zip_code"]].astype(object)
    parts = parts.where(parts.notna(), None)
    found = [normalize_address(*row) for row in parts.itertuples(index=False, name=None)]
    return {
        "address_key": [one.address_key for one in found],
        "unit": [one.unit for one in found],
        "street_key": [f"{one.street_address}|{one.unit or ''}" if one.street_address else None for one in found],
    }


def _plausible(homes: pd.DataFrame, county: County, key: str, refused: SetAside) -> pd.DataFrame:
    """Values that no home of the county has become null and are noted: a field that changed its meaning shows."""
    homes = homes.copy()
    for name, (lowest, highest) in PLAUSIBLE.items():
        values = homes[name].astype(float)
        _drop(homes, [name], values.notna() & ~values.between(lowest, highest), key, refused, f"{lowest} to {highest}")
    away = outside_county(county, homes["latitude"].astype(float), homes["longitude"].astype(float))
    _drop(homes, ["latitude", "longitude"], away, key, refused, f"a place in {county.name} County")
    return homes


def _drop(
    homes: pd.DataFrame, names: list[str], wrong: pd.Series[Any], key: str, refused: SetAside, expected: str
) -> None:
    for at in homes.index[wrong.to_numpy(bool)]:
        refused.add(f"{key} {homes.at[at, 'apn']}", "implausible_value", field=names[0],
                    value=homes.at[at, names[0]], detail=f"expected {expected}")  # fmt: skip
    homes.loc[wrong.to_numpy(bool), names] = np.nan


def _three_states(flags: pd.Series[Any]) -> pd.Series[Any]:
    numbers = pd.to_numeric(flags, errors="coerce")
    return pd.Series([None if np.isnan(n) else bool(n) for n in numbers.astype(float)], index=flags.index, dtype=object)


def _typed(values: pd.Series[Any], column: Column) -> pd.Series[Any]:
    if column.dtype == "float64":
        return values.astype("float64")
    if column.dtype == "date":
        stamps = pd.to_datetime(values)
        return stamps.dt.date.astype(object).where(stamps.notna(), None)
    if column.dtype == "timestamp":
        return pd.to_datetime(values, utc=True)
    return values.astype(object).where(values.notna(), None)
