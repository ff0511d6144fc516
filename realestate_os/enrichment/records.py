"""A service's records -> our fields, by the mapping of its source file.

Belongs here: applying FieldMaps to whole columns, noting what cannot be read. Does not: fetching, or
rules about the values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from realestate_os.enrichment.parsers import PARSERS, number, text
from realestate_os.enrichment.sources import FieldMap
from realestate_os.storage.set_aside import SetAside

NUMERIC = ("number", "positive", "acres")


def read_fields(
    records: Sequence[Mapping[str, Any]], fields: Mapping[str, FieldMap], refused: SetAside, source: str
) -> pd.DataFrame:
    """One row a record, one column a field; a field that a record lacks is null.

    `records` name their fields in lower case. A value that the field's parser cannot read, or that is
    no single value, becomes null and is noted as unreadable_value.
    """
    raw = pd.DataFrame.from_records(list(records))
    items = _items(raw, fields, source)
    return pd.DataFrame(
        {name: _read(raw, name, spec, items, refused) for name, spec in fields.items()}, index=raw.index
    )


def _read(raw: pd.DataFrame, name: str, spec: FieldMap, items: pd.Series[Any], refused: SetAside) -> pd.Series[Any]:
    columns = [_column(raw, one, name, items, refused) for one in spec.source]
    if spec.values is not None:
        columns = [_code(column).map(spec.values).astype(object) for column in columns]
    if spec.combine == "join":
        written = pd.concat([text(column) for column in columns], axis=1)
        columns = [written.apply(lambda row: " ".join(row.dropna()) or None, axis=1)]
    read = [_parsed(column, name, spec, items, refused) for column in columns]
    if spec.combine == "add":
        return sum(read[1:], read[0])
    first = read[0]
    for other in read[1:]:
        first = first.where(first.notna(), other)
    return first


def _column(raw: pd.DataFrame, source: str, name: str, items: pd.Series[Any], refused: SetAside) -> pd.Series[Any]:
    """The source's column; an object or list where a value should be is none."""
    if source.lower() not in raw:
        return pd.Series(None, index=raw.index, dtype=object)
    column = raw[source.lower()]
    if pd.api.types.is_numeric_dtype(column):
        return column
    nested = column.map(lambda value: isinstance(value, dict | list)).astype(bool)
    _note(column[nested], name, items, refused, "one value expected, found several")
    return column.mask(nested, None)


def _parsed(
    column: pd.Series[Any], name: str, spec: FieldMap, items: pd.Series[Any], refused: SetAside
) -> pd.Series[Any]:
    read = PARSERS[spec.parser](column)
    lost = column[column.notna() & read.isna()]
    if len(lost):
        lost = lost[text(lost).notna()]
        if spec.parser in NUMERIC:
            lost = lost[number(lost).isna()]  # 0 for "unknown" is read, and means nothing
        _note(lost, name, items, refused, f"not readable as {spec.parser}")
    return read if spec.times == 1.0 else read * spec.times


def _note(values: pd.Series[Any], name: str, items: pd.Series[Any], refused: SetAside, why: str) -> None:
    for at, value in values.items():
        refused.add(str(items[at]), "unreadable_value", field=name, value=value, detail=why)


def _items(raw: pd.DataFrame, fields: Mapping[str, FieldMap], source: str) -> pd.Series[Any]:
    """What a record is called in the list of what was set aside: the source and its number there."""
    key = fields.get("record_id") or fields.get("apn")
    if key is None or key.source[0].lower() not in raw:
        return pd.Series(source, index=raw.index)
    return source + " " + raw[key.source[0].lower()].astype(str)


def _code(column: pd.Series[Any]) -> pd.Series[Any]:
    """A code as text, as the source file writes it: 2.0 is "2"."""
    return text(column).astype("string").str.replace(r"\.0+$", "", regex=True)
