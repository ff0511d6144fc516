"""ATTOM's property API: one property a question.

Belongs here: how a property is asked for, and the answer's shape by ATTOM's documentation
(property/expandedprofile). Does not: field meanings (source files), the key (collect.py).
"""

from __future__ import annotations

from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from realestate_os.counties import County
from realestate_os.enrichment.archive import Document
from realestate_os.enrichment.connectors.asking import Inquiry, Page

# ATTOM says "no such property" with status 400 and this message.
NO_RESULT = "SuccessWithoutResult"


class _Status(BaseModel):
    code: int
    msg: str


class _Property(BaseModel):
    model_config = ConfigDict(extra="allow")

    identifier: dict[str, Any]


class _Answer(BaseModel):
    status: _Status
    property: list[_Property] = Field(default_factory=list)


def find(inquiry: Inquiry, url: str, county: County, batch: pd.DataFrame) -> list[Page]:
    """One answer a property: by county and APN where it is known, else by address. Raises HttpError."""
    pages = []
    for row in batch.itertuples():
        document = inquiry.get(url, _asked(row, county), _refused, answers={400})
        pages.append(Page(records(document), document))
    return pages


def records(document: Document) -> list[dict[str, Any]]:
    """Each property's values under dotted paths: building.rooms.beds."""
    found = _Answer.model_validate(document.data).property
    return [_flat(one.model_dump()) for one in found]


def _asked(row: Any, county: County) -> dict[str, str]:
    if row.by_apn:
        return {"fips": county.fips, "apn": str(row.apn)}
    street, unit, code = str(row.address_key).split("|")
    line = f"{street} #{unit}" if unit else street
    city = row.city if isinstance(row.city, str) else county.name
    return {"address1": line, "address2": f"{city}, {county.state} {code}"}


def _refused(answer: Any) -> str | None:
    try:
        status = _Answer.model_validate(answer).status
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        return f"{'.'.join(map(str, first['loc'])) or 'body'}: {first['msg']}"
    return None if status.code == 0 or status.msg == NO_RESULT else f"ATTOM {status.code}: {status.msg}"


def _flat(value: Any, path: str = "") -> dict[str, Any]:
    """Nested objects as dotted lower-case paths: ATTOM writes saleAmt in one package and saleamt in another."""
    if not isinstance(value, dict):
        return {path: value}
    flat: dict[str, Any] = {}
    for name, inner in value.items():
        flat |= _flat(inner, f"{path}.{name}".lower().lstrip("."))
    return flat
