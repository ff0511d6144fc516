"""The vectors of a model version in Qdrant and in Parquet.

Belongs here: where sales' vectors are kept, filling Qdrant, rebuilding it. Does not: making vectors
(embed.py) or reading comparables out of them (comparables.py).

Listings' vectors are the partition's Parquet. Sales are embedded once a model version: their rows lie
in the object store under embeddings/<county>/v<version>/sales.parquet, and grow as sales become known.
"""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd

from realestate_os.resources.object_store import ObjectStore
from realestate_os.resources.vector_store import Points, VectorStore
from realestate_os.similarity.candidates import Search
from realestate_os.similarity.embed import VECTOR_SIZES, embed_sales
from realestate_os.similarity.frames import EMBEDDINGS
from realestate_os.valuation.history import day_numbers
from realestate_os.valuation.value import ServedModel

# Comparables look back 12 months from any day of the month that the version serves.
SALES_DAYS = 366 + 31


def collection(county: str, version: str) -> str:
    """Name of the collection of a county's model version."""
    return f"{county}-v{version}"


def keep_sales(objects: ObjectStore, served: ServedModel, history: pd.DataFrame, county: str, day: date) -> int:
    """Embed the sales known on the day that the version's file lacks, and add them; returns how many."""
    recent = history[history["sale_date"] >= pd.Timestamp(day) - pd.Timedelta(days=SALES_DAYS)]
    there = kept_sales(objects, county, served.version)
    new = recent[~recent["sale_id"].isin(there["item_id"])]
    if len(new) == 0:
        return 0
    added = embed_sales(served, new.reset_index(drop=True), day)
    rows = added if there.empty else pd.concat([there, added], ignore_index=True)
    _write_sales(objects, county, served.version, rows)
    return len(added)


def kept_sales(objects: ObjectStore, county: str, version: str) -> pd.DataFrame:
    """EMBEDDINGS of the sales of a model version; empty when none were embedded."""
    import pyarrow.parquet as pq

    key = _sales_key(county, version)
    if not objects.exists(key):
        return EMBEDDINGS.empty()
    rows: pd.DataFrame = EMBEDDINGS.check(pq.read_table(BytesIO(objects.get(key))), key).to_pandas()
    return rows


def fill_sales(store: VectorStore, objects: ObjectStore, county: str, version: str) -> int:
    """Write to Qdrant the version's sales that it lacks; returns how many."""
    rows, name = kept_sales(objects, county, version), collection(county, version)
    store.ensure_collection(name, VECTOR_SIZES)
    lacking = store.missing(name, rows["point_id"].tolist())
    return store.upsert(name, _points(rows[rows["point_id"].isin(lacking)])) if lacking else 0


def publish(
    store: VectorStore, objects: ObjectStore, served: ServedModel, listings: pd.DataFrame, county: str, day: date
) -> int:
    """Bring Qdrant up to the day: the version's sales, the day's listings; returns how many points were written.

    The alias `county` follows the model of the newest month; a backfill does not move it back.
    """
    written = fill_sales(store, objects, county, served.version)
    written += put_listings(store, listings, county, day, served.version)
    if served.newest:
        store.set_alias(county, collection(county, served.version))
    return written


def fill_day(store: VectorStore, objects: ObjectStore, listings: pd.DataFrame, county: str, version: str) -> int:
    """Write to Qdrant what it lacks of the version's sales and of a day's listings; returns how many."""
    written, name = fill_sales(store, objects, county, version), collection(county, version)
    lacking = listings[listings["point_id"].isin(store.missing(name, listings["point_id"].tolist()))]
    return written + (store.upsert(name, _points(lacking)) if len(lacking) else 0)


def sale_search(store: VectorStore, county: str, version: str) -> Search:
    """The search for sales by physical likeness in the version's collection."""
    name = collection(county, version)
    return lambda queries, limit: store.search(name, queries, "physical", limit)


def put_listings(store: VectorStore, rows: pd.DataFrame, county: str, day: date, version: str) -> int:
    """Replace the day's listings in the version's collection."""
    name = collection(county, version)
    store.ensure_collection(name, VECTOR_SIZES)
    store.delete(name, kind="listing", event_day=int(day_numbers(day, 1)[0]))
    return store.upsert(name, _points(rows)) if len(rows) else 0


def rebuild(store: VectorStore, objects: ObjectStore, county: str) -> dict[str, int]:
    """Make the county's collections anew from Parquet; returns the points of each.

    A collection holds a model version's sales and the listings of every day that it served. The alias
    `county` points to the version of the newest day.
    """
    written: dict[str, int] = {}
    for day, rows in objects.parquet.read_days(EMBEDDINGS, county, objects.parquet.dates(EMBEDDINGS, county)):
        for version, listings in rows.groupby("model_version"):
            name = collection(county, str(version))
            if name not in written:
                store.drop_collection(name)
                written[name] = fill_sales(store, objects, county, str(version))
            written[name] += put_listings(store, listings, county, day, str(version))
            store.set_alias(county, name)
    return written


def _points(rows: pd.DataFrame) -> Points:
    vectors = {name: np.stack(rows[name].to_list()).astype(np.float32) for name in VECTOR_SIZES}
    columns = [
        "kind",
        "item_id",
        "county",
        "street_address",
        "zip_code",
        "property_type",
        "price_usd",
        "square_footage",
    ]
    plain = rows[columns].astype(object).where(rows[columns].notna(), None).to_dict("records")
    events, known = (day_numbers(rows[name], len(rows)) for name in ("event_date", "known_on"))
    places = zip(rows["latitude"], rows["longitude"], strict=True)
    payloads: list[dict[str, Any]] = [
        {str(k): v for k, v in one.items()}
        | {"event_day": int(event), "known_day": int(seen), "location": {"lat": float(lat), "lon": float(lon)}}
        for one, event, seen, (lat, lon) in zip(plain, events, known, places, strict=True)
    ]
    return Points(rows["point_id"].tolist(), vectors, payloads)


def _write_sales(objects: ObjectStore, county: str, version: str, rows: pd.DataFrame) -> None:
    import pyarrow.parquet as pq

    buffer = BytesIO()
    pq.write_table(EMBEDDINGS.to_arrow(rows), buffer, compression="zstd")
    objects.put(_sales_key(county, version), buffer.getvalue())


def _sales_key(county: str, version: str) -> str:
    return f"embeddings/{county}/v{version}/sales.parquet"
