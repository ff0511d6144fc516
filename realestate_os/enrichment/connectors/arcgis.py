"""ArcGIS REST: FeatureServer and MapServer layers.

Belongs here: the layer's description, queries by page or by object ids, geometry to WGS84, errors
that come with status 200. Does not: where clauses (clauses.py), field meanings (source files).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from realestate_os.enrichment.archive import Document
from realestate_os.enrichment.connectors.asking import Inquiry, Kind, Layer, Page, lower_names

WGS84 = 4326
WEB_MERCATOR = {3857, 102100, 102113}
EARTH_RADIUS_M = 6_378_137.0
# A layer without paging is read by its object ids; 100 ids are half a kilobyte of URL.
IDS_PER_QUERY = 100
KINDS: dict[str, Kind] = {
    "esriFieldTypeString": "text", "esriFieldTypeGUID": "text", "esriFieldTypeGlobalID": "text",
    "esriFieldTypeDate": "date", "esriFieldTypeOID": "number", "esriFieldTypeInteger": "number",
    "esriFieldTypeSmallInteger": "number", "esriFieldTypeBigInteger": "number", "esriFieldTypeDouble": "number",
    "esriFieldTypeSingle": "number",
}  # fmt: skip


class _FieldInfo(BaseModel):
    name: str
    type: str


class _Query(BaseModel):
    supportsPagination: bool = True


class _Description(BaseModel):
    fields: list[_FieldInfo]
    objectIdField: str | None = None
    maxRecordCount: int | None = Field(default=None, gt=0)
    advancedQueryCapabilities: _Query = _Query()


class _Reference(BaseModel):
    wkid: int | None = None
    latestWkid: int | None = None


class _Feature(BaseModel):
    attributes: dict[str, Any]
    geometry: dict[str, Any] | None = None


class _Answer(BaseModel):
    features: list[_Feature]
    exceededTransferLimit: bool = False
    spatialReference: _Reference = _Reference()


class _Ids(BaseModel):
    objectIds: list[int] | None


def describe(inquiry: Inquiry, url: str) -> Layer:
    """What the layer says of itself. Raises HttpError, NotArchivedError."""
    document = inquiry.get(url, {"f": "json"}, lambda answer: _refused(answer, _Description))
    told = _Description.model_validate(document.data)
    kinds: dict[str, Kind] = {one.name.lower(): KINDS.get(one.type, "other") for one in told.fields}
    oids = [one.name for one in told.fields if one.type == "esriFieldTypeOID"]
    id_field = told.objectIdField or next(iter(oids), None)
    return Layer(kinds, id_field, told.maxRecordCount, told.advancedQueryCapabilities.supportsPagination)


def query(
    inquiry: Inquiry, url: str, layer: Layer, names: list[str], where: str, page_size: int, order_by: str | None
) -> Iterator[Page]:
    """Pages of all features that fit a clause. Raises HttpError, NotArchivedError."""
    params = _what(names)
    if not layer.pages:
        yield from _by_ids(inquiry, url, layer, params, where)
        return
    params |= {"where": where, "orderByFields": order_by or layer.id_field or "OBJECTID"}
    size, offset = min(page_size, layer.most_rows or page_size), 0
    while True:
        paging = {"resultOffset": str(offset), "resultRecordCount": str(size)}
        document = inquiry.get(f"{url}/query", params | paging, lambda answer: _refused(answer, _Answer))
        page, more = _page(document)
        yield page
        # The server may send fewer than were asked for; the next page begins after what it sent.
        offset += len(page.records)
        if not more or not page.records:
            return


def records(document: Document) -> list[dict[str, Any]]:
    """The records of an archived page."""
    return _page(document)[0].records


def _by_ids(inquiry: Inquiry, url: str, layer: Layer, params: dict[str, str], where: str) -> Iterator[Page]:
    wanted = {"where": where, "returnIdsOnly": "true", "f": "json"}
    document = inquiry.get(f"{url}/query", wanted, lambda answer: _refused(answer, _Ids))
    ids = sorted(_Ids.model_validate(document.data).objectIds or [])
    step = min(IDS_PER_QUERY, layer.most_rows or IDS_PER_QUERY)
    for start in range(0, len(ids), step):
        some = {"objectIds": ",".join(map(str, ids[start : start + step]))}
        yield _page(inquiry.get(f"{url}/query", params | some, lambda answer: _refused(answer, _Answer)))[0]


def _what(names: list[str]) -> dict[str, str]:
    """Parameters that say which fields, and the geometry in degrees where a field asks for it."""
    geometry = any(name.startswith("geometry.") for name in names)
    params = {
        "outFields": ",".join(name for name in names if not name.startswith("geometry.")),
        "returnGeometry": "true" if geometry else "false",
        "f": "json",
    }
    return params | {"outSR": str(WGS84)} if geometry else params


def _refused(answer: Any, model: type[BaseModel]) -> str | None:
    """Why an answer is none: an error body, or another shape than documented."""
    if isinstance(answer, dict) and isinstance(answer.get("error"), dict):
        error = answer["error"]
        details = "; ".join(map(str, error.get("details") or []))
        return f"ArcGIS {error.get('code')}: {error.get('message')} {details}".strip()
    try:
        model.model_validate(answer)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        return f"{'.'.join(map(str, first['loc'])) or 'body'}: {first['msg']}"
    return None


def _page(document: Document) -> tuple[Page, bool]:
    answer = _Answer.model_validate(document.data)
    wkid = answer.spatialReference.latestWkid or answer.spatialReference.wkid or WGS84
    rows = []
    for feature in answer.features:
        longitude, latitude = _degrees(_point(feature.geometry or {}), wkid)
        rows.append(lower_names(feature.attributes) | {"geometry.x": longitude, "geometry.y": latitude})
    return Page(rows, document), answer.exceededTransferLimit


def _point(geometry: dict[str, Any]) -> tuple[float, float] | None:
    """A point's place, or the middle of a polygon's outline: the mean of its corners, each counted once."""
    try:
        if "x" in geometry:
            return float(geometry["x"]), float(geometry["y"])
        corners = {(float(x), float(y)) for ring in geometry.get("rings") or [] for x, y, *_ in ring}
    except (TypeError, ValueError, KeyError):
        return None
    if not corners:
        return None
    return sum(x for x, _ in corners) / len(corners), sum(y for _, y in corners) / len(corners)


def _degrees(point: tuple[float, float] | None, wkid: int) -> tuple[float | None, float | None]:
    """Longitude and latitude; nothing in a system that we cannot turn into degrees (outSR was not obeyed)."""
    if point is None or not all(map(math.isfinite, point)):
        return None, None
    if wkid in WEB_MERCATOR:
        x, y = point
        return math.degrees(x / EARTH_RADIUS_M), math.degrees(2 * math.atan(math.exp(y / EARTH_RADIUS_M)) - math.pi / 2)
    return point if wkid == WGS84 else (None, None)
