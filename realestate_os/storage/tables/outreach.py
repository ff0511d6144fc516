"""E-mail: contacts, campaigns, the outbox, suppressions and the inbox of webhook events.

Belongs here: whom a tenant may mail, what was mailed and what came of it. Does not: the tenant itself
(tenancy.py). All under row-level security. address_hmac is the keyed hash of the lower-case address: it
outlives the erasure of a contact.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from realestate_os.storage.tables.base import (
    Base,
    Json,
    JsonList,
    OfTenant,
    SerialKey,
    Timestamps,
    UuidKey,
    one_of,
    tenant_fk,
    tenant_key,
)

CONTACT_KINDS = ("team", "buyer")
AUDIENCES = ("team", "buyers")
CAMPAIGN_STATUSES = ("draft", "scheduled", "sending", "sent", "paused", "failed")
SEND_STATUSES = ("pending", "sending", "accepted", "unknown", "failed", "suppressed", "skipped")
DELIVERY_STATES = ("processed", "deferred", "blocked", "delivered", "dropped", "bounced")
ENGAGEMENT_STATES = ("opened_machine", "opened", "clicked")
SUPPRESSION_STATES = ("unsubscribed", "complained")
SUPPRESSION_REASONS = ("bounce", "spamreport", "unsubscribe", "manual")
EVENT_STATUSES = ("new", "projected", "orphan")


class Contact(UuidKey, OfTenant, Timestamps, Base):
    """A person who may be mailed, with the basis of consent and the buy box. Addresses in lower case."""

    __tablename__ = "contacts"
    __table_args__ = (
        UniqueConstraint("tenant_id", "email"),
        tenant_key(),
        one_of("kind", CONTACT_KINDS),
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint(
            "kind <> 'buyer' OR (consent_basis IS NOT NULL AND consent_at IS NOT NULL)", name="buyer_consented"
        ),
        CheckConstraint("min_price_usd <= max_price_usd", name="price_range"),
    )

    email: Mapped[str]
    name: Mapped[str]
    company: Mapped[str | None]
    kind: Mapped[str]
    consent_basis: Mapped[str | None]
    consent_at: Mapped[datetime | None]
    consent_source: Mapped[str | None]
    min_price_usd: Mapped[Decimal | None]
    max_price_usd: Mapped[Decimal | None]
    counties: Mapped[JsonList] = mapped_column(server_default=text("'[]'::jsonb"))
    property_types: Mapped[JsonList] = mapped_column(server_default=text("'[]'::jsonb"))
    zip_codes: Mapped[JsonList] = mapped_column(server_default=text("'[]'::jsonb"))
    min_bedrooms: Mapped[float | None]
    active: Mapped[bool] = mapped_column(server_default=text("true"))


class EmailCampaign(UuidKey, OfTenant, Timestamps, Base):
    """The mails of one county, day and audience. counts holds how many mails stand in which state."""

    __tablename__ = "email_campaigns"
    __table_args__ = (
        UniqueConstraint("tenant_id", "county", "as_of", "audience"),
        tenant_key(),
        one_of("audience", AUDIENCES),
        one_of("status", CAMPAIGN_STATUSES),
    )

    county: Mapped[str]
    as_of: Mapped[date]
    audience: Mapped[str]
    name: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=text("'draft'"))
    subject: Mapped[str | None]
    counts: Mapped[Json] = mapped_column(server_default=text("'{}'::jsonb"))


class EmailQueue(UuidKey, OfTenant, Timestamps, Base):
    """The outbox: one mail to one recipient, unique by campaign, address, property and step.

    A sender claims a row (status sending, attempt_id) and commits before it calls the provider; what
    then fails to answer stays unknown and is never retried by itself. Once claimed, content and
    snapshot cannot change (a trigger). The three states fold the provider's events.
    """

    __tablename__ = "email_queue"
    __table_args__ = (
        UniqueConstraint(
            "campaign_id",
            "address_hmac",
            "property_id",
            "step",
            name="uq_email_queue_once",
            postgresql_nulls_not_distinct=True,
        ),
        UniqueConstraint("send_id"),
        tenant_fk("campaign_id", "email_campaigns"),
        tenant_fk("contact_id", "contacts", ondelete="SET NULL (contact_id)"),
        tenant_fk("user_id", "user_accounts", ondelete="SET NULL (user_id)"),
        tenant_fk("packet_id", "action_packets"),
        one_of("status", SEND_STATUSES),
        one_of("delivery_state", DELIVERY_STATES),
        one_of("engagement_state", ENGAGEMENT_STATES),
        one_of("suppression_state", SUPPRESSION_STATES),
        CheckConstraint("num_nonnulls(contact_id, user_id) <= 1", name="one_recipient"),
        CheckConstraint("status <> 'sending' OR attempt_id IS NOT NULL", name="claim_has_attempt"),
        Index(None, "tenant_id", "status", "planned_on"),
        Index(None, "tenant_id", "address_hmac", "property_id", "sent_at"),
        Index(None, "address_hmac", "sent_at"),
        Index(None, "provider_message_id"),
        Index(None, "contact_id"),
        Index(None, "user_id"),
        Index(None, "packet_id"),
        Index(None, "property_id"),
    )

    campaign_id: Mapped[UUID]
    contact_id: Mapped[UUID | None]
    user_id: Mapped[UUID | None]
    property_id: Mapped[UUID | None] = mapped_column(ForeignKey("prospect_queue.property_id"))
    packet_id: Mapped[UUID | None]
    step: Mapped[int] = mapped_column(server_default=text("0"))
    send_id: Mapped[UUID] = mapped_column(server_default=func.gen_random_uuid())
    recipient_email: Mapped[str | None]
    address_hmac: Mapped[str]
    planned_on: Mapped[date]
    status: Mapped[str] = mapped_column(server_default=text("'pending'"))
    attempt_id: Mapped[UUID | None]
    claimed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    provider_message_id: Mapped[str | None]
    error: Mapped[str | None]
    subject: Mapped[str | None]
    html_body: Mapped[str | None]
    text_body: Mapped[str | None]
    html_sha256: Mapped[str | None]
    text_sha256: Mapped[str | None]
    object_key: Mapped[str | None]
    snapshot: Mapped[Json] = mapped_column(server_default=text("'{}'::jsonb"))
    delivery_state: Mapped[str | None]
    engagement_state: Mapped[str | None]
    suppression_state: Mapped[str | None]
    delivered_at: Mapped[datetime | None]
    first_event_at: Mapped[datetime | None]
    last_event_at: Mapped[datetime | None]


class Suppression(UuidKey, OfTenant, Timestamps, Base):
    """An address that a tenant must not mail: for all groups (group_id NULL) or for one.

    suppressed_at and lifted_at keep the newest of each kind, so that order and repetition of events
    cannot matter; active is computed from them and is what an audience filters on.
    """

    __tablename__ = "suppressions"
    __table_args__ = (
        UniqueConstraint("tenant_id", "address_hmac", "reason", "group_id", postgresql_nulls_not_distinct=True),
        one_of("reason", SUPPRESSION_REASONS),
        CheckConstraint("num_nonnulls(suppressed_at, lifted_at) > 0", name="has_a_time"),
    )

    address_hmac: Mapped[str]
    email: Mapped[str | None]
    reason: Mapped[str]
    group_id: Mapped[int | None]
    suppressed_at: Mapped[datetime | None]
    lifted_at: Mapped[datetime | None]
    source_event_id: Mapped[str | None]
    active: Mapped[bool] = mapped_column(
        Computed("suppressed_at IS NOT NULL AND (lifted_at IS NULL OR suppressed_at >= lifted_at)", persisted=True)
    )


class WebhookEvent(SerialKey, Base):
    """The inbox of the mail provider's events, as they came. Written by record_webhook_event() alone.

    tenant_id and send_id are resolved on arrival from send_id, then message id, then address and recent
    sends; what matches nothing is an orphan, has no tenant and is visible to none.
    """

    __tablename__ = "webhook_events"
    __table_args__ = (
        UniqueConstraint("sg_event_id"),
        UniqueConstraint("content_hash"),
        one_of("status", EVENT_STATUSES),
        CheckConstraint("(status = 'orphan') = (tenant_id IS NULL)", name="orphan_has_no_tenant"),
        Index(None, "tenant_id", "status", "id"),
        Index(None, "send_id"),
    )

    sg_event_id: Mapped[str | None]
    content_hash: Mapped[str]
    send_id: Mapped[UUID | None]
    tenant_id: Mapped[UUID | None] = mapped_column(ForeignKey("tenants.id"))
    event: Mapped[str]
    email_hmac: Mapped[str | None]
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    payload: Mapped[Json]
    claimed_at: Mapped[datetime | None]
    processed_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(server_default=text("'new'"))
