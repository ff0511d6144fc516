"""property_scores and prospect_queue on a real Postgres."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pandas as pd
import pytest
from sqlalchemy import select

from realestate_os.resources.database import Database
from realestate_os.scoring.store import store_scores
from realestate_os.storage.tables import PropertyScore, ProspectQueue
from realestate_os_tests.scoring.homes import DAY, day_of

HOMES: list[dict[str, Any]] = [
    {"listing_price_usd": 560_000.0},
    {"listing_price_usd": None, "price_basis": "none", "listing_status": "off_market"},
    {"bargain_flag": "leased_land"},
]


@pytest.fixture
def scores(database: Database) -> pd.DataFrame:
    """Scores of three homes whose prospects are in the queue, all as of the day."""
    table = day_of(HOMES).scores()
    prospects = [
        {
            "property_id": UUID(one),
            "county": "king_wa",
            "as_of": DAY,
            "source": "fsbo_sandbox",
            "first_seen_on": DAY,
            "last_seen_on": DAY,
            "status": "enriched",
        }
        for one in table["property_id"]
    ]
    with database.transaction() as connection:
        database.upsert(connection, ProspectQueue, prospects, ["property_id"])
    return table


def stored(database: Database) -> dict[str, Any]:
    with database.transaction() as connection:
        rows = connection.execute(select(PropertyScore).where(PropertyScore.as_of == DAY))
        return {str(row.property_id): row for row in rows}


def statuses(database: Database) -> list[str]:
    with database.transaction() as connection:
        rows = connection.execute(select(ProspectQueue.property_id, ProspectQueue.status))
        by_id = {str(row.property_id): row.status for row in rows}
    return [by_id[one] for one in day_of(HOMES).listings["property_id"]]


def test_a_day_is_stored_with_its_explanation_and_moves_scored_prospects(
    database: Database, scores: pd.DataFrame
) -> None:
    assert store_scores(database, "king_wa", DAY, scores) == 3
    row = stored(database)[scores["property_id"][0]]
    assert row.bird_dog_score == scores["bird_dog_score"][0]
    assert float(row.mao_usd) == pytest.approx(scores["mao_usd"][0], abs=0.005)
    assert len(row.score_breakdown) == 6 and len(row.reasons) == 5
    assert row.payload["tax_after_sale_usd"] == scores["tax_after_sale_usd"][0]
    assert stored(database)[scores["property_id"][2]].score_null_reason == "leased_land"
    assert statuses(database) == ["scored", "scored", "enriched"]


def test_storing_again_replaces_and_retires_what_vanished(database: Database, scores: pd.DataFrame) -> None:
    store_scores(database, "king_wa", DAY, scores)
    store_scores(database, "king_wa", DAY, scores.iloc[1:])
    store_scores(database, "king_wa", DAY, scores.iloc[1:])
    rows = stored(database)
    assert len(rows) == 3
    assert rows[scores["property_id"][0]].retired_at is not None
    assert rows[scores["property_id"][1]].retired_at is None
    store_scores(database, "king_wa", DAY, scores)
    assert all(row.retired_at is None for row in stored(database).values())


def test_a_backfill_of_an_earlier_day_moves_no_prospect(database: Database, scores: pd.DataFrame) -> None:
    store_scores(database, "king_wa", DAY - timedelta(days=7), scores)
    assert statuses(database) == ["enriched", "enriched", "enriched"]


def test_an_empty_day_is_stored_as_nothing(database: Database, scores: pd.DataFrame) -> None:
    store_scores(database, "king_wa", DAY, scores)
    assert store_scores(database, "king_wa", DAY, scores.iloc[:0]) == 0
    assert all(row.retired_at is not None for row in stored(database).values())
