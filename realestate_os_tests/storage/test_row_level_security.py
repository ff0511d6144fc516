"""Who can see and change what, asked of the catalogue and then tried."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from realestate_os.resources.database import Database
from realestate_os.storage.tables import SHARED_TABLES
from realestate_os_tests.databases import MigratedDatabase

CURRENT_TENANT = "(NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid"


@pytest.fixture
def catalogue(migrated: MigratedDatabase) -> Iterator[psycopg.Connection[Any]]:
    with migrated.as_superuser() as connection:
        yield connection


@pytest.fixture(scope="module")
def two_tenants(migrated: MigratedDatabase) -> tuple[UUID, UUID]:
    """Two tenants with a row in every tenant table, made past row-level security."""
    mine, other = uuid4(), uuid4()
    with migrated.as_superuser() as connection:
        for tenant in (mine, other):
            fill(connection, tenant)
    return mine, other


def fill(connection: psycopg.Connection[Any], tenant: UUID) -> None:
    values = {"t": tenant, "p": uuid4(), "s": uuid4(), "slug": f"t-{tenant}", "hash": str(tenant)}
    for statement in (
        "INSERT INTO tenants (id, slug, name, mail_from_name, mail_from_email, postal_address)"
        " VALUES (%(t)s, %(slug)s, 'T', 'T', 't@t.example', 'Street 1')",
        "INSERT INTO prospect_queue (property_id, county, as_of, source, first_seen_on, last_seen_on)"
        " VALUES (%(p)s, 'king_wa', '2026-01-01', 'x', '2026-01-01', '2026-01-01')",
        "INSERT INTO user_accounts (tenant_id, email, name) VALUES (%(t)s, 'u@t.example', 'U')",
        "INSERT INTO deals (tenant_id, property_id) VALUES (%(t)s, %(p)s)",
        "INSERT INTO action_packets (tenant_id, property_id, county, as_of, edition, object_key, sha256, pages, bytes,"
        " snapshot, snapshot_sha256) VALUES (%(t)s, %(p)s, 'king_wa', '2026-01-01', 'internal', 'k', 'd', 1, 1,"
        " '{}', 'e')",
        "INSERT INTO audit_log (tenant_id, actor, action) VALUES (%(t)s, 'test', 'fill')",
        "INSERT INTO contacts (tenant_id, email, name, kind) VALUES (%(t)s, 'c@t.example', 'C', 'team')",
        "INSERT INTO email_campaigns (tenant_id, county, as_of, audience, name)"
        " VALUES (%(t)s, 'king_wa', '2026-01-01', 'team', 'N')",
        "INSERT INTO email_queue (tenant_id, campaign_id, property_id, send_id, address_hmac, planned_on, subject)"
        " SELECT %(t)s, id, %(p)s, %(s)s, 'h', '2026-01-01', 'Old' FROM email_campaigns WHERE tenant_id = %(t)s",
        "INSERT INTO suppressions (tenant_id, address_hmac, reason, suppressed_at)"
        " VALUES (%(t)s, 'h', 'manual', now())",
        "INSERT INTO webhook_events (content_hash, tenant_id, event, occurred_at, payload)"
        " VALUES (%(hash)s, %(t)s, 'open', now(), '{}')",
    ):
        connection.execute(statement, values)


def tenant_tables(connection: psycopg.Connection[Any]) -> list[str]:
    rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
    return [name for (name,) in rows if name not in SHARED_TABLES]


# The catalogue


def test_every_table_outside_the_shared_ones_enables_and_forces_row_level_security(catalogue):
    rows = dict(
        (name, (enabled, forced))
        for name, enabled, forced in catalogue.execute(
            "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class"
            " WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        )
    )
    assert set(rows) >= SHARED_TABLES
    assert len(rows) > len(SHARED_TABLES)
    assert {name: rows[name] for name in rows if name not in SHARED_TABLES} == {
        name: (True, True) for name in rows if name not in SHARED_TABLES
    }


def test_every_such_table_has_the_tenant_policy_for_reading_and_writing(catalogue):
    for table in tenant_tables(catalogue):
        column = "id" if table == "tenants" else "tenant_id"
        rows = catalogue.execute(
            "SELECT cmd, permissive, roles::text, qual, with_check FROM pg_policies"
            " WHERE tablename = %s AND NOT 'realestate_definer' = ANY (roles)",
            [table],
        ).fetchall()
        rule = f"({column} = {CURRENT_TENANT})"
        assert rows == [("ALL", "PERMISSIVE", "{public}", rule, rule)], table


def test_the_definer_has_policies_on_four_tables_and_cannot_log_in(catalogue):
    rows = catalogue.execute("SELECT tablename, cmd FROM pg_policies WHERE roles = '{realestate_definer}'").fetchall()
    assert set(rows) == {
        *(("tenants", "SELECT"), ("email_queue", "SELECT"), ("webhook_events", "SELECT"), ("webhook_events", "INSERT")),
        *(("suppressions", verb) for verb in ("SELECT", "INSERT", "UPDATE")),
    }
    assert catalogue.execute("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'realestate_definer'").fetchone() == (
        False,
    )


def test_no_role_of_ours_is_above_row_level_security(catalogue):
    rows = catalogue.execute(
        "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles"
        " WHERE rolname LIKE 'realestate_%'"
    ).fetchall()
    assert {row[0] for row in rows} == {f"realestate_{name}" for name in ("owner", "app", "definer", "tools")}
    assert all(not any(row[1:]) for row in rows)


def test_the_app_role_owns_nothing_and_belongs_to_no_role(catalogue):
    owned = "SELECT count(*) FROM pg_shdepend WHERE deptype = 'o' AND refobjid = 'realestate_app'::regrole"
    assert catalogue.execute(owned).fetchone() == (0,)
    member = "SELECT count(*) FROM pg_auth_members WHERE member = 'realestate_app'::regrole"
    assert catalogue.execute(member).fetchone() == (0,)


def test_security_definer_functions_fix_their_search_path_and_are_closed_to_the_public(catalogue):
    rows = catalogue.execute(
        "SELECT proname, proowner::regrole::text, proconfig, has_function_privilege('public', oid, 'EXECUTE'),"
        " has_function_privilege('realestate_app', oid, 'EXECUTE')"
        " FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"
    ).fetchall()
    open_to_app = {"list_tenants", "record_webhook_event", "unsubscribe_by_send_id"}
    assert {row[0] for row in rows} == open_to_app | {"find_send", "suppress"}
    for name, owner, config, public, app in rows:
        assert owner == "realestate_definer", name
        assert config == ["search_path=pg_catalog, public, pg_temp"], name
        assert not public, name
        assert app == (name in open_to_app), name


def test_nobody_but_the_owner_can_create_in_the_schema(catalogue):
    for role in ("public", "realestate_app", "realestate_definer"):
        assert catalogue.execute("SELECT has_schema_privilege(%s, 'public', 'CREATE')", [role]).fetchone() == (False,)


def test_the_public_has_no_rights_on_tables_and_may_not_enter_the_database(catalogue):
    rows = catalogue.execute(
        "SELECT * FROM information_schema.role_table_grants WHERE grantee = 'PUBLIC' AND table_schema = 'public'"
    ).fetchall()
    assert rows == []
    allowed = "SELECT has_database_privilege(%s, current_database(), 'CONNECT')"
    assert catalogue.execute(allowed, ["public"]).fetchone() == (False,)
    assert catalogue.execute(allowed, ["realestate_tools"]).fetchone() == (False,)


# Tried


def counts(database: Database, tenant: UUID | None, tables: list[str]) -> dict[str, int]:
    with database.transaction(tenant) as connection:
        return {name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in tables}


@pytest.mark.parametrize("role", ["app", "owner"])
def test_a_tenant_sees_its_own_rows_and_no_tenant_sees_none(migrated, catalogue, two_tenants, role):
    tables = tenant_tables(catalogue)
    database = Database(getattr(migrated.urls, role))
    try:
        if role == "owner":  # webhook_events and audit_log and all the rest belong to it, and still
            assert counts(database, None, tables) == dict.fromkeys(tables, 0)
        for tenant in two_tenants:
            assert counts(database, tenant, tables) == dict.fromkeys(tables, 1)
        assert counts(database, None, tables) == dict.fromkeys(tables, 0)
        assert counts(database, uuid4(), tables) == dict.fromkeys(tables, 0)
    finally:
        database.dispose()


def test_no_row_can_be_written_for_another_tenant(database, two_tenants):
    mine, other = two_tenants
    with pytest.raises(ProgrammingError, match="row-level security"), database.transaction(mine) as connection:
        connection.execute(
            text("INSERT INTO user_accounts (tenant_id, email, name) VALUES (:t, 'x@x.example', 'X')"), {"t": other}
        )
    with pytest.raises(ProgrammingError, match="row-level security"), database.transaction(mine) as connection:
        connection.execute(text("UPDATE deals SET tenant_id = :t"), {"t": other})
    with pytest.raises(ProgrammingError, match="row-level security"), database.transaction() as connection:
        connection.execute(text("INSERT INTO user_accounts (email, name) VALUES ('x@x.example', 'X')"))
    with database.transaction(mine) as connection:
        assert (
            connection.execute(text("UPDATE deals SET stage = 'dead' WHERE tenant_id = :t"), {"t": other}).rowcount == 0
        )


def test_a_foreign_key_cannot_point_into_another_tenant(database, migrated, two_tenants):
    mine, other = two_tenants
    with migrated.as_superuser() as connection:
        campaign = connection.execute("SELECT id FROM email_campaigns WHERE tenant_id = %s", [other]).fetchone()
    assert campaign is not None
    statement = "INSERT INTO email_queue (campaign_id, address_hmac, planned_on) VALUES (:c, 'y', '2026-01-01')"
    with pytest.raises(IntegrityError, match="fk_email_queue"), database.transaction(mine) as connection:
        connection.execute(text(statement), {"c": campaign[0]})


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE deals DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE deals NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY tenant ON deals",
        "CREATE POLICY open ON deals USING (true)",
        "SET ROLE realestate_owner",
        "SET ROLE realestate_definer",
        "SET ROLE postgres",
        "SET SESSION AUTHORIZATION postgres",
        "CREATE TABLE mine (id int)",
        "CREATE TEMPORARY TABLE mine (id int)",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "TRUNCATE audit_log",
        "DELETE FROM audit_log",
        "UPDATE audit_log SET actor = 'nobody'",
        "DELETE FROM deals",
        "DELETE FROM email_queue",
        "DELETE FROM suppressions",
        "INSERT INTO tenants (slug, name, mail_from_name, mail_from_email, postal_address) SELECT 'x','x','x','x','x'",
        "UPDATE tenants SET plan = 'enterprise'",
        "INSERT INTO webhook_events (content_hash, event, occurred_at, payload) VALUES ('x', 'open', now(), '{}')",
        "UPDATE webhook_events SET payload = '{}'",
        "UPDATE action_packets SET snapshot = '{}'",
        "UPDATE email_queue SET send_id = gen_random_uuid()",
        "SELECT suppress(gen_random_uuid(), 'h', 'bounce', 'bounce', NULL, now(), NULL)",
        "SELECT * FROM find_send(gen_random_uuid(), NULL, NULL, now())",
        "SELECT pg_read_file('/etc/hostname')",
        "COPY deals TO PROGRAM 'true'",
    ],
)
def test_the_app_role_may_not(database, two_tenants, statement):
    refused = pytest.raises(ProgrammingError, match=r"permission denied|must be owner")
    with refused, database.transaction(two_tenants[0]) as connection:
        connection.execute(text(statement))


def test_switching_row_security_off_is_an_error_and_shows_nothing(database, two_tenants):
    with pytest.raises(ProgrammingError, match="row-level security"), database.transaction() as connection:
        connection.execute(text("SET LOCAL row_security = off"))
        connection.execute(text("SELECT * FROM deals"))


def test_the_content_of_a_claimed_mail_is_sealed_but_can_be_erased(database, two_tenants):
    tenant = two_tenants[1]
    with database.transaction(tenant) as connection:
        connection.execute(text("UPDATE email_queue SET subject = 'New'"))
        connection.execute(
            text("UPDATE email_queue SET subject = 'Newest', status = 'sending', attempt_id = gen_random_uuid()")
        )
    for change in ("subject = 'Forged'", "html_body = 'Forged'", "snapshot = '{\"price\": 1}'"):
        with pytest.raises(IntegrityError, match="cannot change"), database.transaction(tenant) as connection:
            connection.execute(text(f"UPDATE email_queue SET {change}"))
    with database.transaction(tenant) as connection:
        connection.execute(
            text("UPDATE email_queue SET status = 'accepted', sent_at = now(), delivery_state = 'delivered'")
        )
        connection.execute(text("UPDATE email_queue SET subject = NULL, recipient_email = NULL"))
        assert connection.execute(text("SELECT subject FROM email_queue")).scalar_one() is None
