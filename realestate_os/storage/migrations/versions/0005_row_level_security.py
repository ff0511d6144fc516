"""Who may see and change which rows: policies by tenant, and the grants of the app role.

The roles come from storage/migrations/roles.sql, which a superuser runs before the first migration.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from alembic.util import CommandError

revision = "0005"
down_revision = "0004"

CURRENT_TENANT = "NULLIF(current_setting('app.tenant_id', true), '')::uuid"

# The column that names the row's tenant.
TENANT_COLUMNS = {
    "tenants": "id",
    "user_accounts": "tenant_id",
    "deals": "tenant_id",
    "action_packets": "tenant_id",
    "audit_log": "tenant_id",
    "contacts": "tenant_id",
    "email_campaigns": "tenant_id",
    "email_queue": "tenant_id",
    "suppressions": "tenant_id",
    "webhook_events": "tenant_id",
}

# What the app needs and no more: nothing is deleted except what a re-materialization replaces, a contact who
# asks to be forgotten, and old pings; a memo keeps its snapshot, a mail its identity, the audit log everything.
GRANTS = {
    "prospect_queue": "SELECT, INSERT, UPDATE",
    "property_enrichment": "SELECT, INSERT, UPDATE",
    "field_provenance": "SELECT, INSERT, UPDATE, DELETE",
    "lead_signals": "SELECT, INSERT, UPDATE, DELETE",
    "property_scores": "SELECT, INSERT, UPDATE",
    "ml_models": "SELECT, INSERT, UPDATE",
    "ping": "SELECT, INSERT, DELETE",
    "alembic_version": "SELECT",
    "tenants": "SELECT",
    "user_accounts": "SELECT, INSERT, UPDATE",
    "deals": "SELECT, INSERT, UPDATE",
    "action_packets": "SELECT, INSERT, UPDATE (status, retired_at)",
    "audit_log": "SELECT, INSERT",
    "contacts": "SELECT, INSERT, UPDATE, DELETE",
    "email_campaigns": "SELECT, INSERT, UPDATE",
    "email_queue": (
        "SELECT, INSERT, UPDATE (contact_id, user_id, packet_id, recipient_email, planned_on, status, attempt_id,"
        " claimed_at, sent_at, provider_message_id, error, subject, html_body, text_body, html_sha256, text_sha256,"
        " object_key, snapshot, delivery_state, engagement_state, suppression_state, delivered_at, first_event_at,"
        " last_event_at)"
    ),
    "suppressions": "SELECT, INSERT, UPDATE (email, suppressed_at, lifted_at, source_event_id)",
    "webhook_events": "SELECT, UPDATE (claimed_at, processed_at, status)",
}
SEQUENCES = ("ping_id_seq", "audit_log_id_seq")


def upgrade() -> None:
    """Switch row-level security on, for the owner as well, and grant the app role its part."""
    _require_roles()
    for table, column in TENANT_COLUMNS.items():
        op.execute(f"ALTER TABLE public.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE public.{table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant ON public.{table}"
            f" USING ({column} = {CURRENT_TENANT}) WITH CHECK ({column} = {CURRENT_TENANT})"
        )
    for table, privileges in GRANTS.items():
        op.execute(f"GRANT {privileges} ON public.{table} TO realestate_app")
    for sequence in SEQUENCES:
        op.execute(f"GRANT USAGE ON SEQUENCE public.{sequence} TO realestate_app")


def downgrade() -> None:
    """Take the grants back and switch row-level security off."""
    for sequence in SEQUENCES:
        op.execute(f"REVOKE ALL ON SEQUENCE public.{sequence} FROM realestate_app")
    for table in GRANTS:
        op.execute(f"REVOKE ALL ON public.{table} FROM realestate_app")
    for table in TENANT_COLUMNS:
        op.execute(f"DROP POLICY tenant ON public.{table}")
        op.execute(f"ALTER TABLE public.{table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE public.{table} DISABLE ROW LEVEL SECURITY")


def _require_roles() -> None:
    """Say in one line what is missing, before Postgres says it in terms of a statement."""
    there = set(op.get_bind().scalars(sa.text("SELECT rolname FROM pg_roles WHERE rolname LIKE 'realestate_%'")))
    missing = {"realestate_owner", "realestate_app", "realestate_definer"} - there
    if missing:
        raise CommandError(
            f"the roles {', '.join(sorted(missing))} are missing;"
            " run realestate_os/storage/migrations/roles.sql as a superuser first"
        )
