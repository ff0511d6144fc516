"""The text of where clauses, as ArcGIS and Socrata both read it.

Belongs here: literals, operators, the clause that finds a batch of listed properties. Does not:
parameters and paging.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pandas as pd

from realestate_os.enrichment.connectors.asking import Layer
from realestate_os.enrichment.sources import Dataset, Lookup, Source

# Before the street's name in "123 N OAK ST".
_NUMBER_AND_DIRECTION = re.compile(r"^\S+\s+(?:(?:N|S|E|W|NE|NW|SE|SW)\s+)?(\S+)")


def batch_clause(batch: pd.DataFrame, dataset: Dataset, layer: Layer) -> str:
    """Finds a batch: APNs as a list; addresses by ZIP and house number, or number and street name.

    Every assessor abbreviates streets his own way, so no whole address is compared here.
    """
    lookup = dataset.lookup
    assert lookup is not None, "the source model requires it for parcels"
    clauses = []
    apns = sorted({as_written(apn, dataset.apn_template) for apn in batch.loc[batch["by_apn"], "apn"]})
    if lookup.apn and apns:
        clauses.append(is_in(lookup.apn, apns, number=layer.is_number(lookup.apn)))
    by_address = batch[~batch["by_apn"]]
    if lookup.number and lookup.street:
        clauses += _by_street(by_address, lookup, layer)
    elif lookup.address:
        clauses += _by_zip(by_address, lookup, layer)
    return " OR ".join(f"({clause})" for clause in clauses)


def _by_zip(batch: pd.DataFrame, lookup: Lookup, layer: Layer) -> list[str]:
    """`zip = '98101' AND (address LIKE '12 %' OR ...)`; without a ZIP field by number and street name."""
    address = str(lookup.address)
    if lookup.zip_code is None:
        return sorted({starts_with(address, _number_and_name(key)) for key in batch["address_key"]})
    clauses = []
    for code, group in batch.groupby("zip_code"):
        numbers = " OR ".join(starts_with(address, f"{n} ") for n in sorted(set(group["number"])))
        clauses.append(f"{_is_zip(lookup.zip_code, str(code), layer)} AND ({numbers})")
    return clauses


def _by_street(batch: pd.DataFrame, lookup: Lookup, layer: Layer) -> list[str]:
    """`strno = 12 AND strname LIKE 'OAK%'` for each property."""
    number, street = str(lookup.number), str(lookup.street)
    clauses = set()
    for row in batch.itertuples():
        digits = re.match(r"\d+", str(row.number))
        assert digits, "a listing without a house number is not asked for"
        literal = digits.group() if layer.is_number(number) else quoted(str(row.number))
        clause = f"{number} = {literal} AND {starts_with(street, street_name(str(row.address_key)))}"
        if lookup.zip_code:
            clause += f" AND {_is_zip(lookup.zip_code, str(row.zip_code), layer)}"
        clauses.add(clause)
    return sorted(clauses)


def _is_zip(field: str, code: str, layer: Layer) -> str:
    """ZIP+4 counts for its ZIP."""
    return f"{field} = {int(code)}" if layer.is_number(field) else starts_with(field, code)


def _number_and_name(address_key: str) -> str:
    """'12 N OAK ST|5|98101' -> '12 N': the number and the first letters that tell streets apart."""
    words = address_key.partition("|")[0].split()
    return " ".join(words[:2])


def street_name(address_key: str) -> str:
    """First word of the street's name: '12 N OAK GROVE ST|5|98101' -> 'OAK'."""
    line = address_key.partition("|")[0]
    found = _NUMBER_AND_DIRECTION.match(line)
    return found.group(1) if found else line


def as_written(apn: str, template: str | None) -> str:
    """An APN in the source's form: 12345678 by "###-##-###" is 123-45-678; one of another length stays as it is."""
    if template is None or template.count("#") != len(apn):
        return apn
    digits = iter(apn)
    return "".join(next(digits) if mark == "#" else mark for mark in template)


def is_in(field: str, values: list[str], *, number: bool = False) -> str:
    """field IN (literals); what is no number is left out where the field holds numbers."""
    literals = [value for value in values if value.isdecimal()] if number else [quoted(value) for value in values]
    return f"{field} IN ({', '.join(literals or ['-1' if number else quoted('')])})"


def starts_with(field: str, text: str) -> str:
    """field LIKE 'text%'"""
    return f"{field} LIKE {quoted(text + '%')}"


def on_or_after(source: Source, field: str, day: date, layer: Layer) -> str:
    """A date comparison as the service writes dates; a field of text holds YYYYMMDD."""
    if source.kind == "arcgis":
        literal: Any = f"DATE '{day.isoformat()}'" if layer.kinds.get(field.lower()) != "text" else f"'{day:%Y%m%d}'"
        return f"{field} >= {literal}"
    return f"{field} >= '{day.isoformat()}T00:00:00.000'"


def quoted(text: str) -> str:
    """A text literal; quotes inside are doubled."""
    return "'" + text.replace("'", "''") + "'"
