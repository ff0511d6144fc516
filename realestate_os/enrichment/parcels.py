"""The asset parcels: assessor records of the day's listings.

Belongs here: which listings are asked for, in which batches, of which datasets, and what a failing
batch means. Does not: records to rows (parcel_rows.py), the match (parcel_match.py), which value wins
(merge.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from realestate_os.counties import County
from realestate_os.enrichment.archive import Document
from realestate_os.enrichment.connectors import files
from realestate_os.enrichment.connectors.asking import Inquiry, Layer, Page, SchemaDriftError
from realestate_os.enrichment.connectors.query import describe, find, stored_page, url_of, without_gone
from realestate_os.enrichment.frames import PARCELS
from realestate_os.enrichment.parcel_match import add_listed_zips, match_parcels, matched_parcels, note_unmatched
from realestate_os.enrichment.parcel_rows import completed, conform, dataset_rows, joined
from realestate_os.enrichment.sources import Dataset, Source
from realestate_os.resources.http_client import HttpError
from realestate_os.resources.object_store import ObjectStore
from realestate_os.storage.set_aside import SetAside

# Two kilobytes of URL a request; ATTOM answers for one property at a time.
LISTINGS_PER_QUERY = {"arcgis": 40, "socrata": 40, "attom": 1, "file": 5000}


@dataclass
class ParcelSearch:
    """One source asked for one county's day. `failed`: properties whose question went unanswered."""

    source: Source
    county: County
    inquiry: Inquiry
    objects: ObjectStore
    refused: SetAside = field(default_factory=SetAside)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def day(self) -> date:
        """The partition's day."""
        return date.fromisoformat(self.inquiry.partition.day)


def fetch_parcels(listings: pd.DataFrame, search: ParcelSearch) -> pd.DataFrame:
    """PARCELS rows of one source for a day's listings, one a parcel, in the order of their APNs.

    What cannot be asked for, was not found, or whose query failed goes to `search.refused` (reasons
    no_house_number, no_parcel, ambiguous_address, source_failed); the rest goes on.

    Raises:
        NotArchivedError: a past day of a source that answers only for today.
    """
    asked = _askable(listings, search)
    found = _found(asked, search)
    rows = PARCELS.empty()
    if len(found):
        found = completed(found, search.source, search.county, search.day, search.refused)
        rows = conform(matched_parcels(add_listed_zips(found, asked), asked, search.refused))
    for property_id, why in search.failed.items():
        search.refused.add(property_id, "source_failed", field=search.source.provider, detail=why)
    note_unmatched(asked, rows, set(search.failed), search.refused)
    return rows


def _askable(listings: pd.DataFrame, search: ParcelSearch) -> pd.DataFrame:
    """Listings that have what the source is asked by, in an order that does not change with theirs."""
    datasets = search.source.datasets_for(search.county)
    asked = listings[["property_id", "apn", "address_key", "zip_code", "city"]].copy()
    number = asked["address_key"].astype("string").str.extract(r"^(\d+[A-Z]?) ", expand=False)
    asked["number"] = number.astype(object)
    asked["by_apn"] = asked["apn"].notna() & (datasets[0].lookup is not None and datasets[0].lookup.apn is not None)
    by_address = ~asked["by_apn"] & number.notna() & (_finder(datasets) is not None)
    for row in asked[~asked["by_apn"] & ~by_address].itertuples():
        search.refused.add(str(row.property_id), "no_house_number", field="address_key", value=row.address_key,
                           detail="neither a parcel number nor an address that begins with a number")  # fmt: skip
    order = ["by_apn", "zip_code", "apn", "address_key"]
    return asked[asked["by_apn"] | by_address].sort_values(order, ignore_index=True)


def _finder(datasets: Sequence[Dataset]) -> Dataset | None:
    """The first dataset that knows addresses."""
    return next((one for one in datasets if one.lookup is not None and one.lookup.by_address), None)


def _found(asked: pd.DataFrame, search: ParcelSearch) -> pd.DataFrame:
    """Records of all datasets. Where addresses lie in one and facts in another, APNs are looked up first."""
    datasets = search.source.datasets_for(search.county)
    if len(datasets) == 1:
        rows = _ask(datasets[0], asked, search)
        return rows.assign(field_urls="{}")
    wanted = asked.copy()
    finder = _finder(datasets)
    if finder is not None and not asked["by_apn"].all():
        wanted["apn"] = _apns(finder, asked, search)
        wanted = wanted.assign(by_apn=True).dropna(subset=["apn"])
    return joined([_ask(dataset, wanted, search) for dataset in datasets])


