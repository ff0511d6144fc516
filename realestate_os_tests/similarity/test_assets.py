"""embeddings and comparables through Dagster, over two days; and without Qdrant."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from dagster import AssetsDefinition, AssetSpec, ExecuteInProcessResult, materialize

from realestate_os.enrichment.frames import ENRICHMENT, SALES, ZIP_DEMOGRAPHICS
from realestate_os.features.build import feature_rows
from realestate_os.features.frames import FEATURES
from realestate_os.partitions import counties, county_day, county_month
from realestate_os.resources.configurable import (
    DatabaseResource,
    ModelRegistryResource,
    ObjectStoreResource,
    SettingsResource,
    VectorStoreResource,
)
from realestate_os.resources.database import Database
from realestate_os.resources.model_registry import ModelRegistry
from realestate_os.resources.object_store import ObjectStore
from realestate_os.resources.vector_store import VectorStoreError
from realestate_os.similarity.assets import comparables, embeddings
from realestate_os.similarity.frames import COMPARABLES, EMBEDDINGS
from realestate_os.storage.io_manager import ParquetIOManager
from realestate_os.valuation.assets import valuations
from realestate_os.valuation.frames import VALUATIONS
from realestate_os.valuation.monthly import CountySales, train_month
from realestate_os_tests.databases import MigratedDatabase
from realestate_os_tests.valuation.county import COUNTY, DAY, MONTH, MadeCounty

DAYS = [DAY, DAY + timedelta(days=1)]
KEYS = [f"{COUNTY}|{day}" for day in DAYS]
FRAMES = [SALES, ZIP_DEMOGRAPHICS, ENRICHMENT, FEATURES, VALUATIONS, EMBEDDINGS, COMPARABLES]


@pytest.fixture(scope="module")
def home(migrated: MigratedDatabase, tmp_path_factory: pytest.TempPathFactory, county: MadeCounty) -> Path:
    """Inputs in Parquet and a model of the month."""
    home = tmp_path_factory.mktemp("home")
    store = ObjectStore(str(home / "objects"))
    store.parquet.write(SALES, COUNTY, county.sales)
    store.parquet.write(ZIP_DEMOGRAPHICS, COUNTY, county.zip_demographics)
    for day, key in zip(DAYS, KEYS, strict=True):
        store.parquet.write(ENRICHMENT, key, county.listings.assign(date=day))
        store.parquet.write(FEATURES, key, feature_rows(county.listings, COUNTY, day))
    settings = migrated.settings(realestate_os_home=home, tuning_trials=0)
    database = Database(migrated.urls.app)
    registry = ModelRegistry.from_settings(settings)
    train_month(settings, database, registry, CountySales(COUNTY, county.sales, county.zip_demographics), MONTH)
    database.dispose()
    return home


@pytest.fixture
def environment(migrated: MigratedDatabase, home: Path, monkeypatch: pytest.MonkeyPatch) -> ObjectStore:
    for name, url in migrated.env.items():
        monkeypatch.setenv(name, url)
    return ObjectStore(str(home / "objects"))


def run(asset: AssetsDefinition, store: ObjectStore, home: Path, **settings: Any) -> ExecuteInProcessResult:
    """Both days in one run."""
    loaded = SettingsResource(overrides={"realestate_os_home": str(home), **settings})
    partitions = {SALES: counties, ZIP_DEMOGRAPHICS: counties}
    upstream = [
        AssetSpec(frame.name, partitions_def=partitions.get(frame, county_day))
        for frame in FRAMES
        if frame.name != asset.key.to_user_string()
    ]
    return materialize(
        [*upstream, AssetSpec("value_model", partitions_def=county_month), asset],
        selection=[asset],
        resources={
            "settings": loaded,
            "database": DatabaseResource(settings=loaded),
            "object_store": ObjectStoreResource(settings=loaded),
            "model_registry": ModelRegistryResource(settings=loaded),
            "vector_store": VectorStoreResource(settings=loaded),
            "io_manager": ParquetIOManager(FRAMES, store.parquet),
        },
        tags={"dagster/asset_partition_range_start": KEYS[0], "dagster/asset_partition_range_end": KEYS[1]},
    )


def test_two_days_and_a_qdrant_that_comes_back(environment: ObjectStore, home: Path) -> None:
    """Without Qdrant the vectors land in Parquet and comparables say what is missing; later they are filled."""
    down = {"qdrant_url": "http://127.0.0.1:9"}
    assert run(valuations, environment, home).success
    result = run(embeddings, environment, home, **down)
    metadata = result.asset_materializations_for_node("embeddings")[0].metadata
    assert "does not answer" in str(metadata["qdrant"].value)
    assert [len(environment.parquet.read(EMBEDDINGS, key)) for key in KEYS] == [60, 60]
    with pytest.raises(VectorStoreError, match="filled from Parquet"):
        run(comparables, environment, home, **down)

    assert run(comparables, environment, home).success
    first, second = (environment.parquet.read(COMPARABLES, key) for key in KEYS)
    assert first["property_id"].nunique() > 40
    assert len(second) > 100

    again = run(embeddings, environment, home).asset_materializations_for_node("embeddings")[0].metadata
    assert again["sales_embedded"].value == 0
    assert again["qdrant"].value == "120 points written"
