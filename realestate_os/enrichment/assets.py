"""The assets of enrichment: sales, zip_demographics, parcels, enrichment, lead_signals.

Belongs here: partitions, inputs, metadata. Does not: what is fetched (collect.py) or which value
wins (merge.py).
"""

from datetime import date

from dagster import AssetExecutionContext, AssetIn, BackfillPolicy, MetadataValue, Output, asset

from realestate_os.enrichment.frames import ENRICHMENT, LEAD_SIGNALS, PARCELS, SALES, ZIP_DEMOGRAPHICS
from realestate_os.enrichment.lineage import enrichment_columns
from realestate_os.partitions import AS_OF_TAG, counties, county_day, county_days, county_of_day, same_day
from realestate_os.resources.configurable import (
    DatabaseResource,
    HttpResource,
    ObjectStoreResource,
    SettingsResource,
)
from realestate_os.resources.reporting import column_lineage, materialization_metadata, table_schema
from realestate_os.storage.io_manager import Frames


@asset(
    partitions_def=counties,
    group_name="enrichment",
    kinds={"python", "parquet"},
    owners=["team:data"],
    code_version="1",
    metadata={"dagster/column_schema": table_schema(SALES)},
    backfill_policy=BackfillPolicy.single_run(),
)
def sales(
    context: AssetExecutionContext,
    settings: SettingsResource,
    object_store: ObjectStoreResource,
    http: HttpResource,
) -> Output[Frames]:
    """Closed sales of the county as append-only versions: what was known when."""
    from realestate_os.enrichment.collect import collect_sales

    tag = context.run.tags.get(AS_OF_TAG)
    as_of = date.fromisoformat(tag) if tag else None
    objects = object_store.open()
    with http.open() as client:
        found = {
            county: collect_sales(settings.load(), objects, client, county, as_of) for county in context.partition_keys
        }
    return _output(context, "sales", found, objects, ["sale_id", "sale_date", "sale_price_usd", "zip_code", "known_on"])


@asset(
    partitions_def=counties,
    group_name="enrichment",
    kinds={"python", "parquet"},
    owners=["team:data"],
    code_version="1",
    metadata={"dagster/column_schema": table_schema(ZIP_DEMOGRAPHICS)},
    backfill_policy=BackfillPolicy.single_run(),
)
def zip_demographics(
    context: AssetExecutionContext,
    settings: SettingsResource,
    object_store: ObjectStoreResource,
    http: HttpResource,
) -> Output[Frames]:
    """Census figures of the county's ZIPs, one row a ZIP and five-year vintage."""
    from realestate_os.enrichment.collect import collect_zip_demographics

    objects = object_store.open()
    with http.open() as client:
        found = {
            county: collect_zip_demographics(settings.load(), objects, client, county)
            for county in context.partition_keys
        }
    return _output(context, "zip_demographics", found, objects, ["zip_code", "vintage", "known_on", "population"])


@asset(
    partitions_def=county_day,
    group_name="enrichment",
    kinds={"python", "parquet"},
    owners=["team:data"],
    code_version="1",
    metadata={"dagster/column_schema": table_schema(PARCELS)},
    backfill_policy=BackfillPolicy.single_run(),
    ins={"listings": AssetIn(partition_mapping=same_day)},
)
def parcels(
    context: AssetExecutionContext,
    listings: Frames,
    settings: SettingsResource,
    object_store: ObjectStoreResource,
    http: HttpResource,
) -> Output[Frames]:
    """Assessor records of the day's listings, found by parcel number or by address and unit."""
    from realestate_os.enrichment.collect import collect_parcels

    objects = object_store.open()
    with http.open() as client:
        found = {
            day.key: collect_parcels(settings.load(), objects, client, listings[day.key], day.county, day.date)
            for day in county_days(context)
        }
    return _output(context, "parcels", found, objects, ["apn", "street_address", "zip_code", "market_value_usd"])


