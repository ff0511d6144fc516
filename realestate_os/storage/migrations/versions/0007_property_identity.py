"""Sightings of properties, former ids, the review of look-alikes, and events of a listing's history."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

NOW = sa.text("now()")
MOMENT = sa.DateTime(timezone=True)
# A re-materialized day takes back what it had said; a decision is never deleted.
GRANTS = {
    "property_sightings": "SELECT, INSERT, UPDATE, DELETE",
    "property_aliases": "SELECT, INSERT, UPDATE, DELETE",
    "identity_reviews": "SELECT, INSERT, UPDATE",
    "property_events": "SELECT, INSERT, UPDATE, DELETE",
}


def upgrade() -> None:
    """Create the tables, keep their updated_at, and let the app role write them."""
    _create_sightings()
    _create_aliases()
    _create_reviews()
    _create_events()
    for table, privileges in GRANTS.items():
        op.execute(
            f"CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.{table} FOR EACH ROW"
            " WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION public.touch_updated_at()"
        )
        op.execute(f"GRANT {privileges} ON public.{table} TO realestate_app")


def downgrade() -> None:
    """Drop them; their data is lost."""
    for table in reversed(GRANTS):
        op.drop_table(table)


def _stamps() -> tuple[sa.Column[Any], sa.Column[Any]]:
    return (
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("updated_at", MOMENT, server_default=NOW, nullable=False),
    )


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False)


def _create_sightings() -> None:
    op.create_table(
        "property_sightings",
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("address_key", sa.Text(), nullable=False),
        sa.Column("apn", sa.Text(), nullable=False),
        sa.Column("seen_on", postgresql.DATEMULTIRANGE(), nullable=False),
        *_stamps(),
        sa.CheckConstraint("origin IN ('listings', 'parcels')", name=op.f("ck_property_sightings_origin")),
        sa.CheckConstraint("address_key <> '' OR apn <> ''", name=op.f("ck_property_sightings_some_key")),
        sa.CheckConstraint("NOT isempty(seen_on)", name=op.f("ck_property_sightings_some_day")),
        sa.PrimaryKeyConstraint("county", "origin", "address_key", "apn", name="pk_property_sightings"),
    )
    op.create_index("ix_property_sightings_county_apn", "property_sightings", ["county", "apn"], unique=False)


def _create_aliases() -> None:
    op.create_table(
        "property_aliases",
        sa.Column("alias_id", sa.Uuid(), nullable=False),
        sa.Column("property_id", sa.Uuid(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        *_stamps(),
        sa.CheckConstraint("alias_id <> property_id", name=op.f("ck_property_aliases_another")),
        sa.PrimaryKeyConstraint("alias_id", name="pk_property_aliases"),
    )
    op.create_index("ix_property_aliases_property_id", "property_aliases", ["property_id"], unique=False)


def _create_reviews() -> None:
    op.create_table(
        "identity_reviews",
        _id(),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("left_key", sa.Text(), nullable=False),
        sa.Column("right_key", sa.Text(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'pending'"), nullable=False),
        sa.Column("decided_on", sa.Date()),
        sa.Column("decided_by", sa.Text()),
        *_stamps(),
        sa.CheckConstraint("status IN ('pending', 'accepted', 'rejected')", name=op.f("ck_identity_reviews_status")),
        sa.CheckConstraint("left_key < right_key", name=op.f("ck_identity_reviews_ordered")),
        sa.CheckConstraint(
            "(status = 'pending') = (decided_on IS NULL)", name=op.f("ck_identity_reviews_decided_has_day")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_identity_reviews"),
        sa.UniqueConstraint("county", "left_key", "right_key", name="uq_identity_reviews_county_left_key_right_key"),
    )
    op.create_index("ix_identity_reviews_county_status", "identity_reviews", ["county", "status"], unique=False)


def _create_events() -> None:
    events = "'new', 'price_cut', 'price_rise', 'pending', 'active', 'gone', 'back', 'relisted'"
    op.create_table(
        "property_events",
        _id(),
        sa.Column("property_id", sa.Uuid(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("listing_price_usd", sa.Numeric(14, 2)),
        sa.Column("previous_price_usd", sa.Numeric(14, 2)),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text()),
        *_stamps(),
        sa.CheckConstraint(f"event IN ({events})", name=op.f("ck_property_events_event")),
        sa.PrimaryKeyConstraint("id", name="pk_property_events"),
        sa.UniqueConstraint("property_id", "as_of", "event", name="uq_property_events_property_id_as_of_event"),
    )
    op.create_index("ix_property_events_county_as_of", "property_events", ["county", "as_of"], unique=False)
