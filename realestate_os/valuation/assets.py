"""The assets of valuation: value_model, valuations.

Belongs here: taking the partition, calling the stage, returning the result with metadata. Does not:
anything about models.
"""

from typing import TYPE_CHECKING, Any

from dagster import (
    AssetDep,
    AssetExecutionContext,
    AssetIn,
    BackfillPolicy,
    MaterializeResult,
    MetadataValue,
    Output,
    asset,
)

from realestate_os.counties import county_keys
from realestate_os.enrichment.frames import SALES
from realestate_os.partitions import (
    CountyDay,
    county_day,
    county_days,
    county_month,
    county_of_day,
    county_of_month,
    month_of_day,
    same_day,
)
from realestate_os.resources.configurable import (
    DatabaseResource,
    ModelRegistryResource,
    ObjectStoreResource,
    SettingsResource,
)
from realestate_os.resources.reporting import materialization_metadata, table_schema
from realestate_os.storage.io_manager import Frames
from realestate_os.valuation.frames import VALUATIONS

if TYPE_CHECKING:
    from realestate_os.storage.parquet import ParquetStore


@asset(
    partitions_def=county_month,
    group_name="valuation",
    kinds={"lightgbm", "mlflow"},
    owners=["team:data"],
    code_version="3",
    backfill_policy=BackfillPolicy.multi_run(1),
    ins={
        "sales": AssetIn(partition_mapping=county_of_month),
        "zip_demographics": AssetIn(partition_mapping=county_of_month),
    },
)
def value_model(
    context: AssetExecutionContext,
    settings: SettingsResource,
    database: DatabaseResource,
    model_registry: ModelRegistryResource,
    object_store: ObjectStoreResource,
    sales: Frames,
    zip_demographics: Frames,
) -> MaterializeResult[None]:
    """The model that values a county's homes in a month: trained on sales known before the month begins."""
    from realestate_os.valuation import report
    from realestate_os.valuation.monthly import CountySales, train_month

    month = CountyDay.parse(context.partition_key)
    stored = object_store.open().parquet
    known = CountySales(
        month.county,
        sales[month.county],
        zip_demographics[month.county],
        others=lambda: [stored.read(SALES, key) for key in county_keys() if _lends(stored, key, month.county)],
    )
    with database.open() as opened:
        result = train_month(settings.load(), opened, model_registry.open(), known, month.date)
    stored.write_set_aside("value_model", month.key, result.refused)
    context.log.info(result.record.reason)
    return MaterializeResult(
        metadata=materialization_metadata(
            [result.trained.hold_out.earlier],
            [result.refused],
            samples=["sale_id", "sale_date", "sale_price_usd", "square_footage"],
            serving_version=result.record.serving_version,
            challenger_version=result.record.challenger_version,
            serving_reason=result.record.reason,
            model_digest=result.record.model_digest,
            data_digest=result.record.data_digest,
            mlflow_run_id=result.record.run_id,
            **{f"held_out_{name}": figure for name, figure in result.trained.metrics.items()},
            ratio_study=MetadataValue.md(report.ratio_study_markdown(result.trained)),
            ratio_study_by_zip=MetadataValue.md(report.ratio_study_by_zip_markdown(result.trained)),
            picture=MetadataValue.md(report.thumbnail(result.trained)),
        )
    )


@asset(
    partitions_def=county_day,
    group_name="valuation",
    kinds={"lightgbm", "parquet"},
    owners=["team:acquisitions"],
    code_version="3",
    metadata={"dagster/column_schema": table_schema(VALUATIONS)},
    backfill_policy=BackfillPolicy.single_run(),
    ins={
        "enrichment": AssetIn(partition_mapping=same_day),
        "features": AssetIn(partition_mapping=same_day),
        "sales": AssetIn(partition_mapping=county_of_day),
        "zip_demographics": AssetIn(partition_mapping=county_of_day),
    },
    deps=[AssetDep("value_model", partition_mapping=month_of_day)],
)
def valuations(
    context: AssetExecutionContext,
    settings: SettingsResource,
    database: DatabaseResource,
    model_registry: ModelRegistryResource,
    enrichment: Frames,
    features: Frames,
    sales: Frames,
    zip_demographics: Frames,
) -> Output[Frames]:
    """The as-is value of each listed property with its interval and reasons, by the model of the day's month."""
    from realestate_os.valuation.history import sale_history
    from realestate_os.valuation.monthly import serving_model
    from realestate_os.valuation.value import value_homes

    frames, months = Frames(), settings.load().sales_history_months
    registry = model_registry.open()
    with database.open() as opened:
        for day in county_days(context):
            served = serving_model(opened, registry, day.county, day.month)
            history, _ = sale_history(sales[day.county], zip_demographics[day.county], known_by=day.date, months=months)
            frames[day.key] = value_homes(served, enrichment[day.key], features[day.key], history, day.date)
    return Output(frames, metadata=_valuations_metadata(frames))


def _lends(stored: "ParquetStore", key: str, borrower: str) -> bool:
    return key != borrower and stored.exists(SALES, key)


def _valuations_metadata(frames: Frames) -> dict[str, Any]:
    import pandas as pd

    rows = pd.concat(frames.values(), ignore_index=True)
    return materialization_metadata(
        [rows],
        samples=["property_id", "value_usd", "value_low_90_usd", "value_high_90_usd", "confidence_band"],
        not_valued=MetadataValue.json(rows["not_valued_reason"].value_counts().to_dict()),
        confidence_bands=MetadataValue.json(rows["confidence_band"].value_counts().to_dict()),
        median_relative_width_90=float(rows["relative_width_90"].median()),
        model_versions=MetadataValue.json(sorted(rows["model_version"].unique().tolist())),
    )
