"""The assets of discovery: listing_pages, leads, listings.

Belongs here: partitions, inputs, metadata. Does not: crawling or reading, which are plain Python.
"""

from collections import Counter

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

from realestate_os.discovery.frames import LEADS, LISTINGS
from realestate_os.partitions import counties, county_day, county_days, county_of_day, same_day
from realestate_os.resources.configurable import DatabaseResource, ObjectStoreResource, SettingsResource
from realestate_os.resources.reporting import markdown_table, materialization_metadata, table_schema
from realestate_os.storage.io_manager import Frames

LISTING_SAMPLES = ["street_address", "city", "property_type", "bedrooms", "square_footage", "listing_price_usd"]
# No owners: metadata is shown to everybody who sees the graph.
LEAD_SAMPLES = ["source", "seen_on", "street_address", "city", "property_type", "signals"]


@asset(
    partitions_def=county_day,
    group_name="discovery",
    kinds={"scrapy", "playwright"},
    owners=["team:acquisitions"],
    code_version="1",
    backfill_policy=BackfillPolicy.multi_run(1),
)
def listing_pages(
    context: AssetExecutionContext, settings: SettingsResource, object_store: ObjectStoreResource
) -> MaterializeResult[None]:
    """Every page of the county's sources on the day, archived as it was answered. What is archived is not
    fetched again."""
    from realestate_os.counties import load_county
    from realestate_os.discovery.fetch import fetch_pages, set_aside_of

    loaded, store, reports, refused = settings.load(), object_store.open(), [], []
    for day in county_days(context):
        county = load_county(day.county, loaded.assets_config_dir / "counties")
        found = fetch_pages(county, day.date, loaded, store)
        aside = set_aside_of(found)
        store.parquet.write_set_aside("listing_pages", day.key, aside)
        reports += found
        refused.append(aside)
    metadata = materialization_metadata([], refused) | {
        "rows": sum(report.archived for report in reports),
        "fetched": sum(report.crawl.fetched for report in reports),
        "rendered": sum(report.crawl.rendered for report in reports),
        "requests": sum(report.crawl.requests for report in reports),
        "homes_listed": sum(report.homes_listed for report in reports),
        "missing": sum(report.missing for report in reports),
        "crawl_seconds": round(sum(report.seconds for report in reports), 2),
        "stopped_by": MetadataValue.json(dict(Counter(r.crawl.stopped_by for r in reports if r.crawl.stopped_by))),
    }
    return MaterializeResult(metadata=metadata)


@asset(
    partitions_def=counties,
    group_name="discovery",
    kinds={"python", "parquet"},
    owners=["team:acquisitions"],
    code_version="1",
    metadata={"dagster/column_schema": table_schema(LEADS)},
    backfill_policy=BackfillPolicy.single_run(),
)
def leads(context: AssetExecutionContext, object_store: ObjectStoreResource) -> Output[Frames]:
    """Every line of every lead list that was imported for the county; `import leads` adds a list and runs this."""
    from realestate_os.discovery.lead_import import lists_metadata, stored_leads

    store = object_store.open()
    frames = Frames({county: stored_leads(store, county) for county in context.partition_keys})
    metadata = materialization_metadata(frames.values(), samples=LEAD_SAMPLES) | {
        "lists": MetadataValue.json({county: lists_metadata(rows) for county, rows in frames.items()})
    }
    return Output(frames, metadata=metadata)


@asset(
    partitions_def=county_day,
    group_name="discovery",
    kinds={"pandas", "parquet", "postgres"},
    owners=["team:acquisitions"],
    code_version="1",
    metadata={"dagster/column_schema": table_schema(LISTINGS)},
    backfill_policy=BackfillPolicy.single_run(),
    ins={"sales": AssetIn(partition_mapping=county_of_day), "leads": AssetIn(partition_mapping=county_of_day)},
    deps=[AssetDep(listing_pages, partition_mapping=same_day)],
)
def listings(
    context: AssetExecutionContext,
    sales: Frames,
    leads: Frames,
    settings: SettingsResource,
    object_store: ObjectStoreResource,
    database: DatabaseResource,
) -> Output[Frames]:
    """The homes for sale by the day's archived pages and the leads of the lists; the prospect queue follows."""
    from realestate_os.discovery.days import ListingDays
    from realestate_os.discovery.events import notable

    days = ListingDays(settings.load(), object_store.open())
    with database.open() as opened:
        found = {
            day.key: days.build(day.county, day.date, sales[day.county], leads[day.county], opened)
            for day in county_days(context)
        }
    frames = Frames({key: one.rows for key, one in found.items()})
    metadata = materialization_metadata(
        frames.values(),
        [one.refused for one in found.values()],
        samples=LISTING_SAMPLES,
        leads=sum(one.leads for one in found.values()),
        pages=sum(one.pages for one in found.values()),
        non_listings=sum(one.non_listings for one in found.values()),
        events=MetadataValue.json(dict(Counter(e for one in found.values() for e in one.events["event"]))),
        history=MetadataValue.md(markdown_table(notable([one.events for one in found.values()]))),
        unknown=sum(len(one.unknown) for one in found.values()),
        to_review=days.to_review,
        prospects_retired=days.retired,
        price_scale=MetadataValue.json({key: round(scale, 3) for key, scale in days.price_scales.items()}),
        bargain_flags=MetadataValue.json(
            dict(Counter(f for one in frames.values() for f in one["bargain_flag"].dropna()))
        ),
    )
    return Output(frames, metadata=metadata)
