"""The crawl of a day over real HTTP: complete, polite, never twice, and one clear message when it fails."""

from __future__ import annotations

import gzip
import shutil
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from realestate_os.counties import County
from realestate_os.discovery.archive import PageArchive
from realestate_os.discovery.crawl import CrawlSpec
from realestate_os.discovery.fetch import CrawlError, FetchReport, fetch_source, set_aside_of
from realestate_os.discovery.listings import listings_of_day
from realestate_os.discovery.sources import Source, load_source
from realestate_os.resources.object_store import ObjectStore
from realestate_os.sandbox.faults import Fault
from realestate_os.sandbox.server import Sandbox
from realestate_os.settings import Settings
from realestate_os_tests.discovery.conftest import DAY
from realestate_os_tests.discovery.sites import BASE, Site, home_page

HOME = "/king_wa/home/"


def fetched(king: County, settings: Settings, store: ObjectStore, day: date = DAY) -> FetchReport:
    """Doorstep alone."""
    return fetch_source(load_source("sandbox_fsbo", settings.assets_config_dir / "sources"), king, day, settings, store)


def with_limits(settings: Settings, folder: Path, **limits: Any) -> Settings:
    """The shipped source with other limits."""
    copied = folder / "assets_config"
    shutil.copytree(settings.assets_config_dir, copied)
    path = copied / "sources" / "sandbox_fsbo.yaml"
    data = yaml.safe_load(path.read_text())
    data["limits"] |= limits
    path.write_text(yaml.safe_dump(data))
    return settings.model_copy(update={"assets_config_dir": copied})


def test_the_whole_sandbox_and_nothing_twice(
    king: County, settings: Settings, store: ObjectStore, archive: PageArchive, sandbox: Sandbox
) -> None:
    report = fetched(king, settings, store)
    notices = sandbox.world.of("king_wa").notices(DAY)
    assert report.homes_listed == len(notices) and report.missing == 0 and not report.crawl.failures
    pages = archive.pages("king_wa", DAY)
    assert {page.url for page in pages if page.kind == "detail"} == {notice.url("king_wa") for notice in notices}
    rendered = {page.url for page in pages if page.rendered}
    assert rendered == {notice.url("king_wa") for notice in notices if notice.page == "client"}
    assert rendered and all(b"<dt>Bedrooms" in archive.body(page) for page in pages if page.rendered)
    again = fetched(king, settings, store)
    assert (again.crawl.requests, again.archived, again.missing) == (0, report.archived, 0)


def test_a_past_day_is_fetched_as_it_was(
    king: County, settings: Settings, store: ObjectStore, archive: PageArchive, sandbox: Sandbox
) -> None:
    day = DAY - timedelta(days=60)
    fetched(king, settings, store, day)
    notices = sandbox.world.of("king_wa").notices(day)
    found = {page.url for page in archive.pages("king_wa", day) if page.kind == "detail"}
    assert found == {notice.url("king_wa") for notice in notices}
    assert found != {notice.url("king_wa") for notice in sandbox.world.of("king_wa").notices(DAY)}


def test_a_site_that_answers_500_throughout(
    king: County, settings: Settings, store: ObjectStore, sandbox: Sandbox
) -> None:
    sandbox.faults["site"].add(Fault("status:500", times=1000))
    with pytest.raises(CrawlError) as raised:
        fetched(king, settings, store)
    message = str(raised.value)
    assert "answered 500" in message and "tries: 4" in message and "realestate-os materialize" in message
    assert "\n" not in message
    sandbox.faults["site"].clear()
    assert fetched(king, settings, store).missing == 0


def test_one_bad_page_is_set_aside_and_had_by_the_next_run(
    king: County, settings: Settings, store: ObjectStore, sandbox: Sandbox
) -> None:
    bad = next(n for n in sandbox.world.of("king_wa").notices(DAY) if n.page == "html")
    sandbox.faults["site"].add(Fault("status:500", match=bad.slug, times=4))
    report = fetched(king, settings, store)
    assert report.missing == 1
    (row,) = set_aside_of([report]).rows
    assert (row["item"], row["reason"]) == (bad.url("king_wa"), "http_500")
    again = fetched(king, settings, store)
    assert (again.missing, again.crawl.fetched, set_aside_of([again]).rows) == (0, 1, [])


