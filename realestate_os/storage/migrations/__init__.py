"""Migrating the application's database: up, down, and the check that it is as the code expects.

Belongs here: calling Alembic (configured in code, there is no alembic.ini). Does not: the migrations
themselves (versions/), the server (postgres_server.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from realestate_os.storage.postgres_programs import PostgresError
from realestate_os.storage.tables import metadata

BASE = "base"
HEAD = "head"

# Two processes that start together must not migrate together. Any number will do; it must stay the same.
MIGRATION_LOCK = 20_141


def upgrade(owner_url: str, revision: str = HEAD) -> str:
    """Migrate up in one transaction; returns the revision reached. Nothing happens if it is there already.

    Raises:
        PostgresError: the server does not answer, the revision is unknown, or roles are missing.
    """
    with _connection(owner_url) as connection:
        command.upgrade(_config(connection), revision)
        return current_revision(connection)


def downgrade(owner_url: str, revision: str = BASE) -> str:
    """Migrate down in one transaction; returns the revision reached. The data of dropped tables is lost.

    Raises:
        PostgresError: the server does not answer, the revision is unknown, or roles are missing.
    """
    with _connection(owner_url) as connection:
        command.downgrade(_config(connection), revision)
        return current_revision(connection)


def check(owner_url: str, app_url: str) -> list[str]:
    """What is wrong with the database, a line each; empty when it is as the code expects.

    Raises:
        PostgresError: the server does not answer.
    """
    with _connection(owner_url) as connection:
        reached, head = current_revision(connection), head_revision()
        if reached != head:
            return [f"the database is at revision {reached}, the code expects {head}; run: realestate-os db upgrade"]
        context = MigrationContext.configure(connection)
        problems = [
            f"the tables differ from the models: {difference}" for difference in compare_metadata(context, metadata)
        ]
    with _connection(app_url) as connection:
        return problems + _app_role_problems(connection)


def current_revision(connection: Connection) -> str:
    """The revision the database is at; "base" when it is empty."""
    return MigrationContext.configure(connection).get_current_revision() or BASE


def head_revision() -> str:
    """The newest revision of the code."""
    return ScriptDirectory.from_config(_config(None)).get_current_head() or BASE


def _app_role_problems(connection: Connection) -> list[str]:
    """A role that is superuser, bypasses row-level security or owns tables sees all tenants."""
    role, above, owned = connection.execute(
        text(
            "SELECT current_user, rolsuper OR rolbypassrls, (SELECT count(*) FROM pg_class WHERE relowner = r.oid)"
            " FROM pg_roles r WHERE rolname = current_user"
        )
    ).one()
    problems = []
    if above:
        problems.append(f"the app role {role} is superuser or bypasses row-level security; use realestate_app")
    if owned:
        problems.append(f"the app role {role} owns {owned} tables or indexes; APP_DATABASE_URL must use realestate_app")
    return problems


@contextmanager
def _connection(url: str) -> Iterator[Connection]:
    """One connection in one transaction, alone among migrations."""
    engine = create_engine(url, poolclass=NullPool, connect_args={"application_name": "realestate_os migrations"})
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            yield connection
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise PostgresError(f"Postgres does not answer at {engine.url.render_as_string()}: {reason}") from error
    except CommandError as error:
        raise PostgresError(f"the database was not migrated: {error}") from error
    finally:
        engine.dispose()


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
