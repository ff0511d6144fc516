"""Where each enriched field came from: the winning source and the values that lost.

Belongs here: the rows of field_provenance. Does not: which value wins (merge.py), writing (store.py).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import numpy as np
import pandas as pd

from realestate_os.enrichment.as_of import known_sales
from realestate_os.enrichment.merge import LISTING, PARCEL, Merged

# How much a value is trusted: two sources that agree, the assessor alone, the seller alone, two that differ.
AGREED, ASSESSOR_ALONE, SELLER_ALONE, DISPUTED, OFFICIAL = 0.95, 0.85, 0.6, 0.7, 0.9
# Sellers round and assessors measure outside walls: less than a tenth apart is the same house.
SAME_WITHIN = 0.10
METHODS = {PARCEL: "assessor record", LISTING: "listing page", "sales": "recorded deed", "census": "ACS five-year"}


def provenance_rows(merged: Merged, listings: pd.DataFrame, sales: pd.DataFrame, day: date) -> list[dict[str, Any]]:
    """One row a property and known field, in the columns of field_provenance."""
    listings = listings.reset_index(drop=True)
    origins = _origins(merged, listings, sales, day)
    rows: list[dict[str, Any]] = []
    for field, candidates in merged.candidates.items():
        winner = merged.winner[field]
        told = {source: v.astype(object).where(v.notna(), None).tolist() for source, v in candidates.items()}
        for i in (winner != "").to_numpy().nonzero()[0]:
            who = str(winner.iat[i])
            lost = {name: values[i] for name, values in told.items() if name != who and values[i] is not None}
            value = told[who][i]
            rows.append(
                {
                    "property_id": merged.rows["property_id"].iat[i],
                    "as_of": day,
                    "field": field,
                    "value": str(value),
                    **origins[who][i],
                    "method": METHODS[who],
                    "confidence": _confidence(who, value, lost),
                    "lost": [{"source": origins[name][i]["source"], "value": str(v)} for name, v in lost.items()],
                }
            )
    return rows


def _origins(merged: Merged, listings: pd.DataFrame, sales: pd.DataFrame, day: date) -> dict[str, list[dict[str, Any]]]:
    """Source key, URL, version and time of each kind of source, by row."""
    end = datetime.combine(day, time.max, UTC)
    parcels, rows = merged.parcels, merged.rows
    deeds = _deed_urls(merged, known_sales(sales, day))
    vintages = rows["census_vintage"].tolist()
    return {
        LISTING: _of_pages(listings["source"], listings["url"], listings["page_sha256"], listings["fetched_at"]),
        PARCEL: _of_pages(parcels["source"], parcels["url"], parcels["page_sha256"], parcels["fetched_at"]),
        "sales": [{"source": source, "url": url, "version": None, "observed_at": end} for source, url in deeds],
        "census": [{"source": "acs5", "url": None, "version": _vintage(v), "observed_at": end} for v in vintages],
    }


def _of_pages(*columns: pd.Series[Any]) -> list[dict[str, Any]]:
    return [
        {"source": source, "url": url, "version": str(sha)[:16], "observed_at": at}
        for source, url, sha, at in zip(*(column.tolist() for column in columns), strict=True)
    ]


def _deed_urls(merged: Merged, known: pd.DataFrame) -> list[tuple[str, str | None]]:
    """Source and URL of the deed that gave each row's last sale."""
    deeds = zip(_homes(known), known["sale_date"], known["source"], known["url"], strict=True)
    where = {(home, sold): (source, url) for home, sold, source, url in deeds}
    sold = merged.candidates["last_sale_date"]["sales"]
    return [where.get(key, ("sales", None)) for key in zip(_homes(merged.rows), sold, strict=True)]


def _homes(rows: pd.DataFrame) -> pd.Series[Any]:
    return rows["apn"].where(rows["apn"].notna(), rows["address_key"])


def _vintage(year: float) -> str | None:
    return None if np.isnan(year) else str(int(year))


def _confidence(who: str, value: Any, lost: dict[str, Any]) -> float:
    if who in ("census", "sales"):
        return OFFICIAL
    if lost:
        return AGREED if all(_same(value, other) for other in lost.values()) else DISPUTED
    return ASSESSOR_ALONE if who == PARCEL else SELLER_ALONE


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= SAME_WITHIN * max(abs(one), abs(other))
    return bool(one == other)
