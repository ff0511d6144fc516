"""PageArchive: every page as it was fetched, so that listings can be read again without the network.

Belongs here: where bodies and their facts lie, and reading them back. Does not: fetching (spider.py)
or what a page says (extract.py).

Layout: archive/bodies/<2 hex>/<sha256>.gz, each body once; archive/pages/county=<c>/date=<d>/<source>/
<sha1 of the URL>.json, one small object a page, written after its body. A page that is there is complete.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Literal

from realestate_os.errors import RealEstateOSError
from realestate_os.resources.object_store import ObjectStore

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
        return json.dumps(asdict(self) | {"fetched_at": self.fetched_at.isoformat()}, sort_keys=True).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Page:
        """As it was stored."""
        facts = json.loads(data)
        return cls(**facts | {"fetched_at": datetime.fromisoformat(facts["fetched_at"])})


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
            headers={key.lower(): value for key, value in answer.headers.items() if key.lower() in KEPT_HEADERS},
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

    def text(self, page: Page) -> str:
        """The body as text, by its header, its own declaration or a guess; broken bytes become U+FFFD."""
        from w3lib.encoding import html_to_unicode

        _, text = html_to_unicode(page.headers.get("content-type"), self.body(page), default_encoding="utf-8")
        return text


def _body_key(digest: str) -> str:
    return f"archive/bodies/{digest[:2]}/{digest}.gz"


def _day_prefix(county: str, day: date) -> str:
    return f"archive/pages/county={county}/date={day.isoformat()}"


def _page_key(county: str, day: date, source: str, url: str) -> str:
    return f"{_day_prefix(county, day)}/{source}/{hashlib.sha1(url.encode(), usedforsecurity=False).hexdigest()}.json"
