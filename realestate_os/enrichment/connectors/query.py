"""The services' one face: describe a dataset, query it, find a batch of listed properties.

Belongs here: which connector a kind has, fields that a service no longer has, links to records. Does
not: any service's own ways (arcgis.py, socrata.py, attom.py), the archive.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import quote

import pandas as pd

from realestate_os.counties import County
from realestate_os.enrichment.archive import Document, NotArchivedError
from realestate_os.enrichment.connectors import arcgis, attom, socrata
from realestate_os.enrichment.connectors.asking import Inquiry, Layer, Page, SchemaDriftError
from realestate_os.enrichment.connectors.clauses import as_written, batch_clause
from realestate_os.enrichment.sources import Dataset, Source
from realestate_os.resources.http_client import HttpError
from realestate_os.storage.set_aside import SetAside

# A layer that answers full pages for ever must not run for ever.
MOST_PAGES = 500
RECORDS = {"arcgis": arcgis.records, "socrata": socrata.records, "attom": attom.records}


def url_of(dataset: Dataset, county: County) -> str:
    """The dataset's logical URL for a county."""
    return dataset.url.replace("{county}", county.key)


def describe(inquiry: Inquiry, source: Source, dataset: Dataset, county: County) -> Layer:
    """What the service says of the dataset; an empty Layer where it says nothing.

    A description that fails is no reason to stop: the query will tell.
    """
    url = url_of(dataset, county)
    try:
        if source.kind == "arcgis":
            return arcgis.describe(inquiry, url)
        if source.kind == "socrata":
            return socrata.describe(inquiry, url)
    except (HttpError, NotArchivedError):
        return Layer()
    return Layer()


def without_gone(dataset: Dataset, layer: Layer, key: str, needed: tuple[str, ...], refused: SetAside) -> Dataset:
    """The dataset without fields that the service no longer has; each is noted as field_gone.

    Raises:
        SchemaDriftError: one of the `needed` fields of ours is gone.
    """
    kept = {}
    for name, spec in dataset.fields.items():
        there = tuple(one for one in spec.source if layer.has(one))
        lost = [one for one in spec.source if one not in there]
        if lost:
            detail = f"{key} no longer has {', '.join(lost)}; correct fields: {name} in its source file"
            refused.add(key, "field_gone", field=name, value=", ".join(lost), detail=detail)
        # Half of a sum is no sum.
        if there and not (lost and spec.combine == "add"):
            kept[name] = spec.model_copy(update={"source": there})
    gone = [name for name in needed if name in dataset.fields and name not in kept]
    if gone:
        raise SchemaDriftError(f"{key} no longer has what gives {', '.join(gone)}; correct its source file")
    return dataset.model_copy(update={"fields": kept})


def query(
    inquiry: Inquiry, source: Source, dataset: Dataset, county: County, layer: Layer, where: str
) -> Iterator[Page]:
    """All pages of the dataset's records that fit a clause. Raises HttpError, NotArchivedError."""
    names = sorted({name for spec in dataset.fields.values() for name in spec.source})
    clause = " AND ".join(f"({part})" for part in (dataset.where, where) if part) or "1=1"
    url = url_of(dataset, county)
    if source.kind == "arcgis":
        pages = arcgis.query(inquiry, url, layer, names, clause, dataset.page_size, dataset.order_by)
    else:
        pages = socrata.query(inquiry, url, names, clause, dataset.page_size, dataset.order_by)
    yield from islice(pages, MOST_PAGES)
    if next(pages, None) is not None:
        raise SchemaDriftError(
            f"{source.key}: more than {MOST_PAGES} pages for {clause[:120]}; narrow `where` in the source file"
        )


def find(
    inquiry: Inquiry, source: Source, dataset: Dataset, county: County, layer: Layer, batch: pd.DataFrame
) -> list[Page]:
    """Records of a batch of listed properties. Raises HttpError, NotArchivedError."""
    if source.kind == "attom":
        return attom.find(inquiry, url_of(dataset, county), county, batch)
    return list(query(inquiry, source, dataset, county, layer, batch_clause(batch, dataset, layer)))


def stored_page(source: Source, document: Document) -> Page:
    """The records of an answer of the archive."""
    return Page(RECORDS[source.kind](document), document)


def record_urls(
    source: Source, dataset: Dataset, county: County, apns: pd.Series[Any], fallback: str
) -> pd.Series[Any]:
    """A short URL for each record that a person can open: the layer asked for its parcel number."""
    if source.kind not in ("arcgis", "socrata"):
        return pd.Series(fallback, index=apns.index)
    url, field = url_of(dataset, county), dataset.fields["apn"].source[0]
    written = apns.map(lambda apn: quote(as_written(apn, dataset.apn_template)), na_action="ignore")
    if source.kind == "socrata":
        return (f"{url}?{field}=" + written).fillna(fallback)
    return (f"{url}/query?where={field}%3D%27" + written + "%27&outFields=*&f=html").fillna(fallback)
