"""The pages of a county's day: what is missing is crawled, what is archived is never fetched again.

Belongs here: deciding whether a crawl is needed, starting it and judging what came of it. Does not:
requests (spider.py) or listings (listings.py).
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from realestate_os.counties import County
from realestate_os.discovery.archive import Page, PageArchive
from realestate_os.discovery.browser import MISSING, find_chromium
from realestate_os.discovery.crawl import GRACE_S, CrawlResult, CrawlSpec
from realestate_os.discovery.links import Frontier, frontier
from realestate_os.discovery.sources import Source, active_sources
from realestate_os.errors import RealEstateOSError
from realestate_os.resources.addresses import to_logical
from realestate_os.resources.object_store import ObjectStore
from realestate_os.settings import Settings
from realestate_os.storage.set_aside import SetAside

log = logging.getLogger(__name__)

# Each source is a host of its own and is asked at its own pace; the processes share this machine.
SOURCES_AT_ONCE = 4


class CrawlError(RealEstateOSError):
    """A source gave nothing to work with; the message says what was tried and what to do."""


@dataclass(frozen=True)
class FetchReport:
    """What is in the archive of one source, county and day, and what this run added to it."""

    source: str
    archived: int
    homes_listed: int
    missing: int
    crawl: CrawlResult
    seconds: float


def fetch_pages(county: County, day: date, settings: Settings, store: ObjectStore) -> list[FetchReport]:
    """Bring the archive of a county's day up to date, source by source.

    Raises:
        CrawlError: a source cannot be fetched for the day, or gave nothing; the other sources are done first.
        SourceError: a source file is wrong.
    """

    def fetch(source: Source) -> FetchReport | CrawlError:
        try:
            return fetch_source(source, county, day, settings, store)
        except CrawlError as error:
            return error

    with ThreadPoolExecutor(SOURCES_AT_ONCE) as pool:
        found = list(pool.map(fetch, active_sources(county.key, settings)))
    errors = [one for one in found if isinstance(one, CrawlError)]
    if errors:
        raise CrawlError("; ".join(map(str, errors)))
    return [one for one in found if isinstance(one, FetchReport)]


def fetch_source(source: Source, county: County, day: date, settings: Settings, store: ObjectStore) -> FetchReport:
    """Bring the archive of one source, county and day up to date. Raises CrawlError."""
    archive = PageArchive(store)
    started = time.monotonic()
    pages, todo = _state(source, county, day, settings, archive)
    crawl = CrawlResult()
    if len(todo):
        budget = source.max_pages(county) - len(pages)
        if not _open_for(source, county, day):
            if not pages:
                raise CrawlError(
                    f"{source.key}: {day} cannot be fetched any more: the site only shows today ({county.today()} in "
                    f"{county.key}) and nothing of {day} is archived; choose today's date or a date that was crawled"
                )
        elif budget > 0:
            crawl = _crawl(source, county, day, settings, todo, sorted(pages), budget)
            pages, todo = _state(source, county, day, settings, archive)
        else:
            crawl = CrawlResult(stopped_by="pages", over_budget=len(todo))
    _judge(source, county, day, settings, pages, todo, crawl)
    return FetchReport(source.key, len(pages), todo.homes_listed, len(todo), crawl, time.monotonic() - started)


def _state(
    source: Source, county: County, day: date, settings: Settings, archive: PageArchive
) -> tuple[dict[str, Page], Frontier]:
    pages = {page.url: page for page in archive.pages(county.key, day, source.key)}
    todo = frontier(pages, archive, source, county.key, lambda url: to_logical(url, settings))
    return pages, todo


def _open_for(source: Source, county: County, day: date) -> bool:
    """Whether the source can still show the day."""
    return source.historical or day == county.today()


def _crawl(
    source: Source, county: County, day: date, settings: Settings, todo: Frontier, archived: list[str], budget: int
) -> CrawlResult:
    """Run the crawl's process to its end.

    Raises:
        CrawlError: it was killed, ran over its time, or hit a fault of the program; what it archived is kept.
    """
    log_path = settings.home / "logs" / f"crawl_{county.key}_{day.isoformat()}_{source.key}.log"
    _writable(log_path)
    with tempfile.TemporaryDirectory(prefix="realestate_os_crawl_") as folder:
        spec_path, result_path = Path(folder, "spec.json"), Path(folder, "result.json")
        plain, secret = _split_settings(settings)
        CrawlSpec(
            source=source.key,
            county=county.key,
            day=day.isoformat(),
            lists=todo.lists,
            details=todo.details,
            archived=archived,
            page_budget=budget,
            delay_s=source.delay_s(county),
            result_path=str(result_path),
            settings=plain,
        ).write(spec_path)
        ended = _run_process(spec_path, log_path, secret, settings.crawl_time_budget_s + GRACE_S)
        log.debug("crawl of %s, %s, %s: log in %s", source.key, county.key, day, log_path)
        if ended != 0 or not result_path.exists():
            raise CrawlError(
                f"{source.key}: the crawl of {county.key} for {day} {_ending(ended)}; see {log_path}. "
                f"What it archived is kept, the next run goes on from there"
            )
        result = CrawlResult.read(result_path)
    if result.storage_error:
        raise CrawlError(
            f"{source.key}: {result.storage_error}. What was archived is kept, the next run goes on from there"
        )
    if result.spider_errors:
        raise CrawlError(
            f"{source.key}: the spider failed on {result.spider_errors} pages, a fault of ours: {log_path}"
        )
    return result


def _writable(log_path: Path) -> None:
    try:
        log_path.parent.mkdir(parents=True, exist_ok=True)
        log_path.touch()
    except OSError as error:
        raise CrawlError(f"cannot write {log_path}: {error.strerror}; see REALESTATE_OS_HOME") from error


def _run_process(spec_path: Path, log_path: Path, secret: dict[str, str], timeout_s: float) -> int | None:
    """Exit code; None when it was stopped for taking too long. Its browser dies with it."""
    command = [sys.executable, "-m", "realestate_os.discovery.crawl", str(spec_path)]
    with log_path.open("wb") as log_file:
        process = subprocess.Popen(
            command, stdout=log_file, stderr=subprocess.STDOUT, env=os.environ | secret, start_new_session=True
        )
        try:
            return process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _split_settings(settings: Settings) -> tuple[dict[str, Any], dict[str, str]]:
    """Settings for the spec file, and secrets for the environment of the process."""
    secret = {
        name: value for name in type(settings).model_fields if isinstance(value := getattr(settings, name), SecretStr)
    }
    plain = settings.model_dump(mode="json", exclude={*secret}, exclude_none=True)
    return plain, {name.upper(): value.get_secret_value() for name, value in secret.items()}


def _ending(code: int | None) -> str:
    if code is None:
        return "took longer than CRAWL_TIME_BUDGET_S"
    return f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"


def _judge(
    source: Source,
    county: County,
    day: date,
    settings: Settings,
    pages: dict[str, Page],
    todo: Frontier,
    crawl: CrawlResult,
) -> None:
    """Raise CrawlError when there is nothing to go on with."""
    details = sum(page.kind == "detail" for page in pages.values())
    again = f"run again later: realestate-os materialize --county {county.key} --date {day} --stages discovery"
    if crawl.needs_browser and not find_chromium(settings):
        raise CrawlError(
            f"{source.key}: {crawl.needs_browser} pages of {county.key} need a browser and no Chromium was found; "
            f"{MISSING}. {len(pages)} other pages of it are archived, the next run goes on from there"
        )
    if not details and crawl.failures:
        first = crawl.failures[0]
        said = " ".join(str(first["detail"]).split())  # the browser's errors have many lines
        reasons = ", ".join(
            f"{n} x {reason}" for reason, n in Counter(f["reason"] for f in crawl.failures).most_common()
        )
        raise CrawlError(
            f"{source.key}: no home of {county.key} could be fetched for {day} ({reasons}); {first['url']} "
            f"{said}, tries: {first['tries']}. {len(pages)} pages are archived; {again}{_mend(source, first)}"
        )
    if not details and crawl.stopped_by:
        raise CrawlError(
            f"{source.key}: the {crawl.stopped_by} budget was spent before the first home of {county.key}; "
            f"raise max_pages in the source's limits or CRAWL_TIME_BUDGET_S"
        )
    if not todo.homes_listed:
        raise CrawlError(
            f"{source.key}: the site listed no homes in {county.key} for {day}; look at {source.starts(county.key)[0]} "
            f"and if there are homes, mend list_page.detail_links and detail_page.url_pattern in {source.key}.yaml"
        )


def _mend(source: Source, failure: Mapping[str, Any]) -> str:
    """What else to do about a list that came and said nothing."""
    if failure["reason"] != "unreadable_list":
        return ""
    return f". If a browser shows homes there, mend list_page in {source.key}.yaml"


def set_aside_of(reports: list[FetchReport]) -> SetAside:
    """The pages that could not be had, with their reasons."""
    refused = SetAside()
    for failure in (failure for report in reports for failure in report.crawl.failures):
        detail = f"{failure['detail']} ({failure['tries']} tries); kept as {failure['kept']}"
        refused.add(failure["url"], failure["reason"], field=failure["kind"], detail=detail)
    return refused
