"""Links of list pages, and the frontier of a day."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest

from realestate_os.discovery.archive import Answer, Page, PageArchive
from realestate_os.discovery.links import MAX_SITEMAP_BYTES, Frontier, ListLinks, frontier, list_links
from realestate_os.discovery.sources import Source, load_source
from realestate_os.settings import PROJECT_DIR
from realestate_os_tests.discovery.sites import BASE, list_page
from realestate_os_tests.discovery.test_archive import DAY, answer

LIST = f"{BASE}/king_wa/homes?page="


@pytest.fixture
def paper() -> Source:
    return load_source("sandbox_paper", PROJECT_DIR / "assets_config" / "sources")


def same(url: str) -> str:
    return url


def test_links_are_absolute_once_and_of_the_site(source: Source) -> None:
    text = list_page(
        [
            "/king_wa/home/a",
            "../king_wa/home/b",
            f"{BASE}/king_wa/home/a#photos",
            "https://169.254.169.254/king_wa/home/c",
            "http://fsbo.sandbox.example/king_wa/home/c",
            "file:///king_wa/home/passwd",
            "javascript:alert('/home/x')",
            "http://[/home/x",
            "/king_wa/home/",
        ],
        "/king_wa/homes?page=2",
    )
    found = list_links(text.encode(), None, f"{LIST}1", source, "king_wa", same)
    assert found == ListLinks([f"{BASE}/king_wa/home/a", f"{BASE}/king_wa/home/b"], [f"{LIST}2"])


def test_a_next_page_on_another_host_is_not_followed(source: Source) -> None:
    text = list_page([], "https://evil.example/homes?page=2").encode()
    assert list_links(text, None, f"{LIST}1", source, "king_wa", same).lists == []


PAPER = "https://paper.sandbox.example"


def sitemap(root: str, item: str, urls: list[str]) -> bytes:
    rows = "".join(f"<{item}><loc> {url} </loc></{item}>" for url in urls)
    return f'<?xml version="1.0"?><{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</{root}>'.encode()


def of_sitemap(body: bytes, paper: Source) -> ListLinks:
    return list_links(body, "application/xml", f"{PAPER}/king_wa/sitemap.xml", paper, "king_wa", same)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_sitemap_names_homes(paper: Source, pack: Callable[[bytes], bytes]) -> None:
    urls = [f"{PAPER}/x/about.html", f"{PAPER}/x/ad/a-1.html", "file:///x/ad/a-2.html", "https://a.b/x/ad/a-3.html"]
    assert of_sitemap(pack(sitemap("urlset", "url", urls)), paper) == ListLinks([f"{PAPER}/x/ad/a-1.html"], [])


def test_an_index_names_the_sitemaps_that_are_followed(paper: Source) -> None:
    body = sitemap("sitemapindex", "sitemap", [f"{PAPER}/homes-1.xml.gz", f"{PAPER}/news-1.xml", "http://[/"])
    assert of_sitemap(body, paper).lists == [f"{PAPER}/homes-1.xml.gz", f"{PAPER}/news-1.xml"]
    only = paper.model_copy(update={"list_page": paper.list_page.model_copy(update={"sitemaps": "/homes"})})
    assert of_sitemap(body, only).lists == [f"{PAPER}/homes-1.xml.gz"]


ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE u [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><urlset><url><loc>https://paper.sandbox.example/x/ad/&x;&b;.html</loc></url>
</urlset>"""


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<",
        b"not xml",
        b"\x1f\x8bbroken",
        gzip.compress(b"<urlset>" + b" " * (MAX_SITEMAP_BYTES + 1), mtime=0),
        ENTITIES,
    ],
    ids=["empty", "cut", "text", "no gzip", "bomb", "entities"],
)
def test_a_broken_sitemap_names_nothing(paper: Source, body: bytes) -> None:
    assert of_sitemap(body, paper) == ListLinks([], [])


@pytest.fixture
def known(archive: PageArchive, source: Source) -> Callable[..., Frontier]:
    def of(**bodies: str) -> Frontier:
        pages: dict[str, Page] = {}
        for name, body in bodies.items():
            url = f"{LIST}{name[1:]}" if name.startswith("p") else f"{BASE}/king_wa/home/{name}"
            kind = "list" if name.startswith("p") else "detail"
            facts: Answer = answer(url, body.encode(), kind=kind, source=source.key)
            pages[url] = archive.put("king_wa", DAY, facts)
        return frontier(pages, archive, source, "king_wa", same)

    return of


def test_an_empty_archive_needs_the_start(known: Callable[..., Frontier]) -> None:
    assert known() == Frontier(lists=[f"{LIST}1"], details=[], homes_listed=0)


def test_what_the_lists_name_and_the_archive_lacks(known: Callable[..., Frontier]) -> None:
    first = list_page(["/king_wa/home/a", "/king_wa/home/b"], "/king_wa/homes?page=2")
    found = known(p1=first, a="<p>")
    assert (found.lists, found.details, found.homes_listed) == ([f"{LIST}2"], [f"{BASE}/king_wa/home/b"], 2)


def test_nothing_is_missing(known: Callable[..., Frontier]) -> None:
    found = known(p1=list_page(["/king_wa/home/a"], "/king_wa/homes?page=2"), p2=list_page([]), a="<p>")
    assert len(found) == 0


def test_pages_that_name_each_other_end(known: Callable[..., Frontier]) -> None:
    first = list_page(["/king_wa/home/a"], "/king_wa/homes?page=2")
    assert len(known(p1=first, p2=list_page([], "/king_wa/homes?page=1"), a="<p>")) == 0


def test_a_list_without_homes_is_asked_for_again(known: Callable[..., Frontier]) -> None:
    assert known(p1=list_page([])).lists == [f"{LIST}1"]
