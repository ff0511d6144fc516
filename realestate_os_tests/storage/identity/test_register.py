"""Sightings in Postgres: as of a day, replaced by a re-materialization, late parcel numbers, the review."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

import pytest

from realestate_os.counties import load_county
from realestate_os.resources.database import Database
from realestate_os.storage.identity.register import Identified, Keys, current_ids, identify
from realestate_os.storage.identity.review import ReviewError, decide, pairs, propose
from realestate_os.storage.property_identity import property_id
from realestate_os_tests.databases import MigratedDatabase

KING = load_county("king_wa")
DAY = date(2026, 11, 1)
A, B = "12 CANNON MARK WAY||98105", "12 CANON MARK WAY||98105"
A5, B6 = "12 CANNON MARK WAY|5|98105", "12 CANON MARK WAY|6|98105"
P, Q = "014800-0155", "0148000160"


@pytest.fixture
def register(database: Database, migrated: MigratedDatabase) -> Iterator[Database]:
    yield database
    with migrated.as_superuser() as connection:
        connection.execute("TRUNCATE property_sightings, property_aliases, identity_reviews")


def see(database: Database, day: int, *homes: Keys, origin: str = "listings", review: bool = False) -> Identified:
    on = DAY + timedelta(days=day)
    with database.transaction() as connection:
        found = identify(connection, KING, on, origin, homes)
        if review:
            propose(connection, KING.key, on, found)
        return found


def test_a_late_parcel_number_keeps_the_id_however_it_is_written(register: Database) -> None:
    first = see(register, 0, (A, None)).ids
    assert first == see(register, 1, (A, P)).ids == see(register, 2, (None, "148000155")).ids
    assert first == [property_id("king_wa", A)]


def test_a_backfill_does_not_see_later_days_and_the_later_day_sees_it(register: Database) -> None:
    see(register, 0, (A, None))
    see(register, 9, (A, P), (B, P))
    assert see(register, 5, (B, None)).ids == [property_id("king_wa", B)]
    assert see(register, 9, (A, P), (B, P)).ids == [property_id("king_wa", A)] * 2


def test_a_day_that_is_made_again_takes_back_what_it_had_seen(register: Database) -> None:
    see(register, 0, (A, P))
    see(register, 1, (B, P))
    assert see(register, 2, (B, None)).ids == [property_id("king_wa", A)]
    see(register, 1, (B, Q))
    assert see(register, 2, (B, None)).ids == [property_id("king_wa", B)]


def test_the_assessors_number_counts_from_the_next_day(register: Database) -> None:
    see(register, 0, (A, P), (B, None))
    see(register, 0, (B, P), origin="parcels")
    assert see(register, 0, (A, P), (B, None)).ids == [property_id("king_wa", A), property_id("king_wa", B)]
    assert see(register, 1, (B, None), (A, None)).ids == [property_id("king_wa", A)] * 2


def test_merged_ids_are_found_through_their_alias(register: Database) -> None:
    later = UUID(str(see(register, 1, (B, None)).ids[0]))
    see(register, 0, (A, None))
    now = UUID(str(see(register, 2, (A, P), (B, P)).ids[0]))
    with register.transaction() as connection:
        assert current_ids(connection, [later, now]) == {later: now, now: now}


def test_a_look_alike_waits_for_a_person_and_a_rejection_is_remembered(register: Database) -> None:
    see(register, 0, (A, None), review=True)
    assert len(set(see(register, 1, (A, None), (B, None), review=True).ids)) == 2
    with register.transaction() as connection:
        (pair,) = pairs(connection, "king_wa")
        assert (pair.left_key, pair.right_key) == (A, B) and "alike" in pair.reason
        decide(connection, str(pair.id)[:8], False, "me")
    see(register, 1, (A, None), (B, None), review=True)
    with register.transaction() as connection:
        assert pairs(connection) == [] and len(pairs(connection, status="rejected")) == 1


def test_an_accepted_pair_is_one_property_from_then_on(register: Database) -> None:
    see(register, 0, (A, None), (B, None), review=True)
    with register.transaction() as connection:
        (pair,) = pairs(connection)
        accepted = decide(connection, str(pair.id), True, "me")
    assert accepted.decided_on is not None
    later = (accepted.decided_on - DAY).days
    assert len(set(see(register, later, (A, None), (B, None)).ids)) == 1
    assert len(set(see(register, later - 1, (A, None), (B, None)).ids)) == 2


def test_two_units_cannot_be_accepted_into_one(register: Database) -> None:
    see(register, 0, (A, None), (A5, None), (B6, None), review=True)
    with register.transaction() as connection:
        waiting = {(pair.left_key, pair.right_key): pair for pair in pairs(connection)}
    with register.transaction() as connection:
        decide(connection, str(waiting[min(A, A5), max(A, A5)].id), True, "me")
    with pytest.raises(ReviewError, match="two units"), register.transaction() as connection:
        decide(connection, str(waiting[min(A, B6), max(A, B6)].id), True, "me")


def test_an_unknown_pair_is_one_clear_error(register: Database) -> None:
    with register.transaction() as connection, pytest.raises(ReviewError, match="no pair"):
        decide(connection, "ffffffff", True, "me")
