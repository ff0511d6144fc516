"""Enrichment in Postgres: property_enrichment, field_provenance, and the prospects' status.

Belongs here: rows to tables in one transaction. Does not: what the rows say.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import delete, update

from realestate_os.resources.database import Database
from realestate_os.storage.tables import FieldProvenance, PropertyEnrichment, ProspectQueue

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
