"""The day's parcels and enrichment in a process of its own, so that a test can kill it.

Belongs here: what the child runs: `python -m realestate_os_tests.enrichment.killed_run COUNTY DAY`,
settings from the environment. Does not: the killing (test_killed.py).
"""

from __future__ import annotations

import sys
from datetime import date

from realestate_os.discovery.frames import LISTINGS
from realestate_os.enrichment.collect import collect_parcels
from realestate_os.enrichment.enrich import Enricher
from realestate_os.enrichment.frames import ENRICHMENT, PARCELS, SALES, ZIP_DEMOGRAPHICS
from realestate_os.resources.database import Database
from realestate_os.resources.http_client import HttpClient
from realestate_os.resources.object_store import ObjectStore
from realestate_os.settings import load_settings


def run(county: str, day: date) -> None:
    """As the assets parcels and enrichment do it, without the minute that Dagster's start would take."""
    settings = load_settings()
    objects, key = ObjectStore.from_settings(settings), f"{county}|{day}"
    store, listings = objects.parquet, objects.parquet.read(LISTINGS, key)
    with HttpClient(settings) as http:
        found = collect_parcels(settings, objects, http, listings, county, day)
    store.write_set_aside("parcels", key, found.refused)
    store.write(PARCELS, key, found.rows)
    sales, zips = store.read(SALES, county), store.read(ZIP_DEMOGRAPHICS, county)
    database = Database.from_settings(settings)
    rows = Enricher(settings, objects, database).enrich(listings, store.read(PARCELS, key), sales, zips, county, day)
    store.write(ENRICHMENT, key, rows)
    database.dispose()


if __name__ == "__main__":
    run(sys.argv[1], date.fromisoformat(sys.argv[2]))
