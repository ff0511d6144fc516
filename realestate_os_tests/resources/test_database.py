"""Transactions of one tenant and bulk writes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from realestate_os.resources.database import (
    TEAM_EMAIL,
    Database,
    Tenant,
    default_tenant_id,
    ensure_default_tenant,
    to_json,
    to_sql,
)
from realestate_os.settings import load_settings
from realestate_os.storage.postgres_programs import PostgresError
from realestate_os.storage.tables import (
    LeadSignal,
    ProspectQueue,
    UserAccount,
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
