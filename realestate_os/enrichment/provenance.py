"""Where each enriched field came from: the winning source and the values that lost.

Belongs here: the rows of field_provenance. Does not: which value wins (merge.py), writing (store.py).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import numpy as np
import pandas as pd

from realestate_os.enrichment.as_of import known_sales
from realestate_os.enrichment.merge import Merged
from realestate_os.enrichment.precedence import LISTING

# How much a value is trusted: two sources that agree, a record alone, the seller alone, two that differ.
AGREED, RECORD_ALONE, SELLER_ALONE, DISPUTED, OFFICIAL = 0.95, 0.85, 0.6, 0.7, 0.9
# Sellers round and assessors measure outside walls: less than a tenth apart is the same house.
SAME_WITHIN = 0.10
METHODS = {
    "assessor": "assessor record",
    "assessor_file": "assessor's bulk file",
    "attom": "ATTOM property profile",
    LISTING: "listing page",
    "sales": "recorded deed",
    "census": "ACS five-year",
}
JOINED = "assessor record, joined by APN"


@dataclass(frozen=True)
class Origin:
    """Where one source's word on one property came from; `urls` are those of single fields."""

    source: str | None
    url: str | None
    version: str | None
    observed_at: Any
    urls: dict[str, str]


def provenance_rows(
    merged: Merged,
    listings: pd.DataFrame,
    sales: pd.DataFrame,
    zip_demographics: pd.DataFrame,
    day: date,
    census_url: str | None = None,
) -> list[dict[str, Any]]:
    """One row a property and known field, in the columns of field_provenance.

    `census_url`: the Census source's URL, {year} in it the vintage.
    """
    origins = _origins(merged, listings.reset_index(drop=True), sales, day)
    origins["census"] = _of_census(merged.rows, zip_demographics, census_url, day)
    homes = merged.rows["property_id"].tolist()
    rows: list[dict[str, Any]] = []
    for name, candidates in merged.candidates.items():
        winner = merged.winner[name]
        told = {source: v.astype(object).where(v.notna(), None).tolist() for source, v in candidates.items()}
        rows += [
            {"property_id": homes[i], "as_of": day} | _field(name, who, told, origins, i)
            for i, who in enumerate(winner.tolist())
            if who
        ]
    return rows


def _field(name: str, who: str, told: dict[str, list[Any]], origins: dict[str, list[Origin]], i: int) -> dict[str, Any]:
    origin, value = origins[who][i], told[who][i]
    lost = {other: values[i] for other, values in told.items() if other != who and values[i] is not None}
    return {
        "field": name,
        "value": str(value),
        "source": origin.source,
        "url": origin.urls.get(name, origin.url),
        "version": origin.version,
        "observed_at": origin.observed_at,
        "method": JOINED if name in origin.urls else METHODS[who],
        "confidence": _confidence(who, value, lost),
        "lost": [_lost(origins[other][i], other, name, v) for other, v in lost.items()],
    }


def _lost(origin: Origin, who: str, name: str, value: Any) -> dict[str, Any]:
    return {
        "source": origin.source,
        "value": str(value),
        "url": origin.urls.get(name, origin.url),
        "version": origin.version,
        "method": METHODS[who],
    }


def _origins(merged: Merged, listings: pd.DataFrame, sales: pd.DataFrame, day: date) -> dict[str, list[Origin]]:
    """Source key, URL, version and time of each kind of source, by row."""
    known = known_sales(sales, day)
    columns = ["source", "url", "page_sha256", "fetched_at"]
    origins = {LISTING: _of_pages(listings[columns].assign(field_urls="{}"))}
    for who, records in merged.parcels.items():
        origins[who] = _of_pages(records[[*columns, "field_urls"]])
    return origins | {"sales": _of_deeds(merged, known, day)}


def _of_pages(pages: pd.DataFrame) -> list[Origin]:
    return [
        Origin(row.source, row.url, str(row.page_sha256)[:16], row.fetched_at, _urls(row.field_urls))
        for row in pages.itertuples(index=False)
    ]


def _urls(text: object) -> dict[str, str]:
    return json.loads(text) if isinstance(text, str) and text != "{}" else {}


def _of_deeds(merged: Merged, known: pd.DataFrame, day: date) -> list[Origin]:
    """The deed that gave each row's last sale; its version is the day from which it was known."""
    deeds = zip(_homes(known), known["sale_date"], known["source"], known["url"], known["known_on"], strict=True)
    where = {(home, sold): (source, url, since) for home, sold, source, url, since in deeds}
    sold = merged.candidates["last_sale_date"]["sales"]
    keys = zip(_homes(merged.rows), sold, strict=True)
    found = [where.get(key, ("sales", None, day)) for key in keys]
    return [Origin(source, url, str(since), _end_of(since), {}) for source, url, since in found]


def _homes(rows: pd.DataFrame) -> pd.Series[Any]:
    return rows["apn"].where(rows["apn"].notna(), rows["address_key"])


def _of_census(rows: pd.DataFrame, zips: pd.DataFrame, url: str | None, day: date) -> list[Origin]:
    """The vintage that a row's figures are of; observed on the day it was released."""
    released = dict(zip(zips["vintage"], zips["known_on"], strict=True))
    found = []
    for vintage, code in zip(rows["census_vintage"].tolist(), rows["zip_code"], strict=True):
        year = None if np.isnan(vintage) else int(vintage)
        asked = None
        if url and year:
            asked = f"{url.replace('{year}', str(year))}?for=zip code tabulation area:{code}"
        found.append(Origin("acs5", asked, str(year) if year else None, _end_of(released.get(year, day)), {}))
    return found


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time.max, UTC)


def _confidence(who: str, value: Any, lost: dict[str, Any]) -> float:
    if who in ("census", "sales"):
        return OFFICIAL
    if lost:
        return AGREED if all(_same(value, other) for other in lost.values()) else DISPUTED
    return SELLER_ALONE if who == LISTING else RECORD_ALONE


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= SAME_WITHIN * max(abs(one), abs(other))
    return bool(one == other)
