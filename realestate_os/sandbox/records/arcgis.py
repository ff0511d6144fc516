"""ArcGIS REST: MapServer layers with query.

Belongs here: the layer's description, query parameters, features, and errors the way ArcGIS answers
them: HTTP 200 with an error body. Does not: field names (layers.py).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from realestate_os.sandbox.records.layers import Row
from realestate_os.sandbox.records.tables import Table
from realestate_os.sandbox.records.where import WhereError, parse_where

MAX_RECORDS = 1000
ESRI_TYPES = {"text": "esriFieldTypeString", "number": "esriFieldTypeDouble", "date": "esriFieldTypeDate"}
WEB_MERCATOR = {"wkid": 102100, "latestWkid": 3857}
WGS84 = {"wkid": 4326, "latestWkid": 4326}
OBJECT_ID = {"name": "OBJECTID", "type": "esriFieldTypeOID", "alias": "OBJECTID"}


class ArcgisError(Exception):
    """Answered as 200 with {"error": {"code": 400, ...}}."""

    def __init__(self, message: str, details: list[str] | None = None, code: int = 400) -> None:
        super().__init__(message)
        self.body = {"error": {"code": code, "message": message, "details": details or []}}


def describe_layer(county: str, layer: str, table: Table) -> dict[str, Any]:
    """What .../MapServer/0?f=json answers."""
    return {
        "currentVersion": 10.91,
        "id": 0,
        "name": f"{county} {layer}",
        "type": "Feature Layer",
        "geometryType": "esriGeometryPoint",
        "objectIdField": "OBJECTID",
        "maxRecordCount": MAX_RECORDS,
        "supportedQueryFormats": "JSON",
        "advancedQueryCapabilities": {"supportsPagination": True, "supportsOrderBy": True, "supportsStatistics": False},
        "fields": _field_list(table, None),
        "extent": {"spatialReference": WEB_MERCATOR},
    }


def query(table: Table, params: Mapping[str, str]) -> dict[str, Any]:
    """What .../query answers.

    where (required, see where.py), outFields, returnGeometry, outSR (4326; else web mercator),
    resultOffset, resultRecordCount (at most 1000), orderByFields, objectIds, returnCountOnly,
    returnIdsOnly, f=json.

    Raises:
        ArcgisError: a parameter is wrong.
    """
    if params.get("f", "html") not in ("json", "pjson"):
        raise ArcgisError("Invalid or missing input parameters.", ["'f' must be json"])
    chosen = _chosen(table, params)
    if _flag(params, "returnCountOnly"):
        return {"count": len(chosen)}
    if _flag(params, "returnIdsOnly"):
        return {"objectIdFieldName": "OBJECTID", "objectIds": [i + 1 for i in chosen]}
    start, count = _whole(params, "resultOffset", 0), _whole(params, "resultRecordCount", MAX_RECORDS)
    page = chosen[start : start + min(count, MAX_RECORDS)]
    names = _out_fields(table, params)
    degrees, geometry = params.get("outSR") == "4326", params.get("returnGeometry", "true").lower() != "false"
    answer: dict[str, Any] = {"displayFieldName": "PIN", "fields": _field_list(table, names)}
    if geometry:
        answer |= {"geometryType": "esriGeometryPoint", "spatialReference": WGS84 if degrees else WEB_MERCATOR}
    answer["features"] = [_feature(table, i, names, geometry, degrees) for i in page]
    if start + len(page) < len(chosen):
        answer["exceededTransferLimit"] = True
    return answer


def _chosen(table: Table, params: Mapping[str, str]) -> list[int]:
    """Positions of the rows that match, in order."""
    if params.get("objectIds"):
        try:
            ids = [int(text) - 1 for text in params["objectIds"].split(",")]
        except ValueError:
            raise ArcgisError(
                "Invalid or missing input parameters.", ["objectIds: whole numbers, comma separated"]
            ) from None
        return [i for i in ids if 0 <= i < len(table.rows)]
    if not params.get("where"):
        raise ArcgisError("Unable to perform query operation.", ["'where' clause is required"])
    try:
        keep = parse_where(params["where"], table.kinds | {"OBJECTID": "number"})
        chosen = [
            i
            for i, row in enumerate(table.rows)
            if keep({"OBJECTID": float(i + 1), **row} if "OBJECTID" in params["where"] else row)
        ]
    except (WhereError, TypeError) as error:
        raise ArcgisError("Unable to complete operation.", ["Unable to perform query operation.", str(error)]) from None
    return _ordered(table, chosen, params.get("orderByFields", ""))


def _ordered(table: Table, chosen: list[int], order: str) -> list[int]:
    for part in reversed([p.split() for p in order.split(",") if p.strip()]):
        name, way = part[0], part[1].upper() if len(part) > 1 else "ASC"
        if name.upper() == "OBJECTID":
            chosen = sorted(chosen, reverse=way == "DESC")
            continue
        if name not in table.kinds or way not in ("ASC", "DESC"):
            raise ArcgisError("Unable to complete operation.", [f"'orderByFields' names {' '.join(part)!r}"])
        chosen = sorted(chosen, key=lambda i: _sortable(table.rows[i][name]), reverse=way == "DESC")
    return chosen


def _sortable(value: Any) -> tuple[bool, Any]:
    return (value is not None, value if value is not None else 0)


def _out_fields(table: Table, params: Mapping[str, str]) -> list[str]:
    asked = [name.strip() for name in params.get("outFields", "OBJECTID").split(",") if name.strip()]
    if "*" in asked:
        return ["OBJECTID", *table.kinds]
    known = {name.lower(): name for name in ("OBJECTID", *table.kinds)}
    unknown = [name for name in asked if name.lower() not in known]
    if unknown:
        raise ArcgisError("Failed to execute query.", [f"'Invalid field: {unknown[0]}' parameter is invalid"])
    return [known[name.lower()] for name in asked]


def _feature(table: Table, i: int, names: list[str], geometry: bool, degrees: bool) -> dict[str, Any]:
    row: Row = table.rows[i]
    attributes = {name: i + 1 if name == "OBJECTID" else _epoch_ms(row[name]) for name in names}
    if not geometry:
        return {"attributes": attributes}
    x, y = table.points[i] if degrees else _mercator(*table.points[i])
    return {"attributes": attributes, "geometry": {"x": x, "y": y}}


def _epoch_ms(value: Any) -> Any:
    """Dates are milliseconds since 1970, UTC."""
    if isinstance(value, date):
        return int(datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp() * 1000)
    return value


def _mercator(longitude: float, latitude: float) -> tuple[float, float]:
    radius = 6378137.0
    return radius * math.radians(longitude), radius * math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2))


def _field_list(table: Table, names: list[str] | None) -> list[dict[str, str]]:
    fields = [OBJECT_ID] + [{"name": f.name, "type": ESRI_TYPES[f.kind], "alias": f.name} for f in table.fields]
    return [field for field in fields if names is None or field["name"] in names]


def _flag(params: Mapping[str, str], name: str) -> bool:
    return params.get(name, "false").lower() == "true"


def _whole(params: Mapping[str, str], name: str, default: int) -> int:
    text = params.get(name, str(default))
    if not text.isdecimal():
        raise ArcgisError("Invalid or missing input parameters.", [f"'{name}' parameter is invalid"])
    return int(text)
