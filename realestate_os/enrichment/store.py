"""Enrichment in Postgres: property_enrichment, field_provenance, lead_signals, and the prospects' status.

Belongs here: rows to tables in one transaction. Does not: what the rows say.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import delete, func, or_, select, update

from realestate_os.resources.database import Database
from realestate_os.storage.tables import FieldProvenance, LeadSignal, PropertyEnrichment, ProspectQueue

OWN_COLUMNS = ("apn", "assessed_value_usd", "market_value_usd", "annual_tax_usd", "owner_occupied", "status")


def save_enrichment(
    database: Database, rows: pd.DataFrame, provenance: list[dict[str, Any]], county: str, day: date
) -> None:
    """Replace a county's day: upsert, retire what vanished, and mark the prospects as enriched.

    A property that is not in prospect_queue is a mistake of the order of things; Postgres refuses it.
    """
    ids = [str(one) for one in rows["property_id"]]
    scope = (PropertyEnrichment.county == county, PropertyEnrichment.as_of == day)
    with database.transaction() as connection:
        database.upsert(connection, PropertyEnrichment, _enrichment_rows(rows, county, day), ["property_id", "as_of"])
        database.retire_missing(connection, PropertyEnrichment, "property_id", ids, *scope)
        # A field that nobody knows any more must not keep yesterday's reading of today.
        connection.execute(
            delete(FieldProvenance).where(FieldProvenance.as_of == day, FieldProvenance.property_id.in_(ids))
        )
        database.upsert(connection, FieldProvenance, provenance, ["property_id", "as_of", "field"])
        connection.execute(
            update(ProspectQueue)
            .where(ProspectQueue.property_id.in_(ids), ProspectQueue.as_of == day)
            .where(ProspectQueue.status.in_(("new", "ready")))
            .values(status="enriched")
        )


def save_lead_signals(database: Database, rows: pd.DataFrame, county: str, day: date) -> int:
    """The signs in force as of the county's newest day; one that no longer is ends on the day before.

    An older day changes nothing: the table shows the newest, history is in the Parquet files. A sign keeps the day on
    which it was first seen. Returns how many were written.
    """
    signal, prospect = LeadSignal.__table__.c, ProspectQueue.__table__.c
    written = [_signal_row(row) for row in rows.astype(object).where(rows.notna(), None).to_dict("records")]
    keys = ["property_id", "kind", "event_date", "source"]
    with database.transaction() as connection:
        newer = select(prospect.property_id).where(prospect.county == county, prospect.as_of > day).limit(1)
        if connection.execute(newer).first():
            return 0
        database.upsert(connection, LeadSignal, written, keys, keep=["seen_on"])
        of_county = select(prospect.property_id).where(prospect.county == county)
        counting = select(signal.id, *(signal[key] for key in keys)).where(
            signal.property_id.in_(of_county), or_(signal.expires_on.is_(None), signal.expires_on >= day)
        )
        present = {tuple(str(row[key]) for key in keys) for row in written}
        over = [
            row.id
            for row in connection.execute(counting)
            if tuple(str(getattr(row, key)) for key in keys) not in present
        ]
        ended = func.greatest(signal.seen_on, day - timedelta(days=1))
        connection.execute(update(LeadSignal).where(signal.id.in_(over)).values(expires_on=ended))
    return len(written)


def _signal_row(row: dict[str, Any]) -> dict[str, Any]:
    same = {name: row[name] for name in ("property_id", "kind", "event_date", "seen_on", "source", "expires_on")}
    payload = {name: row[name] for name in ("amount_usd", "detail") if row[name] is not None}
    return same | {"payload": payload}


def _enrichment_rows(rows: pd.DataFrame, county: str, day: date) -> list[dict[str, Any]]:
    plain = rows.astype(object).where(rows.notna(), None).to_dict("records")
    return [
        {
            "property_id": row["property_id"],
            "county": county,
            "as_of": day,
            **{name: row[name] for name in OWN_COLUMNS},
            "missing_sources": json.loads(row["missing_sources"]),
            "payload": {name: value for name, value in row.items() if value is not None},
            "retired_at": None,
        }
        for row in plain
    ]
