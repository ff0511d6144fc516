"""The command db: what it prints and how it ends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from realestate_os.cli.db import app
from realestate_os.settings import get_settings
from realestate_os.storage.migrations import head_revision
from realestate_os_tests.databases import MigratedDatabase


@pytest.fixture
def run(migrated: MigratedDatabase, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    for name, value in migrated.env.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    runner = CliRunner()
    yield lambda *arguments, **options: runner.invoke(app, list(arguments), **options)
    get_settings.cache_clear()


def test_check_upgrade_and_downgrade_say_where_the_database_stands(run):
    head = head_revision()
    result = run("check")
    assert result.exit_code == 0
    assert f"as the code expects, at revision {head}" in result.output

    result = run("downgrade", "0003", "--yes")
    assert result.exit_code == 0
    assert "at revision 0003" in result.output
    result = run("check")
    assert result.exit_code == 1
    assert f"at revision 0003, the code expects {head}; run: realestate-os db upgrade" in result.output

    result = run("upgrade")
    assert result.exit_code == 0
    assert f"at revision {head}" in result.output
    assert run("check").exit_code == 0


def test_downgrade_asks_first(run):
    assert run("downgrade", "base", input="n\n").exit_code == 1
    assert run("check").exit_code == 0
