"""Vectors through the VectorStore against the bare Qdrant client: the same points, the same questions.

Local mode in a folder, or the server that QDRANT_URL names.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from qdrant_client import QdrantClient, models

from benchmarks.place import fresh_place
from benchmarks.report import show
from realestate_os.resources.vector_query import Near, Query, qdrant_filter
from realestate_os.resources.vector_store import BATCH, Points, VectorStore
from realestate_os.settings import Settings
from realestate_os.similarity.embed import VECTOR_SIZES

POINTS, QUERIES, LIMIT = 5_000, 20, 30
OURS, BARE = "benchmark-ours", "benchmark-bare"


def main() -> None:
    """A county's sales written and a day's listings asked, both ways."""
    points, queries = _points(), _queries()
    with fresh_place() as settings:
        bare_write, bare_ask = _bare(settings, points, queries)
        with VectorStore.from_settings(settings) as store:
            store.drop_collection(OURS)
            started = time.perf_counter()
            store.ensure_collection(OURS, VECTOR_SIZES)
            store.upsert(OURS, points)
            write = time.perf_counter() - started
            started = time.perf_counter()
            found = store.search(OURS, queries, "physical", LIMIT)
            ask = time.perf_counter() - started
            store.drop_collection(OURS)
    where = "server" if settings.qdrant_url else "local mode"
    show(f"upsert of {POINTS:,} points, {where}", [write], "bare client", [bare_write])
    show(f"{QUERIES} filtered searches among them, {where}", [ask], "bare client", [bare_ask])
    print(f"  {sum(map(len, found)):,} hits", flush=True)


def _bare(settings: Settings, points: Points, queries: list[Query]) -> tuple[float, float]:
    """Seconds of writing and of asking with nothing of ours but the filter."""
    client = _client(settings, settings.home / "bare")
    sizes = {
        name: models.VectorParams(size=size, distance=models.Distance.COSINE) for name, size in VECTOR_SIZES.items()
    }
    client.delete_collection(BARE)
    started = time.perf_counter()
    client.create_collection(BARE, vectors_config=sizes)
    for start in range(0, POINTS, BATCH):
        part = slice(start, start + BATCH)
        vectors: Any = {name: values[part].tolist() for name, values in points.vectors.items()}
        payloads = [dict(payload) for payload in points.payloads[part]]
        client.upsert(BARE, models.Batch(ids=list(points.ids[part]), vectors=vectors, payloads=payloads), wait=True)
    write = time.perf_counter() - started
    started = time.perf_counter()
    for query in queries:
        client.query_points(
            BARE, query=query.vector.tolist(), using="physical", query_filter=qdrant_filter(query), limit=LIMIT
        )
    ask = time.perf_counter() - started
    client.delete_collection(BARE)
    client.close()
    return write, ask


def _client(settings: Settings, folder: Path) -> QdrantClient:
    key = settings.qdrant_api_key.get_secret_value() if settings.qdrant_api_key else None
    if settings.qdrant_url:
        return QdrantClient(url=settings.qdrant_url, api_key=key, timeout=60, check_compatibility=False)
    return QdrantClient(path=str(folder))


def _points() -> Points:
    rng = np.random.default_rng(1)
    vectors = {name: rng.normal(size=(POINTS, size)).astype(np.float32) for name, size in VECTOR_SIZES.items()}
    place = rng.uniform((47.4, -122.4), (47.7, -122.0), (POINTS, 2))
    day, area = rng.integers(19_000, 19_400, POINTS), rng.normal(2000, 600, POINTS)
    payloads = [
        {
            "kind": "sale",
            "item_id": f"s{i}",
            "county": "king_wa",
            "zip_code": "98101",
            "property_type": "single_family",
            "price_usd": 500_000.0,
            "square_footage": float(area[i]),
            "event_day": int(day[i]),
            "known_day": int(day[i]) + 10,
            "location": {"lat": float(place[i, 0]), "lon": float(place[i, 1])},
        }
        for i in range(POINTS)
    ]
    return Points([str(UUID(int=i)) for i in range(POINTS)], vectors, payloads)


def _queries() -> list[Query]:
    rng = np.random.default_rng(2)
    return [
        Query(
            kind="sale",
            vector=rng.normal(size=VECTOR_SIZES["physical"]).astype(np.float32),
            near=Near(float(rng.uniform(47.4, 47.7)), float(rng.uniform(-122.4, -122.0)), 1.0),
            equal={"property_type": "single_family"},
            between={"square_footage": (1600.0, 2400.0), "event_day": (19_035, 19_400), "known_day": (None, 19_400)},
        )
        for _ in range(QUERIES)
    ]
