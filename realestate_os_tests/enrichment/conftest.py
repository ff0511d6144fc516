"""Fixtures of enrichment: the sandbox's records on free ports, a client that does not wait, a store.

Belongs here: what several test modules of enrichment start. Does not: rows (rows.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from realestate_os.resources.host_gate import GATES
from realestate_os.resources.http_client import HttpClient
from realestate_os.resources.object_store import ObjectStore
from realestate_os.sandbox.server import Sandbox, start_sandbox
from realestate_os.sandbox.world import World
from realestate_os.settings import Settings, load_settings
from realestate_os_tests.enrichment.rows import DAY


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox on free ports, forty listings a county."""
    ports = dict.fromkeys(("sandbox_site_port", "sandbox_records_port", "sandbox_mail_port"), 0)
    with start_sandbox(load_settings(**ports), World(seed=7, listings=40, on=DAY)) as running:
        yield running


@pytest.fixture
def settings(sandbox: Sandbox, tmp_path: Path) -> Settings:
    """Settings that reach the sandbox and keep everything in a temporary folder."""
    return sandbox.settings.model_copy(update={"realestate_os_home": tmp_path, "object_store_url": None})


@pytest.fixture
def http(settings: Settings, sandbox: Sandbox) -> Iterator[HttpClient]:
    """A client that does not wait between tries; the sandbox behaves again afterwards."""
    with HttpClient(settings, sleep=lambda seconds: None) as client:
        yield client
    for faults in sandbox.faults.values():
        faults.clear()
    GATES.forget()


@pytest.fixture
def objects(settings: Settings) -> ObjectStore:
    """An empty object store."""
    return ObjectStore.from_settings(settings)
