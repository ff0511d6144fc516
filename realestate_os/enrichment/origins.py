"""Where each field of one property came from, as it was stored on a day.

Belongs here: reading field_provenance. Does not: making its rows (provenance.py) or printing them (cli).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from realestate_os.resources.database import Database
from realestate_os.storage.tables import FieldProvenance


@dataclass(frozen=True)
class FieldOrigin:
    """One field: its value, who said it, how it was read and when, and what others said."""

    field: str
    value: str | None
    source: str
    method: str
    url: str | None
    version: str | None
    observed_at: datetime
    confidence: float | None
    lost: Sequence[Mapping[str, Any]]


def field_origins(database: Database, property_id: str, day: date) -> list[FieldOrigin]:
    """The property's fields by name; empty when nothing was stored for the day."""
    columns = [getattr(FieldProvenance, name) for name in FieldOrigin.__dataclass_fields__]
    query = select(*columns).where(FieldProvenance.property_id == property_id, FieldProvenance.as_of == day)
    with database.transaction() as connection:
        return [FieldOrigin(*row) for row in connection.execute(query.order_by(FieldProvenance.field))]
