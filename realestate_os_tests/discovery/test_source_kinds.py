"""Each kind of source by its file alone: JSON-LD, sitemaps, lists that grow, a spider class; and how politely."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from twisted.internet import reactor
from twisted.internet.error import DNSLookupError

from realestate_os.counties import County
from realestate_os.discovery.archive import PageArchive
from realestate_os.discovery.extract import read_page
from realestate_os.discovery.fetch import CrawlError, fetch_source, set_aside_of
from realestate_os.discovery.resolver import PublicResolver, fixed_addresses
from realestate_os.discovery.sources import Source, load_source
from realestate_os.resources.object_store import ObjectStore
from realestate_os.sandbox.server import Sandbox
from realestate_os.sandbox.site.cross_posts import posted
from realestate_os.settings import PROJECT_DIR, Settings
from realestate_os_tests.discovery.conftest import DAY
from realestate_os_tests.discovery.sites import BASE, Site, home_page

HOME = "/king_wa/home/"
Changed = Callable[..., Source]


@pytest.fixture
def changed(site_settings: Settings, tmp_path: Path) -> tuple[Settings, Changed]:
    """The shipped fsbo source with other keys, and the settings that find it."""
    folder = tmp_path / "assets_config"
    shutil.copytree(PROJECT_DIR / "assets_config", folder)

    def with_keys(**keys: Any) -> Source:
        path = folder / "sources" / "sandbox_fsbo.yaml"
        data = yaml.safe_load(path.read_text())
        for key, value in keys.items():
            data[key] = {**data[key], **value} if isinstance(value, dict) else value
        path.write_text(yaml.safe_dump(data))
        load_source.cache_clear()
        return load_source("sandbox_fsbo", folder / "sources")

    return site_settings.model_copy(update={"assets_config_dir": folder}), with_keys


@pytest.mark.parametrize(
    ("key", "site_key", "read_by"),
    [
        ("sandbox_agents", "agents", "jsonld"),
        ("sandbox_paper", "paper", "microdata"),
        ("sandbox_board", "board", "selectors"),
    ],
)
def test_a_site_by_its_file(
    king: County, settings: Settings, store: ObjectStore, sandbox: Sandbox, key: str, site_key: str, read_by: str
) -> None:
    source = load_source(key, settings.assets_config_dir / "sources")
    report = fetch_source(source, king, DAY, settings, store)
    notices = posted(sandbox.world.of("king_wa").notices(DAY), site_key)
    assert (report.homes_listed, report.missing) == (len(notices), 0)
    archive = PageArchive(store)
    pages = [page for page in archive.pages("king_wa", DAY, key) if page.kind == "detail"]
    read = {source.listing_key(page.url): read_page(archive.text(page), source) for page in pages}
    for notice in notices:
        raw = read[notice.slug]
        assert raw is not None and raw.read_by == read_by
        assert raw.fields.get("bedrooms", "").removesuffix(".0") == f"{notice.bedrooms:g}"
    again = fetch_source(source, king, DAY, settings, store)
    assert (again.crawl.requests, again.archived) == (0, report.archived)


GROWING = """<html><body style="height: 3000px"><div id="homes"></div><script>
let n = 0;
function grow() {{
  if (n >= {count}) return;
  for (let i = 0; i < 5; i++, n++)
    document.getElementById("homes").insertAdjacentHTML("beforeend",
      `<a class="home" href="/king_wa/home/h${{n}}">x</a>`);
  document.body.style.height = (3000 + n * 200) + "px";
  if (n >= {count}) document.body.insertAdjacentHTML("beforeend", "<p class='end'>That is all</p>");
}}
window.addEventListener("scroll", () => setTimeout(grow, 100));
grow();
</script></body></html>"""


def test_a_list_that_is_scrolled(
    king: County, site: Site, changed: tuple[Settings, Changed], store: ObjectStore
) -> None:
    settings, with_keys = changed
    browser = {"ready": "a.home", "scroll": True, "end": "p.end"}
    source = with_keys(list_page={"detail_links": "a.home", "browser": browser})
    site.page("/king_wa/homes?page=1", GROWING.format(count=20))
    for i in range(20):
        site.page(f"{HOME}h{i}", home_page())
    report = fetch_source(source, king, DAY, settings, store)
    assert (report.homes_listed, report.missing, report.crawl.rendered) == (20, 0, 1)


def test_a_list_that_never_ends_is_no_list(
    king: County, site: Site, changed: tuple[Settings, Changed], store: ObjectStore
) -> None:
    """Half a list would make the homes of the other half count as gone."""
    settings, with_keys = changed
    browser = {"ready": "a.home", "scroll": True, "end": "p.end", "rounds": 3}
    source = with_keys(list_page={"detail_links": "a.home", "browser": browser}, limits={"retries": 0})
    site.page("/king_wa/homes?page=1", GROWING.format(count=100_000))
    with pytest.raises(CrawlError, match=r"ListUnfinished.*rounds"):
        fetch_source(source, king, DAY, settings, store)
    (picture,) = (key for key in store.keys("archive/failures") if key.endswith(".png"))
    assert store.get(picture).startswith(b"\x89PNG")


def test_a_spider_class_of_its_own(
    king: County, site: Site, changed: tuple[Settings, Changed], store: ObjectStore
) -> None:
    settings, with_keys = changed
    source = with_keys(spider="realestate_os_tests.discovery.odd_spider:TicketSpider")
    site.homes(["a"])
    site.page(f"{HOME}a?ticket=7", home_page())
    fetch_source(source, king, DAY, settings, store)
    (page,) = [page for page in PageArchive(store).pages("king_wa", DAY) if page.kind == "detail"]
    assert (page.url, page.status) == (f"{BASE}{HOME}a", 200) and site.hits[f"{HOME}a"] == 0


def test_the_site_sets_the_pace(
    king: County, site: Site, changed: tuple[Settings, Changed], store: ObjectStore
) -> None:
    """Crawl-delay spaces the requests; Retry-After on one page holds back all."""
    settings, with_keys = changed
    site.page("/robots.txt", "User-agent: *\nCrawl-delay: 0.3\n", content_type="text/plain")
    at: list[float] = []

    def timed(slug: str, refusals: int) -> Callable[[], Any]:
        def answer() -> Any:
            at.append(time.monotonic())
            if site.hits[f"{HOME}{slug}"] <= refusals:
                return 429, {"retry-after": "1.5"}, b"later"
            return 200, {"content-type": "text/html"}, home_page().encode()

        return answer

    slugs = ["a", "b", "c", "d"]
    site.homes(slugs)
    for slug in slugs:
        site.pages[f"{HOME}{slug}"] = timed(slug, 1 if slug == "a" else 0)
    report = fetch_source(with_keys(), king, DAY, settings, store)
    gaps = sorted(later - earlier for earlier, later in pairwise(at))
    assert report.missing == 0 and len(at) == 5
    assert gaps[0] > 0.15 and gaps[-1] > 1.0


def test_a_site_that_wants_to_be_left_alone(
    king: County, site: Site, changed: tuple[Settings, Changed], store: ObjectStore
) -> None:
    settings, with_keys = changed
    source = with_keys(limits={"concurrency": 1})
    site.homes([f"h{i}" for i in range(40)])
    asked: list[int] = []

    def answer() -> Any:
        asked.append(1)
        if len(asked) <= 2:
            return 200, {"content-type": "text/html"}, home_page().encode()
        return 429, {"retry-after": "86400"}, b"come back tomorrow"

    for i in range(40):
        site.pages[f"{HOME}h{i}"] = answer
    report = fetch_source(source, king, DAY, settings, store)
    assert report.crawl.stopped_by == "site"
    assert len(asked) < 12
    row = set_aside_of([report]).rows[0]
    kept = str(row["detail"]).rsplit("kept as ", 1)[1]
    facts = json.loads(store.get(kept))
    assert (facts["status"], facts["headers"]["retry-after"], facts["reason"]) == (429, "86400", "http_429")
    assert store.exists(kept.removesuffix(".json") + ".body.gz")


def test_a_name_that_turns_private_is_not_connected_to() -> None:
    """DNS rebinding: the address that is connected to is the one that is judged."""
    resolver = PublicResolver(reactor, 100, 5.0)  # type: ignore[arg-type]
    resolver.own_hosts = frozenset({"sandbox.example"})
    told: list[Any] = []
    for name, address in (("evil.example", "169.254.169.254"), ("good.example", "93.184.215.14")):
        resolver._cache_result(address, name)
        resolver.getHostByName(name).addBoth(told.append)
    resolver._cache_result("127.0.0.1", "sandbox.example")
    resolver.getHostByName("sandbox.example").addBoth(told.append)
    assert told[0].check(DNSLookupError) and "169.254.169.254" in told[0].getErrorMessage()
    assert told[1:] == ["93.184.215.14", "127.0.0.1"]


def test_a_private_name_has_no_address_in_the_browser() -> None:
    assert fixed_addresses(["http://localhost:80"], set()) == {}
    assert fixed_addresses(["http://127.0.0.1:80"], {"127.0.0.1"}) == {}
