"""The assembled graph: what it consists of, and that it is built with the resources one asks for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from dagster import AssetSpec, Definitions, InMemoryIOManager, MultiPartitionsDefinition
from syrupy.assertion import SnapshotAssertion

from realestate_os import partitions
from realestate_os.build import ASSETS, CHECKS, FRAMES, build_definitions
from realestate_os.resources.reporting import table_schema
from realestate_os.settings import PROJECT_DIR

PARTITIONS = {
    "county": partitions.counties,
    "county_day": partitions.county_day,
    "county_month": partitions.county_month,
}
MAPPINGS = ("same_day", "county_of_day", "county_of_month", "month_of_day")
TEAMS = {"team:acquisitions", "team:data"}
NOT_AT_LOAD = [
    "pandas",
    "numpy",
    "pandera",
    "dagster_aws",
    "mlflow",
    "lightgbm",
    "weasyprint",
    "scrapy",
    "playwright",
    "qdrant_client",
    "boto3",
    "sqlalchemy",
    "matplotlib",
]


def specs() -> dict[str, AssetSpec]:
    """Each asset's spec by name, in the order of the registry."""
    return {spec.key.to_user_string(): spec for asset in ASSETS for spec in asset.specs}


def name_of_mapping(mapping: Any) -> str:
    """Its name in partitions.py, by identity: a mapping made on the spot has none."""
    return next((name for name in MAPPINGS if getattr(partitions, name) is mapping), repr(mapping))


def name_of_partitions(definition: Any) -> str:
    return next((name for name, known in PARTITIONS.items() if definition is known), repr(definition))


def graph(definitions: Definitions) -> dict[str, Any]:
    """What a person would look up of the graph, as plain data."""
    assets = {
        name: {
            "code_version": spec.code_version,
            "group": spec.group_name,
            "kinds": sorted(spec.kinds),
            "owners": sorted(spec.owners),
            "partitions": name_of_partitions(spec.partitions_def),
            "reads": {dep.asset_key.to_user_string(): name_of_mapping(dep.partition_mapping) for dep in spec.deps},
        }
        for name, spec in specs().items()
    }
    sensors = {
        sensor.name: {"seconds": sensor.minimum_interval_seconds, "status": sensor.default_status.value}
        for sensor in definitions.sensors or []
    }
    checks = {
        f"{spec.asset_key.to_user_string()} / {spec.name}": "blocking" if spec.blocking else "tells"
        for check in CHECKS
        for spec in check.check_specs
    }
    return {"assets": assets, "checks": checks, "resources": sorted(definitions.resources or {}), "sensors": sensors}


def test_every_table_has_a_blocking_check_of_its_values() -> None:
    blocking = {spec.asset_key.to_user_string() for check in CHECKS for spec in check.check_specs if spec.blocking}
    assert blocking == {frame.name for frame in FRAMES}


def test_the_graph_is_as_recorded(snapshot: SnapshotAssertion) -> None:
    assert graph(build_definitions()) == snapshot


def test_the_graph_resolves_and_names_only_assets_it_has() -> None:
    keys = build_definitions().resolve_asset_graph().get_all_asset_keys()
    assert {key.to_user_string() for key in keys} == set(specs())


@pytest.mark.parametrize("name", list(specs()))
def test_an_asset_says_what_it_is(name: str) -> None:
    spec = specs()[name]
    assert spec.group_name not in (None, "default")
    assert spec.kinds
    assert len(spec.owners) == 1
    assert set(spec.owners) <= TEAMS
    assert spec.code_version
    assert len(spec.description or "") > 20
    assert name_of_partitions(spec.partitions_def) in PARTITIONS


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame.name)
def test_a_frames_asset_shows_its_columns(frame: Any) -> None:
    assert specs()[frame.name].metadata["dagster/column_schema"] == table_schema(frame)


def test_only_assets_with_a_frame_show_columns() -> None:
    shown = {name for name, spec in specs().items() if "dagster/column_schema" in spec.metadata}
    assert shown == {frame.name for frame in FRAMES}


def test_every_reader_names_its_mapping() -> None:
    """A missing mapping would be Dagster's default, which for two dimensions reads whatever matches."""
    nameless = [
        f"{name} reads {dep.asset_key.to_user_string()}"
        for name, spec in specs().items()
        for dep in spec.deps
        if name_of_mapping(dep.partition_mapping) not in MAPPINGS
    ]
    assert not nameless


def test_dimension_names_fix_the_order_of_keys() -> None:
    for definition, second in ((partitions.county_day, "date"), (partitions.county_month, "month")):
        assert isinstance(definition, MultiPartitionsDefinition)
        assert definition.partition_dimension_names == ["county", second]


def test_loading_the_graph_loads_none_of_the_heavy_libraries() -> None:
    code = "import sys, realestate_os.definitions; print(*(name for name in sys.argv[1:] if name in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code, *NOT_AT_LOAD], cwd=PROJECT_DIR, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


def test_loading_the_graph_prints_nothing() -> None:
    """Dagster's warnings of beta features would stand in every command's output."""
    done = subprocess.run(
        [sys.executable, "-c", "import realestate_os.definitions"], cwd=PROJECT_DIR, capture_output=True, check=True
    )
    assert (done.stdout, done.stderr) == (b"", b"")


def test_settings_overrides_reach_every_resource(tmp_path: Path) -> None:
    definitions = build_definitions(settings_overrides={"realestate_os_home": tmp_path, "random_seed": 7})
    resources: Any = definitions.resources
    assert resources["settings"].load().random_seed == 7
    assert resources["object_store"].open().uri("a").startswith(str(tmp_path))
    assert str(tmp_path) in str(resources["io_manager"].store.root)
    nested = [name for name, one in resources.items() if hasattr(one, "settings")]
    assert len(nested) == 6
    assert all(resources[name].settings.load().home == tmp_path for name in nested)


def test_a_resource_can_be_replaced_by_its_key() -> None:
    mine = InMemoryIOManager()
    replaced: Any = build_definitions(resource_overrides={"io_manager": mine}).resources
    assert replaced["io_manager"] is mine
    assert set(replaced) == set(build_definitions().resources or {})
