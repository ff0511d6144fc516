"""The long tests of discovery: a county of 2,000 homes with every fault on, and crawls that are killed.

Run with `pytest -m drill -s realestate_os_tests/discovery/test_drills.py`; they print their figures.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import psutil
import pytest

from realestate_os.counties import County, zip_codes
from realestate_os.discovery.archive import PageArchive
from realestate_os.discovery.crawl import CrawlSpec
from realestate_os.discovery.fetch import fetch_pages, fetch_source, set_aside_of
from realestate_os.discovery.history import History
from realestate_os.discovery.listings import DayListings, listings_of_day
from realestate_os.discovery.rules import Terms
from realestate_os.discovery.sources import Source
from realestate_os.resources.object_store import ObjectStore
from realestate_os.sandbox.server import Sandbox, start_sandbox
from realestate_os.sandbox.world import World
from realestate_os.settings import load_settings
from realestate_os_tests.discovery.conftest import DAY, outside
from realestate_os_tests.faulty_site import misbehaving_site

pytestmark = pytest.mark.drill
LISTINGS = int(os.environ.get("DRILL_LISTINGS", "2000"))


@pytest.fixture(scope="module")
def county_of_faults(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    home: Path = tmp_path_factory.mktemp("drill")
    ports = dict.fromkeys(("sandbox_site_port", "sandbox_records_port", "sandbox_mail_port"), 0)
    settings = load_settings(realestate_os_home=home, http_timeout_s=20, crawl_time_budget_s=3_000, **ports)
    with start_sandbox(settings, World(seed=20141, listings=LISTINGS, on=DAY)) as running:
        yield running


def read(store: ObjectStore, county: County) -> DayListings:
    terms = Terms(county, frozenset(zip_codes(county)), DAY, 1.0)
    return listings_of_day(PageArchive(store), terms, History(store.parquet, county.key), outside(DAY))


def test_every_fault_on_and_nothing_lost_twice_the_same(
    king: County, county_of_faults: Sandbox, tmp_path: Path
) -> None:
    found: list[DayListings] = []
    for turn in ("first", "second"):
        misbehaving_site(county_of_faults)
        store = ObjectStore(str(tmp_path / turn))
        settings = county_of_faults.settings.model_copy(update={"object_store_url": store.root})
        started = time.monotonic()
        reports = fetch_pages(king, DAY, settings, store)
        seconds = time.monotonic() - started
        day = read(store, king)
        failures = Counter(str(row["reason"]) for row in set_aside_of(reports).rows)
        print(
            f"\n{turn}: {sum(report.homes_listed for report in reports)} homes listed by {len(reports)} sites, "
            f"{day.pages} pages archived = {len(day.rows)} listings + {len(day.refused)} set aside + "
            f"{day.non_listings} lists; not to be had: {dict(failures)}; {seconds:.0f} s"
        )
        assert day.pages == sum(report.archived for report in reports)
        assert day.pages == len(day.rows) + len(day.refused) + day.non_listings
        listed = sum(report.homes_listed for report in reports)
        assert listed == day.pages - day.non_listings + sum(failures.values())
        assert sum(report.missing for report in reports) == sum(failures.values())
        found.append(day)
    changing = ["fetched_at", "page_sha256"]
    one, other = (day.rows.drop(columns=changing) for day in found)
    pd.testing.assert_frame_equal(one, other)
    assert found[0].refused.counts() == found[1].refused.counts()


def test_killed_again_and_again(king: County, county_of_faults: Sandbox, source: Source, tmp_path: Path) -> None:
    """kill -9 on the crawl, browser and all, at moments of chance; then one run to the end."""
    county_of_faults.faults["site"].clear()
    settings = county_of_faults.settings.model_copy(update={"object_store_url": str(tmp_path / "killed")})
    store = ObjectStore(str(tmp_path / "killed"))
    archive, dice = PageArchive(store), random.Random(1)
    fetched: dict[str, str] = {}
    for kill in range(5):
        _killed_crawl(settings.model_dump(mode="json", exclude_none=True), source, archive, tmp_path, dice)
        pages = {page.url: page.fetched_at.isoformat() for page in archive.pages("king_wa", DAY)}
        assert fetched.items() <= pages.items(), "a page that was archived was fetched again"
        fetched = pages
        print(f"\nkill {kill + 1}: {len(pages)} pages archived", end="")
    report = fetch_source(source, king, DAY, settings, store)
    after = {page.url: page.fetched_at.isoformat() for page in archive.pages("king_wa", DAY)}
    assert fetched.items() <= after.items() and report.missing == 0
    rows = read(store, king).rows
    assert not rows["property_id"].duplicated().any()
    shutil.rmtree(tmp_path / "killed")
    undisturbed = fetch_source(source, king, DAY, settings, store)
    assert undisturbed.archived == report.archived == len(after)
    pd.testing.assert_frame_equal(
        rows.drop(columns=["fetched_at", "page_sha256"]),
        read(store, king).rows.drop(columns=["fetched_at", "page_sha256"]),
    )
    print(f"\nafter 5 kills {report.crawl.fetched} more; {report.archived} pages, {len(rows)} listings as undisturbed")


def _killed_crawl(
    settings: dict[str, object], source: Source, archive: PageArchive, folder: Path, dice: random.Random
) -> None:
    """A crawl of what is missing, killed after some more pages; its browser must not outlive it."""
    from realestate_os.discovery.links import frontier
    from realestate_os.resources.addresses import to_logical

    loaded = load_settings(**settings)
    pages = {page.url: page for page in archive.pages("king_wa", DAY, source.key)}
    todo = frontier(pages, archive, source, "king_wa", lambda url: to_logical(url, loaded))
    CrawlSpec(
        source=source.key,
        county="king_wa",
        day=DAY.isoformat(),
        lists=todo.lists,
        details=todo.details,
        archived=sorted(pages),
        page_budget=100_000,
        delay_s=0,
        result_path=str(folder / "result.json"),
        settings=settings,
    ).write(folder / "spec.json")
    command = [sys.executable, "-m", "realestate_os.discovery.crawl", str(folder / "spec.json")]
    process = psutil.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    enough = len(pages) + dice.randrange(20, max(21, LISTINGS // 8))
    deadline = time.monotonic() + 300
    while process.poll() is None and time.monotonic() < deadline:
        if len(list(archive.store.keys("archive/pages"))) >= enough:
            break
        time.sleep(0.1)
    try:
        family = process.children(recursive=True)
    except psutil.NoSuchProcess:  # a small county's crawl can end before enough pages are there to kill it
        return
    process.send_signal(signal.SIGKILL)
    process.wait()
    _, alive = psutil.wait_procs(family, timeout=20)
    assert not [one for one in alive if one.status() != psutil.STATUS_ZOMBIE], "the browser outlived its crawl"
