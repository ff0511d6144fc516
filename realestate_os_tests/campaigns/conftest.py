"""Fixtures of the campaigns tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from realestate_os.resources.database import Database
from realestate_os.sandbox.server import Sandbox, start_sandbox
from realestate_os.sandbox.world import World
from realestate_os.settings import PROJECT_DIR, Settings
from realestate_os_tests.campaigns.scene import DAY, Office, new_office
from realestate_os_tests.databases import MigratedDatabase


@pytest.fixture(scope="module")
def home_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a module."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def assets_config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's county and campaign files, and one state's text of our own."""
    folder = tmp_path_factory.mktemp("assets_config")
    for name in ("counties", "campaigns"):
        (folder / name).symlink_to(PROJECT_DIR / "assets_config" / name)
    (folder / "states").mkdir()
    (folder / "states" / "WA.yaml").write_text("state: WA\ndisclosure: Sellers have rights here.\n")
    return folder


@pytest.fixture(scope="module")
def sandbox(migrated: MigratedDatabase, home_dir: Path, assets_config: Path) -> Iterator[Sandbox]:
    """The mail provider of the tests, on free ports."""
    ports = dict.fromkeys(("sandbox_site_port", "sandbox_records_port", "sandbox_mail_port"), 0)
    settings = migrated.settings(
        realestate_os_home=home_dir,
        assets_config_dir=assets_config,
        http_timeout_s=3,
        unsubscribe_secret="s" * 32,
        **ports,
    )
    with start_sandbox(settings, World(seed=7, listings=5, on=DAY)) as running:
        yield running


@pytest.fixture
def settings(sandbox: Sandbox) -> Iterator[Settings]:
    """Settings with the sandbox's real ports; its faults are cleared afterwards."""
    yield sandbox.settings
    sandbox.faults["mail"].clear()


@pytest.fixture
def office(migrated: MigratedDatabase, database: Database, settings: Settings) -> Office:
    """A tenant of its own with one reader of the daily list."""
    return new_office(migrated, database, settings)
