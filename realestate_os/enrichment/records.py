"""A service's records -> our fields, by the mapping of its source file.

Belongs here: applying FieldMaps to whole columns. Does not: fetching, or rules about the values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from realestate_os.enrichment.parsers import PARSERS, text
from realestate_os.enrichment.sources import FieldMap


def read_fields(records: Sequence[Mapping[str, Any]], fields: Mapping[str, FieldMap]) -> pd.DataFrame:
    """One row a record, one column a field; a field that a record lacks is null."""
    raw = pd.DataFrame.from_records(list(records))
    return pd.DataFrame({name: _read(raw, spec) for name, spec in fields.items()}, index=raw.index)


def _read(raw: pd.DataFrame, spec: FieldMap) -> pd.Series[Any]:
    columns = [raw[name] if name in raw else pd.Series(None, index=raw.index, dtype=object) for name in spec.source]
    if spec.values is not None:
        columns = [_code(column).map(spec.values).astype(object) for column in columns]
    if spec.combine == "join":
        written = pd.concat([text(column) for column in columns], axis=1)
        columns = [written.apply(lambda row: " ".join(row.dropna()) or None, axis=1)]
    read = [PARSERS[spec.parser](column) for column in columns]
    if spec.combine == "add":
        return sum(read[1:], read[0])
    first = read[0]
    for other in read[1:]:
        first = first.where(first.notna(), other)
    return first


def _code(column: pd.Series[Any]) -> pd.Series[Any]:
    """A code as text, as the source file writes it: 2.0 is "2"."""
    return text(column).astype("string").str.replace(r"\.0+$", "", regex=True)
