"""The asset of packets.

Belongs here: partitions, inputs, metadata. Does not: memos (content.py), printing (pdf.py), rows (store.py).
"""

from dagster import AssetExecutionContext, AssetIn, BackfillPolicy, MaterializeResult, MetadataValue, asset

from realestate_os.packets import CODE_VERSION
from realestate_os.partitions import county_day, county_days, same_day
from realestate_os.resources.configurable import DatabaseResource, ObjectStoreResource, SettingsResource
from realestate_os.resources.reporting import markdown_table, materialization_metadata
from realestate_os.storage.io_manager import Frames

SHOWN_URIS = 50


@asset(
    partitions_def=county_day,
    group_name="packets",
    kinds={"pdf", "postgres"},
    owners=["team:acquisitions"],
    code_version=CODE_VERSION,
    backfill_policy=BackfillPolicy.single_run(),
    ins={
        "listings": AssetIn(partition_mapping=same_day),
        "enrichment": AssetIn(partition_mapping=same_day),
        "valuations": AssetIn(partition_mapping=same_day),
        "comparables": AssetIn(partition_mapping=same_day),
        "scores": AssetIn(partition_mapping=same_day),
    },
)
def packets(
    context: AssetExecutionContext,
    listings: Frames,
    enrichment: Frames,
    valuations: Frames,
    comparables: Frames,
    scores: Frames,
    settings: SettingsResource,
    database: DatabaseResource,
    object_store: ObjectStoreResource,
) -> MaterializeResult:  # type: ignore[type-arg]
    """The memos of each tenant as PDFs: the team's edition, and the buyers' of what the tenant controls."""
    from realestate_os.counties import load_county
    from realestate_os.packets.day import Press
    from realestate_os.packets.pdf import PdfPrinter
    from realestate_os.packets.records import records_of
    from realestate_os.packets.report import packet_table
    from realestate_os.scoring.assumptions import load_assumptions

    loaded, objects = settings.load(), object_store.open()
    assumptions, printer, refused = load_assumptions(loaded.assets_config_dir), PdfPrinter(loaded.templates_dir), []
    with database.open() as db:
        press = Press(loaded, db, objects, assumptions, printer)
        for day in county_days(context):
            inputs = (frames[day.key] for frames in (listings, enrichment, valuations, comparables, scores))
            county = load_county(day.county, loaded.assets_config_dir / "counties")
            refused.append(press.run(list(records_of(*inputs)), county, day.date))
            objects.parquet.write_set_aside("packets", day.key, refused[-1])
    table = packet_table(press.packets, objects.uri)
    metadata = materialization_metadata(
        [table],
        refused,
        internal=int((table["edition"] == "internal").sum()),
        investor=int((table["edition"] == "investor").sum()),
        uris=MetadataValue.json(table["uri"].head(SHOWN_URIS).tolist()),
        packets=MetadataValue.md(markdown_table(table.drop(columns=["uri"]).head(SHOWN_URIS))),
    )
    return MaterializeResult(metadata=metadata)
