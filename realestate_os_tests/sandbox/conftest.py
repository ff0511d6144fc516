"""One sandbox for the folder: it keeps no state but faults and mails, which tests clear."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import httpx
import pytest

from realestate_os.sandbox.server import Sandbox, start_sandbox
from realestate_os.sandbox.world import CountyWorld, World
from realestate_os.settings import Settings, load_settings

DAY = date(2026, 11, 24)


def settings_in(home: Path, **more: object) -> Settings:
    """Settings with free ports and an own home."""
    ports = {"sandbox_site_port": 0, "sandbox_records_port": 0, "sandbox_mail_port": 0}
    return load_settings(**{"realestate_os_home": home, **ports, **more})


@pytest.fixture(scope="package")
def world() -> World:
    return World(seed=20141, on=DAY)


@pytest.fixture(scope="package")
def king(world: World) -> CountyWorld:
    return world.of("king_wa")


@pytest.fixture(scope="package")
def sandbox(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with start_sandbox(settings_in(tmp_path_factory.mktemp("sandbox")), world) as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[httpx.Client]:
    with httpx.Client(timeout=20, trust_env=False) as http:
        yield http
    for faults in sandbox.faults.values():
        faults.clear()
