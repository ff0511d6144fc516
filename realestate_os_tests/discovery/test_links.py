"""Links of list pages, and the frontier of a day."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from realestate_os.discovery.archive import Answer, Page, PageArchive
from realestate_os.discovery.links import Frontier, frontier, list_links
from realestate_os.discovery.sources import Source
from realestate_os_tests.discovery.sites import BASE, list_page
from realestate_os_tests.discovery.test_archive import DAY, answer

LIST = f"{BASE}/king_wa/homes?page="


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
    found = list_links(text, f"{LIST}1", source, "king_wa", same)
    assert found.details == [f"{BASE}/king_wa/home/a", f"{BASE}/king_wa/home/b"]
    assert found.next_page == f"{LIST}2"


def test_a_next_page_on_another_host_is_not_followed(source: Source) -> None:
    found = list_links(list_page([], "https://evil.example/homes?page=2"), f"{LIST}1", source, "king_wa", same)
    assert found.next_page is None


@pytest.fixture
def known(archive: PageArchive, source: Source) -> Callable[..., Frontier]:
    def of(**bodies: str) -> Frontier:
        pages: dict[str, Page] = {}
        for name, body in bodies.items():
            url = f"{LIST}{name[1:]}" if name.startswith("p") else f"{BASE}/king_wa/home/{name}"
            kind = "list" if name.startswith("p") else "detail"
            facts: Answer = answer(url, body.encode(), kind=kind, source=source.key)
            pages[url] = archive.put("king_wa", DAY, facts)
        return frontier(pages, archive.text, source, "king_wa", same)

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
