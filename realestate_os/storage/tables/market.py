"""Market facts, shared by all tenants: prospects, enrichment, provenance, signals, scores, models.

Belongs here: tables that say something about a property or a county. Does not: what a tenant does
with it (tenancy.py, outreach.py). Money is US dollars; rows that vanish are retired, not deleted.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from realestate_os.storage.tables.base import Base, Json, JsonList, SerialKey, Timestamps, UuidKey, one_of
from realestate_os.storage.vocabulary import (
    CONFIDENCE_BANDS,
    ENRICHMENT_STATUSES,
    PRICE_BASES,
    SCORE_BANDS,
    SIGNAL_KINDS,
)

PROSPECT_STATUSES = ("new", "ready", "enriched", "scored", "packet_ready", "rejected")


class ProspectQueue(Timestamps, Base):
    """One property as its newest listing or lead shows it. as_of is that partition's date and never moves back."""

    __tablename__ = "prospect_queue"
    __table_args__ = (
        one_of("status", PROSPECT_STATUSES),
        one_of("price_basis", PRICE_BASES),
        CheckConstraint("status <> 'rejected' OR status_reason IS NOT NULL", name="rejected_has_reason"),
        CheckConstraint("price_basis <> 'none' OR listing_price_usd IS NULL", name="price_has_basis"),
        Index(None, "county", "as_of"),
        Index(None, "county", "status"),
        Index(None, "zip_code"),
        Index(None, "apn"),
    )

    property_id: Mapped[UUID] = mapped_column(primary_key=True)
    county: Mapped[str]
    as_of: Mapped[date]
    source: Mapped[str]
    url: Mapped[str | None]
    street_address: Mapped[str | None]
    unit: Mapped[str | None]
    city: Mapped[str | None]
    state: Mapped[str | None]
    zip_code: Mapped[str | None]
    apn: Mapped[str | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    property_type: Mapped[str | None]
    bedrooms: Mapped[float | None]
    bathrooms: Mapped[float | None]
    square_footage: Mapped[float | None]
    lot_size_sqft: Mapped[float | None]
    year_built: Mapped[int | None]
    listing_price_usd: Mapped[Decimal | None]
    price_basis: Mapped[str] = mapped_column(server_default=text("'none'"))
    status: Mapped[str] = mapped_column(server_default=text("'new'"))
    status_reason: Mapped[str | None]
    listing_status: Mapped[str | None]
    first_seen_on: Mapped[date]
    last_seen_on: Mapped[date]
    retired_at: Mapped[datetime | None]
    payload: Mapped[Json] = mapped_column(server_default=text("'{}'::jsonb"))


class PropertyEnrichment(UuidKey, Timestamps, Base):
    """What assessor and Census records say of a property at the end of as_of. owner_occupied NULL is unknown."""

    __tablename__ = "property_enrichment"
    __table_args__ = (
        UniqueConstraint("property_id", "as_of"),
        one_of("status", ENRICHMENT_STATUSES),
        Index(None, "county", "as_of"),
    )

    property_id: Mapped[UUID] = mapped_column(ForeignKey("prospect_queue.property_id"))
    county: Mapped[str]
    as_of: Mapped[date]
    apn: Mapped[str | None]
    assessed_value_usd: Mapped[Decimal | None]
    market_value_usd: Mapped[Decimal | None]
    annual_tax_usd: Mapped[Decimal | None]
    owner_occupied: Mapped[bool | None]
    status: Mapped[str]
    missing_sources: Mapped[JsonList] = mapped_column(server_default=text("'[]'::jsonb"))
    retired_at: Mapped[datetime | None]
    payload: Mapped[Json] = mapped_column(server_default=text("'{}'::jsonb"))


class FieldProvenance(UuidKey, Timestamps, Base):
    """Where one field of a property at as_of came from, and which values lost against it."""

    __tablename__ = "field_provenance"
    __table_args__ = (
        UniqueConstraint("property_id", "as_of", "field"),
        CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence"),
    )

    property_id: Mapped[UUID] = mapped_column(ForeignKey("prospect_queue.property_id"))
    as_of: Mapped[date]
    field: Mapped[str]
    value: Mapped[str | None]
    source: Mapped[str]
    url: Mapped[str | None]
    method: Mapped[str]
    version: Mapped[str | None]
    observed_at: Mapped[datetime]
    confidence: Mapped[float | None]
    lost: Mapped[JsonList] = mapped_column(server_default=text("'[]'::jsonb"))


class LeadSignal(UuidKey, Timestamps, Base):
    """One sign that an owner may sell, with the day it happened, the day it was seen and the day it lapses."""

    __tablename__ = "lead_signals"
    __table_args__ = (
        UniqueConstraint("property_id", "kind", "event_date", "source", postgresql_nulls_not_distinct=True),
        one_of("kind", SIGNAL_KINDS),
        CheckConstraint("expires_on >= seen_on", name="expires_after_seen"),
        Index(None, "kind", "seen_on"),
    )

    property_id: Mapped[UUID] = mapped_column(ForeignKey("prospect_queue.property_id"))
    kind: Mapped[str]
    event_date: Mapped[date | None]
    seen_on: Mapped[date]
    source: Mapped[str]
    expires_on: Mapped[date | None]
    payload: Mapped[Json] = mapped_column(server_default=text("'{}'::jsonb"))


class PropertyScore(UuidKey, Timestamps, Base):
    """The score of a property at as_of with everything that explains and reproduces it; columns as in SCORES.

    bird_dog_score (0..100) is NULL exactly where score_null_reason says why; p_deal and confidence are
    shares 0..1; score_breakdown adds up in log-odds; payload holds the rest of the Parquet row.
    """

    __tablename__ = "property_scores"
    __table_args__ = (
        UniqueConstraint("property_id", "as_of"),
        one_of("price_basis", PRICE_BASES),
        one_of("band", SCORE_BANDS),
        one_of("confidence_band", CONFIDENCE_BANDS),
        CheckConstraint("bird_dog_score BETWEEN 0 AND 100", name="bird_dog_score"),
        CheckConstraint("p_deal BETWEEN 0 AND 1", name="p_deal"),
        CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence"),
        CheckConstraint("(bird_dog_score IS NULL) = (score_null_reason IS NOT NULL)", name="score_or_reason"),
        Index(None, "county", "as_of", "bird_dog_score"),
    )

    property_id: Mapped[UUID] = mapped_column(ForeignKey("prospect_queue.property_id"))
    county: Mapped[str]
    as_of: Mapped[date]
    listing_price_usd: Mapped[Decimal | None]
    price_basis: Mapped[str]
    bird_dog_score: Mapped[float | None]
    score_null_reason: Mapped[str | None]
    p_deal: Mapped[float | None]
    band: Mapped[str | None]
    confidence: Mapped[float | None]
    confidence_band: Mapped[str | None]
    lead_rank: Mapped[float | None]
    value_usd: Mapped[Decimal | None]
    value_low_90_usd: Mapped[Decimal | None]
    value_high_90_usd: Mapped[Decimal | None]
    posterior_value_usd: Mapped[Decimal | None]
    arv_usd: Mapped[Decimal | None]
    arv_low_usd: Mapped[Decimal | None]
    arv_high_usd: Mapped[Decimal | None]
    mao_usd: Mapped[Decimal | None]
    net_spread_usd: Mapped[Decimal | None]
    repair_low_usd: Mapped[Decimal | None]
    repair_base_usd: Mapped[Decimal | None]
    repair_high_usd: Mapped[Decimal | None]
    score_breakdown: Mapped[JsonList] = mapped_column(server_default=text("'[]'::jsonb"))
    reasons: Mapped[JsonList] = mapped_column(server_default=text("'[]'::jsonb"))
    snapshot_id: Mapped[str]
    model_name: Mapped[str | None]
    model_version: Mapped[str | None]
    model_digest: Mapped[str | None]
    code_version: Mapped[str]
    retired_at: Mapped[datetime | None]
    payload: Mapped[Json] = mapped_column(server_default=text("'{}'::jsonb"))


class MlModel(UuidKey, Timestamps, Base):
    """Which registered model version serves a county in a month, and why it and not the challenger."""

    __tablename__ = "ml_models"
    __table_args__ = (
        UniqueConstraint("county", "month"),
        CheckConstraint("EXTRACT(day FROM month) = 1", name="month_is_first_day"),
    )

    county: Mapped[str]
    month: Mapped[date]
    model_name: Mapped[str]
    challenger_version: Mapped[str | None]
    serving_version: Mapped[str]
    serving_reason: Mapped[str]
    metrics: Mapped[Json] = mapped_column(server_default=text("'{}'::jsonb"))
    data_digest: Mapped[str | None]
    model_digest: Mapped[str | None]
    run_id: Mapped[str | None]
    trained_at: Mapped[datetime]


class Ping(SerialKey, Base):
    """A row a health check writes, to prove that the database takes writes."""

    __tablename__ = "ping"

    at: Mapped[datetime] = mapped_column(server_default=text("now()"))
