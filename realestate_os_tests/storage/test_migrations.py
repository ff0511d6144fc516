"""The migrations: from empty, down and up again, and the same as the models."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from realestate_os.storage import migrations
from realestate_os.storage.postgres_programs import PostgresError
from realestate_os.storage.postgres_server import DatabaseUrls
from realestate_os.storage.tables import metadata
from realestate_os_tests.databases import MigratedDatabase, new_database

# What a database holds, in the words of its own catalogue, apart from data.
OBJECTS = """
SELECT 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull::text,
       coalesce(pg_get_expr(d.adbin, d.adrelid), '')
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'alembic_version'
UNION ALL
SELECT 'constraint', c.relname, k.conname, pg_get_constraintdef(k.oid), '', ''
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relname <> 'alembic_version'
UNION ALL
SELECT 'index', tablename, indexname, indexdef, '', '' FROM pg_indexes
WHERE schemaname = 'public' AND tablename <> 'alembic_version'
"""
ACCESS = """
SELECT 'policy', tablename, policyname, coalesce(qual, ''), coalesce(with_check, '') FROM pg_policies
UNION ALL
SELECT 'function', proname, '', '', '' FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL
SELECT 'trigger', tgrelid::regclass::text, tgname, '', '' FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT 'grant', table_name, privilege_type, grantee, '' FROM information_schema.role_table_grants
WHERE grantee IN ('realestate_app', 'realestate_definer')
UNION ALL
SELECT 'column grant', table_name, column_name, privilege_type, grantee FROM information_schema.column_privileges
WHERE grantee IN ('realestate_app', 'realestate_definer')
"""


@pytest.fixture
def empty(postgres: DatabaseUrls, request: pytest.FixtureRequest) -> DatabaseUrls:
    return new_database(postgres, request.node.name.replace("test_", "empty_")[:60])


@pytest.fixture
def engine(empty: DatabaseUrls) -> Iterator[Engine]:
    engine = create_engine(empty.owner, poolclass=NullPool)
    yield engine
    engine.dispose()


def catalogue(engine: Engine, *queries: str) -> set[tuple[str, ...]]:
    with engine.connect() as connection:
        return {tuple(row) for query in queries for row in connection.execute(text(query))}


def test_up_from_empty_down_to_base_and_up_again(empty, engine):
    assert migrations.upgrade(empty.owner) == migrations.head_revision()
    first = catalogue(engine, OBJECTS, ACCESS)
    assert migrations.downgrade(empty.owner) == "base"
    assert catalogue(engine, OBJECTS, ACCESS) == set()
    assert migrations.upgrade(empty.owner) == migrations.head_revision()
    assert catalogue(engine, OBJECTS, ACCESS) == first


def test_each_step_goes_down_and_up(empty, engine):
    steps = []
    while (revision := migrations.upgrade(empty.owner, "+1")) != migrations.head_revision():
        steps.append(revision)
    whole = catalogue(engine, OBJECTS, ACCESS)
    for revision in reversed(steps):
        assert migrations.downgrade(empty.owner, "-1") == revision
    for _ in steps:
        migrations.upgrade(empty.owner, "+1")
    assert catalogue(engine, OBJECTS, ACCESS) == whole


def test_alembic_finds_no_difference_between_models_and_migrations(migrated: MigratedDatabase):
    engine = create_engine(migrated.urls.owner, poolclass=NullPool)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_catalogue_finds_none_either(empty, engine, migrated: MigratedDatabase):
    """Alembic compares neither checks nor defaults; the models' own tables, made without migrations, do."""
    with engine.begin() as connection:
        metadata.create_all(connection)
    migrated_engine = create_engine(migrated.urls.owner, poolclass=NullPool)
    assert catalogue(engine, OBJECTS) == catalogue(migrated_engine, OBJECTS)


def test_upgrade_again_changes_nothing_and_keeps_the_rows(migrated: MigratedDatabase):
    with migrated.as_superuser() as connection:
        before = connection.execute("SELECT * FROM tenants").fetchall()
    assert migrations.upgrade(migrated.urls.owner) == migrations.head_revision()
    with migrated.as_superuser() as connection:
        assert connection.execute("SELECT * FROM tenants").fetchall() == before != []


def test_check_is_silent_on_a_good_database_and_names_the_command_on_an_old_one(empty, migrated: MigratedDatabase):
    assert migrations.check(migrated.urls.owner, migrated.urls.app) == []
    assert "realestate-os db upgrade" in migrations.check(empty.owner, empty.app)[0]


def test_check_sees_a_changed_table_and_a_strong_app_role(empty, engine):
    migrations.upgrade(empty.owner)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE deals DROP COLUMN disclosure"))
    assert any("disclosure" in problem for problem in migrations.check(empty.owner, empty.app))
    assert any("owns" in problem for problem in migrations.check(empty.owner, empty.owner))
    superuser = empty.app.replace("realestate_app@", "postgres@")
    assert any("superuser" in problem for problem in migrations.check(empty.owner, superuser))


def test_an_unknown_revision_is_one_clear_error(migrated: MigratedDatabase):
    with pytest.raises(PostgresError, match="nonsense"):
        migrations.downgrade(migrated.urls.owner, "nonsense")


def test_a_server_that_does_not_answer_is_one_clear_error():
    with pytest.raises(PostgresError, match=r"does not answer at postgresql\+psycopg://u:\*\*\*@127\.0\.0\.1:1/"):
        migrations.upgrade("postgresql+psycopg://u:hidden@127.0.0.1:1/x")


def test_updated_at_moves_only_when_a_row_changes(migrated: MigratedDatabase):
    with migrated.as_superuser() as connection:
        rows = [_touch(connection, name) for name in ("First", "First", "Second")]
    assert rows[0] == rows[1] < rows[2]


def _touch(connection: psycopg.Connection, name: str) -> object:
    statement = "UPDATE tenants SET name = %s WHERE slug = 'default' RETURNING updated_at"
    row = connection.execute(statement, [name]).fetchone()
    assert row is not None
    return row[0]
