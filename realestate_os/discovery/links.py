"""What a list page leads to, and what of it is still to be fetched.

Belongs here: links of list pages as logical URLs, and the frontier: the pages of a day that are not in
the archive. Does not: requests (spider.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urljoin, urlsplit

from parsel import Selector

from realestate_os.discovery.archive import Page
from realestate_os.discovery.sources import Source


@dataclass(frozen=True)
class ListLinks:
    """Detail pages of a list page, in order, each once, and the next list page."""

    details: list[str]
    next_page: str | None


@dataclass
class Frontier:
    """What is known of a day: pages still to fetch, and how many homes the archived list pages name."""

    lists: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    homes_listed: int = 0

    def __len__(self) -> int:
        return len(self.lists) + len(self.details)


def list_links(text: str, url: str, source: Source, county: str, to_logical: Callable[[str], str]) -> ListLinks:
    """Read a list page. Links to another host, or that are no detail page, are not followed."""
    page, hosts = Selector(text, type="html"), source.hosts(county)

    def links(css: str) -> Iterable[str]:
        for href in page.css(css).xpath("@href").getall():
            found = _absolute(url, href, to_logical)
            if found and "{0.scheme}://{0.netloc}".format(urlsplit(found)) in hosts:
                yield found

    details = dict.fromkeys(link for link in links(source.list_page.detail_links) if source.listing_key(link))
    following = links(source.list_page.next_page) if source.list_page.next_page else iter(())
    return ListLinks(list(details), next(iter(following), None))


def frontier(
    archived: Mapping[str, Page],
    text: Callable[[Page], str],
    source: Source,
    county: str,
    to_logical: Callable[[str], str],
) -> Frontier:
    """Walk the archived list pages from the start; what they name and the archive lacks is to be fetched.

    A list without a single home is asked for again: the site may have been half up.
    """
    found, seen, named = Frontier(), set[str](), dict[str, None]()
    queue = source.starts(county)
    while queue:
        url = queue.pop(0)
        if url in seen:
            continue
        seen.add(url)
        page = archived.get(url)
        if page is None:
            found.lists.append(url)
            continue
        links = list_links(text(page), url, source, county, to_logical)
        named.update(dict.fromkeys(links.details))
        if links.next_page:
            queue.append(links.next_page)
    found.details = [url for url in named if url not in archived]
    found.homes_listed = len(named)
    if not named:
        found.lists = source.starts(county)
    return found


def _absolute(base: str, href: str, to_logical: Callable[[str], str]) -> str | None:
    try:
        url, _ = urldefrag(urljoin(base, href.strip()))
        return to_logical(url) if urlsplit(url).scheme in ("http", "https") else None
    except ValueError:
        return None  # "http://[" and the like