def test_faults_that_pass_are_waited_out(
    king: County, settings: Settings, store: ObjectStore, sandbox: Sandbox
) -> None:
    faults = sandbox.faults["site"]
    faults.add(Fault("status:429", match="homes", times=1, retry_after=1.0))
    faults.add(Fault("truncate", match="home/", times=3))
    faults.add(Fault("status:503", match="home/", times=2))
    started = time.monotonic()
    report = fetched(king, settings, store)
    assert time.monotonic() - started > 1.0
    assert report.missing == 0 and not report.crawl.failures
    assert [fault["hits"] for fault in faults.listed()] == [1, 3, 2]


def test_changed_markup_is_still_read(
    king: County, settings: Settings, store: ObjectStore, archive: PageArchive, sandbox: Sandbox, terms_of_day: Any
) -> None:
    sandbox.faults["site"].add(Fault("markup", match="king_wa/homes?", times=1000))
    fetched(king, settings, store)
    assert len(listings_of_day(archive, *terms_of_day).rows) > 10


def test_an_empty_site(king: County, site: Site, site_settings: Settings, store: ObjectStore) -> None:
    site.homes([])
    with pytest.raises(CrawlError, match=r"the site listed no homes in king_wa .*detail_links"):
        fetched(king, site_settings, store)
    site.homes(["a"])
    site.page(f"{HOME}a", home_page())
    assert fetched(king, site_settings, store).archived == 2


def test_robots_are_obeyed(king: County, site: Site, site_settings: Settings, store: ObjectStore) -> None:
    site.page("/robots.txt", "User-agent: *\nDisallow: /king_wa/home/b\n", content_type="text/plain")
    site.homes(["a", "b"])
    for slug in "ab":
        site.page(f"{HOME}{slug}", home_page())
    report = fetched(king, site_settings, store)
    assert [failure["reason"] for failure in report.crawl.failures] == ["robots"]
    assert site.hits[f"{HOME}b"] == 0 and site.hits[f"{HOME}a"] == 1


def test_hostile_answers_are_refused(king: County, site: Site, site_settings: Settings, store: ObjectStore) -> None:
    settings = site_settings.model_copy(update={"http_max_body_bytes": 200_000})
    origin = f"http://127.0.0.1:{site.port}"
    site.homes(["good", "loop", "meta", "away", "file", "huge", "bomb", "gone"])
    site.page(f"{HOME}good", home_page())
    site.page(f"{HOME}loop", "", 302, location=f"{origin}{HOME}loop?again")
    site.page(f"{HOME}loop?again", "", 302, location=f"{origin}{HOME}loop")
    site.page(f"{HOME}meta", "", 302, location="http://169.254.169.254/latest/meta-data/")
    site.page(f"{HOME}away", "", 302, location="https://example.com/")
    site.page(f"{HOME}file", "", 302, location="file:///etc/passwd")
    site.page(f"{HOME}huge", b"x" * 1_000_000)
    site.page(f"{HOME}bomb", gzipped(5_000_000), content_encoding="gzip")
    site.page(f"{HOME}gone", "gone", 410)
    report = fetched(king, settings, store)
    reasons = {failure["url"].rsplit("/", 1)[-1]: failure["reason"] for failure in report.crawl.failures}
    assert reasons == {
        "loop": "redirects",
        "meta": "forbidden_address",
        "away": "forbidden_address",
        "file": "http_302",
        "huge": "too_large",
        "bomb": "too_large",
    }
    pages = {page.url: page.status for page in PageArchive(store).pages("king_wa", DAY)}
    assert pages == {f"{BASE}/king_wa/homes?page=1": 200, f"{BASE}{HOME}good": 200, f"{BASE}{HOME}gone": 410}


def test_the_page_budget_holds_over_the_day(
    king: County, site: Site, site_settings: Settings, store: ObjectStore, tmp_path: Path
) -> None:
    settings = with_limits(site_settings, tmp_path, max_pages=4)
    site.homes([f"h{i}" for i in range(9)])
    for i in range(9):
        site.page(f"{HOME}h{i}", home_page())
    report = fetched(king, settings, store)
    assert (report.archived, report.missing, report.crawl.stopped_by) == (4, 6, "pages")
    again = fetched(king, settings, store)
    assert (again.archived, again.crawl.requests, again.crawl.stopped_by) == (4, 0, "pages")


