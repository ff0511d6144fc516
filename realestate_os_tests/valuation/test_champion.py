"""Who serves a month: the comparison, the records, the registry and the asset, on real Postgres and MLflow."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import mlflow
import numpy as np
import pandas as pd
import pytest
from dagster import AssetCheckSeverity, AssetSelection, AssetSpec, DagsterInstance, materialize

from realestate_os.enrichment.frames import ENRICHMENT, SALES, ZIP_DEMOGRAPHICS
from realestate_os.features.build import feature_rows
from realestate_os.features.frames import FEATURES
from realestate_os.partitions import counties, county_day
from realestate_os.resources.configurable import (
    DatabaseResource,
    ModelRegistryResource,
    ObjectStoreResource,
    SettingsResource,
)
from realestate_os.resources.database import Database
from realestate_os.resources.model_registry import ModelRegistry, ModelRegistryError
from realestate_os.resources.object_store import ObjectStore
from realestate_os.scoring.checks import reliability
from realestate_os.settings import Settings
from realestate_os.storage.io_manager import ParquetIOManager
from realestate_os.valuation.assets import valuations, value_model
from realestate_os.valuation.champion import (
    NoModelError,
    ServingRecord,
    champion_before,
    judge,
    newest_month,
    require_serving_record,
    save_record,
    serving_record,
)
from realestate_os.valuation.checks import feature_drift, residual_drift
from realestate_os.valuation.frames import VALUATIONS
from realestate_os.valuation.model import folder_digest
from realestate_os.valuation.monthly import HELD_OUT_SALES, CountySales, _example, serving_model, train_month
from realestate_os.valuation.served_model import served_values
from realestate_os_tests.databases import MigratedDatabase
from realestate_os_tests.valuation.county import COUNTY, DAY, MONTH, MadeCounty

DECEMBER, FEBRUARY = date(2023, 12, 1), date(2024, 2, 1)


def record(month: date, version: str) -> ServingRecord:
    return ServingRecord(
        "cook_il", month, "value-cook_il", version, version, "first", "m" * 64, "d" * 64, "run", {"a": 1}
    )


@pytest.fixture(scope="module")
def settings(migrated: MigratedDatabase, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    home = tmp_path_factory.mktemp("home")
    return migrated.settings(realestate_os_home=home, tuning_trials=2, tuning_seconds=30)


@pytest.fixture(scope="module")
def registry(settings: Settings) -> ModelRegistry:
    return ModelRegistry.from_settings(settings)


def champion_alias(registry: ModelRegistry) -> str:
    return str(registry.client().get_model_version_by_alias(f"value-{COUNTY}", "champion").version)


def test_an_equal_challenger_serves_and_a_worse_one_does_not() -> None:
    rng = np.random.default_rng(1)
    price = np.exp(rng.normal(13, 0.4, 400))
    champion = price * np.exp(rng.normal(0, 0.10, 400))
    assert judge(champion, champion, price).challenger_serves
    assert judge(price * np.exp(rng.normal(0, 0.08, 400)), champion, price).challenger_serves
    lost = judge(price * np.exp(rng.normal(0, 0.14, 400)), champion, price)
    assert not lost.challenger_serves
    assert "challenger lost on 400 held-out sales" in lost.reason


def test_records_are_replaced_by_month_and_read_back(database: Database) -> None:
    assert serving_record(database, "cook_il", MONTH) is None
    for one in (record(DECEMBER, "1"), record(MONTH, "2"), record(MONTH, "3")):
        save_record(database, one)
    assert serving_record(database, "cook_il", MONTH.replace(day=17)) == record(MONTH, "3")
    assert champion_before(database, "cook_il", MONTH) == record(DECEMBER, "1")
    assert champion_before(database, "cook_il", DECEMBER) is None
    assert newest_month(database, "cook_il") == MONTH


def test_no_model_names_the_command(database: Database) -> None:
    with pytest.raises(NoModelError, match="materialize --county cook_il --date 2030-05-01 --assets value_model"):
        require_serving_record(database, "cook_il", date(2030, 5, 1))


def test_unknown_version_says_what_to_do(registry: ModelRegistry) -> None:
    with pytest.raises(ModelRegistryError, match="no version 77 of value-nowhere"):
        registry.files("value-nowhere", "77")


def test_two_months_and_a_lost_challenge(
    settings: Settings, database: Database, registry: ModelRegistry, county: MadeCounty
) -> None:
    """December's model serves December; January's broken challenger loses to it and is kept all the same."""
    ours = (settings, database, registry)
    first = train_month(*ours, CountySales(COUNTY, county.sales, county.zip_demographics), DECEMBER)
    assert first.record.serving_version == first.record.challenger_version
    assert "no champion before" in first.record.reason
    assert champion_alias(registry) == first.record.serving_version

    scrambled = county.sales.copy()
    old = (pd.to_datetime(scrambled["sale_date"]) < "2023-07-01").to_numpy()
    scrambled.loc[old, "sale_price_usd"] = np.random.default_rng(0).permutation(scrambled.loc[old, "sale_price_usd"])
    second = train_month(*ours, CountySales(COUNTY, scrambled, county.zip_demographics), MONTH)
    assert not second.verdict.challenger_serves
    assert second.record.serving_version == first.record.serving_version != second.record.challenger_version
    assert second.record.model_digest == first.record.model_digest
    assert champion_alias(registry) == first.record.serving_version

    served = serving_model(database, registry, COUNTY, MONTH)
    assert (served.version, served.newest) == (first.record.serving_version, True)
    assert not serving_model(database, registry, COUNTY, DECEMBER).newest
    assert folder_digest(registry.files(served.name, served.version)) == served.digest == first.record.model_digest


def test_registering_leaves_no_tracking_variable(settings: Settings, registry: ModelRegistry) -> None:
    """MLflow writes MLFLOW_TRACKING_URI, which is a setting of ours."""
    with pytest.raises(ModelRegistryError):
        registry.files("value-nowhere", "78")
    assert Settings(realestate_os_home=settings.home).mlflow_tracking_uri is None


def test_the_same_month_again(
    settings: Settings,
    database: Database,
    registry: ModelRegistry,
    county: MadeCounty,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A new version of the same bytes: the study has its trials, none is run. MLflow serves what the pipeline does."""
    first, again = (
        train_month(settings, database, registry, CountySales(COUNTY, county.sales, county.zip_demographics), FEBRUARY)
        for _ in range(2)
    )
    names = [(one.record.model_name, str(one.record.challenger_version)) for one in (first, again)]
    assert names[0] != names[1], "MLflow versions are appended"
    assert folder_digest(registry.files(*names[0])) == folder_digest(registry.files(*names[1]))
    assert first.trained.tuned == again.trained.tuned

    example = _example(again.trained)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", registry.tracking_uri)
    loaded = mlflow.pyfunc.load_model("models:/{}/{}".format(*names[1]))
    pd.testing.assert_frame_equal(loaded.predict(example), served_values(again.trained.model, example))
    mlflow.set_tracking_uri(None)  # type: ignore[arg-type]


