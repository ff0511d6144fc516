"""Tenants, their people, their deals and memos, and the audit log. All under row-level security.

Belongs here: what a tenant is and what it holds. Does not: e-mail (outreach.py), market facts (market.py).
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from realestate_os.storage.tables.base import (
    Base,
    Json,
    OfTenant,
    SerialKey,
    Timestamps,
    UuidKey,
    one_of,
    tenant_key,
)

PLANS = ("free", "professional", "enterprise")
TENANT_STATUSES = ("active", "suspended", "deleted")
ROLES = ("admin", "user", "viewer")
CONTROLS = ("none", "under_contract", "option", "owned", "licensed_listing")
DEAL_STAGES = ("lead", "contacted", "offer", "under_contract", "assigned", "closed", "dead")
EDITIONS = ("internal", "investor")
PACKET_STATUSES = ("current", "retired")


class Tenant(UuidKey, Timestamps, Base):
    """One customer: its plan and the sender's facts that each of its mails must carry."""

    __tablename__ = "tenants"
    __table_args__ = (UniqueConstraint("slug"), one_of("plan", PLANS), one_of("status", TENANT_STATUSES))

    slug: Mapped[str]
    name: Mapped[str]
    plan: Mapped[str] = mapped_column(server_default=text("'free'"))
    status: Mapped[str] = mapped_column(server_default=text("'active'"))
    state_code: Mapped[str | None]
    mail_from_name: Mapped[str]
    mail_from_email: Mapped[str]
    postal_address: Mapped[str]


class UserAccount(UuidKey, OfTenant, Timestamps, Base):
    """A person of the tenant's team. The e-mail address is kept in lower case."""

    __tablename__ = "user_accounts"
    __table_args__ = (
        UniqueConstraint("tenant_id", "email"),
        tenant_key(),
        one_of("role", ROLES),
        CheckConstraint("email = lower(email)", name="email_lower"),
    )

    email: Mapped[str]
    name: Mapped[str]
    role: Mapped[str] = mapped_column(server_default=text("'user'"))
    receives_daily_list: Mapped[bool] = mapped_column(server_default=text("false"))
    active: Mapped[bool] = mapped_column(server_default=text("true"))


class Deal(UuidKey, OfTenant, Timestamps, Base):
    """A tenant's control over a property and the stage of the deal. Without control nothing is marketed."""

    __tablename__ = "deals"
    __table_args__ = (
        UniqueConstraint("tenant_id", "property_id"),
        one_of("control", CONTROLS),
        one_of("stage", DEAL_STAGES),
        Index(None, "property_id"),
    )

    property_id: Mapped[UUID] = mapped_column(ForeignKey("prospect_queue.property_id"))
    control: Mapped[str] = mapped_column(server_default=text("'none'"))
    stage: Mapped[str] = mapped_column(server_default=text("'lead'"))
    contract_price_usd: Mapped[Decimal | None]
    signed_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    cancellation_until: Mapped[date | None]
    disclosure: Mapped[str | None]
    assignment_price_usd: Mapped[Decimal | None]


class ActionPacket(UuidKey, OfTenant, Timestamps, Base):
    """One memo as it was printed: the PDF's place and digest, and the immutable snapshot it shows."""

    __tablename__ = "action_packets"
    __table_args__ = (
        UniqueConstraint("tenant_id", "property_id", "as_of", "edition", "sha256"),
        tenant_key(),
        one_of("edition", EDITIONS),
        one_of("status", PACKET_STATUSES),
        # One current memo of an edition a day; a changed one replaces it, the old one stays as retired.
        Index(
            "uq_action_packets_current",
            "tenant_id",
            "property_id",
            "as_of",
            "edition",
            unique=True,
            postgresql_where=text("status = 'current'"),
        ),
        Index(None, "tenant_id", "county", "as_of"),
        Index(None, "property_id"),
        Index(None, "score_id"),
    )

    property_id: Mapped[UUID] = mapped_column(ForeignKey("prospect_queue.property_id"))
    county: Mapped[str]
    as_of: Mapped[date]
    edition: Mapped[str]
    object_key: Mapped[str]
    sha256: Mapped[str]
    pages: Mapped[int]
    bytes: Mapped[int]
    snapshot: Mapped[Json]
    snapshot_sha256: Mapped[str]
    score_id: Mapped[UUID | None] = mapped_column(ForeignKey("property_scores.id"))
    status: Mapped[str] = mapped_column(server_default=text("'current'"))
    retired_at: Mapped[datetime | None]


class AuditLog(SerialKey, OfTenant, Base):
    """Who did what to what, and when. The application can add to it and read it, nothing else."""

    __tablename__ = "audit_log"
    __table_args__ = (Index(None, "tenant_id", "at"),)

    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str | None]
    details: Mapped[Json] = mapped_column(server_default=text("'{}'::jsonb"))
    at: Mapped[datetime] = mapped_column(server_default=text("now()"))
