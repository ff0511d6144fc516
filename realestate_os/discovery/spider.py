"""The spider: list pages, then detail pages, each into the archive as it arrives.

Belongs here: which pages are requested and when a browser is needed. Does not: politeness and retries
(crawl.py, middlewares.py) or reading listings (extract.py); it runs in a process of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import scrapy
from parsel import Selector
from scrapy.exceptions import CloseSpider
from scrapy.http import Request, Response, TextResponse
from scrapy.spidermiddlewares.httperror import HttpError
from scrapy_playwright.page import PageMethod
from twisted.python.failure import Failure

from realestate_os.discovery.archive import Answer, Kind, PageArchive
from realestate_os.discovery.browser import CONTEXT_OPTIONS
from realestate_os.discovery.links import list_links
from realestate_os.discovery.middlewares import AddressRefused
from realestate_os.discovery.sources import Source
from realestate_os.resources.addresses import to_logical, to_origin
from realestate_os.resources.object_store import StorageError
from realestate_os.settings import Settings

# A home that is gone is an answer, kept like any other; what else is not 200 is a failure.
GONE = [404, 410]
# Lists first, so that the number of homes is known early; the browser last, beside everything else.
PRIORITY = {"list": 20, "detail": 10, "rendered": 0}


@dataclass
class Tally:
    """What a crawl did, for the process that started it."""

    fetched: int = 0
    rendered: int = 0
    needs_browser: int = 0
    over_budget: int = 0
    storage_error: str | None = None
    failures: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Job:
    """What one crawl is to do. lists, details: logical URLs to begin with; archived: never asked for again."""

    source: Source
    county: str
    day: date
    archive: PageArchive
    settings: Settings
    lists: list[str]
    details: list[str]
    archived: frozenset[str]
    page_budget: int
    has_browser: bool

    @property
    def origins(self) -> frozenset[str]:
        """The only scheme://host[:port] that the crawl may ask."""
        return frozenset(to_origin(base, self.settings) for base in self.source.hosts(self.county))


