"""RecordArchive: every answer of assessors and the Census, kept, so that a past day needs no network.

Belongs here: where answers lie, asking the archive before the service, how long an answer stays good.
Does not: what is asked (connectors/) or what an answer means.

Layout: records/<source>/<county>/<day>/<digest of the URL>.json says what was asked and answered;
.../batches/<digest>.json says which properties a finished batch of answers speaks of; bodies/<xx>/
<sha256>.gz holds each distinct body once. An answer is written before the next question is asked, so
that a run that was killed asks nothing twice.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
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
    key: str = ""


@dataclass(frozen=True)
class Partition:
    """Whose answers: source and county keys and the day (or vintage) they are of.

    live: the service may be asked. as_of: the day sent to a historical source, else None.
    fresh_days: for how many days an earlier day's answer is still good.
    """

    source: str
    county: str
    day: str
    live: bool = True
    as_of: date | None = None
    fresh_days: int = 0

    @property
    def folder(self) -> str:
        """Key prefix of the answers."""
        return self._folder(self.day)

    @property
    def folders(self) -> list[str]:
        """Prefixes of all answers that are good on the day, newest first."""
        if not self.fresh_days:
            return [self.folder]
        last = date.fromisoformat(self.day)
        return [self._folder(str(last - timedelta(days=age))) for age in range(self.fresh_days + 1)]

    def _folder(self, day: str) -> str:
        return f"records/{self.source}/{self.county}/{day}"


class RecordArchive:
    """Answers by partition and URL, from the store where they are there and fresh, else from the service.

    `secrets` are parameters, and `secret_headers` headers, that are sent and kept out of everything stored.
    """

    def __init__(
        self,
        http: HttpClient,
        objects: ObjectStore,
        secrets: Mapping[str, str] | None = None,
        secret_headers: Mapping[str, str] | None = None,
    ) -> None:
        self._http, self._objects = http, objects
        self._secrets, self._secret_headers = dict(secrets or {}), dict(secret_headers or {})

    def get(
        self,
        partition: Partition,
        url: str,
        params: Mapping[str, str],
        refuse: Callable[[Any], str | None] | None = None,
        answers: Container[int] = (),
    ) -> Document:
        """The answer to one GET; `refuse` and `answers` as in HttpClient.get_document.

        Raises:
            HttpError: the service failed; nothing is stored.
            NotArchivedError: not archived, and the partition is not live.
        """
        asked = json.dumps([url, sorted(params.items())])
        name = f"{_digest(asked)}.json"
        for folder in partition.folders:
            if self._objects.exists(f"{folder}/{name}"):
                return self.stored(f"{folder}/{name}")
        if not partition.live:
            raise NotArchivedError(
                f"{partition.source} answers only for today, and nothing of {partition.county} on {partition.day} is "
                "in the archive; materialize the county's today, or choose a day that was fetched then"
            )
        headers = dict(self._secret_headers)
        if partition.as_of:
            headers[AS_OF_HEADER] = partition.as_of.isoformat()
        data, response = self._http.get_document(url, {**params, **self._secrets}, headers, refuse, answers)
        sha256 = self._keep_body(response.content)
        meta = {
            "url": response.url,
            "status": response.status,
            "headers": {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers},
            "sha256": sha256,
            "fetched_at": datetime.now(UTC).isoformat(timespec="microseconds"),
        }
        key = f"{partition.folder}/{name}"
        self._objects.put(key, json.dumps(meta).encode())
        return Document(data, response.url, sha256, datetime.fromisoformat(str(meta["fetched_at"])), key)

    def stored(self, key: str) -> Document:
        """An answer by its key. FileNotFoundError when it is not there."""
        meta = json.loads(self._objects.get(key))
        body = gzip.decompress(self._objects.get(_body_key(meta["sha256"])))
        data = json.loads(body) if body else None
        return Document(data, meta["url"], meta["sha256"], datetime.fromisoformat(meta["fetched_at"]), key)

    def finish_batch(self, partition: Partition, url: str, properties: Iterable[str], answers: list[Document]) -> None:
        """Note that these answers of a dataset are all there is on these properties."""
        batch = {"url": url, "properties": sorted(properties), "answers": [answer.key for answer in answers]}
        body = json.dumps(batch).encode()
        self._objects.put(f"{partition.folder}/batches/{_digest(body.decode())}.json", body)

    def finished(self, partition: Partition, url: str) -> dict[str, list[str]]:
        """Property -> keys of the newest answers of a dataset that are good on the partition's day."""
        found: dict[str, list[str]] = {}
        for folder in reversed(partition.folders):
            for key in self._objects.keys(f"{folder}/batches"):
                batch = json.loads(self._objects.get(key))
                if batch["url"] == url:
                    found.update(dict.fromkeys(batch["properties"], batch["answers"]))
        return found

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

    def _keep_body(self, body: bytes) -> str:
        sha256 = hashlib.sha256(body).hexdigest()
        if not self._objects.exists(_body_key(sha256)):
            self._objects.put(_body_key(sha256), gzip.compress(body, compresslevel=5, mtime=0))
        return sha256


def _body_key(sha256: str) -> str:
    return f"records/bodies/{sha256[:2]}/{sha256}.gz"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
