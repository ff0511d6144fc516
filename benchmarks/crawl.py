"""Crawling: pages a second against a bare Scrapy spider, rendered pages a second against bare Playwright, how time
and memory grow with the site, and whether memory stays flat over 2,000 rendered pages.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import yaml

from benchmarks.place import fresh_place
from benchmarks.report import show
from realestate_os.cli.processes import running
from realestate_os.cli.world import DEFAULT_COUNTY, World, generated_world
from realestate_os.discovery.browser import find_chromium
from realestate_os.discovery.crawl import CrawlResult, CrawlSpec
from realestate_os.discovery.sources import Source, load_source
from realestate_os.settings import Settings

SOURCE = "sandbox_fsbo"
SIZES = (1_000, 10_000)
ROUNDS = 3
RENDERED, RENDERED_BY_PEER = 2_000, 400


@dataclass
class Crawled:
    """One crawl: pages, seconds from the first request to the last, memory in MB over time (ours, browser's)."""

    pages: int
    seconds: float
    peak_mb: float = 0.0
    memory: list[tuple[float, float]] = field(default_factory=list)


def main(sizes: tuple[int, ...] = SIZES, rendered: int = RENDERED) -> None:
    """The small site for the ratio, then the large one for growth and the browser."""
    ours: dict[int, list[Crawled]] = {}
    for size in sizes:
        with _site(size) as (settings, world):
            source = _without_browser(settings)
            ours[size], peer = [], []
            for _ in range(ROUNDS if size == sizes[0] else 1):  # in turn: a machine that slows down slows both
                peer.append(_bare_scrapy(settings, source, world))
                ours[size].append(_ours(settings, world, lists=source.starts(world.county)))
            _show_rate(f"crawl of {size} homes", ours[size], "bare Scrapy", peer)
            if size == sizes[-1]:
                _rendered(settings, world, rendered)
    low, high = (ours[size][0] for size in (sizes[0], sizes[-1]))
    print(
        f"crawl, {low.pages} -> {high.pages} pages: {low.seconds:.1f} s -> {high.seconds:.1f} s "
        f"({high.seconds / low.seconds:.1f}x time for {high.pages / low.pages:.1f}x pages), "
        f"peak memory {low.peak_mb:.0f} -> {high.peak_mb:.0f} MB",
        flush=True,
    )


def _rendered(settings: Settings, world: World, count: int) -> None:
    """Client-rendered pages only, through the source as it is shipped."""
    urls = _client_pages(settings, world)[:count]
    shipped = settings.model_copy(update={"assets_config_dir": settings.assets_config_dir.parent / "shipped"})
    source = load_source(SOURCE, shipped.assets_config_dir / "sources")
    ours = _ours(shipped, world, details=urls)
    peer = _bare_playwright(settings, urls[:RENDERED_BY_PEER], source.limits.browser_pages)
    _show_rate(f"{ours.pages} rendered pages", [ours], f"bare Playwright ({peer.pages} pages)", [peer])
    marks = [ours.memory[int(len(ours.memory) * part) - 1] for part in (0.25, 0.5, 0.75, 1.0)]
    words = ", ".join(
        f"{share} %: {own:.0f} + {browser:.0f}" for share, (own, browser) in zip((25, 50, 75, 100), marks, strict=True)
    )
    print(f"  memory over the {ours.pages} rendered pages, spider + browser, MB: {words}", flush=True)


@contextmanager
def _site(listings: int) -> Iterator[tuple[Settings, World]]:
    """The sandbox in a process of its own, and settings whose source files can be changed."""
    with fresh_place() as settings:
        world = generated_world(DEFAULT_COUNTY, None, listings)
        for name in ("shipped", "changed"):
            shutil.copytree(settings.assets_config_dir, settings.home / name)
        changed = settings.model_copy(
            update={"assets_config_dir": settings.home / "changed", "crawl_time_budget_s": 3_600.0}
        )
        with running(settings, [world.service(settings)], {}):
            yield changed, world


def _without_browser(settings: Settings) -> Source:
    """Doorstep with shells kept as they come, and without a page budget: a bare spider has neither."""
    path = settings.assets_config_dir / "sources" / f"{SOURCE}.yaml"
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    data["detail_page"] = {key: data["detail_page"][key] for key in ("url_pattern", "content")}
    data["limits"]["max_pages"] = 1_000_000
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    return load_source(SOURCE, path.parent)


def _ours(
    settings: Settings, world: World, lists: list[str] | None = None, details: list[str] | None = None
) -> Crawled:
    """A crawl into an empty archive."""
    objects = settings.home / "objects"
    shutil.rmtree(objects, ignore_errors=True)
    spec_path, result_path = settings.home / "spec.json", settings.home / "result.json"
    CrawlSpec(
        source=SOURCE,
        county=world.county,
        day=world.day.isoformat(),
        lists=lists or [],
        details=details or [],
        archived=[],
        page_budget=1_000_000,
        delay_s=0,
        result_path=str(result_path),
        settings=settings.model_dump(mode="json", exclude_none=True),
    ).write(spec_path)
    command = [sys.executable, "-m", "realestate_os.discovery.crawl", str(spec_path)]
    process = psutil.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    memory = _watched(process)
    result = CrawlResult.read(result_path)
    assert not result.failures, result.failures[:3]
    return Crawled(result.fetched, result.seconds, max(own for own, _ in memory), memory)


def _watched(process: Any) -> list[tuple[float, float]]:
    """Resident memory of the spider and of what it started, MB, once a second until it ends."""
    memory = [(0.0, 0.0)]
    while process.poll() is None:
        time.sleep(1.0)
        try:
            family = process.children(recursive=True)
            memory.append((_mb(process), sum(map(_mb, family))))
        except psutil.NoSuchProcess:
            break
    assert process.wait() == 0
    # The last samples fall into the closing of the browser.
    return [sample for sample in memory if sample[0] > 0][:-3] or memory


def _mb(process: Any) -> float:
    try:
        memory = process.memory_full_info() if "chrom" in process.name() else process.memory_info()
        return float(getattr(memory, "pss", memory.rss)) / 1e6
    except psutil.Error:
        return 0.0


def _client_pages(settings: Settings, world: World) -> list[str]:
    """What the sandbox says of its pages."""
    import httpx

    origin = f"http://{settings.bind_host}:{settings.sandbox_site_port}"
    query = {"county": world.county, "on": world.day.isoformat()}
    planted = httpx.get(f"{origin}/_control/planted", params=query, timeout=120).json()
    return [page["url"] for page in planted if page["page"] == "client"]


def _bare_scrapy(settings: Settings, source: Source, world: World) -> Crawled:
    start = f"http://{settings.bind_host}:{settings.sandbox_site_port}/{world.county}/homes?page=1"
    return Crawled(**_printed("benchmarks.bare_scrapy", start, str(source.limits.concurrency)))


def _bare_playwright(settings: Settings, urls: list[str], pages: int) -> Crawled:
    from realestate_os.resources.addresses import to_origin

    path = Path(settings.home / "urls.txt")
    path.write_text("\n".join(to_origin(url, settings) for url in urls), encoding="utf-8")
    return Crawled(**_printed("benchmarks.bare_playwright", str(path), str(find_chromium(settings)), str(pages)))


def _printed(module: str, *arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _show_rate(what: str, ours: list[Crawled], peer_name: str, peer: list[Crawled]) -> None:
    """Pages a second: more is better."""
    rates, others = ([one.pages / one.seconds for one in runs] for runs in (ours, peer))
    show(what, rates, peer_name, others, aim=0.8, unit="pages/s", more_is_better=True)
