"""The asset itself: two days through Dagster, from Parquet to Parquet and Postgres."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from dagster import AssetSpec, materialize
from sqlalchemy import func, select

from realestate_os.discovery.frames import LISTINGS
from realestate_os.enrichment.frames import ENRICHMENT, LEAD_SIGNALS
from realestate_os.partitions import county_day
from realestate_os.resources.configurable import DatabaseResource, ObjectStoreResource, SettingsResource
from realestate_os.resources.database import Database
from realestate_os.resources.object_store import ObjectStore
from realestate_os.scoring.assets import scores
from realestate_os.scoring.frames import SCORES
from realestate_os.similarity.frames import COMPARABLES
from realestate_os.storage.io_manager import ParquetIOManager
from realestate_os.storage.tables import PropertyScore
from realestate_os.valuation.frames import VALUATIONS
from realestate_os_tests.databases import MigratedDatabase
from realestate_os_tests.scoring.homes import DAY, Day, day_of
from realestate_os_tests.scoring.test_store import HOMES
from realestate_os_tests.scoring.test_store import scores as prospects

INPUTS = (LISTINGS, ENRICHMENT, VALUATIONS, COMPARABLES, LEAD_SIGNALS)
KEYS = [f"king_wa|{DAY - timedelta(days=1)}", f"king_wa|{DAY}"]
__all__ = ["prospects"]


def written(day: Day, store: ObjectStore) -> None:
    """The inputs as Parquet, the same homes on both days; no signs."""
    tables = (day.listings, day.enrichment, day.valuations, day.comparables, LEAD_SIGNALS.empty())
    for frame, table in zip(INPUTS, tables, strict=True):
        for key in KEYS:
            store.parquet.write(frame, key, table)


def resources(overrides: dict[str, Any], store: ObjectStore) -> dict[str, Any]:
    settings = SettingsResource(overrides=overrides)
    return {
        "settings": settings,
        "database": DatabaseResource(settings=settings),
        "object_store": ObjectStoreResource(settings=settings),
        "io_manager": ParquetIOManager([*INPUTS, SCORES], store.parquet),
    }


@pytest.mark.usefixtures("prospects")
def test_two_days_in_one_run(
    migrated: MigratedDatabase, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, url in migrated.env.items():
        monkeypatch.setenv(name, url)
    store = ObjectStore(str(tmp_path / "objects"))
    written(day_of(HOMES), store)
    upstream = [AssetSpec(frame.name, partitions_def=county_day).with_io_manager_key("io_manager") for frame in INPUTS]
    result = materialize(
        [*upstream, scores],
        selection=[scores],
        resources=resources({"realestate_os_home": str(tmp_path)}, store),
        tags={"dagster/asset_partition_range_start": KEYS[0], "dagster/asset_partition_range_end": KEYS[1]},
    )
    assert result.success
    found = store.parquet.read(SCORES, KEYS[1])
    assert found["bird_dog_score"].notna().tolist() == [True, False, False]
    assert store.parquet.read_set_aside("scores", KEYS[1])["reason"].tolist() == ["leased_land"]
    metadata = result.asset_materializations_for_node("scores")[0].metadata
    assert metadata["rows"].value == 6 and metadata["set_aside"].value == 2
    assert str(metadata["picture"].value).startswith("![scores](data:image/png;base64,")
    with database.transaction() as connection:
        assert connection.execute(select(func.count()).select_from(PropertyScore)).scalar_one() == 6
