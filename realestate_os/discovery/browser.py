"""The browser for pages that are empty until their scripts have run.

Belongs here: finding Chromium, how it is started, and what it may load. Does not: which pages need it
(spider.py) or Scrapy's other settings (crawl.py).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from realestate_os.settings import Settings

if TYPE_CHECKING:
    from playwright.async_api import Request

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
MISSING = "install Chromium (apt-get install chromium) or set CHROMIUM_PATH"
# A page's data comes from scripts and their requests; everything else only costs time and tells third
# parties that we were there.
ALLOWED_TYPES = frozenset({"document", "script", "xhr", "fetch"})


def find_chromium(settings: Settings) -> Path | None:
    """The configured Chromium, else the first one on the PATH; None when there is none."""
    if settings.chromium_path:
        return settings.chromium_path if os.access(settings.chromium_path, os.X_OK) else None
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return Path(found) if found else None


def launch_options(chromium: Path, origins: Collection[str]) -> dict[str, Any]:
    """Playwright's launch options for a crawl that may reach these origins only.

    The resolver rule holds where request interception does not: for redirects within Chromium and for
    its own background traffic.
    """
    hosts = sorted({str(urlsplit(origin).hostname) for origin in origins})
    rules = ", ".join(["MAP * ~NOTFOUND", *(f"EXCLUDE {host}" for host in hosts)])
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


CONTEXT_OPTIONS: dict[str, Any] = {"accept_downloads": False, "service_workers": "block"}


@dataclass(frozen=True)
class Gate:
    """Says which of a page's own requests are dropped: all but scripts and data of the site itself."""

    origins: frozenset[str]

    def __call__(self, request: Request) -> bool:
        """True to abort."""
        parts = urlsplit(request.url)
        return f"{parts.scheme}://{parts.netloc}" not in self.origins or request.resource_type not in ALLOWED_TYPES
