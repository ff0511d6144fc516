"""Contacts, campaigns, the outbox, suppressions and the inbox of webhook events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

JSONB = postgresql.JSONB(none_as_null=True)
MOMENT = sa.DateTime(timezone=True)
USD = sa.Numeric(14, 2)
EMPTY_OBJECT = sa.text("'{}'::jsonb")
EMPTY_LIST = sa.text("'[]'::jsonb")
CURRENT_TENANT = sa.text("NULLIF(current_setting('app.tenant_id', true), '')::uuid")
NOW = sa.text("now()")
NEW_UUID = sa.text("gen_random_uuid()")


def upgrade() -> None:
    """Create the tables."""
    _create_contacts()
    _create_email_campaigns()
    _create_email_queue()
    _create_suppressions()
    _create_webhook_events()


def downgrade() -> None:
    """Drop them; their data is lost."""
    op.drop_table("webhook_events")
    op.drop_table("suppressions")
    op.drop_table("email_queue")
    op.drop_table("email_campaigns")
    op.drop_table("contacts")


def _create_contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("id", sa.Uuid(), server_default=NEW_UUID, nullable=False),
        sa.Column("tenant_id", sa.Uuid(), server_default=CURRENT_TENANT, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("company", sa.Text()),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("consent_basis", sa.Text()),
        sa.Column("consent_at", MOMENT),
        sa.Column("consent_source", sa.Text()),
        sa.Column("min_price_usd", USD),
        sa.Column("max_price_usd", USD),
        sa.Column("counties", JSONB, server_default=EMPTY_LIST, nullable=False),
        sa.Column("property_types", JSONB, server_default=EMPTY_LIST, nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("updated_at", MOMENT, server_default=NOW, nullable=False),
        sa.CheckConstraint(
            "kind <> 'buyer' OR (consent_basis IS NOT NULL AND consent_at IS NOT NULL)",
            name=op.f("ck_contacts_buyer_consented"),
        ),
        sa.CheckConstraint("kind IN ('team', 'buyer')", name=op.f("ck_contacts_kind")),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_contacts_email_lower")),
        sa.CheckConstraint("min_price_usd <= max_price_usd", name=op.f("ck_contacts_price_range")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_contacts_tenant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_contacts"),
        sa.UniqueConstraint("tenant_id", "email", name="uq_contacts_tenant_id_email"),
        sa.UniqueConstraint("tenant_id", "id", name="uq_contacts_tenant_id_id"),
    )


def _create_email_campaigns() -> None:
    op.create_table(
        "email_campaigns",
        sa.Column("id", sa.Uuid(), server_default=NEW_UUID, nullable=False),
        sa.Column("tenant_id", sa.Uuid(), server_default=CURRENT_TENANT, nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'draft'"), nullable=False),
        sa.Column("subject", sa.Text()),
        sa.Column("counts", JSONB, server_default=EMPTY_OBJECT, nullable=False),
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("updated_at", MOMENT, server_default=NOW, nullable=False),
        sa.CheckConstraint("audience IN ('team', 'buyers')", name=op.f("ck_email_campaigns_audience")),
        sa.CheckConstraint(
            "status IN ('draft', 'scheduled', 'sending', 'sent', 'paused', 'failed')",
            name=op.f("ck_email_campaigns_status"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_email_campaigns_tenant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_email_campaigns"),
        sa.UniqueConstraint(
            "tenant_id", "county", "as_of", "audience", name="uq_email_campaigns_tenant_id_county_as_of_audience"
        ),
        sa.UniqueConstraint("tenant_id", "id", name="uq_email_campaigns_tenant_id_id"),
    )


def _create_email_queue() -> None:
    op.create_table(
        "email_queue",
        sa.Column("id", sa.Uuid(), server_default=NEW_UUID, nullable=False),
        sa.Column("tenant_id", sa.Uuid(), server_default=CURRENT_TENANT, nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid()),
        sa.Column("user_id", sa.Uuid()),
        sa.Column("property_id", sa.Uuid()),
        sa.Column("packet_id", sa.Uuid()),
        sa.Column("step", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("send_id", sa.Uuid(), server_default=NEW_UUID, nullable=False),
        sa.Column("recipient_email", sa.Text()),
        sa.Column("address_hmac", sa.Text(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'pending'"), nullable=False),
        sa.Column("attempt_id", sa.Uuid()),
        sa.Column("claimed_at", MOMENT),
        sa.Column("sent_at", MOMENT),
        sa.Column("provider_message_id", sa.Text()),
        sa.Column("error", sa.Text()),
        sa.Column("subject", sa.Text()),
        sa.Column("html_body", sa.Text()),
        sa.Column("text_body", sa.Text()),
        sa.Column("html_sha256", sa.Text()),
        sa.Column("text_sha256", sa.Text()),
        sa.Column("object_key", sa.Text()),
        sa.Column("snapshot", JSONB, server_default=EMPTY_OBJECT, nullable=False),
        sa.Column("delivery_state", sa.Text()),
        sa.Column("engagement_state", sa.Text()),
        sa.Column("suppression_state", sa.Text()),
        sa.Column("delivered_at", MOMENT),
        sa.Column("first_event_at", MOMENT),
        sa.Column("last_event_at", MOMENT),
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("updated_at", MOMENT, server_default=NOW, nullable=False),
        sa.CheckConstraint(
            "delivery_state IN ('processed', 'deferred', 'blocked', 'delivered', 'dropped', 'bounced')",
            name=op.f("ck_email_queue_delivery_state"),
        ),
        sa.CheckConstraint(
            "engagement_state IN ('opened_machine', 'opened', 'clicked')", name=op.f("ck_email_queue_engagement_state")
        ),
        sa.CheckConstraint(
            "status <> 'sending' OR attempt_id IS NOT NULL", name=op.f("ck_email_queue_claim_has_attempt")
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'sending', 'accepted', 'unknown', 'failed', 'suppressed', 'skipped')",
            name=op.f("ck_email_queue_status"),
        ),
        sa.CheckConstraint(
            "suppression_state IN ('unsubscribed', 'complained')", name=op.f("ck_email_queue_suppression_state")
        ),
        sa.CheckConstraint("num_nonnulls(contact_id, user_id) <= 1", name=op.f("ck_email_queue_one_recipient")),
        sa.ForeignKeyConstraint(["property_id"], ["prospect_queue.property_id"], name="fk_email_queue_property_id"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "campaign_id"],
            ["email_campaigns.tenant_id", "email_campaigns.id"],
            name="fk_email_queue_tenant_id_campaign_id",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contacts.tenant_id", "contacts.id"],
            name="fk_email_queue_tenant_id_contact_id",
            ondelete="SET NULL (contact_id)",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "packet_id"],
            ["action_packets.tenant_id", "action_packets.id"],
            name="fk_email_queue_tenant_id_packet_id",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["user_accounts.tenant_id", "user_accounts.id"],
            name="fk_email_queue_tenant_id_user_id",
            ondelete="SET NULL (user_id)",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_email_queue_tenant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_email_queue"),
        sa.UniqueConstraint(
            "campaign_id",
            "address_hmac",
            "property_id",
            "step",
            name="uq_email_queue_once",
            postgresql_nulls_not_distinct=True,
        ),
        sa.UniqueConstraint("send_id", name="uq_email_queue_send_id"),
    )
    op.create_index("ix_email_queue_address_hmac_sent_at", "email_queue", ["address_hmac", "sent_at"], unique=False)
    op.create_index("ix_email_queue_contact_id", "email_queue", ["contact_id"], unique=False)
    op.create_index("ix_email_queue_packet_id", "email_queue", ["packet_id"], unique=False)
    op.create_index("ix_email_queue_property_id", "email_queue", ["property_id"], unique=False)
    op.create_index("ix_email_queue_provider_message_id", "email_queue", ["provider_message_id"], unique=False)
    op.create_index(
        "ix_email_queue_tenant_id_address_hmac_property_id_sent_at",
        "email_queue",
        ["tenant_id", "address_hmac", "property_id", "sent_at"],
        unique=False,
    )
    op.create_index(
        "ix_email_queue_tenant_id_status_planned_on", "email_queue", ["tenant_id", "status", "planned_on"], unique=False
    )
    op.create_index("ix_email_queue_user_id", "email_queue", ["user_id"], unique=False)


def _create_suppressions() -> None:
    op.create_table(
        "suppressions",
        sa.Column("id", sa.Uuid(), server_default=NEW_UUID, nullable=False),
        sa.Column("tenant_id", sa.Uuid(), server_default=CURRENT_TENANT, nullable=False),
        sa.Column("address_hmac", sa.Text(), nullable=False),
        sa.Column("email", sa.Text()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("group_id", sa.Integer()),
        sa.Column("suppressed_at", MOMENT),
        sa.Column("lifted_at", MOMENT),
        sa.Column("source_event_id", sa.Text()),
        sa.Column(
            "active",
            sa.Boolean(),
            sa.Computed(
                "suppressed_at IS NOT NULL AND (lifted_at IS NULL OR suppressed_at >= lifted_at)", persisted=True
            ),
            nullable=False,
        ),
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("updated_at", MOMENT, server_default=NOW, nullable=False),
        sa.CheckConstraint(
            "reason IN ('bounce', 'spamreport', 'unsubscribe', 'manual')", name=op.f("ck_suppressions_reason")
        ),
        sa.CheckConstraint("num_nonnulls(suppressed_at, lifted_at) > 0", name=op.f("ck_suppressions_has_a_time")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_suppressions_tenant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_suppressions"),
        sa.UniqueConstraint(
            "tenant_id",
            "address_hmac",
            "reason",
            "group_id",
            name="uq_suppressions_tenant_id_address_hmac_reason_group_id",
            postgresql_nulls_not_distinct=True,
        ),
    )


def _create_webhook_events() -> None:
    op.create_table(
        "webhook_events",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("sg_event_id", sa.Text()),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("send_id", sa.Uuid()),
        sa.Column("tenant_id", sa.Uuid()),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("email_hmac", sa.Text()),
        sa.Column("occurred_at", MOMENT, nullable=False),
        sa.Column("received_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("payload", JSONB, nullable=False),
        sa.Column("claimed_at", MOMENT),
        sa.Column("processed_at", MOMENT),
        sa.Column("status", sa.Text(), server_default=sa.text("'new'"), nullable=False),
        sa.CheckConstraint(
            "(status = 'orphan') = (tenant_id IS NULL)", name=op.f("ck_webhook_events_orphan_has_no_tenant")
        ),
        sa.CheckConstraint("status IN ('new', 'projected', 'orphan')", name=op.f("ck_webhook_events_status")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_webhook_events_tenant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_events"),
        sa.UniqueConstraint("content_hash", name="uq_webhook_events_content_hash"),
        sa.UniqueConstraint("sg_event_id", name="uq_webhook_events_sg_event_id"),
    )
    op.create_index("ix_webhook_events_send_id", "webhook_events", ["send_id"], unique=False)
    op.create_index(
        "ix_webhook_events_tenant_id_status_id", "webhook_events", ["tenant_id", "status", "id"], unique=False
    )
