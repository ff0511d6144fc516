"""What a list page leads to, and what of it is still to be fetched.

Belongs here: links of list pages and sitemaps as logical URLs, and the frontier: the pages of a day that
are not in the archive. Does not: requests (spider.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urljoin, urlsplit

from parsel import Selector

from realestate_os.discovery.archive import ArchiveError, Page, PageArchive, as_text
from realestate_os.discovery.sources import Source

# sitemaps.org: no sitemap is larger, unpacked.
MAX_SITEMAP_BYTES = 50 * 1024 * 1024


@dataclass(frozen=True)
class ListLinks:
    """What a list page leads to, in order, each once: detail pages and further list pages."""

    details: list[str]
    lists: list[str]


@dataclass
class Frontier:
    """What is known of a day: pages still to fetch, and how many homes the archived list pages name."""

    lists: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    homes_listed: int = 0

    def __len__(self) -> int:
        return len(self.lists) + len(self.details)


def list_links(
    body: bytes, content_type: str | None, url: str, source: Source, county: str, to_logical: Callable[[str], str]
) -> ListLinks:
    """Read a list page. Links to another host, or that are no detail page, are not followed."""
    hosts = source.hosts(county)

    def of_the_site(hrefs: Iterable[str]) -> Iterator[str]:
        for href in hrefs:
            found = _absolute(url, href, to_logical)
            if found and "{0.scheme}://{0.netloc}".format(urlsplit(found)) in hosts:
                yield found

    if source.list_page.format == "sitemap":
        homes, lists = _sitemap(body)
        onward = (link for link in of_the_site(lists) if re.search(source.list_page.sitemaps, link))
        following = list(dict.fromkeys(onward))
    else:
        page = Selector(as_text(body, content_type), type="html")
        homes = _hrefs(page, source.list_page.detail_links)
        following = list(of_the_site(_hrefs(page, source.list_page.next_page)))[:1]
    details = dict.fromkeys(link for link in of_the_site(homes) if source.listing_key(link))
    return ListLinks(list(details), following)


def is_list(body: bytes, content_type: str | None, source: Source) -> bool:
    """Whether a list page can be read at all: even an empty one links to somewhere.

    A page in a broken encoding would else be the end of the list, and the homes after it would count as gone.
    """
    if source.list_page.format == "sitemap":
        return any(_sitemap(body))
    return bool(Selector(as_text(body, content_type), type="html").css("a[href]"))


def frontier(
    archived: Mapping[str, Page],
    archive: PageArchive,
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
        body = _body(archive, page) if page else None
        if page is None or body is None:
            found.lists.append(url)
            continue
        links = list_links(body, page.headers.get("content-type"), url, source, county, to_logical)
        named.update(dict.fromkeys(links.details))
        queue += links.lists
    found.details = [url for url in named if url not in archived]
    found.homes_listed = len(named)
    if not named:
        found.lists = source.starts(county)
    return found


def _body(archive: PageArchive, page: Page) -> bytes | None:
    """None for a damaged one: it is fetched again."""
    try:
        return archive.body(page)
    except ArchiveError:
        archive.discard_body(page)
        return None


def _hrefs(page: Selector, css: str | None) -> list[str]:
    return page.css(css).xpath("@href").getall() if css else []


def _sitemap(body: bytes) -> tuple[list[str], list[str]]:
    """URLs of pages and of further sitemaps; none of what is broken or unpacks to more than is allowed."""
    from scrapy.utils.gz import gunzip
    from scrapy.utils.sitemap import Sitemap

    try:
        if body.startswith(b"\x1f\x8b"):
            body = gunzip(body, max_size=MAX_SITEMAP_BYTES)
        sitemap = Sitemap(body)
        found = [entry["loc"] for entry in sitemap if "loc" in entry]
    except (SyntaxError, StopIteration, OSError, EOFError, ValueError):
        return [], []
    return ([], found) if sitemap.type == "sitemapindex" else (found, [])


def _absolute(base: str, href: str, to_logical: Callable[[str], str]) -> str | None:
    try:
        url, _ = urldefrag(urljoin(base, href.strip()))
        return to_logical(url) if urlsplit(url).scheme in ("http", "https") else None
    except ValueError:
        return None  # "http://[" and the like
