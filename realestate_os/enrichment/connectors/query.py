"""Paged queries of ArcGIS and Socrata layers, and the text of their where clauses.

Belongs here: parameters, paging, errors of both services. Does not: field meanings (source files),
the archive.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

import pandas as pd

from realestate_os.counties import County
from realestate_os.enrichment.archive import Document, Partition, RecordArchive
from realestate_os.enrichment.sources import Source

# A layer that answers full pages for ever must not run for ever.
MOST_PAGES = 500


@dataclass(frozen=True)
class Page:
    """Records of one answer, as the service names its fields, and the answer."""

    records: list[dict[str, Any]]
    document: Document


def pages(archive: RecordArchive, source: Source, county: County, partition: Partition, where: str) -> Iterator[Page]:
    """All pages of the source's records that fit a clause. Raises HttpError, NotArchivedError."""
    ask = _arcgis_page if source.kind == "arcgis" else _socrata_page
    names = sorted({name for spec in source.fields_for(county).values() for name in spec.source})
    clause = " AND ".join(f"({part})" for part in (source.where, where) if part) or "1=1"
    url = source.url.replace("{county}", county.key)
    for number in range(MOST_PAGES):
        page, more = ask(archive, source, partition, url, clause, names, number * source.page_size)
        yield page
        if not more:
            return
    raise ValueError(
        f"{source.key}: more than {MOST_PAGES} pages for {clause[:120]}; narrow `where` in the source file"
    )


def record_urls(source: Source, county: County, apns: pd.Series[Any], fallback: str) -> pd.Series[Any]:
    """A short URL for each record that a person can open: the layer asked for its parcel number."""
    url, field = source.url.replace("{county}", county.key), source.fields["apn"].source[0]
    written = apns.map(lambda apn: quote(as_written(apn, source.apn_template)), na_action="ignore")
    if source.kind == "socrata":
        return (f"{url}?{field}=" + written).fillna(fallback)
    return (f"{url}/query?where={field}%3D%27" + written + "%27&outFields=*&f=html").fillna(fallback)


def as_written(apn: str, template: str | None) -> str:
    """An APN in the source's form: 12345678 by "###-##-###" is 123-45-678; one of another length stays as it is."""
    if template is None or template.count("#") != len(apn):
        return apn
    digits = iter(apn)
    return "".join(next(digits) if mark == "#" else mark for mark in template)


def is_in(field: str, values: list[str]) -> str:
    """field IN (texts)"""
    return f"{field} IN ({', '.join(quoted(value) for value in values)})"


def starts_with(field: str, text: str) -> str:
    """field LIKE 'text%'"""
    return f"{field} LIKE {quoted(text + '%')}"


def on_or_after(source: Source, field: str, day: date) -> str:
    """A date comparison as the service writes dates."""
    if source.kind == "arcgis":
        return f"{field} >= DATE '{day.isoformat()}'"
    return f"{field} >= '{day.isoformat()}T00:00:00.000'"


def quoted(text: str) -> str:
    """A text literal; quotes inside are doubled."""
    return "'" + text.replace("'", "''") + "'"


def _arcgis_page(
    archive: RecordArchive, source: Source, partition: Partition, url: str, where: str, names: list[str], offset: int
) -> tuple[Page, bool]:
    geometry = any(name.startswith("geometry.") for name in names)
    params = {
        "where": where,
        "outFields": ",".join(name for name in names if not name.startswith("geometry.")),
        "returnGeometry": "true" if geometry else "false",
        "resultOffset": str(offset),
        "resultRecordCount": str(source.page_size),
        "orderByFields": source.order_by or "OBJECTID",
        "f": "json",
    }
    if geometry:
        params["outSR"] = "4326"
    document = archive.get(partition, f"{url}/query", params, _arcgis_error)
    records = [_flat(feature) for feature in document.data["features"]]
    return Page(records, document), bool(document.data.get("exceededTransferLimit")) and bool(records)


def _arcgis_error(answer: Any) -> str | None:
    """ArcGIS answers errors with status 200 and an error body."""
    if isinstance(answer, dict) and "error" in answer:
        error = answer["error"]
        details = "; ".join(map(str, error.get("details") or []))
        return f"ArcGIS {error.get('code')}: {error.get('message')} {details}".strip()
    if not isinstance(answer, dict) or not isinstance(answer.get("features"), list):
        return "no list of features"
    return None


def _flat(feature: dict[str, Any]) -> dict[str, Any]:
    x, y = _point(feature.get("geometry") or {})
    return {**(feature.get("attributes") or {}), "geometry.x": x, "geometry.y": y}


def _point(geometry: dict[str, Any]) -> tuple[float | None, float | None]:
    """A point's place, or the middle of a polygon's corners."""
    if "x" in geometry:
        return geometry["x"], geometry["y"]
    corners = [corner for ring in geometry.get("rings") or [] for corner in ring]
    if not corners:
        return None, None
    return sum(c[0] for c in corners) / len(corners), sum(c[1] for c in corners) / len(corners)


def _socrata_page(
    archive: RecordArchive, source: Source, partition: Partition, url: str, where: str, names: list[str], offset: int
) -> tuple[Page, bool]:
    params = {
        "$select": ",".join(names),
        "$where": where,
        "$order": source.order_by or ":id",
        "$limit": str(source.page_size),
        "$offset": str(offset),
    }
    document = archive.get(partition, url, params, _socrata_error)
    return Page(document.data, document), len(document.data) == source.page_size


def _socrata_error(answer: Any) -> str | None:
    if isinstance(answer, list) and all(isinstance(row, dict) for row in answer):
        return None
    return str(answer.get("message")) if isinstance(answer, dict) else "no list of rows"
