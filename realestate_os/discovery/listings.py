"""The archived pages of a day -> its listings and what was set aside.

Belongs here: the order of reading, judging, identifying, choosing among duplicates and adding history, and the count
that loses no page. Does not: each of those steps (extract, listing_row, rules, history).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from realestate_os.discovery.archive import ArchiveError, Page, PageArchive
from realestate_os.discovery.coverage import coverage_of_day
from realestate_os.discovery.events import day_events
from realestate_os.discovery.extract import read_page
from realestate_os.discovery.frames import LISTINGS
from realestate_os.discovery.history import History
from realestate_os.discovery.lead_fold import Lead
from realestate_os.discovery.lead_listings import lead_rows, with_lead_facts
from realestate_os.discovery.listing_row import Row, completeness, listing_row
from realestate_os.discovery.rules import Refusal, Terms, broken_rule, unwanted
from realestate_os.discovery.sources import Source, load_source
from realestate_os.errors import RealEstateOSError
from realestate_os.storage.identity.register import Identified, Keys
from realestate_os.storage.set_aside import SetAside

if TYPE_CHECKING:
    from pandas import DataFrame


class NoPagesError(RealEstateOSError):
    """Nothing of the day is archived; the message says how to fetch it."""


@dataclass(frozen=True)
class DayListings:
    """Listings and leads of a county's day.

    pages = len(rows) - leads + len(refused) + non_listings: no page is lost.

    events: LISTING_EVENTS of the day. unknown: properties that may still be for sale, because their site or page
    could not be seen.
    """

    rows: DataFrame
    leads: int
    refused: SetAside
    pages: int
    non_listings: int
    events: DataFrame
    unknown: list[str]
    identified: Identified


@dataclass(frozen=True)
class Outside:
    """What reading a day needs besides its archive: source files, stored URLs, and which property a home is.

    lead_keys: those of the lead lists' lines; leads_of makes the day's leads of the properties that the lines mean.
    """

    sources_dir: Path
    to_logical: Callable[[str], str]
    identify: Callable[[Sequence[Keys]], Identified]
    lead_keys: Sequence[Keys] = ()
    leads_of: Callable[[Sequence[str | None]], Sequence[Lead]] = lambda ids: ()


def listings_of_day(archive: PageArchive, terms: Terms, history: History, outside: Outside) -> DayListings:
    """Read the archive of terms.county and terms.day; `history` must have advanced to the day.

    A lead whose property a page shows is that page's listing.

    Raises:
        NoPagesError: no page of the day is archived, and there are no leads.
    """
    county, day = terms.county.key, terms.day
    pages = archive.pages(county, day)
    if not pages and not outside.lead_keys:
        raise NoPagesError(
            f"no pages of {county} for {day} are archived; run: "
            f"realestate-os materialize --county {county} --date {day} --stages discovery"
        )
    refused = SetAside()
    sound = list(_sound(archive, pages, refused, terms, outside.sources_dir))
    identified = outside.identify([*((row["address_key"], row["apn"]) for row in sound), *outside.lead_keys])
    leads = outside.leads_of(identified.ids[len(sound) :])
    history.follow({alias.alias_id: alias.property_id for alias in identified.properties.aliases()})
    named = [row | {"property_id": key} for row, key in zip(sound, identified.ids, strict=False)]
    shown = _one_a_property(named, refused)
    wanted, off_market = list(_wanted(shown, refused, terms)), _of_leads(shown, leads, day)
    kept = sorted([*with_lead_facts(wanted, leads), *off_market], key=lambda row: row["property_id"])
    coverage = coverage_of_day(
        archive, pages, refused, lambda key: load_source(key, outside.sources_dir), county, outside.to_logical
    )
    absent = history.absent({row["property_id"] for row in kept}, coverage, day)
    return DayListings(
        rows=_frame([row | history.facts(row, day) for row in kept]),
        leads=len(off_market),
        refused=refused,
        pages=len(pages),
        non_listings=sum(page.kind != "detail" for page in pages),
        events=day_events(history, kept, absent, county, day),
        unknown=[key for key, (fate, _) in absent.items() if fate == "unknown"],
        identified=identified,
    )


def _sound(
    archive: PageArchive, pages: Iterable[Page], refused: SetAside, terms: Terms, sources_dir: Path
) -> Iterator[Row]:
    for page in pages:
        if page.kind == "detail":
            found = _read(page, archive, load_source(page.source, sources_dir), terms)
            if isinstance(found, Refusal):
                _set_aside(refused, page.url, found)
            else:
                yield found


def _read(page: Page, archive: PageArchive, source: Source, terms: Terms) -> Row | Refusal:
    if page.status != 200:
        return Refusal("wrong_status", "status", page.status, "200; the home is gone")
    try:
        text = archive.text(page)
    except ArchiveError as error:
        return Refusal("unreadable_page", "body", None, str(error))
    raw, key = read_page(text, source), source.listing_key(page.url)
    if raw is None or key is None:
        rule = "schema.org, selectors or labels that tell at least two facts of a home"
        return Refusal("unreadable_page", "body", text[:100], rule)
    row = listing_row(raw, page, key, terms.county.key, terms.day)
    row["completeness"] = completeness(row)
    return broken_rule(row, terms) or row


def _one_a_property(rows: Iterable[Row], refused: SetAside) -> list[Row]:
    """The most complete page of each property; the others are set aside as duplicates of it."""
    best: dict[str, Row] = {}
    for row in sorted(rows, key=lambda row: (-row["completeness"], row["url"])):
        kept = best.setdefault(row["property_id"], row)
        if kept is not row:
            detail = f"the same property as {kept['url']}, which tells more or as much"
            refused.add(row["url"], "duplicate", field="address_key", value=row["address_key"], detail=detail)
    return sorted(best.values(), key=lambda row: row["property_id"])


def _wanted(rows: Iterable[Row], refused: SetAside, terms: Terms) -> Iterator[Row]:
    for row in rows:
        why = unwanted(row, terms)
        if why is None:
            yield row
        else:
            _set_aside(refused, row["url"], why)


def _of_leads(shown: Iterable[Row], leads: Sequence[Lead], day: date) -> list[Row]:
    """Rows of the leads that no page of the day shows; a page that says "withdrawn" leaves its home a lead."""
    offered = [row for row in shown if row["listing_status"] != "off_market"]
    return lead_rows(leads, {row["property_id"] for row in offered}, {row["apn"] for row in offered} - {None}, day)


def _set_aside(refused: SetAside, url: str, why: Refusal) -> None:
    refused.add(url, why.reason, field=why.field, value=why.value, detail=why.rule)


def _frame(rows: list[Row]) -> DataFrame:
    if not rows:
        return LISTINGS.empty()
    frame = pd.DataFrame([row | {"text_flags": json.dumps(row["text_flags"])} for row in rows], columns=LISTINGS.names)
    floats = [column.name for column in LISTINGS.columns if column.dtype == "float64"]
    return frame.astype(dict.fromkeys(floats, "float64"))
