"""Discovery and enrichment together, through Dagster, with every fault of the site and of the records on."""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from realestate_os.cli.hold import holding_up
from realestate_os.discovery.archive import PageArchive
from realestate_os.discovery.frames import LISTINGS
from realestate_os.enrichment.frames import ENRICHMENT, PARCELS
from realestate_os.resources.object_store import ObjectStore
from realestate_os.sandbox.server import start_sandbox
from realestate_os.sandbox.world import World
from realestate_os.settings import load_settings
from realestate_os.storage.postgres_server import stop_server
from realestate_os_tests.end_to_end.conftest import run_cli
from realestate_os_tests.faulty_site import misbehaving_records, misbehaving_site
from realestate_os_tests.places import environment

COUNTY, DAY = "king_wa", date(2026, 10, 1)
KEY = f"{COUNTY}|{DAY}"
HOMES = int(os.environ.get("DRILL_LISTINGS", "2000"))
# When a page or an answer was had, and its bytes, differ between two runs; nothing else may.
CHANGING = ["fetched_at", "page_sha256", "url", "enriched_at"]


@dataclass(frozen=True)
class Turn:
    """What one run through both stages left behind; the listings of each reason that were set aside."""

    pages: int
    lists: int
    listings: pd.DataFrame
    parcels: pd.DataFrame
    enrichment: pd.DataFrame
    refused: pd.DataFrame


@pytest.mark.drill
def test_both_stages_with_every_fault_lose_nothing_and_say_the_same_twice() -> None:
    first, second = _turn("first"), _turn("second")
    for name in ("listings", "parcels", "enrichment", "refused"):
        one, other = (getattr(turn, name) for turn in (first, second))
        same = [column for column in one.columns if column not in CHANGING]
        pd.testing.assert_frame_equal(one[same], other[same], obj=name)


def _turn(name: str) -> Turn:
    """A fresh installation, both stages in one go, and what they left behind."""
    with tempfile.TemporaryDirectory(prefix="reos-storm-") as folder:
        home = Path(folder)
        home.chmod(0o755)  # the embedded Postgres runs as a user of its own
        variables = environment(home / "var") | {"HTTP_TIMEOUT_S": "20", "CRAWL_TIME_BUDGET_S": "3000"}
        settings = load_settings(**{key.lower(): value for key, value in variables.items()})
        world = World(seed=settings.random_seed, county=COUNTY, listings=HOMES, on=DAY)
        try:
            with holding_up(settings), start_sandbox(settings, world) as sandbox:
                misbehaving_site(sandbox)
                misbehaving_records(sandbox)
                started = time.monotonic()
                _materialize(variables)
                seconds = time.monotonic() - started
            turn = _read(ObjectStore.from_settings(settings))
        finally:
            stop_server(settings)
    print(
        f"\n{name}: {HOMES} homes, {turn.pages} pages archived, {len(turn.listings)} listings, "
        f"{len(turn.refused)} pages set aside, {len(turn.parcels)} parcels, "
        f"{turn.enrichment['status'].value_counts().to_dict()}; {seconds:.0f} s"
    )
    assert turn.pages == len(turn.listings) + len(turn.refused) + turn.lists
    assert set(turn.enrichment["property_id"]) == set(turn.listings["property_id"])
    assert turn.listings["property_id"].is_unique
    return turn


def _materialize(variables: dict[str, str]) -> None:
    stages = ("--stages", "discovery", "--stages", "enrichment")
    result = run_cli(variables, "materialize", "--county", COUNTY, "--date", str(DAY), *stages, timeout_s=3_000)
    assert result.returncode == 0, result.stderr[-3000:]


def _read(store: ObjectStore) -> Turn:
    listings = store.parquet.read(LISTINGS, KEY)
    refused = store.parquet.read_set_aside("listings", KEY)
    archived = list(PageArchive(store).pages(COUNTY, DAY))
    lists = sum(page.kind != "detail" for page in archived)
    return Turn(
        len(archived), lists, listings, store.parquet.read(PARCELS, KEY), store.parquet.read(ENRICHMENT, KEY), refused
    )
