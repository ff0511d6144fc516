"""The browser's pages, lent to one request after the other.

Belongs here: how many pages there are, when one is used again and when it is closed, and the picture of
one that failed. Does not: starting the browser (browser.py) or what a page is asked for (spider.py).

A new page for each request costs more than the request: on this project's sandbox 40 pages took 12.6 s so,
and 7.3 s with the same few pages used again.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from playwright.async_api import Error
from scrapy.crawler import Crawler
from scrapy.http import Request, Response

if TYPE_CHECKING:
    from playwright.async_api import Page

# What a page's own scripts leak goes with it.
USES_OF_A_PAGE = 50
SCREENSHOT_TIMEOUT_MS = 5_000
LENT = "browser_page_lent"


class BrowserPages:
    """Downloader middleware next to the network: as many requests at a time as there may be pages."""

    def __init__(self, crawler: Crawler) -> None:
        self.free = asyncio.Semaphore(crawler.settings.getint("PLAYWRIGHT_MAX_PAGES_PER_CONTEXT"))
        self.idle: list[Page] = []
        self.uses: dict[Page, int] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> BrowserPages:
        """As Scrapy makes it."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Wait for a page; the first requests get none and have the browser open one."""
        if not request.meta.get("playwright"):
            return
        await self.free.acquire()
        request.meta.pop("screenshot", None)
        request.meta.update(
            {
                LENT: True,
                "playwright_include_page": True,
                "playwright_page": self.idle.pop() if self.idle else None,
                "playwright_page_init_callback": self._prepare,
            }
        )

    async def process_response(self, request: Request, response: Response) -> Response:
        """Take the page back: its content is in the response."""
        if request.meta.pop(LENT, False):
            page = request.meta.pop("playwright_page")
            await self._give_back(page, worn=self.uses.get(page, 0) >= USES_OF_A_PAGE)
        return response

    async def process_exception(self, request: Request, exception: Exception) -> None:
        """Picture and close the page: who knows what it is still doing. `screenshot` (PNG) goes into the meta."""
        if not request.meta.pop(LENT, False):
            return
        page = request.meta.pop("playwright_page", None)
        if page is not None and not page.is_closed():
            with contextlib.suppress(Error):
                request.meta["screenshot"] = await page.screenshot(timeout=SCREENSHOT_TIMEOUT_MS)
        await self._give_back(page, worn=True)

    async def _give_back(self, page: Page | None, *, worn: bool) -> None:
        try:
            if page is not None and (worn or page.is_closed()):
                self.uses.pop(page, None)
                await page.close()
            elif page is not None:
                self.idle.append(page)
        except Error:
            pass  # it crashed, or the browser is gone; the next request opens another
        finally:
            self.free.release()

    async def _prepare(self, page: Page, request: Request) -> None:
        """Count the use; windows that a page opens are closed at once."""
        if page not in self.uses:
            page.on("popup", lambda popup: popup.close())
        self.uses[page] = self.uses.get(page, 0) + 1
