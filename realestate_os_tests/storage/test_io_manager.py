"""The IO manager inside real Dagster runs: one key, a range, a mapping, a wrong output."""

from typing import Any

import pandas as pd
import pytest
from dagster import AssetExecutionContext, AssetIn, AssetsDefinition, DagsterInstance, asset, materialize

from realestate_os.partitions import counties, county_day, county_days, county_of_day
from realestate_os.settings import Settings
from realestate_os.storage.io_manager import Frames, ParquetIOManager
from realestate_os.storage.options import storage_options
from realestate_os.storage.parquet import ParquetStore
from realestate_os.storage.schema import Column, Frame

PRICES = Frame("prices", "one county", (Column("usd", "float64", "price", "USD"),), key=())
HOMES = Frame("homes", "one home", (Column("key", "string", "partition"), Column("usd", "float64", "price")), key=())


def graph(drop_last: bool = False) -> list[AssetsDefinition]:
    @asset(partitions_def=counties)
    def prices(context: AssetExecutionContext) -> Any:
        return Frames({key: pd.DataFrame({"usd": [float(len(key))]}) for key in context.partition_keys})

    @asset(partitions_def=county_day, ins={"prices": AssetIn(partition_mapping=county_of_day)})
    def homes(context: AssetExecutionContext, prices: Frames) -> Any:
        days = county_days(context)
        if drop_last:
            days = days[:-1]
        return Frames({d.key: pd.DataFrame({"key": [d.key], "usd": prices[d.county]["usd"]}) for d in days})

    return [prices, homes]


@pytest.fixture
def manager(store_settings: Settings) -> ParquetIOManager:
    return ParquetIOManager([PRICES, HOMES], ParquetStore(store_settings.objects_url, storage_options(store_settings)))


def run(manager: ParquetIOManager, assets: list[AssetsDefinition], **target: Any) -> bool:
    with DagsterInstance.ephemeral() as instance:
        resources = {"io_manager": manager}
        made = materialize(assets, selection="prices", partition_key="king_wa", instance=instance, resources=resources)
        assert made.success
        return materialize(
            assets, selection="homes", instance=instance, resources=resources, raise_on_error=False, **target
        ).success


def test_one_key(manager: ParquetIOManager) -> None:
    assert run(manager, graph(), partition_key="king_wa|2026-11-24")
    read = manager.store.read(HOMES, "king_wa|2026-11-24")
    assert read.to_dict("records") == [{"key": "king_wa|2026-11-24", "usd": 7.0}]


def test_a_range_writes_each_partition(manager: ParquetIOManager) -> None:
    tags = {
        "dagster/asset_partition_range_start": "king_wa|2026-11-20",
        "dagster/asset_partition_range_end": "king_wa|2026-11-24",
    }
    assert run(manager, graph(), tags=tags)
    keys = [f"king_wa|2026-11-{day}" for day in range(20, 25)]
    assert [manager.store.read(HOMES, key)["key"].item() for key in keys] == keys


def test_an_output_without_a_partition_of_the_run_fails(manager: ParquetIOManager) -> None:
    assert not run(manager, graph(drop_last=True), partition_key="king_wa|2026-11-24")
    assert not manager.store.exists(HOMES, "king_wa|2026-11-24")