def resources(settings: Settings, migrated: MigratedDatabase, store: ObjectStore) -> dict[str, Any]:
    overrides = {"realestate_os_home": str(settings.home), "tuning_trials": 0}
    loaded = SettingsResource(overrides=overrides)
    frames = [SALES, ZIP_DEMOGRAPHICS, ENRICHMENT, FEATURES, VALUATIONS]
    return {
        "settings": loaded,
        "database": DatabaseResource(settings=loaded),
        "object_store": ObjectStoreResource(settings=loaded),
        "model_registry": ModelRegistryResource(settings=loaded),
        "io_manager": ParquetIOManager(frames, store.parquet),
    }


def run_holds_its_studies(registry: ModelRegistry, run_id: str) -> None:
    """Pictures, texts, code and environment of a training, and its hold-out with intervals that cover."""
    client = registry.client()
    names = {one.path for one in client.list_artifacts(run_id)}
    assert names > {"predicted_against_actual.png", "residuals_by_price.png", "residuals_by_month.png"}
    assert names > {"residual_map.png", "interval_calibration.png", "importance.png", "reliability.png"}
    assert names > {"ratio_study.md", "environment.txt"}
    run = client.get_run(run_id).data
    assert len(run.tags["source_digest"]) == len(run.tags["data_digest"]) == 64
    assert 0 < run.metrics["reliability_error_prior_right"] < 1
    sales = registry.table(run_id, HELD_OUT_SALES)
    assert len(sales) == run.metrics["sales"]
    inside = sales["sale_price_usd"].between(sales["value_low_90_usd"], sales["value_high_90_usd"])
    assert inside.mean() * 100 == pytest.approx(run.metrics["coverage_90_pct"])
    with pytest.raises(ModelRegistryError, match="no table nothing"):
        registry.table(run_id, "nothing")


