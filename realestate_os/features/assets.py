"""The asset features.

Belongs here: partitions, inputs, metadata. Does not: the formulas (build.py).
"""

from dagster import AssetExecutionContext, AssetIn, BackfillPolicy, MetadataValue, Output, asset

from realestate_os.features.frames import FEATURES
from realestate_os.features.lineage import feature_columns
from realestate_os.partitions import county_day, county_days, same_day
from realestate_os.resources.reporting import column_lineage, materialization_metadata, table_schema
from realestate_os.storage.io_manager import Frames


@asset(
    partitions_def=county_day,
    group_name="features",
    kinds={"pandas", "parquet"},
    owners=["team:data"],
    code_version="1",
    metadata={"dagster/column_schema": table_schema(FEATURES)},
    backfill_policy=BackfillPolicy.single_run(),
    ins={"enrichment": AssetIn(partition_mapping=same_day)},
)
def features(context: AssetExecutionContext, enrichment: Frames) -> Output[Frames]:
    """The 35 features of each listed property, as of the day."""
    from realestate_os.features.build import feature_rows, missing_pct

    frames = Frames({day.key: feature_rows(enrichment[day.key], day.county, day.date) for day in county_days(context)})
    missing = {day: missing_pct(rows) for day, rows in frames.items()}
    metadata = materialization_metadata(frames.values(), missing_pct=MetadataValue.json(missing))
    return Output(frames, metadata=metadata | {"dagster/column_lineage": column_lineage(feature_columns())})
