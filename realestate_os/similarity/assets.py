"""The assets of similarity: embeddings, comparables.

Belongs here: taking the partition, calling the stage, returning the result with metadata. Does not:
vectors, searches, adjustments.
"""

from typing import Any

from dagster import AssetDep, AssetExecutionContext, AssetIn, BackfillPolicy, MetadataValue, Output, asset

from realestate_os.partitions import county_day, county_days, county_of_day, month_of_day, same_day
from realestate_os.resources.configurable import (
    DatabaseResource,
    ModelRegistryResource,
    ObjectStoreResource,
    SettingsResource,
    VectorStoreResource,
)
from realestate_os.resources.reporting import materialization_metadata, table_schema
from realestate_os.similarity.frames import COMPARABLES, EMBEDDINGS
from realestate_os.storage.io_manager import Frames


@asset(
    partitions_def=county_day,
    group_name="similarity",
    kinds={"qdrant", "parquet"},
    owners=["team:data"],
    code_version="1",
    metadata={"dagster/column_schema": table_schema(EMBEDDINGS)},
    backfill_policy=BackfillPolicy.single_run(),
    ins={
        "enrichment": AssetIn(partition_mapping=same_day),
        "features": AssetIn(partition_mapping=same_day),
        "sales": AssetIn(partition_mapping=county_of_day),
        "zip_demographics": AssetIn(partition_mapping=county_of_day),
    },
    deps=[AssetDep("value_model", partition_mapping=month_of_day)],
)
def embeddings(
    context: AssetExecutionContext,
    settings: SettingsResource,
    database: DatabaseResource,
    model_registry: ModelRegistryResource,
    vector_store: VectorStoreResource,
    object_store: ObjectStoreResource,
    enrichment: Frames,
    features: Frames,
    sales: Frames,
    zip_demographics: Frames,
) -> Output[Frames]:
    """Listings and closed sales as vectors, in Parquet and in Qdrant; without Qdrant the Parquet still lands."""
    from realestate_os.resources.vector_store import VectorStoreError
    from realestate_os.similarity.embed import embed_listings
    from realestate_os.similarity.index import keep_sales, publish
    from realestate_os.valuation.history import sale_history
    from realestate_os.valuation.monthly import serving_model

    days, frames, objects = county_days(context), Frames(), object_store.open()
    registry, months, kept, served = model_registry.open(), settings.load().sales_history_months, 0, {}
    with database.open() as opened:
        for day in days:
            model = served[day.key] = serving_model(opened, registry, day.county, day.month)
            sold = sales[day.county], zip_demographics[day.county]
            history, _ = sale_history(*sold, known_by=day.date, months=months)
            kept += keep_sales(objects, model, history, day.county, day.date)
            frames[day.key] = embed_listings(model, enrichment[day.key], features[day.key], day.date)
    try:
        with vector_store.open() as store:
            points = [publish(store, objects, served[d.key], frames[d.key], d.county, d.date) for d in days]
            due = store.server_is_due()
        qdrant = f"{sum(points)} points written" + (f"; {due}" if due else "")
        if due:
            context.log.warning(due)
    except VectorStoreError as error:
        qdrant = str(error)
        context.log.warning(f"vectors are in Parquet only: {error}")
    return Output(frames, metadata=materialization_metadata(frames.values(), sales_embedded=kept, qdrant=qdrant))


@asset(
    partitions_def=county_day,
    group_name="similarity",
    kinds={"qdrant", "lightgbm", "parquet"},
    owners=["team:acquisitions"],
    code_version="1",
    metadata={"dagster/column_schema": table_schema(COMPARABLES)},
    backfill_policy=BackfillPolicy.single_run(),
    ins={
        "embeddings": AssetIn(partition_mapping=same_day),
        "enrichment": AssetIn(partition_mapping=same_day),
        "valuations": AssetIn(partition_mapping=same_day),
        "sales": AssetIn(partition_mapping=county_of_day),
        "zip_demographics": AssetIn(partition_mapping=county_of_day),
    },
)
def comparables(
    context: AssetExecutionContext,
    settings: SettingsResource,
    model_registry: ModelRegistryResource,
    database: DatabaseResource,
    vector_store: VectorStoreResource,
    object_store: ObjectStoreResource,
    embeddings: Frames,
    enrichment: Frames,
    valuations: Frames,
    sales: Frames,
    zip_demographics: Frames,
) -> Output[Frames]:
    """Three to five closed sales beside each valued listing, adjusted to it line by line."""
    from realestate_os.similarity.candidates import find_candidates
    from realestate_os.similarity.comparables import Market, choose_comparables
    from realestate_os.similarity.index import fill_sales, sale_search
    from realestate_os.valuation.history import sale_history
    from realestate_os.valuation.monthly import serving_model

    registry, months, asked = model_registry.open(), settings.load().sales_history_months, {}
    objects = object_store.open()
    with database.open() as opened, vector_store.open() as store:
        for day in county_days(context):
            served = serving_model(opened, registry, day.county, day.month)
            sold = sales[day.county], zip_demographics[day.county]
            history, _ = sale_history(*sold, known_by=day.date, months=months)
            fill_sales(store, objects, day.county, served.version)
            valued = valuations[day.key].dropna(subset=["value_usd"])["property_id"]
            homes = enrichment[day.key][enrichment[day.key]["property_id"].isin(valued)].reset_index(drop=True)
            search = sale_search(store, day.county, served.version)
            found = find_candidates(homes, embeddings[day.key], history, day.date, search)
            asked[day] = Market(served.model, history, day.date), homes, found
    # Adjusting takes most of the time; the vectors are free for others meanwhile.
    frames = Frames({day.key: choose_comparables(*asked[day], day.county) for day in asked})
    return Output(frames, metadata=_comparables_metadata(frames))


def _comparables_metadata(frames: Frames) -> dict[str, Any]:
    import pandas as pd

    rows = pd.concat(frames.values(), ignore_index=True)
    return materialization_metadata(
        [rows],
        samples=["property_id", "rank", "sale_date", "sale_price_usd", "distance_miles", "adjusted_price_usd"],
        homes_with_comparables=int(rows["property_id"].nunique()),
        median_gross_adjustment_pct=float(rows["gross_adjustment_pct"].median()) if len(rows) else 0.0,
        comparables_per_home=MetadataValue.json(
            {str(n): int(homes) for n, homes in rows["property_id"].value_counts().value_counts().sort_index().items()}
        ),
    )
