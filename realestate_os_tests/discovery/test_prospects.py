"""prospect_queue: the newest day wins, a backfill never moves it back, who vanished is retired."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

import pandas as pd
import pytest
from sqlalchemy import select, update

from realestate_os.discovery.prospects import update_prospects
from realestate_os.resources.database import Database
from realestate_os.storage.property_identity import NAMESPACE
from realestate_os.storage.tables import ProspectQueue
from realestate_os_tests.databases import MigratedDatabase
from realestate_os_tests.discovery.test_history import listed

DAY = date(2026, 11, 24)
A, B, C = (str(uuid5(NAMESPACE, name)) for name in "abc")
TABLE = ProspectQueue.__table__


def day_of(day: date, *homes: tuple[str, float | None]) -> pd.DataFrame:
    frame = listed(day, *homes)
    basis = ["none" if price is None else "asking" for _, price in homes]
    return frame.assign(price_basis=basis, text_flags="[]", listing_status="active", year_built=1962.0)


@pytest.fixture
def queue(database: Database, migrated: MigratedDatabase) -> Iterator[Database]:
    yield database
    with migrated.as_superuser() as connection:
        connection.execute("TRUNCATE prospect_queue CASCADE")


def rows(database: Database) -> dict[str, Any]:
    with database.transaction() as connection:
        return {str(row.property_id): row for row in connection.execute(select(TABLE))}


def test_listings_and_leads_arrive(queue: Database) -> None:
    assert update_prospects(queue, "king_wa", DAY, day_of(DAY, (A, 650_000.5), (B, None))) == (2, 0)
    found = rows(queue)
    assert (float(found[A].listing_price_usd), found[A].price_basis, found[A].status) == (650_000.5, "asking", "new")
    assert (found[B].listing_price_usd, found[B].price_basis, found[B].year_built) == (None, "none", 1962)
    assert found[A].payload["text_flags"] == []
    assert "contact_phone" not in found[A].payload
    assert found[A].property_id == UUID(A)


def test_a_newer_day_wins_and_retires(queue: Database) -> None:
    update_prospects(queue, "king_wa", DAY, day_of(DAY, (A, 650_000), (B, 500_000)))
    tomorrow = DAY + timedelta(days=1)
    assert update_prospects(queue, "king_wa", tomorrow, day_of(tomorrow, (A, 640_000))) == (1, 1)
    found = rows(queue)
    assert (float(found[A].listing_price_usd), found[A].as_of) == (640_000, tomorrow)
    assert found[B].retired_at is not None and found[B].as_of == DAY


def test_a_backfill_does_not_move_it_back(queue: Database) -> None:
    update_prospects(queue, "king_wa", DAY, day_of(DAY, (A, 650_000)))
    yesterday = DAY - timedelta(days=1)
    update_prospects(queue, "king_wa", yesterday, day_of(yesterday, (A, 700_000), (C, 900_000)))
    found = rows(queue)
    assert (float(found[A].listing_price_usd), found[A].as_of, found[A].retired_at) == (650_000, DAY, None)
    assert found[C].as_of == yesterday


def test_who_comes_back_is_no_longer_retired(queue: Database) -> None:
    for step, homes in enumerate(([(A, 1.0)], [(B, 1.0)], [(A, 1.0)])):
        day = DAY + timedelta(days=step)
        update_prospects(queue, "king_wa", day, day_of(day, *homes))
    found = rows(queue)
    assert found[A].retired_at is None and found[B].retired_at is not None


def test_the_same_day_again_changes_nothing(queue: Database) -> None:
    frame = day_of(DAY, (A, 650_000), (B, 500_000))
    update_prospects(queue, "king_wa", DAY, frame)
    with queue.transaction() as connection:
        connection.execute(update(TABLE).where(TABLE.c.property_id == UUID(A)).values(status="scored"))
    before = rows(queue)
    assert update_prospects(queue, "king_wa", DAY, frame)[1] == 0
    assert rows(queue) == before
    assert before[A].status == "scored"


def test_a_new_day_begins_as_new(queue: Database) -> None:
    update_prospects(queue, "king_wa", DAY, day_of(DAY, (A, 650_000)))
    with queue.transaction() as connection:
        connection.execute(update(TABLE).values(status="scored"))
    tomorrow = DAY + timedelta(days=1)
    update_prospects(queue, "king_wa", tomorrow, day_of(tomorrow, (A, 650_000)))
    assert rows(queue)[A].status == "new"


def test_an_empty_day_retires_the_county_and_no_other(queue: Database) -> None:
    update_prospects(queue, "king_wa", DAY, day_of(DAY, (A, 650_000)))
    other = day_of(DAY, (B, 500_000)).assign(county="cook_il")
    update_prospects(queue, "cook_il", DAY, other)
    tomorrow = DAY + timedelta(days=1)
    assert update_prospects(queue, "king_wa", tomorrow, day_of(tomorrow)) == (0, 1)
    found = rows(queue)
    assert found[A].retired_at is not None and found[B].retired_at is None
