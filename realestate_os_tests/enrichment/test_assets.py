"""The assets of enrichment and features through Dagster: Parquet, Postgres, metadata, one run for a range."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
import pytest
from dagster import AssetsDefinition, AssetSpec, DagsterInstance, materialize
from sqlalchemy import func, select

from realestate_os.discovery.frames import LISTINGS
from realestate_os.enrichment import assets as enrichment
from realestate_os.enrichment.frames import ENRICHMENT, PARCELS, SALES, ZIP_DEMOGRAPHICS
from realestate_os.enrichment.success import SHOWN, answers
from realestate_os.features import assets as features
from realestate_os.features.frames import FEATURES
from realestate_os.partitions import county_day
from realestate_os.resources import configurable
from realestate_os.resources.host_gate import GATES
from realestate_os.sandbox.faults import Fault
from realestate_os.storage.io_manager import ParquetIOManager
from realestate_os.storage.tables import FieldProvenance, PropertyEnrichment, ProspectQueue
from realestate_os_tests.enrichment.rows import DAY, listing, listings, sale, sales, zip_demographics, zip_row

KEY = f"king_wa|{DAY}"
NEXT = DAY + timedelta(days=1)
LISTINGS_ASSET = AssetSpec("listings", partitions_def=county_day)


@pytest.fixture
def run(settings, migrated, objects, database):
    """Materialize assets by name for a partition, on real resources."""
    everything: list[AssetsDefinition] = [
        enrichment.sales, enrichment.zip_demographics, enrichment.parcels, enrichment.enrichment, features.features,
    ]  # fmt: skip
    overrides: dict[str, Any] = {
        "realestate_os_home": str(settings.realestate_os_home),
        "sandbox_records_port": settings.sandbox_records_port,
        "http_timeout_s": 5,
    } | {name.lower(): url for name, url in migrated.env.items()}
    loaded = configurable.SettingsResource(overrides=overrides)
    frames = [LISTINGS, SALES, ZIP_DEMOGRAPHICS, PARCELS, ENRICHMENT, FEATURES]
    resources = {
        "io_manager": ParquetIOManager(frames, objects.parquet),
        "settings": loaded,
        "database": configurable.DatabaseResource(settings=loaded),
        "object_store": configurable.ObjectStoreResource(settings=loaded),
        "http": configurable.HttpResource(settings=loaded),
    }

    def go(names: list[str], key: str, until: str | None = None) -> dict[str, Any]:
        tags = {enrichment.AS_OF_TAG: str(DAY)}
        if until:
            tags |= {"dagster/asset_partition_range_start": key, "dagster/asset_partition_range_end": until}
        with DagsterInstance.ephemeral() as instance:
            result = materialize(
                [*everything, LISTINGS_ASSET],
                selection=names,
                partition_key=None if until else key,
                tags=tags,
                resources=resources,
                instance=instance,
            )
        events = result.get_asset_materialization_events()
        return {e.materialization.asset_key.path[-1]: e.materialization.metadata for e in events}

    return go


@pytest.fixture
def listed(sandbox, objects, database):
    """Ten homes of the sandbox as the day's listings, in Parquet and in prospect_queue."""
    homes = sandbox.world.of("king_wa").ground.homes
    found = [notice for notice in sandbox.world.of("king_wa").notices(DAY)][:10]
    for day in (DAY, NEXT):
        rows = [
            listing(homes.street_address[n.home], homes.unit[n.home] or None, homes.zip_code[n.home], date=day)
            for n in found
        ]
        frame = listings(*rows).drop_duplicates("property_id")
        objects.parquet.write(LISTINGS, f"king_wa|{day}", frame)
    prospects = [
        {
            "property_id": one,
            "county": "king_wa",
            "as_of": DAY,
            "source": "s",
            "first_seen_on": DAY,
            "last_seen_on": DAY,
        }
        for one in frame["property_id"]
    ]
    with database.transaction() as connection:
        database.upsert(connection, ProspectQueue, prospects, ["property_id"])
    return frame


@pytest.fixture
def county_frames(objects, listed):
    """A sale, and figures of every listed ZIP: what the county's assets would have written."""
    objects.parquet.write(SALES, "king_wa", sales(sale()))
    zips = zip_demographics(*(zip_row(code) for code in sorted(set(listed["zip_code"]))))
    objects.parquet.write(ZIP_DEMOGRAPHICS, "king_wa", zips)