def test_the_assets(
    settings: Settings, migrated: MigratedDatabase, county: MadeCounty, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, url in migrated.env.items():
        monkeypatch.setenv(name, url)
    store = ObjectStore.from_settings(settings)
    key = f"{COUNTY}|{DAY}"
    sales = county.sales.copy()
    sales.loc[0, "latitude"] = np.nan
    for frame, part, rows in (
        (SALES, COUNTY, sales),
        (ZIP_DEMOGRAPHICS, COUNTY, county.zip_demographics),
        (ENRICHMENT, key, county.listings),
        (FEATURES, key, feature_rows(county.listings, COUNTY, DAY)),
    ):
        store.parquet.write(frame, part, rows)
    upstream = [AssetSpec(f.name, partitions_def=counties) for f in (SALES, ZIP_DEMOGRAPHICS)]
    upstream += [AssetSpec(f.name, partitions_def=county_day) for f in (ENRICHMENT, FEATURES)]
    given = resources(settings, migrated, store)
    with DagsterInstance.ephemeral() as instance:
        trained = materialize(
            [*upstream, value_model, reliability],
            selection=AssetSelection.assets(value_model),
            partition_key=f"{COUNTY}|{MONTH}",
            resources=given,
            instance=instance,
        )
        metadata = trained.asset_materializations_for_node("value_model")[0].metadata
        assert metadata["set_aside_reasons"].value == {"missing_coordinates": 1}
        assert {"held_out_cod_pct", "held_out_coverage_90_pct", "ratio_study", "picture", "serving_reason"} <= set(
            metadata
        )
        assert "data:image/png;base64," in str(metadata["picture"].value)
        assert "95 % sure" in str(metadata["ratio_study"].value)
        run_holds_its_studies(given["model_registry"].open(), str(metadata["mlflow_run_id"].value))
        claims = trained.get_asset_check_evaluations()[0]
        assert (claims.check_name, claims.passed) == ("reliability", True)
        assert claims.metadata["held_out_sales"].value > 100
        valued = materialize(
            [*upstream, AssetSpec("value_model"), valuations, feature_drift, residual_drift],
            selection=AssetSelection.assets(valuations),
            partition_key=key,
            resources=given,
            instance=instance,
        )
        assert valued.success
        drift = {one.check_name: one for one in valued.get_asset_check_evaluations()}
        assert all(drift[name].severity is AssetCheckSeverity.WARN for name in ("feature_drift", "residual_drift"))
        assert "features drifted" in drift["feature_drift"].description
        assert "sales since the training" in drift["residual_drift"].description
    rows = store.parquet.read(VALUATIONS, key)
    served = metadata["serving_version"].value
    assert rows["value_usd"].notna().all()
    assert set(rows["model_version"]) == {served}
    assert store.parquet.read_set_aside("value_model", f"{COUNTY}|{MONTH}")["item"].tolist() == ["s00000"]


def test_a_record_keeps_its_reason(database: Database) -> None:
    kept = replace(record(FEBRUARY, "9"), reason="because")
    save_record(database, kept)
    assert require_serving_record(database, "cook_il", FEBRUARY).reason == "because"
