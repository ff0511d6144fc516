"""Bulk files of an assessor, brought with `realestate-os import parcels`, asked like a service.

Belongs here: where an import lies, which one a day may use, finding a batch of properties in it. Does
not: reading the file that a person brings (parcel_imports.py).

Layout: imports/parcels/<county>/<source>/<file>/<day it was brought>.parquet, sorted by ZIP and house
number where the file has addresses; beside it <day>.json names the file and its digest.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from realestate_os.enrichment.archive import Document
from realestate_os.enrichment.connectors.asking import Page
from realestate_os.enrichment.sources import Dataset, Source
from realestate_os.resources.object_store import ObjectStore

if TYPE_CHECKING:
    import pyarrow.compute as pc

# Columns that an import adds to those of the file.
APN, ZIP_CODE, NUMBER = "_apn", "_zip_code", "_number"


@dataclass(frozen=True)
class ImportedFile:
    """One file as it was brought on a day."""

    key: str
    name: str
    sha256: str
    brought_on: date
    rows: int


def folder_of(source: Source, dataset: Dataset, county: str) -> str:
    """Key prefix of a file's imports."""
    assert dataset.file is not None
    return f"imports/parcels/{county}/{source.key}/{dataset.file.name}"


def newest_import(
    objects: ObjectStore, source: Source, dataset: Dataset, county: str, until: date
) -> ImportedFile | None:
    """The last import of a file brought up to a day; None when there is none."""
    found = None
    for key in objects.keys(folder_of(source, dataset, county)):
        day, _, kind = key.rpartition("/")[2].partition(".")
        if kind == "json" and date.fromisoformat(day) <= until:
            told = json.loads(objects.get(key))
            parquet = key.removesuffix("json") + "parquet"
            found = ImportedFile(parquet, told["name"], told["sha256"], date.fromisoformat(day), told["rows"])
    return found


def find(objects: ObjectStore, brought: ImportedFile, batch: pd.DataFrame) -> list[Page]:
    """The file's records of a batch: by APN, and by ZIP and house number for the rest."""
    import pyarrow.parquet as pq

    with objects.open(brought.key) as file:
        table = pq.read_table(file, filters=_filter(batch, set(pq.read_schema(file).names)))
    at = datetime.combine(brought.brought_on, datetime.min.time()).astimezone()
    document = Document(None, f"import:{brought.name}", brought.sha256, at)
    return [Page(_plain(table.to_pandas()), document)]


def _filter(batch: pd.DataFrame, columns: set[str]) -> pc.Expression:
    chosen = _is_in(APN, batch.loc[batch["by_apn"], "apn"])
    rest = batch[~batch["by_apn"]]
    if NUMBER in columns:
        chosen |= _is_in(NUMBER, rest["number"]) & _is_in(ZIP_CODE, rest["zip_code"])
    return chosen


def _is_in(column: str, values: pd.Series[Any]) -> pc.Expression:
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.field(column).isin(pa.array(sorted(set(values.dropna())), pa.string()))


def _plain(rows: pd.DataFrame) -> list[dict[str, Any]]:
    kept = rows.drop(columns=[name for name in (APN, ZIP_CODE, NUMBER) if name in rows])
    kept.columns = [str(name).lower() for name in kept.columns]
    return kept.to_dict("records")
