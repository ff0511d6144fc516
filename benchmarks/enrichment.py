"""Enrichment, records a second: cold (the services are asked over HTTP), warm (from the archive), merged and stored.

The peer is the bare fetch: the same answers with the same client, nothing kept, read or matched.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

import pandas as pd

from benchmarks.place import fresh_place
from benchmarks.report import show
from realestate_os.cli.hold import database_server
from realestate_os.counties import load_county
from realestate_os.discovery.frames import LISTINGS
from realestate_os.enrichment.collect import collect_parcels, collect_sales, collect_zip_demographics
from realestate_os.enrichment.enrich import Enricher
from realestate_os.resources.database import Database
from realestate_os.resources.http_client import HttpClient
from realestate_os.resources.object_store import ObjectStore
from realestate_os.sandbox.server import start_sandbox
from realestate_os.sandbox.world import World
from realestate_os.settings import Settings
from realestate_os.storage.migrations import upgrade
from realestate_os.storage.postgres_server import database_urls
from realestate_os.storage.property_identity import normalize_address, property_id
from realestate_os.storage.tables import ProspectQueue

COUNTY = "king_wa"
LISTED = 2000
RUNS = 3


def main() -> None:
    """Cold and warm, medians of RUNS; each cold run has an archive of its own."""
    day = load_county(COUNTY).today()
    with fresh_place() as settings, database_server(settings):
        upgrade(database_urls(settings).owner)
        world = World(seed=7, listings=LISTED, on=day)
        with start_sandbox(settings, world) as sandbox:
            listings = _listings(world, day)
            cold, bare = [], []
            for turn in range(RUNS):
                objects = ObjectStore(f"{settings.objects_url}-{turn}")
                cold.append(_seconds(lambda: _parcels(sandbox.settings, objects, listings, day)))  # noqa: B023
                bare.append(_seconds(lambda: _fetch_again(sandbox.settings, objects, day)))  # noqa: B023
            warm = [_seconds(lambda: _parcels(sandbox.settings, objects, listings, day)) for _ in range(RUNS)]
            stored = _enrichment(sandbox.settings, objects, listings, day)
    show(f"parcels of {len(listings):,} listings, cold", cold, "the same requests bare", bare, aim=2.0)
    for name, seconds in (("cold", cold), ("warm", warm), ("merged and stored", stored)):
        print(f"  {name}: {len(listings) / sorted(seconds)[len(seconds) // 2]:,.0f} records/s", flush=True)


def _listings(world: World, day: date) -> pd.DataFrame:
    """What is for sale that day, by address only, as LISTINGS."""
    there = world.of(COUNTY)
    homes, rows = there.ground.homes, {}
    for notice in there.notices(day):
        street, unit, code = (column[notice.home] for column in (homes.street_address, homes.unit, homes.zip_code))
        key = normalize_address(street, unit or None, "Seattle", "WA", code).address_key
        if key is not None:
            rows[key] = {"property_id": property_id(COUNTY, key), "address_key": key, "street_address": street,
                         "unit": unit or None, "zip_code": code, "county": COUNTY, "date": day}  # fmt: skip
    listings = pd.DataFrame(list(rows.values())).reindex(columns=LISTINGS.names).astype(object)
    fixed = {"price_basis": "asking", "listing_status": "active", "condition_claimed": "unknown", "source": "bench",
             "url": "https://site.example", "page_sha256": "ab", "fetched_at": pd.Timestamp(day, tz="UTC")}  # fmt: skip
    return listings.where(listings.notna(), None).assign(**fixed)


def _parcels(settings: Settings, objects: ObjectStore, listings: pd.DataFrame, day: date) -> pd.DataFrame:
    with HttpClient(settings) as http:
        found = collect_parcels(settings, objects, http, listings, COUNTY, day)
    assert found.problem is None, found.problem
    return found.rows


def _fetch_again(settings: Settings, objects: ObjectStore, day: date) -> None:
    """Every request that the cold run made, one after the other."""
    import json

    keys = [
        key for key in objects.keys(f"records/sandbox_records_arcgis_parcels/{COUNTY}/{day}") if "batches" not in key
    ]
    with HttpClient(settings) as http:
        for key in keys:
            http.get_json(json.loads(objects.get(key))["url"], headers={"X-As-Of": str(day)})


def _enrichment(settings: Settings, objects: ObjectStore, listings: pd.DataFrame, day: date) -> list[float]:
    """Seconds of merging, provenance and Postgres, with everything upstream there."""
    with HttpClient(settings) as http:
        parcels = collect_parcels(settings, objects, http, listings, COUNTY, day).rows
        sales = collect_sales(settings, objects, http, COUNTY, day).rows
        zips = collect_zip_demographics(settings, objects, http, COUNTY).rows
    database = Database.from_settings(settings)
    common = {"county": COUNTY, "as_of": day, "source": "bench", "first_seen_on": day, "last_seen_on": day}
    with database.transaction() as connection:
        prospects = [common | {"property_id": one} for one in listings["property_id"]]
        database.upsert(connection, ProspectQueue, prospects, ["property_id"])
    enricher = Enricher(settings, objects, database)
    seconds = [_seconds(lambda: enricher.enrich(listings, parcels, sales, zips, COUNTY, day)) for _ in range(RUNS)]
    database.dispose()
    return seconds


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
