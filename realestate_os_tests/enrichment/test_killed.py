"""kill -9 in the middle of an enrichment: the next run completes, nothing twice, nothing fetched again."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest
from sqlalchemy import func, select

from realestate_os.discovery.frames import LISTINGS
from realestate_os.enrichment.frames import ENRICHMENT, PARCELS, SALES, ZIP_DEMOGRAPHICS
from realestate_os.resources.object_store import ObjectStore
from realestate_os.sandbox.faults import Fault
from realestate_os.sandbox.server import start_sandbox
from realestate_os.sandbox.world import World
from realestate_os.settings import load_settings
from realestate_os.storage.tables import FieldProvenance, PropertyEnrichment, ProspectQueue
from realestate_os_tests.enrichment.homes import homes_for_sale
from realestate_os_tests.enrichment.rows import DAY, sale, sales, zip_demographics, zip_row

COUNTY = "cook_il"
KEY = f"{COUNTY}|{DAY}"
KILLS = 4


@pytest.fixture(scope="module")
def crowded():
    """Enough listings for a dozen batches of each of two datasets."""
    ports = dict.fromkeys(("sandbox_site_port", "sandbox_records_port", "sandbox_mail_port"), 0)
    with start_sandbox(load_settings(**ports), World(seed=7, listings=480, on=DAY)) as running:
        yield running


@pytest.fixture
def place(crowded, tmp_path, migrated, database):
    """A fresh installation with the day's listings, and the environment of a child that works in it."""
    objects = ObjectStore(str(tmp_path / "objects"))
    listed = homes_for_sale(crowded, COUNTY)
    objects.parquet.write(LISTINGS, KEY, listed)
    objects.parquet.write(SALES, COUNTY, sales(sale(county=COUNTY)))
    objects.parquet.write(ZIP_DEMOGRAPHICS, COUNTY, zip_demographics(zip_row("60601", county=COUNTY)))
    common = {"county": COUNTY, "as_of": DAY, "source": "s", "first_seen_on": DAY, "last_seen_on": DAY}
    with database.transaction() as connection:
        prospects = [common | {"property_id": one} for one in listed["property_id"]]
        database.upsert(connection, ProspectQueue, prospects, ["property_id"])
    env = os.environ | migrated.env | {
        "REALESTATE_OS_HOME": str(tmp_path), "OBJECT_STORE_URL": str(tmp_path / "objects"),
        "SANDBOX_RECORDS_PORT": str(crowded.settings.sandbox_records_port),
    }  # fmt: skip
    return objects, listed, env


def start(env):
    words = [sys.executable, "-m", "realestate_os_tests.enrichment.killed_run", COUNTY, str(DAY)]
    return subprocess.Popen(words, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def answers(objects):
    return [
        key for key in objects.keys(f"records/sandbox_records_socrata_parcels/{COUNTY}/{DAY}") if "batches" not in key
    ]


@pytest.mark.drill
def test_a_killed_enrichment_goes_on_where_it_was(crowded, place, database):
    objects, listed, env = place
    watch = Fault("slow", "/socrata/resource/", 10**6, seconds=0.3)
    crowded.faults["records"].add(watch)
    chance, killed = random.Random(11), 0
    for turn in range(1, KILLS + 1):
        child = start(env)
        wanted = turn * 4 + chance.randrange(3)
        while len(answers(objects)) < wanted and child.poll() is None:
            time.sleep(0.01)
        child.send_signal(signal.SIGKILL)
        killed += child.wait() == -signal.SIGKILL
        assert not objects.parquet.exists(ENRICHMENT, KEY)
    assert killed == KILLS
    assert start(env).wait() == 0
    # Each question was answered once; of a killed process one more may have been under way.
    kept = [key for key in answers(objects)]
    data = len(kept) - 2  # two descriptions of datasets are not data
    assert data > 20
    assert data <= watch.hits <= data + KILLS
    rows = objects.parquet.read(ENRICHMENT, KEY)
    assert rows["property_id"].is_unique
    assert set(rows["property_id"]) == set(listed["property_id"])
    assert set(rows["failed_sources"]) == {"[]"}
    with database.transaction() as connection:
        assert connection.scalar(select(func.count()).select_from(PropertyEnrichment)) == len(listed)
        fields = connection.execute(select(FieldProvenance.property_id, FieldProvenance.field)).all()
    assert len(set(fields)) == len(fields) > 10 * len(listed)
    before = objects.parquet.read(PARCELS, KEY)
    asked = watch.hits
    assert start(env).wait() == 0
    assert watch.hits == asked
    pd.testing.assert_frame_equal(objects.parquet.read(PARCELS, KEY), before)
