"""What the assets sales, zip_demographics and parcels do for one partition, without Dagster.

Belongs here: choosing the source, the day that is asked for, the archive with its keys. Does not:
what is asked and how answers are read (sales.py, zip_demographics.py, parcels.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from realestate_os.counties import County, load_county
from realestate_os.enrichment.archive import Partition, RecordArchive
from realestate_os.enrichment.frames import PARCELS, SALES, ZIP_DEMOGRAPHICS
from realestate_os.enrichment.parcels import fetch_parcels
from realestate_os.enrichment.sales import rebuilt_sales, update_sales
from realestate_os.enrichment.sources import Source, source_for
from realestate_os.enrichment.zip_demographics import fetch_zip_demographics
from realestate_os.resources.http_client import HttpClient
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

    A county without a source keeps what was imported; `problem` says how to bring sales in.

    Raises:
        HttpError, NotArchivedError: the source cannot be read; what was known stays.
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
    return Collected(update_sales(known, source, county, partition, archive, refused), refused, source.key)


def stored_sales(objects: ObjectStore, county_key: str) -> pd.DataFrame | None:
    """The county's versions as last written; None when there are none yet."""
    store = objects.parquet
    return store.read(SALES, county_key) if store.exists(SALES, county_key) else None


def collect_zip_demographics(settings: Settings, objects: ObjectStore, http: HttpClient, county_key: str) -> Collected:
    """ZIP figures of all vintages released by the county's today; readers choose by their own day.

    Raises:
        HttpError: the Census cannot be read.
    """
    county, refused = load_county(county_key), SetAside()
    source = source_for(settings, county_key, "zip_demographics")
    if source is None:
        return Collected(ZIP_DEMOGRAPHICS.empty(), refused, problem=_no_source("zip_demographics", settings))
    archive = _archive(settings, objects, http, source)
    rows = fetch_zip_demographics(source, county, county.today(), archive, refused)
    problem = None if len(rows) else "the Census answered no vintage; ZIP features will be missing"
    return Collected(rows, refused, source.key, problem)


def collect_parcels(
    settings: Settings, objects: ObjectStore, http: HttpClient, listings: pd.DataFrame, county_key: str, day: date
) -> Collected:
    """Assessor records of a day's listings. A failing service gives fewer or no rows and a `problem`.

    Raises:
        NotArchivedError: a past day of a source that answers only for today.
    """
    county, refused = load_county(county_key), SetAside()
    source = source_for(settings, county_key, "parcels")
    if source is None:
        return Collected(PARCELS.empty(), refused, problem=_no_source("parcels", settings))
    archive = _archive(settings, objects, http, source)
    rows = fetch_parcels(listings, source, county, _partition(source, county, day), archive, refused)
    failures = [row["detail"] for row in refused.rows if row["reason"] == "source_failed"]
    problem = f"{len(failures)} listings without parcel: {failures[0]}" if failures else None
    return Collected(rows, refused, source.key, problem)


def _partition(source: Source, county: County, as_of: date | None) -> Partition:
    """A historical source answers for any day; any other is asked for the county's today only."""
    today = county.today()
    day = as_of or today
    live = source.historical or day == today
    return Partition(source.key, county.key, day.isoformat(), live, as_of if source.historical else None)


def _archive(settings: Settings, objects: ObjectStore, http: HttpClient, source: Source) -> RecordArchive:
    secrets = {}
    if source.kind == "census" and source.profile == "public" and settings.census_api_key:
        secrets["key"] = settings.census_api_key.get_secret_value()
    if source.kind == "socrata" and source.profile == "public" and settings.socrata_app_token:
        secrets["$$app_token"] = settings.socrata_app_token.get_secret_value()
    return RecordArchive(http, objects, secrets)


def _no_sales(county: County) -> str:
    why = "has no configured source of sales" if county.sales.published else "publishes no sale prices"
    return f"{county.name} County {why}; bring a file: realestate-os import sales FILE --county {county.key}"


def _no_source(what: str, settings: Settings) -> str:
    return f"no file in {settings.assets_config_dir / 'sources'} provides {what} in the profile {settings.sources}"