class ListingSpider(scrapy.Spider):
    """Fetches what one source, county and day still lack."""

    name = "listings"

    def __init__(self, job: Job) -> None:
        super().__init__()
        self.job = job
        self.known = set(job.archived) | set(job.lists) | set(job.details)
        self.requested = 0
        self.tally = Tally()

    async def start(self) -> AsyncIterator[Request]:
        """What the archive lacks."""
        for url in self.job.lists:
            if request := self._request(url, "list"):
                yield request
        for url in self.job.details:
            if request := self._request(url, "detail"):
                yield request

    async def parse_list(self, response: Response) -> AsyncIterator[Request]:
        """Keep a list page and follow what it names."""
        url = response.meta["url"]
        await self._keep(response, "list")
        if not isinstance(response, TextResponse):
            return
        links = list_links(response.text, url, self.job.source, self.job.county, self._logical)
        following = [(links.next_page, "list")] if links.next_page else []
        for found, kind in [*following, *((url, "detail") for url in links.details)]:
            if found in self.known:
                continue
            self.known.add(found)
            if request := self._request(found, kind):
                yield request

    async def parse_detail(self, response: Response) -> AsyncIterator[Request]:
        """Keep a detail page, or ask the browser for it when it is an empty shell."""
        if not self._is_shell(response):
            await self._keep(response, "detail")
        elif self.job.has_browser:
            yield self._in_browser(response.meta["url"])
        else:
            self.tally.needs_browser += 1

    async def parse_rendered(self, response: Response) -> None:
        """Keep what the browser made of a page."""
        if len(response.body) > self.job.settings.http_max_body_bytes:
            self._fail(response.meta["url"], "detail", "too_large", f"{len(response.body)} bytes after rendering")
            return
        await self._keep(response, "detail", rendered=True)

    def failed(self, failure: Failure) -> None:
        """Note a page that could not be had; the others go on."""
        request: Request = failure.request  # type: ignore[attr-defined]
        reason, detail = _reason(failure)
        tries = int(request.meta.get("retry_times", 0)) + 1
        self._fail(request.meta["url"], request.meta["kind"], reason, detail, tries)

    def _is_shell(self, response: Response) -> bool:
        shell = self.job.source.detail_page.browser_if
        if not shell or not isinstance(response, TextResponse):
            return False
        return bool(Selector(response.text, type="html").css(shell))

    def _request(self, url: str, kind: str) -> Request | None:
        if self.requested >= self.job.page_budget:
            self.tally.over_budget += 1
            return None
        self.requested += 1
        return Request(
            to_origin(url, self.job.settings),
            callback=self.parse_list if kind == "list" else self.parse_detail,
            errback=self.failed,
            priority=PRIORITY[kind],
            # `known` sees to it that nothing is asked twice; Scrapy's own filter would drop a redirect that leads
            # back without a word.
            dont_filter=True,
            meta={"url": url, "kind": kind, "handle_httpstatus_list": [] if kind == "list" else GONE},
        )

    def _in_browser(self, url: str) -> Request:
        ready = self.job.source.detail_page.ready
        timeout_ms = self.job.settings.http_timeout_s * 1000
        return Request(
            to_origin(url, self.job.settings),
            callback=self.parse_rendered,
            errback=self.failed,
            priority=PRIORITY["rendered"],
            dont_filter=True,
            meta={
                "url": url,
                "kind": "detail",
                "playwright": True,
                "playwright_context_kwargs": CONTEXT_OPTIONS,
                "playwright_page_goto_kwargs": {"wait_until": "domcontentloaded"},
                "playwright_page_methods": [
                    PageMethod("wait_for_selector", ready, state="attached", timeout=timeout_ms)
                ],
                "max_retry_times": 1,
            },
        )

    async def _keep(self, response: Response, kind: Kind, *, rendered: bool = False) -> None:
        answer = Answer(
            url=response.meta["url"],
            final_url=self._logical(response.url),
            status=response.status,
            headers=_headers(response),
            body=response.body,
            fetched_at=datetime.now(UTC),
            kind=kind,
            source=self.job.source.key,
            rendered=rendered,
        )
        # In a thread: a put into a bucket takes as long as a page.
        try:
            await asyncio.to_thread(self.job.archive.put, self.job.county, self.job.day, answer)
        except StorageError as error:
            # A full disk: every further page would be fetched for nothing.
            self.tally.storage_error = str(error)
            raise CloseSpider("storage") from error
        self.tally.fetched += 1
        self.tally.rendered += rendered

    def _fail(self, url: str, kind: str, reason: str, detail: str, tries: int = 1) -> None:
        self.tally.failures.append({"url": url, "kind": kind, "reason": reason, "detail": detail[:300], "tries": tries})

    def _logical(self, url: str) -> str:
        return to_logical(url, self.job.settings)


def _headers(response: Response) -> dict[str, str]:
    return {key.decode("latin-1"): values[-1].decode("latin-1") for key, values in response.headers.items() if values}


# Scrapy's and Playwright's exceptions by class name: they come from four libraries.
_REASONS = {
    "DownloadTimeoutError": "timeout",
    "TimeoutError": "timeout",
    "DownloadCancelledError": "too_large",
    "ResponseDataLossError": "truncated",
    "DownloadConnectionRefusedError": "unreachable",
    "CannotResolveHostError": "unreachable",
    "DownloadFailedError": "unreachable",
}


def _reason(failure: Failure) -> tuple[str, str]:
    """A short reason to count by, and the words."""
    error, words = failure.value, failure.getErrorMessage()
    if isinstance(error, HttpError):
        return f"http_{error.response.status}", f"answered {error.response.status}"
    if isinstance(error, AddressRefused):
        return "forbidden_address", words
    for phrase, reason in (
        ("robots.txt", "robots"),
        ("max redirections", "redirects"),
        ("DOWNLOAD_MAXSIZE", "too_large"),
    ):
        if phrase in words:
            return reason, words
    return _REASONS.get(type(error).__name__, "failed"), f"{type(error).__name__}: {words}"
