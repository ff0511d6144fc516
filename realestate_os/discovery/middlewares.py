"""What Scrapy does with each request and response on top of its own middlewares.

Belongs here: the refusal of private and foreign addresses, and retries that wait. Does not: settings
(crawl.py) or what a page leads to (spider.py).
"""

from __future__ import annotations

import asyncio
import random
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.robotstxt import RobotParser

from realestate_os.resources.addresses import ForbiddenAddressError, refuse_private

# A site that asks for more patience than this is left alone: the crawl ends, the next run goes on.
MAX_WAIT_S = 120.0


class AddressRefused(IgnoreRequest):
    """The URL leads to another host than the source's, or to a private address."""


class AddressGuard:
    """Every request, redirects and robots.txt included, goes to the source's own origins or nowhere."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.own_hosts = frozenset(crawler.settings.getlist("OWN_HOSTS"))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> AddressGuard:
        """As Scrapy makes it."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raises AddressRefused."""
        spider: Any = self.crawler.spider
        parts = urlsplit(request.url)
        if f"{parts.scheme}://{parts.netloc}" not in spider.job.origins:
            raise AddressRefused(f"{request.url[:200]}: not a page of the source")
        if parts.hostname in self.own_hosts:
            return
        try:
            # Words before the connection is tried; resolver.py judges the address that is connected to.
            await asyncio.to_thread(refuse_private, request.url, spider.job.settings)
        except ForbiddenAddressError as error:
            raise AddressRefused(str(error)) from None


class Patience(RetryMiddleware):
    """Scrapy's retries, after a wait that doubles each time or as long as Retry-After asks; and the pauses that
    the site asks of everybody: Crawl-delay in robots.txt, Retry-After.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler.settings)
        self.crawler = crawler
        self.free_at, self.crawl_delay_s, self.turn = 0.0, 0.0, asyncio.Lock()
        crawler.signals.connect(self.read_robots, signals.robots_parsed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Patience:
        """As Scrapy makes it."""
        return cls(crawler)

    def read_robots(self, robotparser: RobotParser) -> None:
        """Crawl-delay, which Scrapy leaves alone."""
        asked = robotparser.crawl_delay(self.crawler.settings["USER_AGENT"])
        self.crawl_delay_s = min(asked or 0.0, MAX_WAIT_S)

    async def process_request(self, request: Request) -> None:
        """Wait until the site may be asked again."""
        async with self.turn:
            while (wait := self.free_at - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            self.free_at = time.monotonic() + self.crawl_delay_s

    async def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """The response, or the request again after its wait."""
        again = super().process_response(request, response)
        if not isinstance(again, Request):
            return again
        asked = retry_after_s(response)
        if asked > MAX_WAIT_S:
            return response  # the spider ends the crawl
        self.free_at = max(self.free_at, time.monotonic() + asked)
        await asyncio.sleep(max(self._wait_s(again), asked))
        return again

    async def process_exception(self, request: Request, exception: Exception) -> Request | Response | None:  # type: ignore[override]
        """The request again after its wait, or None."""
        again = super().process_exception(request, exception)
        if isinstance(again, Request):
            await asyncio.sleep(self._wait_s(again))
        return again

    def _wait_s(self, again: Request) -> float:
        base = self.crawler.settings.getfloat("RETRY_WAIT_S")
        # Jitter, so that requests that failed together do not come back together.
        return float(min(base * 2 ** (again.meta["retry_times"] - 1) * random.uniform(0.75, 1.25), MAX_WAIT_S))


def retry_after_s(response: Response) -> float:
    """Seconds that Retry-After asks for, as a number or as a date; 0 without one."""
    text = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return 0.0
