"""RecordArchive: every answer of assessors and the Census, kept, so that a past day needs no network.

Belongs here: where answers lie, asking the archive before the service. Does not: what is asked
(connectors/) or what an answer means.

Layout: records/<source>/<county>/<day>/<digest of the URL>.json says what was asked and answered;
records/bodies/<xx>/<sha256>.gz holds each distinct body once.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from realestate_os.errors import RealEstateOSError
from realestate_os.resources.http_client import HttpClient
from realestate_os.resources.object_store import ObjectStore

AS_OF_HEADER = "X-As-Of"
KEPT_HEADERS = ("content-type", "last-modified", "etag")


class NotArchivedError(RealEstateOSError):
    """A past day of a source that only answers for today, and no archived answer; says what to do."""


@dataclass(frozen=True)
class Document:
    """One answer: the parsed JSON and where it came from. `url` is logical and without secrets."""

    data: Any
    url: str
    sha256: str
    fetched_at: datetime


@dataclass(frozen=True)
class Partition:
    """Whose answers: source and county keys and the day (or vintage) they are of.

    live: the service may be asked. as_of: the day sent to a historical source, else None.
    """

    source: str
    county: str
    day: str
    live: bool = True
    as_of: date | None = None

    @property
    def folder(self) -> str:
        """Key prefix of the answers."""
        return f"records/{self.source}/{self.county}/{self.day}"


class RecordArchive:
    """Answers by partition and URL, from the store where they are there, else from the service.

    `secrets` are parameters added to what is sent and kept out of everything stored.
    """

    def __init__(self, http: HttpClient, objects: ObjectStore, secrets: Mapping[str, str] | None = None) -> None:
        self._http, self._objects = http, objects
        self._secrets = dict(secrets or {})

    def get(
        self,
        partition: Partition,
        url: str,
        params: Mapping[str, str],
        refuse: Callable[[Any], str | None] | None = None,
    ) -> Document:
        """The answer to one GET.

        Raises:
            HttpError: the service failed; nothing is stored.
            NotArchivedError: not archived, and the partition is not live.
        """
        asked = json.dumps([url, sorted(params.items())])
        key = f"{partition.folder}/{hashlib.sha256(asked.encode()).hexdigest()[:32]}.json"
        if self._objects.exists(key):
            return self._stored(key)
        if not partition.live:
            raise NotArchivedError(
                f"{partition.source} answers only for today, and nothing of {partition.county} on {partition.day} is "
                "in the archive; materialize the county's today, or choose a day that was fetched then"
            )
        headers = {AS_OF_HEADER: partition.as_of.isoformat()} if partition.as_of else None
        data, response = self._http.get_document(url, {**params, **self._secrets}, headers, refuse)
        sha256 = self._keep_body(response.content)
        meta = {
            "url": response.url,
            "status": response.status,
            "headers": {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers},
            "sha256": sha256,
            "fetched_at": datetime.now(UTC).isoformat(timespec="microseconds"),
        }
        self._objects.put(key, json.dumps(meta).encode())
        return Document(data, response.url, sha256, datetime.fromisoformat(str(meta["fetched_at"])))

    def note(self, partition: Partition, name: str, make: Callable[[], Any]) -> Any:
        """A small JSON value kept beside the answers: made once, read ever after."""
        key = f"{partition.folder}/_{name}.json"
        if self._objects.exists(key):
            return json.loads(self._objects.get(key))
        value = make()
        self._objects.put(key, json.dumps(value).encode())
        return value

    def days(self, source: str, county: str) -> list[str]:
        """Days of which answers are there, ascending."""
        prefix = f"records/{source}/{county}"
        return sorted({key.split("/")[3] for key in self._objects.keys(prefix)})

    def _stored(self, key: str) -> Document:
        meta = json.loads(self._objects.get(key))
        body = gzip.decompress(self._objects.get(_body_key(meta["sha256"])))
        return Document(json.loads(body), meta["url"], meta["sha256"], datetime.fromisoformat(meta["fetched_at"]))

    def _keep_body(self, body: bytes) -> str:
        sha256 = hashlib.sha256(body).hexdigest()
        if not self._objects.exists(_body_key(sha256)):
            self._objects.put(_body_key(sha256), gzip.compress(body, compresslevel=5, mtime=0))
        return sha256


def _body_key(sha256: str) -> str:
    return f"records/bodies/{sha256[:2]}/{sha256}.gz"
