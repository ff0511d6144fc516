"""`review`: what a person sees of a pair, and what a decision prints."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from typer.testing import CliRunner

from realestate_os.cli.main import app
from realestate_os.counties import load_county
from realestate_os.resources.database import Database
from realestate_os.settings import get_settings
from realestate_os.storage.identity.register import identify
from realestate_os.storage.identity.review import propose
from realestate_os_tests.databases import MigratedDatabase

DAY = date(2026, 11, 1)
HOMES = (("12 CANNON MARK WAY|5|98105", None), ("12 CANON MARK WAY|5|98105", None))


@pytest.fixture
def waiting(database: Database, migrated: MigratedDatabase, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One pair in the review of the database that the command line uses."""
    for name, value in migrated.env.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    with database.transaction() as connection:
        propose(connection, "king_wa", DAY, identify(connection, load_county("king_wa"), DAY, "listings", HOMES))
    yield
    with migrated.as_superuser() as connection:
        connection.execute("TRUNCATE property_sightings, property_aliases, identity_reviews")
    get_settings.cache_clear()


def run(*words: str) -> str:
    result = CliRunner().invoke(app, ["review", *words])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize(("decision", "status"), [("accept", "accepted"), ("reject", "rejected")])
def test_a_pair_is_listed_decided_and_then_no_longer_pending(waiting: None, decision: str, status: str) -> None:
    listed = run("list", "--county", "king_wa")
    assert "12 CANNON MARK WAY # 5 98105" in listed and "alike" in listed
    assert run(decision, listed.split()[0], "--by", "me").startswith(f"{status}: 12 CANNON MARK WAY # 5 98105")
    assert run("list").startswith("0 pending")
    assert run("list", "--status", status).rstrip().splitlines()[-1].startswith(f"1 {status}")


def test_an_unknown_status_names_those_there_are() -> None:
    result = CliRunner().invoke(app, ["review", "list", "--status", "open"])
    assert result.exit_code == 2 and "pending" in result.output
