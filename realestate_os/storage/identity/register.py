"""What was seen of a county's properties, in Postgres, and the property that a home is.

Belongs here: recording sightings, loading them as of a day, former ids. Does not: the rules
(properties.py) or look-alikes (review.py). All functions work in the caller's transaction.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, any_, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from realestate_os.counties import County
from realestate_os.storage.identity.apn import clean_apn
from realestate_os.storage.identity.properties import Decision, Properties, Sighting
from realestate_os.storage.tables import PropertyAlias

Keys = tuple[str | None, str | None]  # address key, parcel number as written; either may be missing


@dataclass(frozen=True)
class Identified:
    """ids: the property of each home, in order, None where it has neither address key nor parcel number.

    properties: all that is known at the end of the day; new_keys: address keys never seen before it.
    """

    ids: list[str | None]
    properties: Properties
    new_keys: list[str]


def identify(connection: Connection, county: County, day: date, origin: str, homes: Sequence[Keys]) -> Identified:
    """Record homes as seen on the day and say which properties they are, as known at its end.

    origin: `listings` (all homes and leads of the day) or `parcels` (what the assessor answered; counts from the next
    day on, because listings come before it). What an earlier materialization of the day saw is taken back. The same
    homes again change nothing; nor does their order.
    """
    pairs = [(address or "", clean_apn(apn, county.parcel_number) or "") for address, apn in homes]
    lock_county(connection, county.key)
    record(connection, county.key, day, origin, {pair for pair in pairs if any(pair)})
    known = load(connection, county.key, as_of=day)
    save_aliases(connection, load(connection, county.key))
    before = {one.address_key for one in known.sightings if one.seen_on < day}
    new = sorted({address for address, _ in pairs if address} - before)
    return Identified([known.id_of(*pair) for pair in pairs], known, new)


def lock_county(connection: Connection, county: str) -> None:
    """One writer of a county's identities at a time, until the transaction ends."""
    connection.execute(_LOCK, {"name": f"identity:{county}"})


def record(connection: Connection, county: str, day: date, origin: str, pairs: Iterable[tuple[str, str]]) -> None:
    """Replace what the origin saw on the day by these pairs of address key and parcel number ('' for none)."""
    of_day = {"county": county, "origin": origin, "day": day}
    connection.execute(_FORGET, of_day)
    connection.execute(_SHORTEN, of_day)
    rows = json.dumps([{"address_key": address, "apn": apn} for address, apn in sorted(pairs)])
    connection.execute(_ADD, {**of_day, "rows": rows})


def load(connection: Connection, county: str, as_of: date | None = None) -> Properties:
    """The county's properties as known at the end of a day; with all that is known today by default."""
    until = as_of or date.max
    seen = connection.execute(_SEEN, {"county": county, "until": until})
    decided = connection.execute(_DECIDED, {"county": county, "until": until})
    return Properties(county, [Sighting(*row) for row in seen], [Decision(*row) for row in decided])


def save_aliases(connection: Connection, properties: Properties) -> None:
    """Make property_aliases of the county say what the properties say."""
    rows = json.dumps([vars(alias) for alias in properties.aliases()])
    connection.execute(_DROP_ALIASES, {"county": properties.county, "rows": rows})
    connection.execute(_PUT_ALIASES, {"county": properties.county, "rows": rows})


def current_ids(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """The present id of each property; itself unless it proved to be another one."""
    wanted, table = list(ids), PropertyAlias.__table__
    query = select(table.c.alias_id, table.c.property_id).where(
        table.c.alias_id == any_(literal(wanted, ARRAY(table.c.alias_id.type)))
    )
    found = {alias: now for alias, now in connection.execute(query)}
    return {one: found.get(one, one) for one in wanted}


def by_present_id(connection: Connection, rows: Sequence[Row[Any]]) -> dict[UUID, Row[Any]]:
    """Rows with a `property_id` by its present id, one each: the row under the present id, else that of its last alias
    in order."""
    now = current_ids(connection, [row.property_id for row in rows])
    present_last = sorted(rows, key=lambda row: (row.property_id == now[row.property_id], row.property_id))
    return {now[row.property_id]: row for row in present_last}


def known_as(connection: Connection, one: UUID) -> list[UUID]:
    """Every id under which the property is or was known, its present id first."""
    now, table = current_ids(connection, [one])[one], PropertyAlias.__table__.c
    aliases = connection.scalars(select(table.alias_id).where(table.property_id == now).order_by(table.alias_id))
    return [now, *aliases]


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_ONE_DAY = "datemultirange(daterange(CAST(:day AS date), CAST(:day AS date), '[]'))"
_OF_ORIGIN = "county = :county AND origin = :origin"
_FORGET = text(f"DELETE FROM public.property_sightings WHERE {_OF_ORIGIN} AND seen_on = {_ONE_DAY}")
_SHORTEN = text(
    f"UPDATE public.property_sightings SET seen_on = seen_on - {_ONE_DAY}"
    f" WHERE {_OF_ORIGIN} AND seen_on @> CAST(:day AS date)"
)
_ADD = text(
    "INSERT INTO public.property_sightings AS s (county, origin, address_key, apn, seen_on)"
    f" SELECT :county, :origin, r.address_key, r.apn, {_ONE_DAY}"
    " FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(address_key text, apn text)"
    " ON CONFLICT (county, origin, address_key, apn) DO UPDATE SET seen_on = s.seen_on + excluded.seen_on"
    " WHERE NOT s.seen_on @> excluded.seen_on"
)
_SEEN = text(
    "SELECT min(lower(seen_on) + CASE WHEN origin = 'parcels' THEN 1 ELSE 0 END) AS first_on, address_key, apn"
    " FROM public.property_sightings WHERE county = :county GROUP BY address_key, apn"
    " HAVING min(lower(seen_on) + CASE WHEN origin = 'parcels' THEN 1 ELSE 0 END) <= :until"
)
_DECIDED = text(
    "SELECT decided_on, left_key, right_key FROM public.identity_reviews"
    " WHERE county = :county AND status = 'accepted' AND decided_on <= :until"
)
_ALIASES = "jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(alias_id uuid, property_id uuid, reason text)"
_DROP_ALIASES = text(
    "DELETE FROM public.property_aliases WHERE county = :county"
    f" AND alias_id NOT IN (SELECT r.alias_id FROM {_ALIASES})"
)
_PUT_ALIASES = text(
    "INSERT INTO public.property_aliases AS a (alias_id, property_id, county, reason)"
    f" SELECT r.alias_id, r.property_id, :county, r.reason FROM {_ALIASES}"
    " ON CONFLICT (alias_id) DO UPDATE SET property_id = excluded.property_id, reason = excluded.reason"
)
