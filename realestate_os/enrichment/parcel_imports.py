"""`import parcels`: a county's bulk file, kept so that a day's listings can be looked up in it.

Belongs here: which source a file belongs to, reading it in parts, writing it sorted, the report. Does
not: asking it (connectors/files.py), field meanings (source files), the command (cli).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from realestate_os.counties import County
from realestate_os.enrichment.connectors.files import APN, NUMBER, ZIP_CODE, folder_of
from realestate_os.enrichment.parsers import apn as read_apn
from realestate_os.enrichment.parsers import zip_code as read_zip
from realestate_os.enrichment.sources import BulkFile, Dataset, Source, sources_for
from realestate_os.errors import RealEstateOSError
from realestate_os.resources.object_store import ObjectStore
from realestate_os.settings import Settings

# A roll has millions of lines; a part of them is some hundred megabytes of text.
ROWS_AT_ONCE = 200_000
DIGEST_BYTES = 1 << 20


class ParcelsFileError(RealEstateOSError):
    """The file cannot be used; the message names it and what was expected."""


@dataclass(frozen=True)
class ParcelsReport:
    """What an import did, or would do (dry_run)."""

    file: str
    county: str
    source: str
    dry_run: bool
    rows: int
    without_apn: int
    day: date

    def lines(self) -> list[str]:
        """The report for a person, one fact a line."""
        lines = [
            f"{self.file} -> {self.county}, {self.source}",
            f"parcels: {self.rows:,}, used for days from {self.day} on until a newer file is brought",
            f"set aside: {self.without_apn:,} lines without a parcel number",
        ]
        return [*lines, "dry run: nothing was written"] if self.dry_run else lines


def import_parcels(settings: Settings, path: Path, county: County, *, dry_run: bool = False) -> ParcelsReport:
    """Keep the columns that the file's source uses, by parcel number and by ZIP and house number.

    The source is the one of the county (assets_config/sources, kind: file) that names the file.

    Raises:
        ParcelsFileError: no source names the file, or the file is none such.
        StorageError: the object store cannot be written.
    """
    source, dataset = _source_of(settings, path, county)
    assert dataset.file is not None
    objects, day = ObjectStore.from_settings(settings), county.today()
    found = pd.concat(list(_parts(path, dataset, dataset.file)), ignore_index=True)
    rows = found.dropna(subset=[APN])
    if not dry_run:
        key = f"{folder_of(source, dataset, county.key)}/{day}"
        order = [name for name in (ZIP_CODE, NUMBER, APN) if name in rows]
        objects.put(f"{key}.parquet", rows.sort_values(order).to_parquet(index=False, compression="zstd"))
        told = {"name": path.name, "sha256": _digest(path), "rows": len(rows)}
        objects.put(f"{key}.json", json.dumps(told).encode())
    return ParcelsReport(path.name, county.key, source.key, dry_run, len(rows), len(found) - len(rows), day)


def _source_of(settings: Settings, path: Path, county: County) -> tuple[Source, Dataset]:
    known = []
    for source in sources_for(settings, county.key, "parcels"):
        for dataset in source.datasets:
            if dataset.file is not None:
                known.append(dataset.file.name)
                if dataset.file.name.lower() == path.name.lower():
                    return source, dataset
    expected = f"expected one of {', '.join(known)}" if known else "no source of kind file serves the county"
    raise ParcelsFileError(
        f"{path.name}: {expected} (SOURCES={settings.sources}); rename the file, or describe it in "
        f"{settings.assets_config_dir / 'sources'}: docs/extending.md, 'A county's bulk file'"
    )


def _parts(path: Path, dataset: Dataset, file: BulkFile) -> Iterator[pd.DataFrame]:
    """The used columns with the keys by which they are found, some lines at a time."""
    lookup = dataset.lookup
    assert lookup is not None and lookup.apn is not None, "the source model requires it"
    by = (lookup.apn, lookup.address, lookup.number, lookup.zip_code)
    names = sorted({name for spec in dataset.fields.values() for name in spec.source} | {name for name in by if name})
    try:
        reader = pd.read_csv(
            path, sep=file.separator, encoding=file.encoding, dtype=str, usecols=names, chunksize=ROWS_AT_ONCE,
            keep_default_na=False, on_bad_lines="skip", quoting=3 if file.separator == "\t" else 0,
        )  # fmt: skip
        for part in reader:
            yield _keyed(part, dataset)
    except (ValueError, UnicodeError, OSError) as error:
        raise ParcelsFileError(
            f"{path.name}: cannot be read as {file.encoding} with columns {', '.join(names)}: {error}"
        ) from None


def _keyed(part: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    lookup = dataset.lookup
    assert lookup is not None
    part = part.assign(**{APN: read_apn(part[lookup.apn])})
    if lookup.by_address:
        number = part[str(lookup.number or lookup.address)].str.extract(r"^\s*0*(\d+[A-Za-z]?)\b", expand=False)
        part[NUMBER] = number.str.upper().astype(object).where(number.notna(), None)
        part[ZIP_CODE] = read_zip(part[lookup.zip_code]) if lookup.zip_code else None
    return part


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(DIGEST_BYTES):
            digest.update(block)
    return digest.hexdigest()