def test_a_day_from_records_to_features_twice(run, listed, objects, database):
    county = run(["sales", "zip_demographics"], "king_wa")
    assert county["sales"]["rows"].value > 500
    assert county["sales"]["sources"].value == {"king_wa": "sandbox_records_arcgis_sales"}
    for _ in range(2):
        day = run(["parcels", "enrichment", "features"], KEY)
        assert day["enrichment"]["rows"].value == len(listed)
        assert set(day["enrichment"]["statuses"].value) <= {"complete", "partial"}
        assert day["features"]["rows"].value == len(listed)
        with database.transaction() as connection:
            stored = connection.execute(select(PropertyEnrichment.status, PropertyEnrichment.payload)).all()
            fields = connection.scalar(select(func.count()).select_from(FieldProvenance))
            statuses = connection.scalars(select(ProspectQueue.status).where(ProspectQueue.county == "king_wa")).all()
        assert len(stored) == len(listed)
        assert fields > 15 * len(listed)
        assert set(statuses) == {"enriched"}
        assert all("listing_price_usd" in row.payload for row in stored)
    assert objects.parquet.read(FEATURES, KEY)["square_footage"].notna().all()


def test_a_range_of_days_is_one_run(run, listed, county_frames, objects):
    run(["parcels", "enrichment", "features"], KEY, until=f"king_wa|{NEXT}")
    assert objects.parquet.dates(FEATURES, "king_wa") == [DAY, NEXT]
    assert set(objects.parquet.read(ENRICHMENT, f"king_wa|{NEXT}")["date"]) == {NEXT}


def test_a_failing_assessor_gives_partial_rows_and_says_so(run, listed, county_frames, objects, sandbox, http):
    sandbox.faults["records"].add(Fault("status:500", "/Parcels/", 99))
    day = run(["parcels", "enrichment"], KEY)
    assert day["parcels"]["rows"].value == 0
    assert day["parcels"]["set_aside_reasons"].value == {"source_failed": len(listed)}
    assert "answered 500 after 4 tries" in day["parcels"]["problems"].value[KEY]
    assert day["enrichment"]["statuses"].value == {"partial": len(listed)}


def test_the_share_of_answers_is_a_check_and_the_next_run_mends_it(run, listed, county_frames, objects, sandbox, http):
    sandbox.faults["records"].add(Fault("status:500", "/Parcels/", 99))
    run(["parcels", "enrichment"], KEY)
    rows = objects.parquet.read(ENRICHMENT, KEY)
    assert set(rows["failed_sources"]) == {'["assessor"]'}
    verdict = answers(rows)
    assert (verdict.passed, verdict.figures) == (False, {"share": 0.0, "failed": {"assessor": len(listed)}})
    assert f"{len(listed)} of {len(listed)} rows unanswered (assessor for {len(listed)})" in verdict.description
    assert len(verdict.failing) == len(listed)
    sandbox.faults["records"].clear()
    GATES.forget()
    run(["parcels", "enrichment"], KEY)
    assert answers(objects.parquet.read(ENRICHMENT, KEY)).passed


def test_four_fifths_answered_is_enough():
    rows = pd.DataFrame({name: ["x"] * 5 for name in SHOWN} | {"failed_sources": ["[]"] * 4 + ['["attom"]']})
    assert answers(rows).passed
    assert not answers(rows.iloc[1:]).passed
    assert answers(rows.iloc[:0]).passed


def test_dagster_is_told_the_lineage_of_the_columns(run, listed, county_frames):
    day = run(["parcels", "enrichment", "features"], KEY)
    lineage = day["enrichment"]["dagster/column_lineage"].value.deps_by_column
    assert set(lineage) == set(ENRICHMENT.names) - {"failed_sources", "liens_usd"}
    upstream = {"listings": LISTINGS, "parcels": PARCELS, "sales": SALES, "zip_demographics": ZIP_DEMOGRAPHICS}
    for deps in lineage.values():
        assert all(dep.column_name in upstream[dep.asset_key.path[-1]].names for dep in deps)
    features_lineage = day["features"]["dagster/column_lineage"].value.deps_by_column
    assert {dep.column_name for dep in features_lineage["tax_rate"]} == {"annual_tax_usd", "assessed_value_usd"}
    assert all(dep.column_name in ENRICHMENT.names for deps in features_lineage.values() for dep in deps)


def test_a_listing_that_is_gone_is_retired(run, listed, county_frames, objects, database):
    run(["parcels", "enrichment"], KEY)
    objects.parquet.write(LISTINGS, KEY, listed.assign(date=DAY).iloc[1:])
    run(["parcels", "enrichment"], KEY)
    with database.transaction() as connection:
        query = select(PropertyEnrichment.property_id).where(PropertyEnrichment.retired_at.is_not(None))
        retired = connection.scalars(query.where(PropertyEnrichment.as_of == DAY)).all()
    assert [str(one) for one in retired] == [listed["property_id"].iloc[0]]


def test_each_asset_says_what_it_holds():
    for asset in (enrichment.sales, enrichment.zip_demographics, enrichment.parcels, enrichment.enrichment):
        (spec,) = asset.specs
        assert spec.group_name == "enrichment"
        assert spec.description
        assert spec.owners == ["team:data"]
        assert spec.metadata["dagster/column_schema"].columns
