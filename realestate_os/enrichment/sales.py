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
from realestate_os.enrichment.connectors.query import on_or_after, pages, record_urls
from realestate_os.enrichment.frames import SALES
from realestate_os.enrichment.records import read_fields
from realestate_os.enrichment.sale_rules import finish_sales
from realestate_os.enrichment.sale_versions import merge_versions
from realestate_os.enrichment.sources import Source
from realestate_os.storage.set_aside import SetAside

# Recorders correct and add for weeks; each fetch asks again for this long before the newest known sale.
OVERLAP_DAYS = 45


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
        HttpError: the source failed. NotArchivedError: a past day of a source that answers only for today.
    """
    on = date.fromisoformat(partition.day)
    since = archive.note(partition, "since", lambda: _since(existing, source, on))
    where = ""
    if since and source.recorded_field:
        where = on_or_after(source, source.recorded_field, date.fromisoformat(since))
    records: list[dict[str, Any]] = []
    for page in pages(archive, source, county, partition, where):
        records += page.records
    read = _sales(read_fields(records, source.fields_for(county)), source, county, refused)
    return merge_versions(existing, read, on)


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


def _sales(fields: pd.DataFrame, source: Source, county: County, refused: SetAside) -> pd.DataFrame:
    if fields.empty:
        return SALES.empty()
    url = source.url.replace("{county}", county.key)
    fields["url"] = record_urls(source, county, fields["apn"], url)
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
