"""What an archive proves of homes that are not in it; and the day's events, replaced when it is made again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from realestate_os.discovery.archive import PageArchive
from realestate_os.discovery.days import ListingDays
from realestate_os.discovery.events import property_history
from realestate_os.discovery.frames import LEADS, LISTINGS
from realestate_os.enrichment.frames import SALES
from realestate_os.resources.database import Database
from realestate_os.resources.object_store import ObjectStore
from realestate_os.settings import Settings
from realestate_os_tests.databases import MigratedDatabase
from realestate_os_tests.discovery.sites import BASE, home_page, list_page
from realestate_os_tests.discovery.test_archive import DAY, answer

STREETS = {"a": "1204 Birch Ave NE", "b": "1206 Birch Ave NE", "c": "1208 Birch Ave NE"}


@pytest.fixture
def day(
    archive: PageArchive, store: ObjectStore, settings: Settings, database: Database, migrated: MigratedDatabase
) -> Iterator[Any]:
    """Archive a day's pages (None: listed, but not to be had) and build its listings; answers events by slug."""

    def of(on: date, lists: bool = True, **homes: str | int | None) -> dict[str, list[str]]:
        if lists:
            listing = list_page([f"/king_wa/home/{slug}" for slug in homes]).encode()
            page = answer(f"{BASE}/king_wa/homes?page=1", listing, kind="list", source="sandbox_fsbo")
            archive.put("king_wa", on, page)
        for slug, price in homes.items():
            if isinstance(price, str):
                body, url = home_page(Address=STREETS[slug], Price=price).encode(), f"{BASE}/king_wa/home/{slug}"
                archive.put("king_wa", on, answer(url, body, source="sandbox_fsbo"))
        found = ListingDays(settings, store).build("king_wa", on, SALES.empty(), LEADS.empty(), database)
        store.parquet.write(LISTINGS, f"king_wa|{on}", found.rows)
        events: dict[str, list[str]] = {}
        for row in found.events.itertuples():
            events.setdefault(str(row.url).rsplit("/", 1)[-1], []).append(str(row.event))
        return events

    yield of
    with migrated.as_superuser() as connection:
        connection.execute("TRUNCATE prospect_queue, property_sightings, property_events CASCADE")


def later(days: int) -> date:
    return DAY + timedelta(days=days)


def retired(migrated: MigratedDatabase) -> int:
    with migrated.as_superuser() as connection:
        row = connection.execute("SELECT count(*) FROM prospect_queue WHERE retired_at IS NOT NULL").fetchone()
    assert row is not None
    return int(row[0])


def test_a_home_comes_falls_goes_and_is_back(day: Any, store: ObjectStore, migrated: MigratedDatabase) -> None:
    assert day(DAY, a="$650,000", b="$700,000") == {"a": ["new"], "b": ["new"]}
    assert day(later(1), a="$630,000", b="$700,000") == {"a": ["price_cut"]}
    assert day(later(2), b="$700,000") == {"a": ["gone"]}
    assert retired(migrated) == 1
    assert day(later(3), b="$700,000") == {}
    assert day(later(4), a="$630,000", b="$700,000") == {"a": ["back"]}
    rows = store.parquet.read(LISTINGS, f"king_wa|{later(4)}")
    home = rows[rows["url"].str.endswith("/a")].iloc[0]
    assert (home["first_seen_on"], home["price_event"]) == (DAY, "back")
    events = property_history(store.parquet, "king_wa", home["property_id"], later(4))
    assert list(events["event"]) == ["new", "price_cut", "gone", "back"]
    assert list(property_history(store.parquet, "king_wa", home["property_id"], later(1))["event"]) == [
        "new",
        "price_cut",
    ]


def test_what_could_not_be_fetched_is_not_gone(day: Any, migrated: MigratedDatabase) -> None:
    """Neither when the lists were not read, nor when a page that they name was not to be had."""
    day(DAY, a="$650,000", b="$700,000")
    assert day(later(1), lists=False, b="$700,000") == {}
    assert day(later(2), a=None, b="$700,000") == {}
    assert retired(migrated) == 0
    assert day(later(3), a="$650,000", b="$700,000") == {}
    assert day(later(4), b="$700,000") == {"a": ["gone"]}


def test_a_day_made_again_replaces_its_events(day: Any, migrated: MigratedDatabase) -> None:
    day(DAY, a="$650,000", b="$700,000")
    assert day(later(1), b="$700,000", c="$720,000") == {"a": ["gone"], "c": ["new"]}
    assert day(later(1), a="$640,000", b="$700,000", c="$720,000") == {"a": ["price_cut"], "c": ["new"]}
    with migrated.as_superuser() as connection:
        rows = connection.execute(
            "SELECT event FROM property_events WHERE as_of = %s ORDER BY 1", [later(1)]
        ).fetchall()
    assert [event for (event,) in rows] == ["new", "price_cut"]