def _apns(finder: Dataset, asked: pd.DataFrame, search: ParcelSearch) -> pd.Series[str]:
    """The APN of each listing: its own, or that of its address in the finder's records."""
    rows = _ask(finder, asked[~asked["by_apn"]], search)
    if rows.empty:
        return asked["apn"].where(asked["by_apn"])
    known = completed(rows, search.source, search.county, search.day, SetAside())
    known = add_listed_zips(known.drop_duplicates("apn", keep="last").reset_index(drop=True), asked)
    position = match_parcels(asked.assign(apn=None), known)
    there = known["apn"].reindex(position.where(position >= 0)).set_axis(asked.index)
    return asked["apn"].where(asked["by_apn"], there)


def _ask(dataset: Dataset, wanted: pd.DataFrame, search: ParcelSearch) -> pd.DataFrame:
    """A dataset's rows for the wanted properties. Failures are noted in the search."""
    try:
        layer, usable = _described(dataset, search)
    except SchemaDriftError as error:
        search.failed |= dict.fromkeys(map(str, wanted["property_id"]), str(error))
        return dataset_rows([], search.source, dataset, search.county, search.refused)
    if dataset.file is not None:
        pages = _from_file(dataset, wanted, search)
    else:
        pages = _from_service(usable, layer, wanted, search)
    return dataset_rows(pages, search.source, usable, search.county, search.refused)


def _described(dataset: Dataset, search: ParcelSearch) -> tuple[Layer, Dataset]:
    layer = describe(search.inquiry, search.source, dataset, search.county)
    lookup = dataset.lookup
    assert lookup is not None, "the source model requires it for parcels"
    by = [name for name in (lookup.apn, lookup.address, lookup.number, lookup.street, lookup.zip_code) if name]
    gone = [name for name in by if not layer.has(name)]
    if gone:
        raise SchemaDriftError(
            f"{search.source.key} no longer has {', '.join(gone)}; correct lookup: in its source file"
        )
    return layer, without_gone(dataset, layer, search.source.key, ("apn",), search.refused)


def _from_file(dataset: Dataset, wanted: pd.DataFrame, search: ParcelSearch) -> list[Page]:
    brought = files.newest_import(search.objects, search.source, dataset, search.county.key, search.day)
    return files.find(search.objects, brought, wanted) if brought else []


def _from_service(dataset: Dataset, layer: Layer, wanted: pd.DataFrame, search: ParcelSearch) -> list[Page]:
    """Pages of all batches: first those that finished before and are fresh, then the service."""
    archive, partition, url = search.inquiry.archive, search.inquiry.partition, url_of(dataset, search.county)
    keys = ("apn " + wanted["apn"].astype(str)).where(wanted["by_apn"], "address " + wanted["address_key"].astype(str))
    finished = archive.finished(partition, url)
    there = keys.map(lambda key: key in finished).astype(bool)
    stored = sorted({answer for key in keys[there] for answer in finished[key]})
    documents = sorted((archive.stored(key) for key in stored), key=lambda document: document.fetched_at)
    pages = [stored_page(search.source, document) for document in documents]
    left = wanted[~there].assign(key=keys[~there])
    step = LISTINGS_PER_QUERY[search.source.kind]
    for start in range(0, len(left), step):
        pages += _batch(dataset, layer, left.iloc[start : start + step], search)
    return pages


def _batch(dataset: Dataset, layer: Layer, batch: pd.DataFrame, search: ParcelSearch) -> list[Page]:
    """One batch; a failed one is noted and passed over (the host's breaker keeps it from costing long)."""
    inquiry = search.inquiry
    try:
        pages = find(inquiry, search.source, dataset, search.county, layer, batch)
    except (HttpError, SchemaDriftError) as error:
        search.failed |= dict.fromkeys(map(str, batch["property_id"]), str(error))
        return []
    answers: list[Document] = [page.document for page in pages]
    inquiry.archive.finish_batch(inquiry.partition, url_of(dataset, search.county), batch["key"], answers)
    return pages
