"""Qdrant: vectors with their payload, in local mode or on a server, behind one class.

Belongs here: opening, collections, aliases, points, searching. Does not: the words of a query
(vector_query.py), what a vector means (similarity/embed.py). Vectors are rebuilt from Parquet
(similarity/index.py), so that nothing here needs to survive a crash.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from realestate_os.errors import RealEstateOSError
from realestate_os.resources.vector_arrays import PointArrays
from realestate_os.resources.vector_query import Hit, Kind, Query, Vector, equals, miles_between, qdrant_filter
from realestate_os.settings import Settings

LOCK_WAIT_S, LOCK_POLL_S = 60.0, 0.2
SERVER_TIMEOUT_S = 30
BATCH = 1000
QUERY_BATCH = 50
SCROLL = 10_000
# Local mode reads all points into memory at each opening; Qdrant itself warns from here on.
LOCAL_LIMIT = 20_000
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


class VectorStoreError(RealEstateOSError):
    """Qdrant is in use or does not answer; the message says what to do."""


@dataclass(frozen=True)
class Points:
    """Points to write: ids (UUID text), named vectors (n, size) and payloads, in the same order."""

    ids: Sequence[str]
    vectors: Mapping[str, Vector]
    payloads: Sequence[Mapping[str, Any]]


class VectorStore:
    """An open Qdrant; use as a context manager. In local mode the folder is locked meanwhile."""

    def __init__(self, client: QdrantClient, local: bool) -> None:
        self.client = client
        self.local = local
        self._read: dict[tuple[str, str, str], PointArrays] = {}

    @classmethod
    @contextmanager
    def from_settings(cls, settings: Settings, lock_wait_s: float = LOCK_WAIT_S) -> Iterator[VectorStore]:
        """QDRANT_URL, else local mode in the data folder.

        Raises:
            VectorStoreError: the server does not answer, then or later, or another process held the folder
                for `lock_wait_s`.
        """
        if settings.qdrant_url:
            try:
                yield cls(_server(settings), local=False)
            except (ResponseHandlingException, UnexpectedResponse) as error:
                raise VectorStoreError(_unanswered(settings, error)) from error
            return
        folder = settings.home / "qdrant"
        with _locked(folder, lock_wait_s):
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

    def drop_collection(self, name: str) -> None:
        """Remove it, if it is there."""
        self._read.clear()
        if self.client.collection_exists(name):
            self.client.delete_collection(name)

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
        wanted = models.Filter(must=[equals(key, value) for key, value in equal.items()])
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

    def search(self, name: str, queries: Sequence[Query], using: str, limit: int) -> list[list[Hit]]:
        """The points most alike to each query, best first; a server searches with its indexes."""
        if self.local:
            return [self._arrays(name, query.kind, using).search(query, limit) for query in queries]
        requests = [
            models.QueryRequest(
                query=query.vector.tolist(), using=using, filter=qdrant_filter(query), limit=limit, with_payload=True
            )
            for query in queries
        ]
        answers = [
            answer for part in _parts(requests, QUERY_BATCH) for answer in self.client.query_batch_points(name, part)
        ]
        return [[_hit(point, query) for point in answer.points] for answer, query in zip(answers, queries, strict=True)]

    def server_is_due(self, limit: int = LOCAL_LIMIT) -> str | None:
        """What to do when local mode holds more points than it is good for; None while it does not."""
        if not self.local:
            return None
        points = sum(self.count(one.name) for one in self.client.get_collections().collections)
        if points <= limit:
            return None
        return (
            f"local Qdrant holds {points:,} points, more than {limit:,}: a server is due. Run one, set "
            "QDRANT_URL, then: realestate-os vectors rebuild"
        )

    def _arrays(self, name: str, kind: Kind, using: str) -> PointArrays:
        """All points of the kind, read once while the store is open and unchanged."""
        key = (name, kind, using)
        if key not in self._read:
            self._read[key] = PointArrays.of(self._points(name, kind, using), using)
        return self._read[key]

    def _points(self, name: str, kind: Kind, using: str) -> list[models.Record]:
        wanted, points, offset = models.Filter(must=[equals("kind", kind)]), [], None
        while True:
            part, offset = self.client.scroll(
                name, scroll_filter=wanted, limit=SCROLL, offset=offset, with_vectors=[using]
            )
            points += part
            if offset is None:
                return points


def _hit(point: models.ScoredPoint, query: Query) -> Hit:
    payload: Any = point.payload
    place, near = payload["location"], query.near
    distance = miles_between(near.latitude, near.longitude, place["lat"], place["lon"])
    return Hit(float(point.score), float(distance), payload)


def _parts(items: Any, size: int = BATCH) -> Iterable[Any]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _server(settings: Settings) -> QdrantClient:
    key = settings.qdrant_api_key.get_secret_value() if settings.qdrant_api_key else None
    client = QdrantClient(url=settings.qdrant_url, api_key=key, timeout=SERVER_TIMEOUT_S, check_compatibility=False)
    client.get_collections()
    return client


def _unanswered(settings: Settings, error: Exception) -> str:
    return (
        f"Qdrant does not answer at {settings.qdrant_url} (QDRANT_URL): {error}; start it, then materialize "
        "comparables again: vectors that are missing there are filled from Parquet"
    )


@contextmanager
def _locked(folder: Path, wait_s: float) -> Iterator[None]:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(folder.with_suffix(".lock"), "w", encoding="utf-8") as lock:
        deadline = time.monotonic() + wait_s
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise VectorStoreError(
                        f"another process has held {folder} for {wait_s:.0f} s; local Qdrant serves one process "
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
