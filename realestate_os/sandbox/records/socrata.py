"""Socrata's SODA 2 API: /resource/{dataset}.json with $select, $where, $order, $limit, $offset.

Belongs here: the query parameters, rows the way SODA writes them (numbers as text, nulls left out)
and its errors. Does not: field names (layers.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from realestate_os.sandbox.records.layers import Row, iso
from realestate_os.sandbox.records.tables import Table
from realestate_os.sandbox.records.where import NoSuchFieldError, WhereError, parse_where

DEFAULT_LIMIT, MAX_LIMIT = 1000, 50_000
KNOWN = ("$select", "$where", "$order", "$limit", "$offset", "$$app_token")


VIEW_TYPES = {"text": "text", "number": "number", "date": "calendar_date"}


class SodaError(Exception):
    """Answered with 400 and SODA's error object."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.body = {"code": code, "error": True, "message": f"Query coordinator error: {code}; {message}", "data": {}}


def query(table: Table, params: Mapping[str, str]) -> list[dict[str, Any]]:
    """Rows for the parameters; `field=value` is a filter too. $select may be count(*).

    Raises:
        SodaError: a parameter is wrong, or is not one that the sandbox knows.
    """
    for name in params:
        if name.startswith("$") and name not in KNOWN:
            raise SodaError("query.soql.unsupported", f"the sandbox does not know {name}; it knows {', '.join(KNOWN)}")
    chosen = _ordered(table, _filtered(table, params), params.get("$order", ""))
    if params.get("$select", "").replace(" ", "").lower() == "count(*)":
        return [{"count": str(len(chosen))}]
    names = _selected(table, params.get("$select", "*"))
    start, limit = _whole(params, "$offset", 0), _whole(params, "$limit", DEFAULT_LIMIT)
    if limit > MAX_LIMIT:
        raise SodaError("query.soql.invalid-limit", f"$limit {limit} is above {MAX_LIMIT}")
    return [_written(row, names) for row in chosen[start : start + limit]]


def describe(dataset: str, table: Table) -> dict[str, Any]:
    """What /api/views/{dataset}.json answers: the columns and their types."""
    columns = [{"name": f.name, "fieldName": f.name, "dataTypeName": VIEW_TYPES[f.kind]} for f in table.fields]
    return {"id": dataset, "name": dataset, "assetType": "dataset", "columns": columns}


def _filtered(table: Table, params: Mapping[str, str]) -> list[Row]:
    clauses = [params["$where"]] if params.get("$where") else []
    for name, value in params.items():
        if not name.startswith("$"):
            quoted = value.replace("'", "''")
            clauses.append(f"{name} = '{quoted}'")
    rows = table.rows
    for clause in clauses:
        try:
            keep = parse_where(clause, table.kinds)
            rows = [row for row in rows if keep(row)]
        except NoSuchFieldError as error:
            raise SodaError("query.soql.no-such-column", f"No such column: {error.name}") from None
        except (WhereError, TypeError) as error:
            raise SodaError("query.compiler.malformed", f"Could not parse SoQL query: {error}") from None
    return rows


def _ordered(table: Table, rows: list[Row], order: str) -> list[Row]:
    for part in reversed([p.split() for p in order.split(",") if p.strip()]):
        name, way = part[0], part[1].upper() if len(part) > 1 else "ASC"
        if name == ":id":
            continue
        if name not in table.kinds:
            raise SodaError("query.soql.no-such-column", f"No such column: {name}")
        rows = sorted(
            rows,
            key=lambda row: (row[name] is not None, row[name] if row[name] is not None else 0),
            reverse=way == "DESC",
        )
    return rows


def _selected(table: Table, select: str) -> list[str]:
    names = [name.strip() for name in select.split(",") if name.strip()]
    if names == ["*"]:
        return list(table.kinds)
    for name in names:
        if name not in table.kinds:
            raise SodaError("query.soql.no-such-column", f"No such column: {name}")
    return names


def _written(row: Row, names: list[str]) -> dict[str, str]:
    """SODA leaves nulls out and writes numbers as text."""
    return {name: _text(row[name]) for name in names if row[name] is not None}


def _text(value: Any) -> str:
    if isinstance(value, date):
        return iso(value)
    if isinstance(value, float):
        return f"{value:.0f}" if value == int(value) else repr(value)
    return str(value)


def _whole(params: Mapping[str, str], name: str, default: int) -> int:
    text = params.get(name, str(default))
    if not text.isdecimal():
        raise SodaError("query.soql.invalid", f"{name}: a whole number, not {text[:40]!r}")
    return int(text)
