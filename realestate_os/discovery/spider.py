"""The spider: list pages, then detail pages, each into the archive as it arrives.

Belongs here: which pages are requested and when a browser is needed. Does not: politeness and retries
(crawl.py, middlewares.py) or reading listings (extract.py); it runs in a process of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import scrapy
from parsel import Selector
from scrapy.exceptions import CloseSpider
from scrapy.http import Request, Response, TextResponse
from scrapy.spidermiddlewares.httperror import HttpError
from scrapy_playwright.page import PageMethod
from twisted.python.failure import Failure

from realestate_os.discovery.archive import Answer, Kind, PageArchive
from realestate_os.discovery.archive import Failure as Failed
from realestate_os.discovery.browser import CONTEXT_OPTIONS, WELL_FORMED, show_whole_list
from realestate_os.discovery.links import is_list, list_links
from realestate_os.discovery.middlewares import MAX_WAIT_S, AddressRefused, retry_after_s
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
    stopped_by: str | None = None
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

    @cached_property
    def origins(self) -> frozenset[str]:
        """The only scheme://host[:port] that the crawl may ask."""
        called = (urlsplit(to_origin(base, self.settings)) for base in self.source.hosts(self.county))
        return frozenset(f"{url.scheme}://{url.netloc}" for url in called)


class ListingSpider(scrapy.Spider):
    """Fetches what one source, county and day still lack."""

    name = "listings"

    def __init__(self, job: Job) -> None:
        super().__init__()
        self.job = job
        self.known = set(job.archived) | set(job.lists) | set(job.details)
        self.requested = 0
        self.tally = Tally()

    def page_request(self, url: str, kind: Kind) -> Request:
        """The request for a page. A source with odd needs has a spider class that makes its own of it (a form,
        a header); `url` (logical) stays the name of the page.
        """
        browser = self.job.source.list_page.browser
        if kind == "list" and browser:
            return self._in_browser(url, kind, PageMethod(show_whole_list, browser, self._timeout_ms))
        if kind == "detail" and self.job.source.detail_page.browser_if == "always":
            return self._detail_in_browser(url)
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

    async def start(self) -> AsyncIterator[Request]:
        """What the archive lacks."""
        for request in self._requests(self.job.lists, self.job.details):
            yield request

    async def parse_list(self, response: Response) -> AsyncIterator[Request]:
        """Keep a list page and follow what it names."""
        rendered = "playwright" in response.flags
        kind = (response.headers.get("content-type") or b"").decode("latin-1") or None
        url = response.meta["url"]
        if not is_list(response.body, kind, self.job.source):
            self._fail(
                url, "list", "unreadable_list", "not a single link; what else it lists is not known", 1, response
            )
            return
        await self._keep(response, "list", rendered=rendered)
        links = list_links(response.body, kind, url, self.job.source, self.job.county, self._logical)
        for request in self._requests(self._unknown(links.lists), self._unknown(links.details)):
            yield request

    async def parse_detail(self, response: Response) -> AsyncIterator[Request]:
        """Keep a detail page, or ask the browser for it when it is an empty shell."""
        if not self._is_shell(response):
            await self._keep(response, "detail")
        elif self.job.has_browser:
            yield self._detail_in_browser(response.meta["url"])
        else:
            self.tally.needs_browser += 1

    async def parse_rendered(self, response: Response) -> None:
        """Keep what the browser made of a page."""
        await self._keep(response, "detail", rendered=True)

    def failed(self, failure: Failure) -> None:
        """Note a page that could not be had; the others go on."""
        request: Request = failure.request  # type: ignore[attr-defined]
        reason, detail = _reason(failure)
        tries = int(request.meta.get("retry_times", 0)) + 1
        response = getattr(failure.value, "response", None)
        screenshot = request.meta.get("screenshot")
        self._fail(request.meta["url"], request.meta["kind"], reason, detail, tries, response, screenshot)
        if response is not None and retry_after_s(response) > MAX_WAIT_S:
            self.tally.stopped_by = "site"
            raise CloseSpider("retry_after")

    def _is_shell(self, response: Response) -> bool:
        shell = self.job.source.detail_page.browser_if
        if not shell or not isinstance(response, TextResponse):
            return False
        return bool(Selector(response.text, type="html").css(shell))

    def _requests(self, lists: Iterable[str], details: Iterable[str]) -> Iterator[Request]:
        """As many as the budget and the lack of a browser allow."""
        named: list[tuple[str, Kind]] = [*((url, "list") for url in lists), *((url, "detail") for url in details)]
        for url, kind in named:
            request = self.page_request(url, kind)
            if self.requested >= self.job.page_budget:
                self.tally.over_budget += 1
            elif request.meta.get("playwright") and not self.job.has_browser:
                self.tally.needs_browser += 1
            else:
                self.requested += 1
                yield request

    def _unknown(self, urls: list[str]) -> list[str]:
        found = [url for url in urls if url not in self.known]
        self.known.update(found)
        return found

    def _detail_in_browser(self, url: str) -> Request:
        ready = self.job.source.detail_page.ready
        return self._in_browser(
            url, "detail", PageMethod("wait_for_selector", ready, state="attached", timeout=self._timeout_ms)
        )

    def _in_browser(self, url: str, kind: Kind, until: PageMethod) -> Request:
        return Request(
            to_origin(url, self.job.settings),
            callback=self.parse_list if kind == "list" else self.parse_rendered,
            errback=self.failed,
            priority=PRIORITY["rendered" if kind == "detail" else kind],
            dont_filter=True,
            meta={
                "url": url,
                "kind": kind,
                "playwright": True,
                "playwright_context_kwargs": CONTEXT_OPTIONS,
                "playwright_page_goto_kwargs": {"wait_until": "domcontentloaded"},
                "playwright_page_methods": [until, PageMethod("evaluate", WELL_FORMED)],
                "max_retry_times": 1,
            },
        )

    @property
    def _timeout_ms(self) -> float:
        return self.job.settings.http_timeout_s * 1000

    async def _keep(self, response: Response, kind: Kind, *, rendered: bool = False) -> None:
        if len(response.body) > self.job.settings.http_max_body_bytes:  # what a browser makes has no limit before
            self._fail(response.meta["url"], kind, "too_large", f"{len(response.body)} bytes after rendering")
            return
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

    def _fail(
        self,
        url: str,
        kind: Kind,
        reason: str,
        detail: str,
        tries: int = 1,
        response: Response | None = None,
        screenshot: bytes | None = None,
    ) -> None:
        failed = Failed(
            url=url,
            source=self.job.source.key,
            kind=kind,
            reason=reason,
            detail=detail[:300],
            tries=tries,
            failed_at=datetime.now(UTC),
            status=response.status if response is not None else None,
            headers=_headers(response) if response is not None else {},
        )
        body = response.body if response is not None else None
        try:
            kept = self.job.archive.put_failure(self.job.county, self.job.day, failed, body, screenshot)
        except StorageError as error:
            self.tally.storage_error, kept = str(error), ""
        self.tally.failures.append(
            {"url": url, "kind": kind, "reason": reason, "detail": failed.detail, "tries": tries, "kept": kept}
        )

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
