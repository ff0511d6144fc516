"""PageArchive: every page as it was fetched, so that listings can be read again without the network.

Belongs here: where bodies and their facts lie, and reading them back. Does not: fetching (spider.py)
or what a page says (extract.py).

Layout: archive/bodies/<2 hex>/<sha256>.gz, each body once; archive/pages/county=<c>/date=<d>/<source>/
<sha1 of the URL>.json, one small object a page, written after its body. A page that is there is complete.
archive/failures/ holds, in the same folders, what is known of pages that could not be had.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Literal

from realestate_os.errors import RealEstateOSError
from realestate_os.resources.object_store import ObjectStore

PAGES, FAILURES, BODIES = "archive/pages", "archive/failures", "archive/bodies"

Kind = Literal["list", "detail"]
# Cookies and tokens are not kept.
KEPT_HEADERS = ("content-type", "content-language", "last-modified", "etag", "date", "server", "retry-after")


class ArchiveError(RealEstateOSError):
    """An archived body is missing or is not what was stored; the message names the page."""


@dataclass(frozen=True)
class Answer:
    """One response as it came. url is logical and names the page; final_url is where redirects led."""

    url: str
    final_url: str
    status: int
    headers: dict[str, str]
    body: bytes
    fetched_at: datetime
    kind: Kind
    source: str
    rendered: bool = False


@dataclass(frozen=True)
class Page:
    """One archived response: the facts of an Answer, with the digest in place of the body."""

    url: str
    final_url: str
    status: int
    headers: dict[str, str]
    fetched_at: datetime
    sha256: str
    kind: Kind
    source: str
    rendered: bool
    body_bytes: int

    def to_json(self) -> bytes:
        """As it is stored."""
        return json.dumps(vars(self) | {"fetched_at": self.fetched_at.isoformat()}, sort_keys=True).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Page:
        """As it was stored."""
        facts = json.loads(data)
        return cls(**facts | {"fetched_at": datetime.fromisoformat(facts["fetched_at"])})


@dataclass(frozen=True)
class Failure:
    """A page that could not be had. status: of the last answer, None when there was none."""

    url: str
    source: str
    kind: Kind
    reason: str
    detail: str
    tries: int
    failed_at: datetime
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PageArchive:
    """The pages of all counties and days in one object store."""

    store: ObjectStore

    def put(self, county: str, day: date, answer: Answer) -> Page:
        """Keep one response; an identical body is stored once. Raises StorageError."""
        digest = hashlib.sha256(answer.body).hexdigest()
        page = Page(
            url=answer.url,
            final_url=answer.final_url,
            status=answer.status,
            headers=_kept(answer.headers),
            fetched_at=answer.fetched_at,
            sha256=digest,
            kind=answer.kind,
            source=answer.source,
            rendered=answer.rendered,
            body_bytes=len(answer.body),
        )
        if not self.store.exists(_body_key(digest)):
            # mtime=0: the same body gives the same object.
            self.store.put(_body_key(digest), gzip.compress(answer.body, compresslevel=6, mtime=0))
        self.store.put(_page_key(county, day, answer.source, answer.url), page.to_json())
        return page

    def pages(self, county: str, day: date, source: str | None = None) -> list[Page]:
        """The pages of a county's day, of one source or of all, by source and URL."""
        prefix = _day_prefix(county, day) + (f"/{source}" if source else "")
        found = [Page.from_json(self.store.get(key)) for key in self.store.keys(prefix)]
        return sorted(found, key=lambda page: (page.source, page.url))

    def body(self, page: Page) -> bytes:
        """The bytes that were received.

        Raises:
            ArchiveError: they are missing or damaged.
        """
        try:
            body = gzip.decompress(self.store.get(_body_key(page.sha256)))
        except (FileNotFoundError, EOFError, OSError) as error:
            raise ArchiveError(f"{page.url}: archived body {page.sha256[:12]} cannot be read: {error}") from error
        if hashlib.sha256(body).hexdigest() != page.sha256:
            raise ArchiveError(f"{page.url}: archived body is not the one that was stored ({page.sha256[:12]})")
        return body

    def discard_body(self, page: Page) -> None:
        """Forget a damaged body, or the same bytes would not be stored again."""
        self.store.delete(_body_key(page.sha256))

    def text(self, page: Page) -> str:
        """The body as text; see as_text."""
        return as_text(self.body(page), page.headers.get("content-type"))

    def put_failure(
        self, county: str, day: date, failure: Failure, body: bytes | None = None, screenshot: bytes | None = None
    ) -> str:
        """Keep what shows why a page could not be had: its facts, the last body, the browser's picture of it.

        Beside the pages and not among them: the next run asks again. Returns the key of the facts.
        """
        key = f"{FAILURES}/{_day(county, day)}/{failure.source}/{_url_digest(failure.url)}"
        for suffix, data in ((".body.gz", body and gzip.compress(body, mtime=0)), (".png", screenshot)):
            if data:
                self.store.put(key + suffix, data)
        facts = asdict(failure) | {"failed_at": failure.failed_at.isoformat(), "headers": _kept(failure.headers)}
        self.store.put(f"{key}.json", json.dumps(facts, sort_keys=True).encode())
        return f"{key}.json"


def as_text(body: bytes, content_type: str | None) -> str:
    """Bytes as text, by the header, their own declaration or a guess; broken bytes become U+FFFD."""
    from w3lib.encoding import html_to_unicode

    _, text = html_to_unicode(content_type, body, default_encoding="utf-8")
    return text


def _kept(headers: dict[str, str]) -> dict[str, str]:
    return {key.lower(): value for key, value in headers.items() if key.lower() in KEPT_HEADERS}


def _body_key(digest: str) -> str:
    return f"{BODIES}/{digest[:2]}/{digest}.gz"


def _day(county: str, day: date) -> str:
    return f"county={county}/date={day.isoformat()}"


def _day_prefix(county: str, day: date) -> str:
    return f"{PAGES}/{_day(county, day)}"


def _url_digest(url: str) -> str:
    return hashlib.sha1(url.encode(), usedforsecurity=False).hexdigest()


def _page_key(county: str, day: date, source: str, url: str) -> str:
    return f"{_day_prefix(county, day)}/{source}/{_url_digest(url)}.json"
