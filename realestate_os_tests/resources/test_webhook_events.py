"""What an event of the mail service does in the transaction that records it: suppressions, duplicates, orphans."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select, text

from realestate_os.resources.database import (
    Database,
    ReceivedEvent,
    Tenant,
)
from realestate_os.storage.tables import (
    EmailQueue,
    Suppression,
    WebhookEvent,
)

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def tenant(database: Database) -> Tenant:
    return database.tenants()[0]


def plan_mail(connection: Connection, address: str, **values: object) -> UUID:
    campaign = connection.execute(
        text(
            "INSERT INTO email_campaigns (county, as_of, audience, name) VALUES ('king_wa', '2026-11-24', 'team', 'N')"
            " ON CONFLICT (tenant_id, county, as_of, audience) DO UPDATE SET name = 'N' RETURNING id"
        )
    ).scalar_one()
    row = {"campaign_id": campaign, "address_hmac": address, "planned_on": date(2026, 11, 24), **values}
    statement = insert(EmailQueue.__table__).values(row).returning(EmailQueue.__table__.c.send_id)
    send_id: UUID = connection.execute(statement).scalar_one()
    return send_id


def event(kind: str, **values: object) -> ReceivedEvent:
    number = str(uuid4())
    defaults = {"sg_event_id": number, "content_hash": number, "event": kind, "email_hmac": None, "occurred_at": NOON}
    return ReceivedEvent(**{**defaults, "send_id": None, "message_id": None, "payload": {}, **values})  # type: ignore[arg-type]


def active(connection: Connection, address: str) -> set[tuple[str, int | None]]:
    statement = select(Suppression.reason, Suppression.group_id).where(
        Suppression.address_hmac == address, Suppression.active
    )
    return {(row.reason, row.group_id) for row in connection.execute(statement)}


@pytest.fixture
def address() -> str:
    return f"hmac-{uuid4()}"


@pytest.fixture
def send_id(database: Database, tenant: Tenant, address: str) -> UUID:
    with database.transaction(tenant.id) as connection:
        return plan_mail(connection, address)


@pytest.mark.parametrize(
    ("kind", "payload", "reasons"),
    [
        ("bounce", {"type": "bounce"}, {("bounce", None)}),
        ("bounce", {}, {("bounce", None)}),
        ("bounce", {"type": "blocked"}, set()),
        ("spamreport", {}, {("spamreport", None)}),
        ("unsubscribe", {"asm_group_id": 7}, {("unsubscribe", None)}),
        ("group_unsubscribe", {"asm_group_id": 7}, {("unsubscribe", 7)}),
        ("group_unsubscribe", {"asm_group_id": "x' OR 1=1"}, {("unsubscribe", None)}),
        ("group_resubscribe", {"asm_group_id": 7}, set()),
        ("group_resubscribe", {}, set()),
        ("delivered", {}, set()),
        ("open", {}, set()),
        ("an_event_of_next_year", {}, set()),
    ],
)
def test_an_event_suppresses_in_the_transaction_that_records_it(
    database, tenant, send_id, address, kind, payload, reasons
):
    with database.transaction() as connection:
        assert database.record_webhook_event(connection, event(kind, send_id=send_id, payload=payload))
        connection.execute(text("SELECT set_config('app.tenant_id', :t, true)"), {"t": str(tenant.id)})
        assert active(connection, address) == reasons
        rows = connection.execute(
            select(WebhookEvent.event, WebhookEvent.status).where(WebhookEvent.send_id == send_id)
        )
        assert rows.all() == [(kind, "new")]


def test_nothing_stays_of_an_event_whose_transaction_fails(database, tenant, send_id, address):
    with pytest.raises(ZeroDivisionError), database.transaction() as connection:
        database.record_webhook_event(connection, event("bounce", send_id=send_id))
        raise ZeroDivisionError
    with database.transaction(tenant.id) as connection:
        assert active(connection, address) == set()
        assert connection.execute(select(WebhookEvent.id).where(WebhookEvent.send_id == send_id)).all() == []


def test_a_redelivery_is_a_duplicate_by_its_id_and_by_its_content(database, send_id):
    first = event("open", send_id=send_id)
    with database.transaction() as connection:
        outcomes = [
            database.record_webhook_event(connection, one)
            for one in (
                first,
                first,
                event("open", send_id=send_id, sg_event_id=first.sg_event_id),
                event("open", send_id=send_id, content_hash=first.content_hash),
                event("open", send_id=send_id, sg_event_id=None),
                event("open", send_id=send_id, sg_event_id=None),
            )
        ]
    assert outcomes == [True, False, False, False, True, True]


def test_an_event_without_send_id_is_found_by_message_then_by_recent_address(database, tenant, address):
    with database.transaction(tenant.id) as connection:
        sent = {"sent_at": NOON - timedelta(days=1), "claimed_at": NOON - timedelta(days=1), "status": "accepted"}
        old = plan_mail(connection, address, step=1, provider_message_id=f"m1-{address}", **sent)
        new = plan_mail(connection, address, step=2, **{**sent, "sent_at": NOON - timedelta(hours=1)})
        plan_mail(connection, f"{address}-other", provider_message_id=f"m1-{address}", **sent)
    found = [
        ({"message_id": f"m1-{address}.filter.1", "email_hmac": address}, old),
        ({"email_hmac": address}, new),
        ({"email_hmac": address, "occurred_at": NOON - timedelta(hours=2)}, old),
        ({"email_hmac": address, "occurred_at": NOON + timedelta(days=30)}, None),
        ({"message_id": "unknown.1", "email_hmac": address}, None),
        ({"send_id": uuid4(), "email_hmac": address}, None),
        ({}, None),
    ]
    for values, expected in found:
        received = event("delivered", **values)
        with database.transaction() as connection:
            assert database.record_webhook_event(connection, received)
        with database.transaction(tenant.id) as connection:
            statement = select(WebhookEvent.send_id).where(WebhookEvent.sg_event_id == received.sg_event_id)
            assert connection.execute(statement).scalar_one_or_none() == expected, values


def test_an_orphan_is_kept_but_shown_to_nobody(database, migrated, tenant):
    lost = event("bounce", send_id=uuid4())
    with database.transaction() as connection:
        assert database.record_webhook_event(connection, lost)
        assert not database.record_webhook_event(connection, lost)
    with database.transaction(tenant.id) as connection:
        assert connection.execute(select(WebhookEvent.id).where(WebhookEvent.send_id == lost.send_id)).all() == []
    with migrated.as_superuser() as connection:
        row = connection.execute("SELECT status, tenant_id FROM webhook_events WHERE send_id = %s", [lost.send_id])
        assert row.fetchone() == ("orphan", None)


def test_the_link_of_a_mail_unsubscribes_as_often_as_it_is_used(database, tenant, send_id, address):
    with database.transaction() as connection:
        for hours in (0, 0, 1):
            assert database.unsubscribe(connection, send_id, NOON + timedelta(hours=hours), "one-click")
        assert not database.unsubscribe(connection, uuid4(), NOON, "one-click")
    with database.transaction(tenant.id) as connection:
        assert active(connection, address) == {("unsubscribe", None)}
        events = connection.execute(select(WebhookEvent.event).where(WebhookEvent.send_id == send_id)).scalars()
        assert list(events) == ["unsubscribe"]
        # lifted by hand and used once more
        connection.execute(text("UPDATE suppressions SET lifted_at = :at"), {"at": NOON + timedelta(days=1)})
        assert active(connection, address) == set()
        database.unsubscribe(connection, send_id, NOON + timedelta(days=2), "page")
        assert active(connection, address) == {("unsubscribe", None)}


def test_a_mail_of_another_tenant_suppresses_for_that_tenant_only(database, migrated, tenant, address):
    with migrated.as_superuser() as connection:
        other = connection.execute(
            "INSERT INTO tenants (slug, name, mail_from_name, mail_from_email, postal_address)"
            " VALUES (%s, 'O', 'O', 'o@o.example', 'S') RETURNING id",
            [f"other-{uuid4()}"],
        ).fetchone()
    assert other is not None
    with database.transaction(tenant.id) as connection:
        mine = plan_mail(connection, address)
    with database.transaction(other[0]) as connection:
        theirs = plan_mail(connection, address)
    with database.transaction() as connection:
        database.record_webhook_event(connection, event("spamreport", send_id=theirs))
    with database.transaction(tenant.id) as connection:
        assert active(connection, address) == set()
        assert mine != theirs
    with database.transaction(other[0]) as connection:
        assert active(connection, address) == {("spamreport", None)}


Step = tuple[str, int | None, int]
steps = st.lists(
    st.tuples(
        st.sampled_from(["bounce", "spamreport", "unsubscribe", "group_unsubscribe", "group_resubscribe", "open"]),
        st.sampled_from([7, 8]),
        st.integers(0, 5),
    ),
    min_size=1,
    max_size=8,
)


def expected_suppressions(events: list[Step]) -> set[tuple[str, int | None]]:
    """The rule in plain words: the newest of a kind decides; a tie stays suppressed."""
    result: set[tuple[str, int | None]] = {
        (kind, None) for kind, _, _ in events if kind in ("bounce", "spamreport", "unsubscribe")
    }
    for group in (7, 8):
        off = [at for kind, of, at in events if kind == "group_unsubscribe" and of == group]
        on = [at for kind, of, at in events if kind == "group_resubscribe" and of == group]
        if off and max(off) >= max(on, default=-1):
            result.add(("unsubscribe", group))
    return result


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=steps, data=st.data())
def test_order_and_repetition_of_events_do_not_matter(database, tenant, events, data):
    address = f"hmac-{uuid4()}"
    with database.transaction(tenant.id) as connection:
        send_id = plan_mail(connection, address)
    received = [
        event(kind, send_id=send_id, occurred_at=NOON + timedelta(hours=at), payload={"asm_group_id": group})
        for kind, group, at in events
    ]
    repeated = data.draw(st.permutations(received + data.draw(st.lists(st.sampled_from(received), max_size=5))))
    with database.transaction() as connection:
        outcomes = [database.record_webhook_event(connection, one) for one in repeated]
    assert sum(outcomes) == len(received)
    with database.transaction(tenant.id) as connection:
        assert active(connection, address) == expected_suppressions(events)
