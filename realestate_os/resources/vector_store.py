"""Qdrant: vectors with their payload, in local mode or on a server, behind one class.

Belongs here: opening, collections, points, the search for sales near a home. Does not: what a vector
means (similarity/embed.py). Vectors are rebuilt from Parquet (similarity/index.py), so that nothing
here needs to survive a crash.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from qdrant_client import QdrantClient, models

from realestate_os.errors import RealEstateOSError
from realestate_os.settings import Settings

LOCK_WAIT_S, LOCK_POLL_S = 60.0, 0.2
SERVER_TIMEOUT_S = 30
BATCH = 1000
# Local mode reads every payload in Python: 0.1 s a search at 5,000 points.
LOCAL_LIMIT = 20_000
METERS_PER_MILE = 1609.344
EARTH_RADIUS_MILES = 3958.8
# Payload that a server indexes. Days are whole days since 1970.
PAYLOAD_INDEXES = {
    "kind": models.PayloadSchemaType.KEYWORD,
    "county": models.PayloadSchemaType.KEYWORD,
    "zip_code": models.PayloadSchemaType.KEYWORD,
    "property_type": models.PayloadSchemaType.KEYWORD,
    "price_usd": models.PayloadSchemaType.FLOAT,
    "square_footage": models.PayloadSchemaType.FLOAT,
    "event_day": models.PayloadSchemaType.INTEGER,
    "known_day": models.PayloadSchemaType.INTEGER,
    "location": models.PayloadSchemaType.GEO,
}

Vector = npt.NDArray[np.float32]


class VectorStoreError(RealEstateOSError):
    """Qdrant is in use or does not answer; the message says what to do."""


@dataclass(frozen=True)
class Points:
    """Points to write: ids (UUID text), named vectors (n, size) and payloads, in the same order."""

    ids: Sequence[str]
    vectors: Mapping[str, Vector]
    payloads: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class SaleQuery:
    """Which sales are asked for: like the vector, near the place, of the type and size, known on the day."""

    vector: Vector
    latitude: float
    longitude: float
    radius_miles: float
    property_type: str | None
    min_sqft: float
    max_sqft: float
    first_day: int
    last_day: int


@dataclass(frozen=True)
class Hit:
    """One sale found: its id, cosine similarity and distance."""

    item_id: str
    similarity: float
    distance_miles: float


class VectorStore:
    """An open Qdrant; use as a context manager. In local mode the folder is locked meanwhile."""

    def __init__(self, client: QdrantClient, local: bool) -> None:
        self.client = client
        self.local = local
        self._read: dict[tuple[str, str], _Sales] = {}

    @classmethod
    @contextmanager
    def from_settings(cls, settings: Settings) -> Iterator[VectorStore]:
        """QDRANT_URL, else local mode in the data folder.

        Raises:
            VectorStoreError: the server does not answer, or another process held the folder for a minute.
        """
        if settings.qdrant_url:
            yield cls(_server(settings), local=False)
            return
        folder = settings.home / "qdrant"
        with _locked(folder):
            client = QdrantClient(path=str(folder))
            try:
                yield cls(client, local=True)
            finally:
                client.close()

    def ensure_collection(self, name: str, sizes: Mapping[str, int]) -> None:
        """Create it, cosine, unless it is there."""
        if not self.client.collection_exists(name):
            vectors = {
                key: models.VectorParams(size=size, distance=models.Distance.COSINE) for key, size in sizes.items()
            }
            self.client.create_collection(name, vectors_config=vectors)
            if not self.local:
                for field, schema in PAYLOAD_INDEXES.items():
                    self.client.create_payload_index(name, field, field_schema=schema)
        if self.local:
            _without_fsync(self.client, name)

    def missing(self, name: str, ids: Sequence[str]) -> set[str]:
        """Which of the ids the collection lacks."""
        found: set[str] = set()
        for part in _parts(ids):
            points = self.client.retrieve(name, ids=list(part), with_payload=False)
            found.update(str(point.id) for point in points)
        return set(ids) - found

    def upsert(self, name: str, points: Points) -> int:
        """Write points, replacing those with the same id; returns how many."""
        self._read.clear()
        for part in _parts(range(len(points.ids))):
            vectors = {key: values[part.start : part.stop].tolist() for key, values in points.vectors.items()}
            batch = models.Batch(
                ids=[points.ids[i] for i in part],
                vectors=vectors,
                payloads=[dict(points.payloads[i]) for i in part],
            )
            self.client.upsert(name, points=batch, wait=True)
        return len(points.ids)

    def delete(self, name: str, **equal: str | int) -> None:
        """Remove the points whose payload has these values."""
        self._read.clear()
        wanted = models.Filter(must=[_equals(key, value) for key, value in equal.items()])
        self.client.delete(name, points_selector=models.FilterSelector(filter=wanted), wait=True)

    def count(self, name: str) -> int:
        """Points of the collection; 0 if there is none."""
        return self.client.count(name).count if self.client.collection_exists(name) else 0

    def set_alias(self, alias: str, name: str) -> None:
        """Let an alias point to the collection, whatever it pointed to."""
        create = models.CreateAliasOperation(create_alias=models.CreateAlias(collection_name=name, alias_name=alias))
        there = [one.alias_name for one in self.client.get_aliases().aliases]
        delete = models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=alias))
        self.client.update_collection_aliases([delete, create] if alias in there else [create])

    def search_sales(self, name: str, queries: Sequence[SaleQuery], using: str, limit: int) -> list[list[Hit]]:
        """The most similar sales of each query, best first.

        A server searches with its indexes. Local mode would filter all payloads in Python for each query
        (0.1-0.4 s each); there the sales are read once and searched with numpy, exactly.
        """
        if not queries:
            return []
        if self.local:
            return _search_arrays(self._sales(name, using), queries, limit)
        return self._search_server(name, queries, using, limit)

    def _search_server(self, name: str, queries: Sequence[SaleQuery], using: str, limit: int) -> list[list[Hit]]:
        requests = [
            models.QueryRequest(
                query=query.vector.tolist(), using=using, filter=_sale_filter(query), limit=limit, with_payload=True
            )
            for query in queries
        ]
        found: list[list[Hit]] = []
        for part in _parts(requests, 50):
            for response, query in zip(
                self.client.query_batch_points(name, list(part)), queries[len(found) :], strict=False
            ):
                found.append([_hit(point, query) for point in response.points])
        return found

    def _sales(self, name: str, using: str) -> _Sales:
        """All sales of the collection, read once while the store is open and unchanged."""
        if (name, using) not in self._read:
            points, offset = [], None
            while True:
                part, offset = self.client.scroll(
                    name,
                    scroll_filter=models.Filter(must=[_equals("kind", "sale")]),
                    limit=LOCAL_LIMIT,
                    offset=offset,
                    with_vectors=[using],
                )
                points += part
                if offset is None:
                    break
            self._read[name, using] = _Sales.of(points, using)
        return self._read[name, using]


@dataclass(frozen=True)
class _Sales:
    """Sales as columns, for the exact search of local mode."""

    ids: npt.NDArray[np.object_]
    vectors: Vector
    place: npt.NDArray[np.float64]
    sqft: npt.NDArray[np.float64]
    kind: npt.NDArray[np.object_]
    event_day: npt.NDArray[np.int64]
    known_day: npt.NDArray[np.int64]

    @classmethod
    def of(cls, points: Sequence[models.Record], using: str) -> _Sales:
        payloads: list[Any] = [point.payload for point in points]
        vectors: list[Any] = [point.vector for point in points]
        stored = np.array([v[using] for v in vectors], dtype=np.float32)
        # Freshly written points come back of unit length, those read from disk as they were written.
        length = np.maximum(np.linalg.norm(stored, axis=-1, keepdims=True), 1e-12)
        return cls(
            ids=np.array([p["item_id"] for p in payloads], dtype=object),
            vectors=stored / length,
            place=np.array([[p["location"]["lat"], p["location"]["lon"]] for p in payloads], dtype=float),
            sqft=np.array([p["square_footage"] for p in payloads], dtype=float),
            kind=np.array([p["property_type"] for p in payloads], dtype=object),
            event_day=np.array([p["event_day"] for p in payloads], dtype=np.int64),
            known_day=np.array([p["known_day"] for p in payloads], dtype=np.int64),
        )


def miles_between(
    latitude: npt.ArrayLike, longitude: npt.ArrayLike, other_latitude: npt.ArrayLike, other_longitude: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """Great-circle distance in miles (haversine); degrees, WGS84."""
    phi, psi = np.radians(latitude), np.radians(other_latitude)
    half = np.sin((psi - phi) / 2) ** 2
    half = half + np.cos(phi) * np.cos(psi) * np.sin(np.radians(np.subtract(other_longitude, longitude)) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_MILES * np.arcsin(np.sqrt(np.clip(half, 0, 1))), dtype=float)


def _search_arrays(sales: _Sales, queries: Sequence[SaleQuery], limit: int) -> list[list[Hit]]:
    if not len(sales.ids):
        return [[] for _ in queries]
    found = []
    for query in queries:
        distance = miles_between(query.latitude, query.longitude, sales.place[:, 0], sales.place[:, 1])
        fits = (distance <= query.radius_miles) & (sales.sqft >= query.min_sqft) & (sales.sqft <= query.max_sqft)
        fits &= (sales.event_day >= query.first_day) & (sales.event_day <= query.last_day)
        fits &= sales.known_day <= query.last_day
        if query.property_type is not None:
            fits &= sales.kind == query.property_type
        rows = np.flatnonzero(fits)
        unit = query.vector / max(float(np.linalg.norm(query.vector)), 1e-12)
        cosine = sales.vectors[rows] @ unit
        best = np.argsort(-cosine, kind="stable")[:limit]
        found.append([Hit(str(sales.ids[rows[i]]), float(cosine[i]), float(distance[rows[i]])) for i in best])
    return found


def _sale_filter(query: SaleQuery) -> models.Filter:
    center = models.GeoPoint(lat=query.latitude, lon=query.longitude)
    must: list[Any] = [
        _equals("kind", "sale"),
        models.FieldCondition(key="event_day", range=models.Range(gte=query.first_day, lte=query.last_day)),
        models.FieldCondition(key="known_day", range=models.Range(lte=query.last_day)),
        models.FieldCondition(key="square_footage", range=models.Range(gte=query.min_sqft, lte=query.max_sqft)),
        models.FieldCondition(
            key="location", geo_radius=models.GeoRadius(center=center, radius=query.radius_miles * METERS_PER_MILE)
        ),
    ]
    if query.property_type is not None:
        must.append(_equals("property_type", query.property_type))
    return models.Filter(must=must)


def _hit(point: models.ScoredPoint, query: SaleQuery) -> Hit:
    payload: Any = point.payload
    place = payload["location"]
    distance = miles_between(query.latitude, query.longitude, place["lat"], place["lon"])
    return Hit(payload["item_id"], float(point.score), float(distance))


def _equals(key: str, value: str | int) -> models.FieldCondition:
    return models.FieldCondition(key=key, match=models.MatchValue(value=value))


def _parts(items: Any, size: int = BATCH) -> Iterable[Any]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _server(settings: Settings) -> QdrantClient:
    key = settings.qdrant_api_key.get_secret_value() if settings.qdrant_api_key else None
    client = QdrantClient(url=settings.qdrant_url, api_key=key, timeout=SERVER_TIMEOUT_S, check_compatibility=False)
    try:
        client.get_collections()
    except Exception as error:  # the client raises httpx, gRPC and its own errors alike
        raise VectorStoreError(
            f"Qdrant does not answer at {settings.qdrant_url} (QDRANT_URL): {error}; start it, then materialize "
            "comparables again: vectors that are missing there are filled from Parquet"
        ) from error
    return client


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(folder.with_suffix(".lock"), "w", encoding="utf-8") as lock:
        deadline = time.monotonic() + LOCK_WAIT_S
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise VectorStoreError(
                        f"another process has held {folder} for {LOCK_WAIT_S:.0f} s; local Qdrant serves one process "
                        "at a time. Wait for the other run, or run a Qdrant server and set QDRANT_URL"
                    ) from None
                time.sleep(LOCK_POLL_S)
        yield


def _without_fsync(client: Any, name: str) -> None:
    """Local mode commits each point by itself: 5,000 points took 6.8 s, without waiting for the disk 1.5 s.

    The client offers no setting for it. A crash may cost the collection, which Parquet restores.
    """
    connection = client._client.collections[name].storage.storage
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA journal_mode=MEMORY")
