"""The review of look-alikes: pairs of keys that may be one property, until a person decides.

Belongs here: proposing pairs, listing them, accepting and rejecting. Does not: the score (likeness.py) or
what a decision does (properties.py). A decided pair is never asked about again.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Text, cast, select, text, update

from realestate_os.counties import load_county
from realestate_os.errors import RealEstateOSError
from realestate_os.storage.identity.likeness import Likeness, look_alikes
from realestate_os.storage.identity.properties import APN, Properties, unit_of
from realestate_os.storage.identity.register import Identified, load, lock_county, save_aliases
from realestate_os.storage.tables import IdentityReview

TABLE = IdentityReview.__table__
# Not likely by its spelling, but by its parcel: what these two say outweighs any likeness of words.
SAME_ADDRESS, SAME_PARCEL = 90.0, 95.0


class ReviewError(RealEstateOSError):
    """A pair cannot be found or decided; the message says why."""


@dataclass(frozen=True)
class Pair:
    """One pair of the review, as it is listed."""

    id: UUID
    county: str
    left_key: str
    right_key: str
    score: float
    reason: str
    found_on: date
    status: str
    decided_on: date | None
    decided_by: str | None


def propose(connection: Connection, county: str, day: date, identified: Identified) -> int:
    """Put the look-alikes of the day's new addresses into the review; returns how many were not there yet."""
    properties = identified.properties
    alike = [
        one
        for one in look_alikes(identified.new_keys, properties.address_keys())
        if not properties.settled(one.left_key, one.right_key)
    ]
    rows = [*alike, *_by_parcel(properties, set(identified.new_keys))]
    payload = json.dumps([vars(one) for one in rows])
    return connection.execute(_PROPOSE, {"county": county, "day": day, "rows": payload}).rowcount


def pairs(connection: Connection, county: str | None = None, status: str = "pending") -> list[Pair]:
    """The pairs of a status, the likeliest first; of one county or of all."""
    query = select(*(TABLE.c[name] for name in Pair.__dataclass_fields__)).where(TABLE.c.status == status)
    if county:
        query = query.where(TABLE.c.county == county)
    ordered = query.order_by(TABLE.c.score.desc(), TABLE.c.county, TABLE.c.left_key, TABLE.c.right_key)
    return [Pair(*row) for row in connection.execute(ordered)]


def decide(connection: Connection, beginning: str, accept: bool, by: str) -> Pair:
    """Accept or reject the pair whose id begins so. A rejection takes back an earlier acceptance.

    Accepted: from the county's today on both keys are one property; the id of the one seen later becomes an alias.

    Raises:
        ReviewError: no pair or several begin so, or the two are different units of a building.
    """
    pair = _pair(connection, beginning)
    lock_county(connection, pair.county)
    status = "accepted" if accept else "rejected"
    day = datetime.now(ZoneInfo(load_county(pair.county).timezone)).date()
    change = update(TABLE).where(TABLE.c.id == pair.id).values(status=status, decided_on=day, decided_by=by)
    connection.execute(change)
    properties = load(connection, pair.county)
    if accept and not properties.same(pair.left_key, pair.right_key):
        raise ReviewError(
            f"{pair.left_key} and {pair.right_key} would join two units of one building, "
            "perhaps through a pair that was accepted before; nothing was changed"
        )
    save_aliases(connection, properties)
    return _pair(connection, str(pair.id))


def _pair(connection: Connection, beginning: str) -> Pair:
    found = [
        Pair(*row)
        for row in connection.execute(
            select(*(TABLE.c[name] for name in Pair.__dataclass_fields__)).where(
                cast(TABLE.c.id, Text).startswith(beginning.lower(), autoescape=True)
            )
        )
    ]
    if len(found) != 1:
        what = "no pair" if not found else f"{len(found)} pairs"
        raise ReviewError(f"{what} in the review with an id that begins with {beginning!r}; see review list")
    return found[0]


def _by_parcel(properties: Properties, new: set[str]) -> list[Likeness]:
    """One address with two parcel numbers; one parcel with and without a unit."""
    of_address, of_apn = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for one in properties.sightings:
        if one.address_key and one.apn:
            of_address[one.address_key].add(one.apn)
            of_apn[one.apn].add(one.address_key)
    found = set[Likeness]()
    for address, apns in of_address.items():
        first, *others = sorted(apns)
        if address in new:
            found |= {_like(APN + first, APN + apn, SAME_ADDRESS, f"both parcels at {address}") for apn in others}
    for apn, addresses in of_apn.items():
        bare, named = (_split(addresses, has_unit) for has_unit in (False, True))
        if bare and len({unit_of(key) for key in named}) == 1 and new & addresses:
            found.add(_like(bare[0], named[0], SAME_PARCEL, f"both are parcel {apn}, one names no unit"))
    return sorted(one for one in found if not properties.settled(one.left_key, one.right_key))


def _split(addresses: Iterable[str], has_unit: bool) -> Sequence[str]:
    return sorted(key for key in addresses if bool(unit_of(key)) == has_unit)


def _like(one: str, other: str, score: float, reason: str) -> Likeness:
    return Likeness(min(one, other), max(one, other), score, reason)


_PROPOSE = text(
    "INSERT INTO public.identity_reviews (county, left_key, right_key, score, reason, found_on)"
    " SELECT :county, r.left_key, r.right_key, r.score, r.reason, :day FROM jsonb_to_recordset(CAST(:rows AS jsonb))"
    " AS r(left_key text, right_key text, score double precision, reason text)"
    " ON CONFLICT (county, left_key, right_key) DO NOTHING"
)
