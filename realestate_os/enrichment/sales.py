"""The asset sales: closed sales of a county from its source, folded into its versions.

Belongs here: what is asked of the source since when, records to sales. Does not: rules of a sale
(sale_rules.py), versions (sale_versions.py), files (imports.py).
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pandas as pd

from realestate_os.counties import County
from realestate_os.enrichment.archive import NotArchivedError, Partition, RecordArchive
from realestate_os.enrichment.connectors.asking import Inquiry, Layer
from realestate_os.enrichment.connectors.clauses import on_or_after
from realestate_os.enrichment.connectors.query import describe, query, record_urls, url_of, without_gone
from realestate_os.enrichment.frames import SALES
from realestate_os.enrichment.records import read_fields
from realestate_os.enrichment.sale_rules import finish_sales
from realestate_os.enrichment.sale_versions import merge_versions
from realestate_os.enrichment.sources import Dataset, Source
from realestate_os.storage.set_aside import SetAside

# Recorders correct and add for weeks; each fetch asks again for this long before the newest known sale.
OVERLAP_DAYS = 45
NEEDED = ("apn", "sale_date", "sale_price_usd")


def update_sales(
    existing: pd.DataFrame,
    source: Source,
    county: County,
    partition: Partition,
    archive: RecordArchive,
    refused: SetAside,
) -> pd.DataFrame:
    """The county's versions after asking the source as of the partition's day; `existing` may be empty.

    A second call for the same day reads the archive and changes nothing.

    Raises:
        HttpError: the source failed. SchemaDriftError: it lost a field without which a sale is none.
        NotArchivedError: a past day of a source that answers only for today.
    """
    on, inquiry = date.fromisoformat(partition.day), Inquiry(archive, partition)
    since = archive.note(partition, "since", lambda: _since(existing, source, on))
    (dataset,) = source.datasets_for(county)
    layer = describe(inquiry, source, dataset, county)
    found = []
    for slot in _slots(dataset, source):
        usable = without_gone(slot, layer, source.key, NEEDED, refused)
        where = _where(source, slot, since, layer)
        records: list[dict[str, Any]] = []
        for page in query(inquiry, source, usable, county, layer, where):
            records += page.records
        read = read_fields(records, usable.fields, refused, source.key)
        found.append(_sales(read, source, usable, county, refused))
    found = [part for part in found if len(part)]
    return merge_versions(existing, pd.concat(found, ignore_index=True) if found else SALES.empty(), on)


def rebuilt_sales(source: Source, county: County, archive: RecordArchive, refused: SetAside) -> pd.DataFrame:
    """The county's versions from the archive alone, day by day; for when the Parquet file is lost.

    A day whose fetch broke off gave no versions then and gives none now.
    """
    versions = SALES.empty()
    for day in archive.days(source.key, county.key):
        partition = Partition(source.key, county.key, day, live=False)
        with suppress(NotArchivedError):
            versions = update_sales(versions, source, county, partition, archive, refused)
    return versions


def _slots(dataset: Dataset, source: Source) -> list[Dataset]:
    """The dataset once for each sale that a record holds: {n} in field names is 1, 2, 3."""
    if source.repeat is None:
        return [dataset]
    slots = []
    for n in range(1, source.repeat + 1):
        fields = {
            name: spec.model_copy(update={"source": tuple(one.replace("{n}", str(n)) for one in spec.source)})
            for name, spec in dataset.fields.items()
        }
        where = dataset.where.replace("{n}", str(n)) if dataset.where else None
        slots.append(dataset.model_copy(update={"fields": fields, "where": where}))
    return slots


def _where(source: Source, slot: Dataset, since: str | None, layer: Layer) -> str:
    """What was recorded since; all of it the first time."""
    if not since or source.recorded_field is None:
        return ""
    sold = slot.fields["sale_date"].source[0]
    # A field in slots is asked for by the slot's own date of sale.
    name = sold if source.repeat else source.recorded_field
    return on_or_after(source, name, date.fromisoformat(since), layer)


def _sales(fields: pd.DataFrame, source: Source, dataset: Dataset, county: County, refused: SetAside) -> pd.DataFrame:
    if fields.empty:
        return SALES.empty()
    fields["url"] = record_urls(source, dataset, county, fields["apn"], url_of(dataset, county))
    item = fields["record_id"] if "record_id" in fields else fields["apn"]
    fields["month_only"] = (fields["sale_date_precision"] == "month") if "sale_date_precision" in fields else False
    fields = fields.assign(item=f"{source.key} " + item.astype(str))
    return finish_sales(fields, county, source.key, refused).reset_index(drop=True)


def _since(existing: pd.DataFrame, source: Source, on: date) -> str | None:
    """First recording day to ask for; None asks for all."""
    own = existing[existing["source"] == source.key]
    known = [day for day in own["known_on"] if day <= on]
    if not known or source.recorded_field is None:
        return None
    newest: date = max(known)
    return (newest - timedelta(days=OVERLAP_DAYS)).isoformat()
