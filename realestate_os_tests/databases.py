"""Postgres for the tests: one embedded server a session, one migrated database a module.

Belongs here: the fixtures `postgres`, `template_database`, `migrated` and `database`, which conftest.py
imports. Does not: rows of any stage. A database of its own costs a module about 0.1 s (a copy of a
migrated template), because the server runs without fsync.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import make_url

from realestate_os.resources.database import Database, ensure_default_tenant
from realestate_os.settings import Settings, load_settings
from realestate_os.storage import migrations
from realestate_os.storage.postgres_server import DatabaseUrls, database_urls, stop_server
from realestate_os.storage.tables import PropertyAlias

_numbers = count(1)


@dataclass(frozen=True)
class MigratedDatabase:
    """A database that only one test module uses: migrated, with the default tenant and its reader."""

    urls: DatabaseUrls

    @property
    def env(self) -> dict[str, str]:
        """The environment variables that make any process use this database."""
        return {
            "DATABASE_URL": self.urls.owner,
            "APP_DATABASE_URL": self.urls.app,
            "DAGSTER_DATABASE_URL": self.urls.dagster,
            "MLFLOW_DATABASE_URL": self.urls.mlflow,
            "OPTUNA_DATABASE_URL": self.urls.optuna,
        }

    def settings(self, **overrides: Any) -> Settings:
        """Settings that use this database; overrides such as realestate_os_home=tmp_path."""
        return load_settings(**{name.lower(): url for name, url in self.env.items()}, **overrides)

    @contextmanager
    def as_superuser(self) -> Iterator[psycopg.Connection[Any]]:
        """Past row-level security, for setting a scene up or reading the catalogue."""
        url = make_url(self.urls.owner)
        with psycopg.connect(host=str(url.query["host"]), user="postgres", dbname=url.database) as connection:
            yield connection


@pytest.fixture(scope="session")
def postgres() -> Iterator[DatabaseUrls]:
    """The session's embedded server; its folder is short-lived, so it need not survive a crash."""
    home = Path(tempfile.mkdtemp(prefix="reos-tests-"))
    settings = load_settings(realestate_os_home=home, database_url=None)
    try:
        urls = database_urls(settings)
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            _as_superuser(urls, f"ALTER SYSTEM SET {name} = off")
        _as_superuser(urls, "SELECT pg_reload_conf()")
        yield urls
    finally:
        stop_server(settings)
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def template_database(postgres: DatabaseUrls) -> str:
    """The name of a migrated database to copy."""
    urls = new_database(postgres, "tests_template")
    migrations.upgrade(urls.owner)
    owner = Database(urls.owner)
    ensure_default_tenant(owner, load_settings(database_url=None))
    owner.dispose()
    return "tests_template"


@pytest.fixture(scope="module")
def migrated(postgres: DatabaseUrls, template_database: str) -> Iterator[MigratedDatabase]:
    """A migrated database for one test module."""
    name = f"tests_{next(_numbers)}"
    yield MigratedDatabase(new_database(postgres, name, template_database))
    _as_superuser(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def database(migrated: MigratedDatabase) -> Iterator[Database]:
    """The module's database as the app role."""
    database = Database(migrated.urls.app)
    yield database
    database.dispose()


def new_database(postgres: DatabaseUrls, name: str, template: str = "template1") -> DatabaseUrls:
    """Create a database beside the others, with the same owner and grants; returns its URLs."""
    _as_superuser(postgres, f"CREATE DATABASE {name} OWNER realestate_owner TEMPLATE {template}")
    _as_superuser(postgres, f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
    _as_superuser(postgres, f"GRANT CONNECT ON DATABASE {name} TO realestate_app")
    return DatabaseUrls(
        owner=_renamed(postgres.owner, name),
        app=_renamed(postgres.app, name),
        dagster=postgres.dagster,
        mlflow=postgres.mlflow,
        optuna=postgres.optuna,
    )


def _renamed(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _as_superuser(urls: DatabaseUrls, statement: str) -> None:
    host = str(make_url(urls.owner).query["host"])
    with psycopg.connect(host=host, user="postgres", dbname="postgres", autocommit=True) as connection:
        connection.execute(statement.encode())


@contextmanager
def proved_to_be_one(database: Database, old: str, now: str) -> Iterator[None]:
    """Two properties are one for as long as the context lasts: what was `old` is now `now`."""
    row = {"alias_id": UUID(old), "property_id": UUID(now), "county": "king_wa", "reason": "same parcel"}
    with database.transaction() as connection:
        connection.execute(PropertyAlias.__table__.insert(), [row])
    try:
        yield
    finally:
        with database.transaction() as connection:
            connection.execute(PropertyAlias.__table__.delete())
