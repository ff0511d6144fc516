"""Scores -> property_scores and prospect_queue.

Belongs here: the rows of a county's day in Postgres, in one transaction. Does not: computing them.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pandas as pd
from sqlalchemy import ARRAY, Uuid, any_, literal, update

from realestate_os.resources.database import Database
from realestate_os.scoring.inputs import plain
from realestate_os.storage.tables import PropertyScore, ProspectQueue

CENT = Decimal("0.01")
# property_scores has these as columns of their own; the rest of the row goes to payload.
COLUMNS = frozenset(PropertyScore.__table__.columns.keys())
JSON_COLUMNS = ("score_breakdown", "reasons", "lead_reasons")
# Statuses that scoring may move on from; a rejected prospect stays rejected.
SCORABLE = ("new", "ready", "enriched", "scored", "packet_ready")


def store_scores(database: Database, county: str, day: date, scores: pd.DataFrame) -> int:
    """Write a county's day; rows that vanished are retired, prospects of the day become `scored`.

    A prospect moves only where the day is its newest (as_of) and it has a score or a lead rank.
    Returns the number of rows written.
    """
    rows = [score_row(row, day) for row in scores.to_dict("records")]
    ranked = scores["bird_dog_score"].notna() | scores["lead_rank"].notna()
    with database.transaction() as connection:
        written = database.upsert(connection, PropertyScore, rows, ["property_id", "as_of"])
        of_day = (PropertyScore.county == county, PropertyScore.as_of == day)
        present = [row["property_id"] for row in rows]
        database.retire_missing(connection, PropertyScore, "property_id", present, *of_day)
        scored = literal([UUID(one) for one in scores.loc[ranked, "property_id"]], ARRAY(Uuid()))
        connection.execute(
            update(ProspectQueue)
            .where(ProspectQueue.county == county, ProspectQueue.as_of == day)
            .where(ProspectQueue.property_id == any_(scored), ProspectQueue.status.in_(SCORABLE))
            .values(status="scored")
        )
    return written


def score_row(row: dict[Any, Any], day: date) -> dict[str, Any]:
    """One row of SCORES as property_scores has it: money in cents, the columns it lacks in payload."""
    values = {name: value for name, value in plain(row).items() if name in row and name != "date"}
    for name in JSON_COLUMNS:
        values[name] = json.loads(values[name] or "[]")
    of_table = {name: _money(name, value) for name, value in values.items() if name in COLUMNS}
    payload = {name: value for name, value in values.items() if name not in COLUMNS}
    return of_table | {"property_id": UUID(values["property_id"]), "as_of": day, "payload": payload, "retired_at": None}


def _money(name: str, value: Any) -> Any:
    """Dollars as Decimal to the cent."""
    is_money = name.endswith("_usd") and value is not None
    return Decimal(value).quantize(CENT) if is_money else value
