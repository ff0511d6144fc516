"""The asset of scoring: scores.

Belongs here: partitions, inputs, metadata. Does not: formulas (build.py) or SQL (store.py).
"""

from dagster import AssetExecutionContext, AssetIn, BackfillPolicy, MetadataValue, Output, asset

from realestate_os.partitions import county_day, county_days, same_day
from realestate_os.resources.configurable import DatabaseResource, ObjectStoreResource, SettingsResource
from realestate_os.resources.reporting import markdown_table, materialization_metadata, table_schema
from realestate_os.scoring import CODE_VERSION
from realestate_os.scoring.frames import SCORES
from realestate_os.storage.io_manager import Frames


@asset(
    partitions_def=county_day,
    group_name="scoring",
    kinds={"python", "postgres", "parquet"},
    owners=["team:acquisitions"],
    code_version=CODE_VERSION,
    metadata={"dagster/column_schema": table_schema(SCORES)},
    backfill_policy=BackfillPolicy.single_run(),
    ins={
        "listings": AssetIn(partition_mapping=same_day),
        "enrichment": AssetIn(partition_mapping=same_day),
        "valuations": AssetIn(partition_mapping=same_day),
        "comparables": AssetIn(partition_mapping=same_day),
        "lead_signals": AssetIn(partition_mapping=same_day),
    },
)
def scores(
    context: AssetExecutionContext,
    listings: Frames,
    enrichment: Frames,
    valuations: Frames,
    comparables: Frames,
    lead_signals: Frames,
    settings: SettingsResource,
    database: DatabaseResource,
    object_store: ObjectStoreResource,
) -> Output[Frames]:
    """Each listing's deal: value after the ask, ARV, repairs, MAO, probability, score; each lead's rank."""
    import pandas as pd

    from realestate_os.counties import load_county
    from realestate_os.scoring import build, report, store
    from realestate_os.scoring.assumptions import load_assumptions
    from realestate_os.scoring.inputs import Setting, inputs_of_day
    from realestate_os.scoring.snapshots import save_snapshots

    days, config = county_days(context), settings.load().assets_config_dir
    assumptions, objects, refused = load_assumptions(config), object_store.open(), []
    frames = Frames()
    with database.open() as db:
        for day in days:
            tables = (listings[day.key], enrichment[day.key], valuations[day.key], comparables[day.key])
            setting = Setting(load_county(day.county, config / "counties"), day.date, assumptions)
            inputs = inputs_of_day(*tables, lead_signals[day.key], setting)
            save_snapshots(objects, inputs)
            frames[day.key] = build.build_scores(inputs)
            refused.append(build.set_aside(frames[day.key]))
            objects.parquet.write_set_aside("scores", day.key, refused[-1])
            store.store_scores(db, day.county, day.date, frames[day.key])
    all_scores = pd.concat(frames.values(), ignore_index=True)
    metadata = materialization_metadata(
        frames.values(),
        refused,
        samples=report.DEAL_COLUMNS,
        bands=MetadataValue.json(report.band_counts(all_scores)),
        null_reasons=MetadataValue.json(report.null_counts(all_scores)),
        top_deals=MetadataValue.md(markdown_table(report.top_deals(all_scores))),
        leads=int(all_scores["lead_rank"].notna().sum()),
        picture=MetadataValue.md(report.score_picture(all_scores)),
    )
    return Output(frames, metadata=metadata)
