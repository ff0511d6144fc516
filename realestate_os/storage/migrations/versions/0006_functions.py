"""What happens before a tenant is known: the list of tenants, webhook events, unsubscribe links.

Four functions run as realestate_definer, which cannot log in and sees, by policies of its own, four
tables in all tenants. Each does one narrow thing; the app role may call three of them and nobody else any.
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"

# search_path ends in pg_temp: left out, Postgres would look there first.
DEFINER = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"

LIST_TENANTS = """
CREATE FUNCTION public.list_tenants()
RETURNS TABLE (id uuid, slug text, name text, plan text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT t.id, t.slug, t.name, t.plan FROM public.tenants t WHERE t.status = 'active' ORDER BY t.slug
$$
"""

# Which mail an event is about. A send_id decides alone: one that is not ours belongs to another installation.
# SendGrid's message id is the X-Message-Id of the call, a dot and more; one call can carry several mails, so the
# address must agree. An asynchronous bounce has neither: then the newest mail of seven days to that address.
FIND_SEND = f"""
CREATE FUNCTION public.find_send(
    p_send_id uuid, p_message_id text, p_email_hmac text, p_occurred_at timestamptz,
    OUT send_id uuid, OUT tenant_id uuid, OUT address_hmac text
)
{DEFINER} STABLE
AS $$
BEGIN
    IF p_send_id IS NOT NULL THEN
        SELECT q.send_id, q.tenant_id, q.address_hmac INTO send_id, tenant_id, address_hmac
        FROM public.email_queue q WHERE q.send_id = p_send_id;
    ELSIF p_message_id IS NOT NULL THEN
        SELECT q.send_id, q.tenant_id, q.address_hmac INTO send_id, tenant_id, address_hmac
        FROM public.email_queue q
        WHERE q.provider_message_id = split_part(p_message_id, '.', 1) AND q.address_hmac = p_email_hmac
        ORDER BY q.claimed_at DESC NULLS LAST LIMIT 1;
    ELSE
        SELECT q.send_id, q.tenant_id, q.address_hmac INTO send_id, tenant_id, address_hmac
        FROM public.email_queue q
        WHERE q.address_hmac = p_email_hmac
          AND q.sent_at BETWEEN p_occurred_at - interval '7 days' AND p_occurred_at
        ORDER BY q.sent_at DESC LIMIT 1;
    END IF;
END
$$
"""

# The newest time of each kind wins, so events may come in any order and any number of times.
# group_resubscribe lifts its own group only; a bounce counts when it is hard (type bounce, not blocked).
SUPPRESS = f"""
CREATE FUNCTION public.suppress(
    p_tenant_id uuid, p_address_hmac text, p_event text, p_type text, p_group_id integer,
    p_at timestamptz, p_source_event_id text
) RETURNS void
{DEFINER}
AS $$
DECLARE
    reason text := CASE
        WHEN p_event = 'bounce' AND p_type IS DISTINCT FROM 'blocked' THEN 'bounce'
        WHEN p_event = 'spamreport' THEN 'spamreport'
        WHEN p_event IN ('unsubscribe', 'group_unsubscribe', 'group_resubscribe') THEN 'unsubscribe'
    END;
    group_id integer := CASE WHEN p_event IN ('group_unsubscribe', 'group_resubscribe') THEN p_group_id END;
    lifts boolean := p_event = 'group_resubscribe';
BEGIN
    IF reason IS NULL OR (lifts AND group_id IS NULL) THEN
        RETURN;
    END IF;
    INSERT INTO public.suppressions AS s
        (tenant_id, address_hmac, reason, group_id, suppressed_at, lifted_at, source_event_id)
    VALUES (
        p_tenant_id, p_address_hmac, reason, group_id,
        CASE WHEN NOT lifts THEN p_at END, CASE WHEN lifts THEN p_at END, p_source_event_id
    )
    ON CONFLICT ON CONSTRAINT uq_suppressions_tenant_id_address_hmac_reason_group_id DO UPDATE SET
        suppressed_at = GREATEST(s.suppressed_at, excluded.suppressed_at),
        lifted_at = GREATEST(s.lifted_at, excluded.lifted_at),
        source_event_id = CASE
            WHEN p_at > GREATEST(s.suppressed_at, s.lifted_at) THEN excluded.source_event_id ELSE s.source_event_id
        END;
END
$$
"""

# Insert once (either unique key makes it a duplicate), find the mail, suppress: one transaction, so that a 2xx
# answer means that the suppression holds.
RECORD_EVENT = f"""
CREATE FUNCTION public.record_webhook_event(
    p_sg_event_id text, p_content_hash text, p_event text, p_email_hmac text, p_occurred_at timestamptz,
    p_send_id uuid, p_message_id text, p_payload jsonb
) RETURNS text
{DEFINER}
AS $$
DECLARE
    mail record;
    group_id integer := CASE
        WHEN p_payload ->> 'asm_group_id' ~ '^[0-9]{{1,9}}$' THEN (p_payload ->> 'asm_group_id')::integer
    END;
BEGIN
    SELECT * INTO mail FROM public.find_send(p_send_id, p_message_id, p_email_hmac, p_occurred_at);
    INSERT INTO public.webhook_events
        (sg_event_id, content_hash, send_id, tenant_id, event, email_hmac, occurred_at, payload, status)
    VALUES (
        p_sg_event_id, p_content_hash, coalesce(mail.send_id, p_send_id), mail.tenant_id, p_event, p_email_hmac,
        p_occurred_at, p_payload, CASE WHEN mail.tenant_id IS NULL THEN 'orphan' ELSE 'new' END
    )
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN 'duplicate';
    END IF;
    IF mail.tenant_id IS NOT NULL THEN
        PERFORM public.suppress(
            mail.tenant_id, mail.address_hmac, p_event, p_payload ->> 'type', group_id, p_occurred_at, p_sg_event_id
        );
    END IF;
    RETURN 'inserted';
END
$$
"""

# The link of a mail. It is recorded as an event too, so that the campaign counts it; the suppression is set again on
# each use, because the address may have been lifted in between.
UNSUBSCRIBE = f"""
CREATE FUNCTION public.unsubscribe_by_send_id(p_send_id uuid, p_at timestamptz, p_source text) RETURNS boolean
{DEFINER}
AS $$
DECLARE
    mail record;
BEGIN
    SELECT * INTO mail FROM public.find_send(p_send_id, NULL, NULL, p_at);
    IF mail.tenant_id IS NULL THEN
        RETURN false;
    END IF;
    PERFORM public.record_webhook_event(
        NULL, 'link:' || p_send_id::text, 'unsubscribe', mail.address_hmac, p_at, p_send_id, NULL,
        jsonb_build_object('source', p_source)
    );
    PERFORM public.suppress(mail.tenant_id, mail.address_hmac, 'unsubscribe', NULL, NULL, p_at, NULL);
    RETURN true;
END
$$
"""

# What the definer sees, in all tenants.
DEFINER_POLICIES = {
    "tenants": ("SELECT",),
    "email_queue": ("SELECT",),
    "webhook_events": ("SELECT", "INSERT"),
    "suppressions": ("SELECT", "INSERT", "UPDATE"),
}
DEFINER_GRANTS = {
    "tenants": "SELECT (id, slug, name, plan, status)",
    "email_queue": "SELECT (send_id, tenant_id, address_hmac, provider_message_id, claimed_at, sent_at)",
    "webhook_events": "SELECT (sg_event_id, content_hash), INSERT",
    "suppressions": "SELECT, INSERT, UPDATE (suppressed_at, lifted_at, source_event_id)",
}

FOR_THE_APP = (
    "list_tenants()",
    "record_webhook_event(text, text, text, text, timestamptz, uuid, text, jsonb)",
    "unsubscribe_by_send_id(uuid, timestamptz, text)",
)
INTERNAL = (
    "suppress(uuid, text, text, text, integer, timestamptz, text)",
    "find_send(uuid, text, text, timestamptz)",
)


def upgrade() -> None:
    """Give the definer its policies and grants, create the functions as its own, let the app call three."""
    for table, privileges in DEFINER_GRANTS.items():
        op.execute(f"GRANT {privileges} ON public.{table} TO realestate_definer")
        for verb in DEFINER_POLICIES[table]:
            rule = "WITH CHECK (true)" if verb == "INSERT" else "USING (true)"
            op.execute(
                f"CREATE POLICY definer_{verb.lower()} ON public.{table} FOR {verb} TO realestate_definer {rule}"
            )
    op.execute("GRANT USAGE ON SEQUENCE public.webhook_events_id_seq TO realestate_definer")
    op.execute("GRANT CREATE ON SCHEMA public TO realestate_definer")
    op.execute("SET LOCAL ROLE realestate_definer")
    for function in (LIST_TENANTS, FIND_SEND, SUPPRESS, RECORD_EVENT, UNSUBSCRIBE):
        op.execute(function)
    for signature in (*FOR_THE_APP, *INTERNAL):
        op.execute(f"REVOKE ALL ON FUNCTION public.{signature} FROM PUBLIC")
    for signature in FOR_THE_APP:
        op.execute(f"GRANT EXECUTE ON FUNCTION public.{signature} TO realestate_app")
    op.execute("RESET ROLE")
    op.execute("REVOKE CREATE ON SCHEMA public FROM realestate_definer")


def downgrade() -> None:
    """Drop the functions and take the definer's policies and grants back."""
    for signature in (*reversed(FOR_THE_APP), *INTERNAL):
        op.execute(f"DROP FUNCTION public.{signature}")
    op.execute("REVOKE ALL ON SEQUENCE public.webhook_events_id_seq FROM realestate_definer")
    for table, verbs in DEFINER_POLICIES.items():
        for verb in verbs:
            op.execute(f"DROP POLICY definer_{verb.lower()} ON public.{table}")
        op.execute(f"REVOKE ALL ON public.{table} FROM realestate_definer")
