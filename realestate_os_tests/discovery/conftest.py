"""Fixtures of discovery: a small sandbox, a site of our own, settings that reach them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest

from realestate_os.counties import County, load_county, zip_codes
from realestate_os.discovery.archive import PageArchive
from realestate_os.discovery.history import History
from realestate_os.discovery.listings import Outside
from realestate_os.discovery.rules import Terms
from realestate_os.discovery.sources import Source, load_source
from realestate_os.resources.addresses import to_logical
from realestate_os.resources.object_store import ObjectStore
from realestate_os.sandbox.server import Sandbox, start_sandbox
from realestate_os.sandbox.world import World
from realestate_os.settings import PROJECT_DIR, Settings, load_settings
from realestate_os.storage.identity.properties import Properties, Sighting
from realestate_os.storage.identity.register import Identified, Keys
from realestate_os_tests.discovery.sites import Site, running

DAY = date(2026, 11, 24)


@pytest.fixture(scope="package")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox on free ports with thirty homes a county."""
    ports = dict.fromkeys(("sandbox_site_port", "sandbox_records_port", "sandbox_mail_port"), 0)
    with start_sandbox(load_settings(**ports), World(seed=7, listings=30, on=DAY)) as running_sandbox:
        yield running_sandbox


@pytest.fixture
def settings(sandbox: Sandbox, tmp_path: Path) -> Iterator[Settings]:
    """Settings that reach the sandbox; it behaves again afterwards."""
    yield sandbox.settings.model_copy(update={"realestate_os_home": tmp_path, "object_store_url": None})
    for faults in sandbox.faults.values():
        faults.clear()


@pytest.fixture
def site() -> Iterator[Site]:
    """An empty site of our own."""
    with running() as found:
        yield found


@pytest.fixture
def site_settings(site: Site, tmp_path: Path) -> Settings:
    """Settings for which the site of our own is the sandbox's."""
    return load_settings(realestate_os_home=tmp_path, sandbox_site_port=site.port, http_timeout_s=10)


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    """The object store of `settings` and `site_settings`."""
    return ObjectStore(str(tmp_path / "objects"))


@pytest.fixture
def archive(store: ObjectStore) -> PageArchive:
    return PageArchive(store)


@pytest.fixture(scope="session")
def king() -> County:
    return load_county("king_wa")


@pytest.fixture(scope="session")
def source() -> Source:
    return load_source("sandbox_fsbo", PROJECT_DIR / "assets_config" / "sources")


@pytest.fixture
def terms_of_day(king: County, store: ObjectStore) -> tuple[Terms, History, Outside]:
    """What listings_of_day takes besides the archive."""
    history = History(store.parquet, "king_wa")
    history.advance_to(DAY)
    return Terms(king, frozenset(zip_codes(king)), DAY, 1.0), history, outside(DAY)


def outside(day: date, *known: Sighting, settings: Settings | None = None) -> Outside:
    """Sources of the project, and identities without a database: what was seen before, and the day's homes."""

    def identify(homes: Sequence[Keys]) -> Identified:
        now = [Sighting(day, address or "", apn or "") for address, apn in homes]
        properties = Properties("king_wa", [*known, *now])
        return Identified([properties.id_of(*home) for home in homes], properties, [])

    found = settings or load_settings()
    return Outside(PROJECT_DIR / "assets_config" / "sources", lambda url: to_logical(url, found), identify)
