"""The browser for pages that are empty until their scripts have run.

Belongs here: finding Chromium, how it is started, what it may load, and how a list is made to show all it
has. Does not: which pages need it (spider.py), how pages are shared out (browser_pages.py) or Scrapy's
other settings (crawl.py).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from realestate_os.discovery.sources import Browser
from realestate_os.settings import Settings

if TYPE_CHECKING:
    from playwright.async_api import Page, Request

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
MISSING = "install Chromium (apt-get install chromium) or set CHROMIUM_PATH"
# A page's data comes from scripts and their requests; everything else only costs time and tells third
# parties that we were there.
ALLOWED_TYPES = frozenset({"document", "script", "xhr", "fetch"})
# A scrolled list without a mark at its end is whole when nothing has come for so long.
SETTLED_MS = 3_000
PRESSES = 3
# More homes than before, or the mark is there (the end of a list) or not (the button for more).
_GROWN = """([ready, before, mark, there]) => document.querySelectorAll(ready).length > before
    || (mark !== null && (document.querySelector(mark) !== null) === there)"""


def find_chromium(settings: Settings) -> Path | None:
    """The configured Chromium, else the first one on the PATH; None when there is none."""
    if settings.chromium_path:
        return settings.chromium_path if os.access(settings.chromium_path, os.X_OK) else None
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return Path(found) if found else None


def launch_options(chromium: Path, own_hosts: Collection[str], fixed: Mapping[str, str]) -> dict[str, Any]:
    """Playwright's launch options for a crawl that may reach our own hosts and those at a fixed address.

    The resolver rules hold where request interception does not: for redirects within Chromium and for
    its own background traffic.
    """
    known = [f"MAP {host} {address}" for host, address in sorted(fixed.items())]
    rules = ", ".join([*known, "MAP * ~NOTFOUND", *(f"EXCLUDE {host}" for host in sorted(own_hosts))])
    args = [
        f"--host-resolver-rules={rules}",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--no-proxy-server",
    ]
    if os.geteuid() == 0:
        args.append("--no-sandbox")  # Chromium refuses to run as root with its sandbox
    return {"executable_path": str(chromium), "headless": True, "args": args}


# Half of a surrogate pair cannot be written as UTF-8, and a page that holds one would be lost.
WELL_FORMED = """() => {
    if (document.documentElement.outerHTML.isWellFormed()) return;
    const nodes = document.createTreeWalker(document, NodeFilter.SHOW_ALL);
    while (nodes.nextNode()) {
        const node = nodes.currentNode;
        if (node.data && !node.data.isWellFormed()) node.data = node.data.toWellFormed();
        for (const attribute of node.attributes || [])
            if (!attribute.value.isWellFormed()) attribute.value = attribute.value.toWellFormed();
    }
}"""


class ListUnfinished(Exception):
    """A list had more to show when the patience with it ended."""


async def show_whole_list(page: Page, how: Browser, timeout_ms: float) -> None:
    """Press or scroll until a list has no more to show.

    Raises ListUnfinished or Playwright's TimeoutError: half a list must not pass for a whole one, or the homes
    of the other half would count as gone.
    """
    await page.wait_for_selector(how.ready, state="attached", timeout=timeout_ms)
    more = _press if how.click else _scroll if how.scroll else None
    for _ in range(how.rounds if more else 0):
        if more and not await more(page, how, timeout_ms):
            return
    if more:
        raise ListUnfinished(f"more to come after {how.rounds} rounds; raise list_page.browser.rounds")


async def _press(page: Page, how: Browser, timeout_ms: float) -> bool:
    """Press the button and wait for what it brings; False when it is gone. A press that brings nothing in a third of
    the time is pressed again: a page's own requests fail like ours, and it rarely repeats them.
    """
    from playwright.async_api import TimeoutError

    button, before = page.locator(str(how.click)).first, await page.locator(how.ready).count()
    for turn in range(PRESSES):
        if not await button.is_visible():
            return False
        try:
            await button.click(timeout=timeout_ms / PRESSES)
            await page.wait_for_function(
                _GROWN, arg=[how.ready, before, how.click, False], timeout=timeout_ms / PRESSES
            )
            return True
        except TimeoutError:
            if turn == PRESSES - 1 and await button.is_visible():
                raise
    return False


async def _scroll(page: Page, how: Browser, timeout_ms: float) -> bool:
    """Scroll to the end and wait for what it brings; False when nothing more comes."""
    from playwright.async_api import TimeoutError

    before = await page.locator(how.ready).count()
    await page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    try:
        wait_ms = timeout_ms if how.end else SETTLED_MS
        await page.wait_for_function(_GROWN, arg=[how.ready, before, how.end, True], timeout=wait_ms)
    except TimeoutError:
        if how.end:
            raise
        return False
    return not how.end or await page.locator(how.end).count() == 0


CONTEXT_OPTIONS: dict[str, Any] = {"accept_downloads": False, "service_workers": "block"}


@dataclass(frozen=True)
class Gate:
    """Says which of a page's own requests are dropped: all but scripts and data of the site itself."""

    origins: frozenset[str]

    def __call__(self, request: Request) -> bool:
        """True to abort."""
        parts = urlsplit(request.url)
        return f"{parts.scheme}://{parts.netloc}" not in self.origins or request.resource_type not in ALLOWED_TYPES
