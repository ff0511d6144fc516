"""updated_at moves by itself, and what was mailed cannot be changed."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

TOUCHED = (
    "prospect_queue",
    "property_enrichment",
    "field_provenance",
    "lead_signals",
    "property_scores",
    "ml_models",
    "tenants",
    "user_accounts",
    "deals",
    "action_packets",
    "contacts",
    "email_campaigns",
    "email_queue",
    "suppressions",
)

TOUCH = """
CREATE FUNCTION public.touch_updated_at() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    NEW.updated_at := clock_timestamp();
    RETURN NEW;
END
$$
"""

# A row that was claimed may have left the house: from then on content and snapshot say what was sent.
# Setting content to NULL stays possible, for the erasure of a person.
SEAL = """
CREATE FUNCTION public.seal_mail() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF OLD.status IN ('sending', 'accepted', 'unknown') AND (
        (NEW.subject IS NOT NULL AND NEW.subject IS DISTINCT FROM OLD.subject)
        OR (NEW.html_body IS NOT NULL AND NEW.html_body IS DISTINCT FROM OLD.html_body)
        OR (NEW.text_body IS NOT NULL AND NEW.text_body IS DISTINCT FROM OLD.text_body)
        OR (NEW.object_key IS NOT NULL AND NEW.object_key IS DISTINCT FROM OLD.object_key)
        OR NEW.snapshot IS DISTINCT FROM OLD.snapshot
        OR NEW.packet_id IS DISTINCT FROM OLD.packet_id
    ) THEN
        RAISE EXCEPTION 'mail % was claimed for sending: its content and snapshot cannot change', OLD.send_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$
"""


def upgrade() -> None:
    """Create the two functions and their triggers. A row that did not change keeps its updated_at."""
    op.execute(TOUCH)
    for table in TOUCHED:
        # suppressions has a generated column, which a trigger's condition may not read
        changed = "" if table == "suppressions" else "WHEN (OLD.* IS DISTINCT FROM NEW.*)"
        op.execute(
            f"CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.{table} FOR EACH ROW {changed}"
            " EXECUTE FUNCTION public.touch_updated_at()"
        )
    op.execute(SEAL)
    op.execute(
        "CREATE TRIGGER seal_mail BEFORE UPDATE ON public.email_queue FOR EACH ROW EXECUTE FUNCTION public.seal_mail()"
    )


def downgrade() -> None:
    """Drop triggers and functions."""
    op.execute("DROP TRIGGER seal_mail ON public.email_queue")
    op.execute("DROP FUNCTION public.seal_mail()")
    for table in TOUCHED:
        op.execute(f"DROP TRIGGER touch_updated_at ON public.{table}")
    op.execute("DROP FUNCTION public.touch_updated_at()")
