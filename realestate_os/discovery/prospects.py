"""prospect_queue: the newest listing or lead of each property, for everything that reads Postgres.

Belongs here: LISTINGS rows -> prospect_queue, and retiring what is gone. Does not: statuses beyond
`new`, which the later stages set.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select, update

from realestate_os.resources.database import Database
from realestate_os.storage.tables import ProspectQueue

if TYPE_CHECKING:
    from pandas import DataFrame

_SAME = (
    "property_id", "county", "source", "url", "street_address", "unit", "city", "state", "zip_code", "apn", "latitude",
    "longitude", "property_type", "bedrooms", "bathrooms", "square_footage", "lot_size_sqft", "price_basis",
    "listing_status", "first_seen_on",
)  # fmt: skip
# Names and phone numbers stay in the Parquet file.
_PAYLOAD = (
    "listing_key", "read_by", "quoted_price_usd", "listed_on", "days_on_market", "price_event", "previous_price_usd",
    "condition_claimed", "bargain_flag", "text_flags", "completeness", "year_renovated", "hoa_usd_month", "page_sha256",
)  # fmt: skip


def update_prospects(
    database: Database, county: str, day: date, listings: DataFrame, unknown: Collection[str] = ()
) -> tuple[int, int]:
    """Write a day's listings in one transaction; returns how many rows were written and how many retired.

    A row that a later day has written stays as it is, and rows are only retired by the newest day: a
    backfill never moves the queue back. `unknown` are properties that may still be for sale, because their
    site could not be crawled: they are not retired.
    """
    table = ProspectQueue.__table__
    rows = [_prospect(row, day) for row in listings.to_dict("records")]
    present, own = [UUID(row["property_id"]) for row in rows], table.c.county == county
    with database.transaction() as connection:
        # What the stages made of an earlier day says nothing of this one.
        older = update(table).where(own, table.c.as_of < day, table.c.property_id.in_(present))
        connection.execute(older.values(status="new", status_reason=None))
        # Whether a row is retired is for the newest day to say, below.
        written = database.upsert(
            connection, ProspectQueue, rows, ["property_id"], newer_by="as_of", keep=["retired_at"]
        )
        if connection.execute(select(table.c.as_of).where(own, table.c.as_of > day).limit(1)).first():
            return written, 0
        still = [*present, *map(UUID, unknown)]
        return written, database.retire_missing(connection, table, "property_id", still, own)


def _prospect(row: dict[str, Any], day: date) -> dict[str, Any]:
    price, year = row["listing_price_usd"], row["year_built"]
    return {
        **{name: row[name] for name in _SAME},
        "as_of": day,
        "last_seen_on": day,
        "listing_price_usd": None if price != price else Decimal(str(round(price, 2))),
        "year_built": None if year != year else int(year),
        "retired_at": None,
        "payload": {name: row[name] for name in _PAYLOAD} | {"text_flags": json.loads(row["text_flags"])},
    }
