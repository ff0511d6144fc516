"""Pages that are made to harm, over real HTTP: refused or cleaned, and the honest page beside them is had."""

from __future__ import annotations

import gzip
import json
from typing import Any

from realestate_os.counties import County
from realestate_os.discovery.archive import PageArchive
from realestate_os.discovery.fetch import fetch_source, set_aside_of
from realestate_os.discovery.listings import listings_of_day
from realestate_os.discovery.sources import Source
from realestate_os.resources.object_store import ObjectStore
from realestate_os.sandbox.faults import Fault
from realestate_os.sandbox.server import Sandbox
from realestate_os.settings import Settings
from realestate_os_tests.discovery.conftest import DAY
from realestate_os_tests.discovery.sites import Site, home_page

HOME = "/king_wa/home/"
SCRIPT = "<script>document.title='owned'</script>&lt;img src=x onerror=alert(1)&gt;"


def test_each_harm_is_refused_with_its_reason_and_the_rest_is_had(
    king: County, settings: Settings, store: ObjectStore, sandbox: Sandbox, source: Source, terms_of_day: Any
) -> None:
    """100 MB of body, a gzip bomb, an endless redirect, the cloud's metadata, the machine's files."""
    plain = [notice for notice in sandbox.world.of("king_wa").notices(DAY) if notice.page == "html"]
    reasons = {
        "huge": "too_large",
        "bomb": "too_large",
        "loop": "redirects",
        "metadata": "forbidden_address",
        "file": "http_302",
    }
    for rule, notice in zip([*reasons, "garbage"], plain, strict=False):
        sandbox.faults["site"].add(Fault(rule, match=notice.slug, times=1_000))
    report = fetch_source(source, king, DAY, settings, store)
    found = {row["item"]: row["reason"] for row in set_aside_of([report]).rows}
    assert found == {notice.url("king_wa"): reason for notice, reason in zip(plain, reasons.values(), strict=False)}
    assert report.missing == len(reasons)
    listings = listings_of_day(PageArchive(store), *terms_of_day)
    assert listings.pages == report.archived == len(listings.rows) + len(listings.refused) + listings.non_listings
    kept = [key for key in store.keys("archive/failures") if key.endswith(".body.gz")]
    assert all(len(store.get(key)) < 1_000_000 for key in kept)


def test_encodings_over_http(
    king: County, site: Site, site_settings: Settings, store: ObjectStore, source: Source, terms_of_day: Any
) -> None:
    """Undeclared Latin-1, UTF-16, broken bytes under an unknown name, gzip."""
    pages = [
        (home_page(Address="1200 Birch Ave NE", Contact="Zo\u00eb").encode("latin-1"), {"content_type": "text/html"}),
        (home_page(Address="1202 Birch Ave NE").encode("utf-16"), {"content_type": "text/html; charset=utf-16"}),
        (
            home_page(Address="1204 Birch Ave NE").encode() + b"\xff\xfe\xe9\x80 \x00",
            {"content_type": "text/html; charset=klingon"},
        ),
        (gzip.compress(home_page(Address="1206 Birch Ave NE").encode()), {"content_encoding": "gzip"}),
    ]
    site.homes([f"h{i}" for i in range(len(pages))])
    for i, (body, headers) in enumerate(pages):
        site.page(f"{HOME}h{i}", body, **headers)
    assert fetch_source(source, king, DAY, site_settings, store).missing == 0
    rows = listings_of_day(PageArchive(store), *terms_of_day).rows
    assert sorted(rows["street_address"]) == [f"{number} Birch Ave NE" for number in (1200, 1202, 1204, 1206)]


def test_script_in_every_field_comes_out_as_text(
    king: County, site: Site, site_settings: Settings, store: ObjectStore, source: Source, terms_of_day: Any
) -> None:
    names = ("Property type", "Condition", "Contact", "View", "Lot size", "Status")
    facts = {name: f"{SCRIPT} good" for name in names}
    page = home_page(**facts, Address=f"1206 Birch Ave NE {SCRIPT}", description=f"Nice. {SCRIPT}")
    site.homes(["a"])
    site.page(f"{HOME}a", page)
    assert fetch_source(source, king, DAY, site_settings, store).missing == 0
    found = listings_of_day(PageArchive(store), *terms_of_day)
    assert found.pages == len(found.rows) + len(found.refused) + found.non_listings
    kept = json.dumps(found.rows.drop(columns=["fetched_at"]).to_dict("records"), default=str)
    assert not [bad for bad in ("<script", "<img", "onerror", "owned") if bad in kept]


def test_links_to_inner_places_are_not_followed(
    king: County, site: Site, site_settings: Settings, store: ObjectStore, source: Source
) -> None:
    links = [
        "http://169.254.169.254/king_wa/home/meta",
        "file:///king_wa/home/passwd",
        "http://localhost:5432/king_wa/home/db",
        "//169.254.169.254/king_wa/home/x",
        "ftp://example.com/king_wa/home/y",
        f"{HOME}honest",
    ]
    rows = "".join(f'<a href="{link}">x</a>' for link in links)
    site.page("/king_wa/homes?page=1", f"<html><body>{rows}</body></html>")
    site.page(f"{HOME}honest", home_page())
    report = fetch_source(source, king, DAY, site_settings, store)
    assert (report.homes_listed, report.missing, report.crawl.requests) == (1, 0, 3)


def test_a_list_in_broken_encoding_is_not_the_end_of_the_list(
    king: County, settings: Settings, store: ObjectStore, sandbox: Sandbox, source: Source
) -> None:
    """The homes after it are not gone: the page is asked for again."""
    sandbox.faults["site"].add(Fault("garbage", match=r"homes\?page=2$"))
    report = fetch_source(source, king, DAY, settings, store)
    assert [failure["reason"] for failure in report.crawl.failures] == ["unreadable_list"] and report.missing == 1
    again = fetch_source(source, king, DAY, settings, store)
    assert again.missing == 0 and again.homes_listed == len(sandbox.world.of("king_wa").notices(DAY))


def test_a_damaged_list_is_fetched_again(
    king: County, site: Site, site_settings: Settings, store: ObjectStore, source: Source
) -> None:
    site.homes(["honest"])
    site.page(f"{HOME}honest", home_page())
    fetch_source(source, king, DAY, site_settings, store)
    (page,) = [page for page in PageArchive(store).pages("king_wa", DAY) if page.kind == "list"]
    store.put(f"archive/bodies/{page.sha256[:2]}/{page.sha256}.gz", b"damaged")
    assert fetch_source(source, king, DAY, site_settings, store).crawl.fetched == 1
    assert PageArchive(store).body(page)
