"""One crawl, in a process of its own: `python -m realestate_os.discovery.crawl spec.json`.

Belongs here: what is handed to that process and what it hands back, and Scrapy's settings. Does not:
when a crawl is needed (fetch.py). Scrapy's reactor cannot be started twice in one process.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from dataclasses import asdict, dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from realestate_os.resources.addresses import own_hosts
from realestate_os.settings import Settings, load_settings

if TYPE_CHECKING:
    from realestate_os.discovery.sources import Source
    from realestate_os.discovery.spider import ListingSpider

# Time for the last pages to end after the time budget, before the process is stopped from outside.
GRACE_S = 45.0


@dataclass(frozen=True)
class CrawlSpec:
    """What to fetch. `settings` holds no secrets; those come through the environment."""

    source: str
    county: str
    day: str
    lists: list[str]
    details: list[str]
    archived: list[str]
    page_budget: int
    delay_s: float
    result_path: str
    settings: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> CrawlSpec:
        """From its file."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))

    def write(self, path: Path) -> None:
        """To its file."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")


@dataclass(frozen=True)
class CrawlResult:
    """What a crawl did. requests counts everything that went to the site, seconds from its first to its last;
    stopped_by: pages, time, site (it asked
    for more patience than there is) or None.
    """

    fetched: int = 0
    rendered: int = 0
    needs_browser: int = 0
    over_budget: int = 0
    requests: int = 0
    seconds: float = 0.0
    stopped_by: str | None = None
    spider_errors: int = 0
    storage_error: str | None = None
    failures: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> CrawlResult:
        """From its file."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))

    def write(self, path: Path) -> None:
        """To its file, in one step."""
        aside = path.with_suffix(".part")
        aside.write_text(json.dumps(asdict(self)), encoding="utf-8")
        os.replace(aside, path)


def run(spec: CrawlSpec, settings: Settings) -> CrawlResult:
    """Crawl; returns when the frontier is empty or a budget is spent."""
    from scrapy.crawler import CrawlerProcess

    from realestate_os.discovery.archive import PageArchive
    from realestate_os.discovery.browser import find_chromium
    from realestate_os.discovery.sources import load_source
    from realestate_os.discovery.spider import Job
    from realestate_os.resources.object_store import ObjectStore

    source = load_source(spec.source, settings.assets_config_dir / "sources")
    chromium = find_chromium(settings) if source.needs_browser else None
    job = Job(
        source=source,
        county=spec.county,
        day=date.fromisoformat(spec.day),
        archive=PageArchive(ObjectStore.from_settings(settings)),
        settings=settings,
        lists=spec.lists,
        details=spec.details,
        archived=frozenset(spec.archived),
        page_budget=spec.page_budget,
        has_browser=chromium is not None,
    )
    scrapy_settings = _polite(settings, source.limits, spec.delay_s)
    if source.historical:
        scrapy_settings["DEFAULT_REQUEST_HEADERS"]["X-As-Of"] = spec.day
    if chromium:
        scrapy_settings = _with_browser(scrapy_settings, chromium, job.origins, settings, source.limits.browser_pages)
    process = CrawlerProcess(scrapy_settings)
    crawler = process.create_crawler(_spider_class(source))
    process.crawl(crawler, job=job)
    process.start()
    return _result(crawler)


def _spider_class(source: Source) -> type[ListingSpider]:
    from importlib import import_module

    from realestate_os.discovery.sources import SourceError
    from realestate_os.discovery.spider import ListingSpider

    if source.spider is None:
        return ListingSpider
    module, _, name = source.spider.partition(":")
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise SourceError(f"{source.key}.yaml: spider: {source.spider} cannot be loaded: {error}") from None
    if not (isinstance(found, type) and issubclass(found, ListingSpider)):
        raise SourceError(f"{source.key}.yaml: spider: {source.spider} is no subclass of ListingSpider")
    return found


