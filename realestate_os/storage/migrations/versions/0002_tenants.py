"""Tenants, their people, deals and memos, and the audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

JSONB = postgresql.JSONB(none_as_null=True)
MOMENT = sa.DateTime(timezone=True)
USD = sa.Numeric(14, 2)
EMPTY_OBJECT = sa.text("'{}'::jsonb")
CURRENT_TENANT = sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid")
NOW = sa.text("now()")
NEW_UUID = sa.text("gen_random_uuid()")


def upgrade() -> None:
    """Create the tables."""
    _create_tenants()
    _create_user_accounts()
    _create_deals()
    _create_action_packets()
    _create_audit_log()


def downgrade() -> None:
    """Drop them; their data is lost."""
    op.drop_table("audit_log")
    op.drop_table("action_packets")
    op.drop_table("deals")
    op.drop_table("user_accounts")
    op.drop_table("tenants")


def _create_tenants() -> None:
    op.create_table(
        "tenants",
        sa.Column("id", sa.Uuid(), server_default=NEW_UUID, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), server_default=sa.text("'free'"), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'active'"), nullable=False),
        sa.Column("state_code", sa.Text()),
        sa.Column("mail_from_name", sa.Text(), nullable=False),
        sa.Column("mail_from_email", sa.Text(), nullable=False),
        sa.Column("postal_address", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("updated_at", MOMENT, server_default=NOW, nullable=False),
        sa.CheckConstraint("plan IN ('free', 'professional', 'enterprise')", name=op.f("ck_tenants_plan")),
        sa.CheckConstraint("status IN ('active', 'suspended', 'deleted')", name=op.f("ck_tenants_status")),
        sa.PrimaryKeyConstraint("id", name="pk_tenants"),
        sa.UniqueConstraint("slug", name="uq_tenants_slug"),
    )


def _create_user_accounts() -> None:
    op.create_table(
        "user_accounts",
        sa.Column("id", sa.Uuid(), server_default=NEW_UUID, nullable=False),
        sa.Column("tenant_id", sa.Uuid(), server_default=CURRENT_TENANT, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), server_default=sa.text("'user'"), nullable=False),
        sa.Column("receives_daily_list", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("updated_at", MOMENT, server_default=NOW, nullable=False),
        sa.CheckConstraint("role IN ('admin', 'user', 'viewer')", name=op.f("ck_user_accounts_role")),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_user_accounts_email_lower")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_user_accounts_tenant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_user_accounts"),
        sa.UniqueConstraint("tenant_id", "email", name="uq_user_accounts_tenant_id_email"),
        sa.UniqueConstraint("tenant_id", "id", name="uq_user_accounts_tenant_id_id"),
    )


def _create_deals() -> None:
    op.create_table(
        "deals",
        sa.Column("id", sa.Uuid(), server_default=NEW_UUID, nullable=False),
        sa.Column("tenant_id", sa.Uuid(), server_default=CURRENT_TENANT, nullable=False),
        sa.Column("property_id", sa.Uuid(), nullable=False),
        sa.Column("control", sa.Text(), server_default=sa.text("'none'"), nullable=False),
        sa.Column("stage", sa.Text(), server_default=sa.text("'lead'"), nullable=False),
        sa.Column("contract_price_usd", USD),
        sa.Column("signed_on", sa.Date()),
        sa.Column("expires_on", sa.Date()),
        sa.Column("cancellation_until", sa.Date()),
        sa.Column("disclosure", sa.Text()),
        sa.Column("assignment_price_usd", USD),
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("updated_at", MOMENT, server_default=NOW, nullable=False),
        sa.CheckConstraint(
            "control IN ('none', 'under_contract', 'option', 'owned', 'licensed_listing')",
            name=op.f("ck_deals_control"),
        ),
        sa.CheckConstraint(
            "stage IN ('lead', 'contacted', 'offer', 'under_contract', 'assigned', 'closed', 'dead')",
            name=op.f("ck_deals_stage"),
        ),
        sa.ForeignKeyConstraint(["property_id"], ["prospect_queue.property_id"], name="fk_deals_property_id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_deals_tenant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deals"),
        sa.UniqueConstraint("tenant_id", "property_id", name="uq_deals_tenant_id_property_id"),
    )
    op.create_index("ix_deals_property_id", "deals", ["property_id"], unique=False)


def _create_action_packets() -> None:
    op.create_table(
        "action_packets",
        sa.Column("id", sa.Uuid(), server_default=NEW_UUID, nullable=False),
        sa.Column("tenant_id", sa.Uuid(), server_default=CURRENT_TENANT, nullable=False),
        sa.Column("property_id", sa.Uuid(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("snapshot", JSONB, nullable=False),
        sa.Column("snapshot_sha256", sa.Text(), nullable=False),
        sa.Column("score_id", sa.Uuid()),
        sa.Column("status", sa.Text(), server_default=sa.text("'current'"), nullable=False),
        sa.Column("retired_at", MOMENT),
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("updated_at", MOMENT, server_default=NOW, nullable=False),
        sa.CheckConstraint("edition IN ('internal', 'investor')", name=op.f("ck_action_packets_edition")),
        sa.CheckConstraint("status IN ('current', 'retired')", name=op.f("ck_action_packets_status")),
        sa.ForeignKeyConstraint(["property_id"], ["prospect_queue.property_id"], name="fk_action_packets_property_id"),
        sa.ForeignKeyConstraint(["score_id"], ["property_scores.id"], name="fk_action_packets_score_id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_action_packets_tenant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_action_packets"),
        sa.UniqueConstraint("tenant_id", "id", name="uq_action_packets_tenant_id_id"),
        sa.UniqueConstraint(
            "tenant_id",
            "property_id",
            "as_of",
            "edition",
            "sha256",
            name="uq_action_packets_tenant_id_property_id_as_of_edition_sha256",
        ),
    )
    op.create_index("ix_action_packets_property_id", "action_packets", ["property_id"], unique=False)
    op.create_index("ix_action_packets_score_id", "action_packets", ["score_id"], unique=False)
    op.create_index(
        "ix_action_packets_tenant_id_county_as_of", "action_packets", ["tenant_id", "county", "as_of"], unique=False
    )
    op.create_index(
        "uq_action_packets_current",
        "action_packets",
        ["tenant_id", "property_id", "as_of", "edition"],
        unique=True,
        postgresql_where=sa.text("status = 'current'"),
    )


def _create_audit_log() -> None:
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("tenant_id", sa.Uuid(), server_default=CURRENT_TENANT, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text()),
        sa.Column("details", JSONB, server_default=EMPTY_OBJECT, nullable=False),
        sa.Column("at", MOMENT, server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_audit_log_tenant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
    )
    op.create_index("ix_audit_log_tenant_id_at", "audit_log", ["tenant_id", "at"], unique=False)
