"""What the archive forgets, and what it must not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from realestate_os.cli.main import app
from realestate_os.discovery.archive import Failure, PageArchive
from realestate_os.discovery.retention import Pruned, prune
from realestate_os.resources.object_store import ObjectStore
from realestate_os.settings import get_settings
from realestate_os_tests.discovery.test_archive import DAY, answer

OLD = DAY - timedelta(days=31)


@pytest.fixture
def filled(archive: PageArchive) -> PageArchive:
    archive.put("king_wa", OLD, answer("https://x.example/only-old", b"old"))
    archive.put("king_wa", OLD, answer("https://x.example/both", b"same"))
    archive.put("cook_il", DAY, answer("https://x.example/both", b"same"))
    for day in (OLD, DAY):
        failed = Failure("https://x.example/f", "site", "detail", "timeout", "", 4, datetime(2026, 11, 1, tzinfo=UTC))
        archive.put_failure("king_wa", day, failed, b"body", b"png")
    return archive


def test_old_pages_go_and_bodies_with_their_last_page(filled: PageArchive, store: ObjectStore) -> None:
    before = sorted(store.keys("archive"))
    assert prune(store, DAY, 30, dry_run=True) == Pruned(DAY - timedelta(days=30), 2, 3, 1)
    assert sorted(store.keys("archive")) == before
    prune(store, DAY, 30)
    assert filled.pages("king_wa", OLD) == []
    (kept,) = filled.pages("cook_il", DAY)
    assert filled.body(kept) == b"same"
    assert len(list(store.keys("archive/bodies"))) == 1 and len(list(store.keys("archive/failures"))) == 3
    assert prune(store, DAY, 30) == Pruned(DAY - timedelta(days=30), 0, 0, 0)


def test_the_command(filled: PageArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REALESTATE_OS_HOME", str(tmp_path))
    get_settings.cache_clear()
    found = CliRunner().invoke(app, ["archive", "prune", "--dry-run", "--keep-days", "1"])
    assert found.exit_code == 0 and "would remove" in found.output
    get_settings.cache_clear()