@asset(
    partitions_def=county_day,
    group_name="enrichment",
    kinds={"pandas", "parquet", "postgres"},
    owners=["team:data"],
    code_version="1",
    metadata={"dagster/column_schema": table_schema(ENRICHMENT)},
    backfill_policy=BackfillPolicy.single_run(),
    ins={
        "listings": AssetIn(partition_mapping=same_day),
        "parcels": AssetIn(partition_mapping=same_day),
        "sales": AssetIn(partition_mapping=county_of_day),
        "zip_demographics": AssetIn(partition_mapping=county_of_day),
    },
)
def enrichment(
    context: AssetExecutionContext,
    listings: Frames,
    parcels: Frames,
    sales: Frames,
    zip_demographics: Frames,
    settings: SettingsResource,
    object_store: ObjectStoreResource,
    database: DatabaseResource,
) -> Output[Frames]:
    """Each listed property with what public records say of it, and where each field came from."""
    from realestate_os.enrichment.enrich import Enricher

    frames = Frames()
    with database.open() as db:
        enricher = Enricher(settings.load(), object_store.open(), db)
        for day in county_days(context):
            frames[day.key] = enricher.enrich(
                listings[day.key],
                parcels[day.key],
                sales[day.county],
                zip_demographics[day.county],
                day.county,
                day.date,
            )
    metadata = materialization_metadata(frames.values(), statuses=_statuses(frames))
    return Output(frames, metadata=metadata | {"dagster/column_lineage": column_lineage(enrichment_columns())})


@asset(
    partitions_def=county_day,
    group_name="enrichment",
    kinds={"pandas", "parquet", "postgres"},
    owners=["team:acquisitions"],
    code_version="1",
    metadata={"dagster/column_schema": table_schema(LEAD_SIGNALS)},
    backfill_policy=BackfillPolicy.single_run(),
    ins={
        "leads": AssetIn(partition_mapping=county_of_day),
        "enrichment": AssetIn(partition_mapping=same_day),
    },
)
def lead_signals(
    context: AssetExecutionContext,
    leads: Frames,
    enrichment: Frames,
    settings: SettingsResource,
    database: DatabaseResource,
) -> Output[Frames]:
    """Signs, in force on the day, that an owner may sell: from lead lists and from the assessor's facts."""
    from realestate_os.discovery.lead_fold import load_signal_terms
    from realestate_os.enrichment.lead_signals import signals_of_day
    from realestate_os.enrichment.store import save_lead_signals

    terms, frames = load_signal_terms(settings.load().assets_config_dir), Frames()
    with database.open() as db:
        for day in county_days(context):
            found = signals_of_day(leads[day.county], enrichment[day.key], day.county, day.date, terms)
            save_lead_signals(db, found, day.county, day.date)
            frames[day.key] = found
    kinds = {day: rows["kind"].value_counts().to_dict() for day, rows in frames.items()}
    return Output(frames, metadata=materialization_metadata(frames.values(), kinds=MetadataValue.json(kinds)))


def _output(context, name, found, objects, samples) -> Output[Frames]:  # type: ignore[no-untyped-def]
    """Frames with their metadata; problems are logged as errors and shown."""
    for key, one in found.items():
        objects.parquet.write_set_aside(name, key, one.refused)
        if one.problem:
            context.log.error(f"{key}: {one.problem}")
    problems = {key: one.problem for key, one in found.items() if one.problem}
    extra = {"problems": MetadataValue.json(problems)} if problems else {}
    metadata = materialization_metadata(
        [one.rows for one in found.values()],
        [one.refused for one in found.values()],
        samples=samples,
        sources=MetadataValue.json({key: one.source for key, one in found.items()}),
        **extra,
    )
    return Output(Frames({key: one.rows for key, one in found.items()}), metadata=metadata)


def _statuses(frames: Frames) -> MetadataValue:
    """How many rows are complete, partial and failed."""
    counts: dict[str, int] = {}
    for rows in frames.values():
        for status, count in rows["status"].value_counts().items():
            counts[str(status)] = counts.get(str(status), 0) + int(count)
    return MetadataValue.json(counts)