def test_the_time_budget_ends_a_crawl(king: County, site: Site, site_settings: Settings, store: ObjectStore) -> None:
    settings = site_settings.model_copy(update={"crawl_time_budget_s": 6.0})
    site.homes([f"h{i}" for i in range(400)])

    def slow() -> Any:
        time.sleep(0.8)
        return 200, {"content-type": "text/html"}, home_page().encode()

    for i in range(400):
        site.pages[f"{HOME}h{i}"] = slow
    report = fetched(king, settings, store)
    assert report.crawl.stopped_by == "time"
    assert 0 < report.archived < 400


def test_without_chromium_the_plain_pages_are_kept(
    king: County, settings: Settings, store: ObjectStore, archive: PageArchive
) -> None:
    without = settings.model_copy(update={"chromium_path": Path("/nowhere/chromium")})
    with pytest.raises(CrawlError, match=r"need a browser .* set CHROMIUM_PATH"):
        fetched(king, without, store)
    kept = len(archive.pages("king_wa", DAY))
    assert kept > 20
    report = fetched(king, settings, store)
    assert report.missing == 0 and report.crawl.fetched == report.archived - kept == report.crawl.rendered


def test_another_day_of_a_site_without_a_past(
    king: County, settings: Settings, store: ObjectStore, tmp_path: Path
) -> None:
    copied = with_limits(settings, tmp_path)
    path = copied.assets_config_dir / "sources" / "sandbox_fsbo.yaml"
    path.write_text(path.read_text().replace("historical: true", "historical: false"))
    with pytest.raises(CrawlError, match="the site only shows today"):
        fetched(king, copied, store, date(2020, 1, 1))


def test_a_store_that_cannot_be_written(
    king: County, settings: Settings, store: ObjectStore, tmp_path: Path, sandbox: Sandbox
) -> None:
    (tmp_path / "file").write_text("in the way")
    broken = settings.model_copy(update={"object_store_url": str(tmp_path / "file" / "objects")})
    with pytest.raises(CrawlError, match=r"cannot write .*OBJECT_STORE_URL, REALESTATE_OS_HOME"):
        fetched(king, broken, store)
    no_logs = settings.model_copy(update={"realestate_os_home": tmp_path / "file"})
    with pytest.raises(CrawlError, match=r"cannot write .*crawl_king_wa.*REALESTATE_OS_HOME"):
        fetched(king, no_logs, store)


def gzipped(size: int) -> bytes:
    return gzip.compress(b"<p>" + b"a" * size)


def test_killed_in_the_middle_and_gone_on(
    king: County,
    site: Site,
    site_settings: Settings,
    store: ObjectStore,
    archive: PageArchive,
    tmp_path: Path,
    source: Source,
) -> None:
    count = 60
    site.homes([f"h{i}" for i in range(count // 2)], following="/king_wa/homes?page=2")
    site.homes([f"h{i}" for i in range(count // 2, count)], path="/king_wa/homes?page=2")

    def slow() -> Any:
        time.sleep(0.15)
        return 200, {"content-type": "text/html"}, home_page().encode()

    for i in range(count):
        site.pages[f"{HOME}h{i}"] = slow
    spec = CrawlSpec(
        source=source.key,
        county="king_wa",
        day=DAY.isoformat(),
        lists=source.starts("king_wa"),
        details=[],
        archived=[],
        page_budget=5000,
        delay_s=0,
        result_path=str(tmp_path / "result.json"),
        settings=site_settings.model_dump(mode="json", exclude_none=True),
    )
    spec.write(tmp_path / "spec.json")
    command = [sys.executable, "-m", "realestate_os.discovery.crawl", str(tmp_path / "spec.json")]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while len(archive.pages("king_wa", DAY)) < 15 and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = {page.url.removeprefix(BASE) for page in archive.pages("king_wa", DAY)}
    assert 15 <= len(before) < count
    report = fetched(king, site_settings, store)
    assert (report.archived, report.missing) == (count + 2, 0)
    assert {path: site.hits[path] for path in before} == dict.fromkeys(before, 1)
    assert report.crawl.fetched == count + 2 - len(before)
