"""What a day's archive proves about a home that is not among its listings.

Belongs here: whether a source was seen whole, and what became of a page. Does not: what was known of
the home before (history.py). A site that could not be crawled proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from realestate_os.discovery.archive import Page, PageArchive
from realestate_os.discovery.links import frontier
from realestate_os.discovery.sources import Source
from realestate_os.storage.set_aside import SetAside

Absence = Literal["gone", "unknown", "refused"]
# The site says itself that there is no such page any more.
GONE_STATUSES = (404, 410)


@dataclass(frozen=True)
class Coverage:
    """Per page and source of a day.

    complete: sources whose lists were read to the end. named: URLs that a list names and that were not fetched.
    fates: URL -> what became of it, for the archived pages that gave no listing.
    """

    complete: frozenset[str]
    named: frozenset[str]
    fates: Mapping[str, tuple[Absence, str]]

    def absence(self, source: str, url: str) -> tuple[Absence, str]:
        """What it means that a home of this source and page is not among the listings, and the reason."""
        if url in self.fates:
            return self.fates[url]
        if source not in self.complete or url in self.named:
            return "unknown", "the page could not be fetched" if url in self.named else f"{source} was not seen whole"
        return "gone", "no longer on the site"


def coverage_of_day(
    archive: PageArchive,
    pages: Iterable[Page],
    refused: SetAside,
    source_of: Callable[[str], Source],
    county: str,
    to_logical: Callable[[str], str],
) -> Coverage:
    """Read the day's list pages once more; no network is used."""
    by_source: dict[str, dict[str, Page]] = {}
    for page in pages:
        by_source.setdefault(page.source, {})[page.url] = page
    complete, named = set(), set[str]()
    for key, archived in by_source.items():
        left = frontier(archived, archive, source_of(key), county, to_logical)
        named.update(left.details)
        lists_answered = all(page.status == 200 for page in archived.values() if page.kind == "list")
        if not left.lists and lists_answered:
            complete.add(key)
    statuses = {url: page.status for archived in by_source.values() for url, page in archived.items()}
    fates = {
        url: _fate(statuses[url], str(row["reason"]), row["value"])
        for row in refused.rows
        if (url := str(row["item"])) in statuses
    }
    return Coverage(frozenset(complete), frozenset(named), fates)


def _fate(status: int, reason: str, value: str | None) -> tuple[Absence, str]:
    if reason == "wrong_status":
        return ("gone" if status in GONE_STATUSES else "unknown"), f"the page answered {status}"
    if reason == "not_for_sale":
        return "gone", f"the page says {value}"
    if reason == "unreadable_page":
        return "unknown", "the page could not be read"
    return "refused", reason
