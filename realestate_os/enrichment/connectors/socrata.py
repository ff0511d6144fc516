"""Socrata: SODA datasets.

Belongs here: a dataset's columns, queries with paging, errors. Does not: where clauses (clauses.py),
field meanings (source files).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from realestate_os.enrichment.archive import Document
from realestate_os.enrichment.connectors.asking import Inquiry, Kind, Layer, Page, lower_names

KINDS: dict[str, Kind] = {"number": "number", "text": "text", "calendar_date": "date", "floating_timestamp": "date"}
_ROWS = TypeAdapter(list[dict[str, Any]])


class _Column(BaseModel):
    fieldName: str
    dataTypeName: str


class _View(BaseModel):
    columns: list[_Column]


_VIEW = TypeAdapter(_View)


def describe(inquiry: Inquiry, url: str) -> Layer:
    """The dataset's columns, from its metadata. Raises HttpError, NotArchivedError."""
    document = inquiry.get(url.replace("/resource/", "/api/views/"), {}, lambda answer: _refused(answer, _VIEW))
    columns = _VIEW.validate_python(document.data).columns
    return Layer({one.fieldName.lower(): KINDS.get(one.dataTypeName, "other") for one in columns})


def query(
    inquiry: Inquiry, url: str, names: list[str], where: str, page_size: int, order_by: str | None
) -> Iterator[Page]:
    """Pages of all rows that fit a clause. Raises HttpError, NotArchivedError."""
    params = {"$select": ",".join(names), "$where": where, "$order": order_by or ":id", "$limit": str(page_size)}
    offset = 0
    while True:
        document = inquiry.get(url, params | {"$offset": str(offset)}, lambda answer: _refused(answer, _ROWS))
        page = Page(records(document), document)
        yield page
        offset += page_size
        if len(page.records) < page_size:
            return


def records(document: Document) -> list[dict[str, Any]]:
    """The records of an archived page; SODA leaves nulls out."""
    return [lower_names(row) for row in _ROWS.validate_python(document.data)]


def _refused(answer: Any, shape: TypeAdapter[Any]) -> str | None:
    """Why an answer is none: an error object, or another shape than documented."""
    if isinstance(answer, dict) and answer.get("error"):
        return str(answer.get("message") or answer.get("code"))
    try:
        shape.validate_python(answer)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        return f"{'.'.join(map(str, first['loc'])) or 'body'}: {first['msg']}"
    return None
