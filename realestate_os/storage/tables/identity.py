"""Which addresses and parcel numbers are one property: sightings, former ids, the review of look-alikes.

Belongs here: what storage/identity reads and writes, and the events of a property's history. Does not: facts
about a property (market.py). Shared by all tenants, as a parcel is the same for all.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import DATEMULTIRANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from realestate_os.storage.tables.base import Base, Timestamps, UuidKey, one_of

SIGHTING_ORIGINS = ("listings", "parcels")
REVIEW_STATUSES = ("pending", "accepted", "rejected")
PROPERTY_EVENTS = ("new", "price_cut", "price_rise", "pending", "active", "gone", "back", "relisted")


class PropertySighting(Timestamps, Base):
    """The days on which a county's address and parcel number were seen together; '' for the one that was missing."""

    __tablename__ = "property_sightings"
    __table_args__ = (
        one_of("origin", SIGHTING_ORIGINS),
        CheckConstraint("address_key <> '' OR apn <> ''", name="some_key"),
        CheckConstraint("NOT isempty(seen_on)", name="some_day"),
        Index(None, "county", "apn"),
    )

    county: Mapped[str] = mapped_column(primary_key=True)
    origin: Mapped[str] = mapped_column(primary_key=True)
    address_key: Mapped[str] = mapped_column(primary_key=True)
    apn: Mapped[str] = mapped_column(primary_key=True)
    seen_on: Mapped[list[Range[date]]] = mapped_column(DATEMULTIRANGE)


class PropertyAlias(Timestamps, Base):
    """An id that a property had before it proved to be another one; whoever holds it finds the property here."""

    __tablename__ = "property_aliases"
    __table_args__ = (CheckConstraint("alias_id <> property_id", name="another"), Index(None, "property_id"))

    alias_id: Mapped[UUID] = mapped_column(primary_key=True)
    property_id: Mapped[UUID]
    county: Mapped[str]
    reason: Mapped[str]


class IdentityReview(UuidKey, Timestamps, Base):
    """Two keys that look like one property, and what a person decided. score is 0 to 100."""

    __tablename__ = "identity_reviews"
    __table_args__ = (
        UniqueConstraint("county", "left_key", "right_key"),
        one_of("status", REVIEW_STATUSES),
        CheckConstraint("left_key < right_key", name="ordered"),
        CheckConstraint("(status = 'pending') = (decided_on IS NULL)", name="decided_has_day"),
        Index(None, "county", "status"),
    )

    county: Mapped[str]
    left_key: Mapped[str]
    right_key: Mapped[str]
    score: Mapped[float]
    reason: Mapped[str]
    found_on: Mapped[date]
    status: Mapped[str] = mapped_column(server_default=text("'pending'"))
    decided_on: Mapped[date | None]
    decided_by: Mapped[str | None]


class PropertyEvent(UuidKey, Timestamps, Base):
    """What happened to a property's listing on a day, as known at the end of it."""

    __tablename__ = "property_events"
    __table_args__ = (
        UniqueConstraint("property_id", "as_of", "event"),
        one_of("event", PROPERTY_EVENTS),
        Index(None, "county", "as_of"),
    )

    property_id: Mapped[UUID]
    county: Mapped[str]
    as_of: Mapped[date]
    event: Mapped[str]
    listing_price_usd: Mapped[Decimal | None]
    previous_price_usd: Mapped[Decimal | None]
    source: Mapped[str]
    url: Mapped[str]
    detail: Mapped[str | None]
