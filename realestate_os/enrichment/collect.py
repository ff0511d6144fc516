"""What the assets sales, zip_demographics and parcels do for one partition, without Dagster.

Belongs here: choosing the sources, the day that is asked for, the archive with its keys, going on
without a source that fails. Does not: what is asked and how answers are read (sales.py,
zip_demographics.py, parcels.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from realestate_os.counties import County, load_county
from realestate_os.enrichment.archive import Partition, RecordArchive
from realestate_os.enrichment.connectors.asking import Inquiry, SchemaDriftError
from realestate_os.enrichment.connectors.files import newest_import
from realestate_os.enrichment.frames import PARCELS, SALES, ZIP_DEMOGRAPHICS
from realestate_os.enrichment.parcels import ParcelSearch, fetch_parcels
from realestate_os.enrichment.sales import rebuilt_sales, update_sales
from realestate_os.enrichment.sources import Source, source_for, sources_for
from realestate_os.enrichment.zip_demographics import fetch_zip_demographics
from realestate_os.resources.http_client import HttpClient, HttpError
from realestate_os.resources.object_store import ObjectStore
from realestate_os.settings import Settings
from realestate_os.storage.set_aside import SetAside


@dataclass(frozen=True)
class Collected:
    """Rows of one partition, what was set aside, and what a person should know (source, problems)."""

    rows: pd.DataFrame
    refused: SetAside = field(default_factory=SetAside)
    source: str = "none"
    problem: str | None = None


def collect_sales(
    settings: Settings, objects: ObjectStore, http: HttpClient, county_key: str, as_of: date | None = None
) -> Collected:
    """The county's versions of sales, asked for as of a day (default: the county's today), imports kept.

    A county without a source keeps what was imported; `problem` says how to bring sales in. When the
    source fails, what was known stays, `problem` says why, and the next run asks again.

    Raises:
        HttpError, SchemaDriftError: the source failed and nothing was known before.
        NotArchivedError: a past day of a source that answers only for today.
    """
    county, refused = load_county(county_key), SetAside()
    known = stored_sales(objects, county_key)
    source = source_for(settings, county_key, "sales")
    if source is None:
        rows = SALES.empty() if known is None else known
        return Collected(rows, refused, problem=None if len(rows) else _no_sales(county))
    archive = _archive(settings, objects, http, source)
    if known is None:
        known = rebuilt_sales(source, county, archive, SetAside())
    partition = _partition(source, county, as_of)
    try:
        rows = update_sales(known, source, county, partition, archive, refused)
    except (HttpError, SchemaDriftError) as error:
        if known.empty:
            raise
        refused.add(source.key, "source_failed", field="sales", detail=str(error))
        problem = f"{error}; {len(known):,} sales known before stay, the next run asks again"
        return Collected(known, refused, source.key, problem)
    return Collected(rows, refused, source.key)


def stored_sales(objects: ObjectStore, county_key: str) -> pd.DataFrame | None:
    """The county's versions as last written; None when there are none yet."""
    store = objects.parquet
    return store.read(SALES, county_key) if store.exists(SALES, county_key) else None


def collect_zip_demographics(settings: Settings, objects: ObjectStore, http: HttpClient, county_key: str) -> Collected:
    """ZIP figures of all vintages released by the county's today; readers choose by their own day.

    A vintage that the Census does not give now is left out, `problem` says why, and the next run asks again.
    """
    county, refused = load_county(county_key), SetAside()
    source = source_for(settings, county_key, "zip_demographics")
    if source is None:
        return Collected(ZIP_DEMOGRAPHICS.empty(), refused, problem=_no_source("zip_demographics", settings))
    archive = _archive(settings, objects, http, source)
    rows = fetch_zip_demographics(source, county, county.today(), archive, refused)
    failures = [row["detail"] for row in refused.rows if row["reason"] == "source_failed"]
    problem = None if len(rows) else "the Census answered no vintage; ZIP features will be missing"
    if failures:
        problem = f"{len(failures)} vintages missing: {failures[0]}"
    return Collected(rows, refused, source.key, problem)


def collect_parcels(
    settings: Settings, objects: ObjectStore, http: HttpClient, listings: pd.DataFrame, county_key: str, day: date
) -> Collected:
    """Records of a day's listings by all providers. A failing service gives fewer or no rows and a `problem`.

    Raises:
        NotArchivedError: a past day of a source that answers only for today.
    """
    county, refused = load_county(county_key), SetAside()
    sources = sources_for(settings, county_key, "parcels")
    if not sources:
        return Collected(PARCELS.empty(), refused, problem=_no_source("parcels", settings))
    parts = []
    for source in sources:
        partition = _partition(source, county, day)
        inquiry = Inquiry(_archive(settings, objects, http, source), partition)
        parts.append(fetch_parcels(listings, ParcelSearch(source, county, inquiry, objects, refused)))
    rows = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    failures = [row["detail"] for row in refused.rows if row["reason"] == "source_failed"]
    problem = f"{len(failures)} listings without parcel: {failures[0]}" if failures else None
    keys = ", ".join(source.key for source in sources)
    return Collected(rows, refused, keys, problem or _files_to_bring(objects, sources, county, day))


def _files_to_bring(objects: ObjectStore, sources: list[Source], county: County, day: date) -> str | None:
    """How to bring the bulk files that a county's facts lie in, while none was brought."""
    missing = [
        f"realestate-os import parcels {dataset.file.name} --county {county.key} (from {dataset.url})"
        for source in sources
        for dataset in source.datasets
        if dataset.file is not None and newest_import(objects, source, dataset, county.key, day) is None
    ]
    if not missing:
        return None
    return f"{county.name} County's facts lie in files that are not here yet; bring them: {'; '.join(missing)}"


def _partition(source: Source, county: County, as_of: date | None) -> Partition:
    """A historical source answers for any day; any other is asked for the county's today only."""
    today = county.today()
    day = as_of or today
    live = source.historical or day == today
    asked_for = as_of if source.historical else None
    return Partition(source.key, county.key, day.isoformat(), live, asked_for, source.fresh_days)


def _archive(settings: Settings, objects: ObjectStore, http: HttpClient, source: Source) -> RecordArchive:
    secrets = {}
    if source.kind == "census" and source.profile == "public" and settings.census_api_key:
        secrets["key"] = settings.census_api_key.get_secret_value()
    if source.kind == "socrata" and source.profile == "public" and settings.socrata_app_token:
        secrets["$$app_token"] = settings.socrata_app_token.get_secret_value()
    headers = {}
    if source.kind == "attom" and settings.attom_api_key:
        headers["apikey"] = settings.attom_api_key.get_secret_value()
    return RecordArchive(http, objects, secrets, headers)


def _no_sales(county: County) -> str:
    why = "has no configured source of sales" if county.sales.published else "publishes no sale prices"
    return f"{county.name} County {why}; bring a file: realestate-os import sales FILE --county {county.key}"


def _no_source(what: str, settings: Settings) -> str:
    return f"no file in {settings.assets_config_dir / 'sources'} provides {what} in the profile {settings.sources}"
