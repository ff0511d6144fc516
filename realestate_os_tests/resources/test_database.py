"""Transactions of one tenant, bulk writes, and what happens before a tenant is known."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import IntegrityError

from realestate_os.resources.database import (
    TEAM_EMAIL,
    Database,
    ReceivedEvent,
    Tenant,
    default_tenant_id,
    ensure_default_tenant,
    to_json,
    to_sql,
)
from realestate_os.settings import load_settings
from realestate_os.storage.postgres_programs import PostgresError
from realestate_os.storage.tables import (
    EmailQueue,
    LeadSignal,
    ProspectQueue,
    Suppression,
    UserAccount,
    WebhookEvent,
)
from realestate_os.storage.tables import Tenant as TenantRow

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def tenant(database: Database) -> Tenant:
    return database.tenants()[0]


def prospect(property_id: UUID, day: date, **values: object) -> dict[str, object]:
    row = {"property_id": property_id, "county": "king_wa", "as_of": day, "source": "test", "first_seen_on": day}
    return {**row, "last_seen_on": day, **values}


# Tenants


def test_the_default_tenant_is_listed_without_a_tenant_and_has_a_reader_of_the_daily_list(database, tenant):
    assert tenant == Tenant(default_tenant_id(load_settings()), "default", "Default", "enterprise")
    with database.transaction(tenant.id) as connection:
        rows = connection.execute(select(UserAccount.email, UserAccount.receives_daily_list)).all()
    assert rows == [(TEAM_EMAIL, True)]


def test_making_the_default_tenant_again_follows_the_settings_and_keeps_what_the_operator_changed(migrated):
    owner = Database(migrated.urls.owner)
    changed = load_settings(mail_postal_address="1 New Street, Tacoma, WA 98402")
    with owner.transaction(default_tenant_id(changed)) as connection:
        connection.execute(text("UPDATE tenants SET name = 'Ours'"))
        connection.execute(text("UPDATE user_accounts SET receives_daily_list = false"))
    ensure_default_tenant(owner, changed)
    with owner.transaction(default_tenant_id(changed)) as connection:
        assert connection.execute(select(TenantRow.name, TenantRow.postal_address)).all() == [
            ("Ours", "1 New Street, Tacoma, WA 98402")
        ]
        assert connection.execute(select(UserAccount.receives_daily_list)).all() == [(False,)]
        connection.execute(text("UPDATE tenants SET name = 'Default'"))
        connection.execute(text("UPDATE user_accounts SET receives_daily_list = true"))
    owner.dispose()


def test_suspended_tenants_are_not_listed(database, migrated):
    with migrated.as_superuser() as connection:
        connection.execute(
            "INSERT INTO tenants (slug, name, status, mail_from_name, mail_from_email, postal_address)"
            " VALUES ('asleep', 'A', 'suspended', 'A', 'a@a.example', 'S')"
        )
    assert [one.slug for one in database.tenants()] == ["default"]


def test_a_reused_connection_carries_no_tenant_into_the_next_transaction(migrated, tenant):
    database = Database(migrated.urls.app)
    backends = set()

    def seen(tenant_id: UUID | None) -> int:
        with database.transaction(tenant_id) as connection:
            backends.add(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())
            return len(connection.execute(select(UserAccount.id)).all())

    assert [seen(tenant.id), seen(None), seen(tenant.id), seen(uuid4()), seen(None)] == [1, 0, 1, 0, 0]
    assert len(backends) == 1
    # Not even a tenant that someone set for the whole session survives the start of a transaction.
    with database.engine.begin() as connection:
        connection.execute(text("SELECT set_config('app.tenant_id', :t, false)"), {"t": str(tenant.id)})
    assert seen(None) == 0
    # Nor one of a transaction that failed.
    with pytest.raises(ZeroDivisionError), database.transaction(tenant.id):
        raise ZeroDivisionError
    with database.engine.connect() as connection:
        connection.execute(text("RESET ALL"))
    assert seen(None) == 0
    assert len(backends) == 1
    database.dispose()


def test_a_failed_transaction_leaves_nothing(database):
    one = uuid4()
    with pytest.raises(ZeroDivisionError), database.transaction() as connection:
        database.upsert(connection, ProspectQueue, [prospect(one, date(2026, 1, 1))], ["property_id"])
        raise ZeroDivisionError
    with database.transaction() as connection:
        assert connection.execute(select(ProspectQueue.city).where(ProspectQueue.property_id == one)).all() == []


def test_ping_writes(database):
    database.ping()
    with database.transaction() as connection:
        assert connection.execute(text("SELECT count(*) FROM ping WHERE at > now() - interval '1 minute'")).scalar_one()


def test_a_server_that_does_not_answer_is_one_clear_error_without_the_password():
    database = Database("postgresql+psycopg://u:hidden@127.0.0.1:1/x")
    with pytest.raises(PostgresError, match="does not answer") as raised:
        database.tenants()
    assert "hidden" not in str(raised.value)


# Bulk writes


def test_upsert_inserts_then_updates_and_counts(database):
    ids = [uuid4() for _ in range(3)]
    day = date(2026, 1, 1)
    with database.transaction() as connection:
        rows = [prospect(one, day, city="Seattle") for one in ids[:2]]
        assert database.upsert(connection, ProspectQueue, rows, ["property_id"]) == 2
        rows = [prospect(one, day, city="Tacoma") for one in ids]
        assert database.upsert(connection, ProspectQueue.__table__, rows, ["property_id"]) == 3
        cities = connection.execute(select(ProspectQueue.city).where(ProspectQueue.property_id.in_(ids))).scalars()
        assert list(cities) == ["Tacoma"] * 3
        assert database.upsert(connection, ProspectQueue, [], ["property_id"]) == 0


def test_upsert_twice_with_the_same_rows_changes_nothing(database):
    one = uuid4()
    moments = []
    for _ in range(2):
        with database.transaction() as connection:
            database.upsert(connection, ProspectQueue, [prospect(one, date(2026, 1, 1))], ["property_id"])
            statement = select(ProspectQueue.updated_at).where(ProspectQueue.property_id == one)
            moments.append(connection.execute(statement).scalar_one())
    assert moments[0] == moments[1]


def test_a_backfill_never_moves_a_row_back(database):
    one = uuid4()
    days = [date(2026, 1, 3), date(2026, 1, 1), date(2026, 1, 4), date(2026, 1, 2)]
    with database.transaction() as connection:
        for day in days:
            row = prospect(one, day, city=str(day))
            database.upsert(connection, ProspectQueue, [row], ["property_id"], keep=["first_seen_on"], newer_by="as_of")
        columns = (ProspectQueue.as_of, ProspectQueue.city, ProspectQueue.first_seen_on)
        row = connection.execute(select(*columns).where(ProspectQueue.property_id == one)).one()
    assert row == (date(2026, 1, 4), "2026-01-04", date(2026, 1, 3))


def test_pandas_and_numpy_values_arrive_and_missing_ones_are_null(database):
    one = uuid4()
    values = {
        "property_id": str(one),
        "bedrooms": np.float64("nan"),
        "bathrooms": pd.NA,
        "retired_at": pd.NaT,
        "latitude": np.float32(47.5),
        "longitude": np.int64(-122),
        "year_built": 1950.0,
        "listing_price_usd": 399_999.994,
        "price_basis": "asking",
        "street_address": "1 Main\x00 St \ud800",
        "last_seen_on": pd.Timestamp("2026-01-01"),
        "payload": {"price": float("nan"), "seen": date(2026, 1, 1), "text": "a\x00b", "list": np.array([1.0, np.nan])},
    }
    with database.transaction() as connection:
        database.upsert(connection, ProspectQueue, [prospect(one, date(2026, 1, 1)) | values], ["property_id"])
        row = connection.execute(select(ProspectQueue.__table__).where(ProspectQueue.property_id == one)).one()
    assert (row.bedrooms, row.bathrooms, row.retired_at) == (None, None, None)
    assert (row.latitude, row.longitude, row.year_built) == (47.5, -122.0, 1950)
    assert row.listing_price_usd == Decimal("399999.99")
    assert row.street_address == "1 Main St ?"
    assert row.payload == {"price": None, "seen": "2026-01-01", "text": "ab", "list": [1.0, None]}


def test_rows_of_different_columns_are_refused(database):
    rows = [prospect(uuid4(), date(2026, 1, 1)), prospect(uuid4(), date(2026, 1, 1), city="Seattle")]
    with pytest.raises(ValueError, match="same columns"), database.transaction() as connection:
        database.upsert(connection, ProspectQueue, rows, ["property_id"])


def test_a_missing_key_counts_as_a_value(database):
    one = uuid4()
    signal = {"property_id": one, "kind": "vacancy", "event_date": None, "seen_on": date(2026, 1, 1), "source": "x"}
    with database.transaction() as connection:
        database.upsert(connection, ProspectQueue, [prospect(one, date(2026, 1, 1))], ["property_id"])
        for _ in range(2):
            database.upsert(connection, LeadSignal, [signal], ["property_id", "kind", "event_date", "source"])
        assert len(connection.execute(select(LeadSignal.id).where(LeadSignal.property_id == one)).all()) == 1


def test_what_vanished_is_retired_and_what_came_back_is_not(database):
    ids = [uuid4() for _ in range(3)]
    scope = ProspectQueue.county == "retire_wa"

    def retired(present: list[UUID]) -> tuple[int, set[int]]:
        with database.transaction() as connection:
            number = database.retire_missing(connection, ProspectQueue, "property_id", present, scope)
            statement = select(ProspectQueue.property_id).where(scope, ProspectQueue.retired_at.is_not(None))
            return number, {ids.index(one) for one in connection.execute(statement).scalars()}

    with database.transaction() as connection:
        rows = [prospect(one, date(2026, 1, 1)) | {"county": "retire_wa"} for one in ids]
        database.upsert(connection, ProspectQueue, rows, ["property_id"])
        database.upsert(connection, ProspectQueue, [prospect(uuid4(), date(2026, 1, 1))], ["property_id"])
    assert retired(ids) == (0, set())
    assert retired(ids[:1]) == (2, {1, 2})
    assert retired([str(one) for one in ids[1:]]) == (1, {0})
    assert retired([]) == (2, {0, 1, 2})
    with database.transaction() as connection:
        others = select(ProspectQueue.property_id).where(~scope, ProspectQueue.retired_at.is_not(None))
        assert connection.execute(others).all() == []


def test_a_score_needs_a_value_or_a_reason_and_a_price_a_basis(database):
    row = prospect(uuid4(), date(2026, 1, 1), listing_price_usd=1, price_basis="none")
    with pytest.raises(IntegrityError, match="price_has_basis"), database.transaction() as connection:
        database.upsert(connection, ProspectQueue, [row], ["property_id"])


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_infinity=False) | st.text()
                    | st.dates() | st.decimals(allow_infinity=False) | st.uuids(),
                    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8))  # fmt: skip
def test_any_value_has_json_that_postgres_takes(value):
    text_of = to_json({"value": value})
    assert "NaN" not in text_of or "NaN" in repr(value)
    assert "\\u0000" not in text_of.replace("\\\\", "")
    text_of.encode("utf-8")
    assert to_sql(to_sql(value)) == to_sql(value)


# Webhook events and suppressions


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