def _polite(settings: Settings, limits: Any, delay_s: float) -> dict[str, Any]:
    """Scrapy's settings for one site."""
    return {
        "USER_AGENT": f"RealEstateOS/{version('realestate-os')} (+{settings.crawler_contact_url})",
        "DEFAULT_REQUEST_HEADERS": {"Accept": "text/html,application/xhtml+xml", "Accept-Language": "en"},
        "ROBOTSTXT_OBEY": True,
        "DOWNLOAD_DELAY": delay_s,
        # Scrapy makes so many tasks for each response, to hand items to pipelines: we have neither.
        "CONCURRENT_ITEMS": 1,
        "CONCURRENT_REQUESTS": limits.concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": limits.concurrency,
        "AUTOTHROTTLE_ENABLED": limits.autothrottle,
        "AUTOTHROTTLE_START_DELAY": delay_s,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": 1.0,
        "RETRY_TIMES": limits.retries,
        "RETRY_WAIT_S": limits.retry_wait_s,
        "TWISTED_DNS_RESOLVER": "realestate_os.discovery.resolver.PublicResolver",
        "OWN_HOSTS": sorted(own_hosts(settings)),
        "DOWNLOAD_TIMEOUT": settings.http_timeout_s,
        "DOWNLOAD_MAXSIZE": settings.http_max_body_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "REDIRECT_MAX_TIMES": 5,
        "CLOSESPIDER_TIMEOUT": settings.crawl_time_budget_s,
        "COOKIES_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,  # a port that takes commands, new in Scrapy 2.19
        "REFERRER_POLICY": "same-origin",
        "LOG_LEVEL": "DEBUG" if settings.log_level == "DEBUG" else "INFO",
        "DOWNLOADER_MIDDLEWARES": {
            # Closest to the network, so that redirects and robots.txt pass it too.
            "realestate_os.discovery.middlewares.AddressGuard": 900,
            "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
            "realestate_os.discovery.middlewares.Patience": 550,
        },
    }


def _with_browser(
    polite: dict[str, Any], chromium: Path, origins: frozenset[str], settings: Settings, pages: int
) -> dict[str, Any]:
    """Playwright beside Scrapy's own downloads; Chromium starts with the first page that needs it."""
    from scrapy.settings.default_settings import RETRY_EXCEPTIONS

    from realestate_os.discovery.browser import Gate, launch_options
    from realestate_os.discovery.resolver import fixed_addresses

    ours = own_hosts(settings) & {str(urlsplit(origin).hostname) for origin in origins}
    handler = "scrapy_playwright.handler.ScrapyPlaywrightDownloadHandler"
    middlewares = {"realestate_os.discovery.browser_pages.BrowserPages": 950}
    return polite | {
        # One handler a scheme, each with a browser of its own: only for those that the source uses.
        "DOWNLOAD_HANDLERS": {origin.split(":", 1)[0]: handler for origin in origins},
        "DOWNLOADER_MIDDLEWARES": polite["DOWNLOADER_MIDDLEWARES"] | middlewares,
        "PLAYWRIGHT_LAUNCH_OPTIONS": launch_options(chromium, ours, fixed_addresses(origins, ours)),
        "PLAYWRIGHT_MAX_CONTEXTS": 1,
        "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": pages,
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": settings.http_timeout_s * 1000,
        "PLAYWRIGHT_ABORT_REQUEST": Gate(origins),
        "RETRY_EXCEPTIONS": [*RETRY_EXCEPTIONS, "playwright.async_api.Error"],
    }


def _result(crawler: Any) -> CrawlResult:
    stats, tally = crawler.stats, crawler.spider.tally
    out_of_time = stats.get_value("finish_reason") == "closespider_timeout"
    stopped_by = "time" if out_of_time else "pages" if tally.over_budget else None
    errors = sum(count for name, count in stats.get_stats().items() if name.startswith("spider_exceptions/"))
    return CrawlResult(
        fetched=tally.fetched,
        rendered=tally.rendered,
        needs_browser=tally.needs_browser,
        over_budget=tally.over_budget,
        requests=stats.get_value("downloader/request_count", 0),
        seconds=stats.get_value("elapsed_time_seconds", 0.0),
        stopped_by=tally.stopped_by or stopped_by,
        spider_errors=errors,
        storage_error=tally.storage_error,
        failures=tally.failures,
    )


def _end_with_parent() -> None:
    """Linux sends SIGTERM when the parent dies: a crawl nobody waits for must not go on asking the site."""
    pr_set_pdeathsig = 1
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


def main(spec_path: str) -> None:
    """Read the spec, crawl, write the result."""
    _end_with_parent()
    spec = CrawlSpec.read(Path(spec_path))
    run(spec, load_settings(**spec.settings)).write(Path(spec.result_path))


if __name__ == "__main__":
    main(sys.argv[1])
