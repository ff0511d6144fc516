"""ParquetStore: frames by partition key, in a folder or an S3 bucket.

Belongs here: where a partition lies, atomic writing, checked reading, reading a county's past.
Does not: Dagster (io_manager.py wraps this) or any stage's logic.

Layout: <root>/assets/<asset>/county=<c>/date=<YYYY-MM-DD>.parquet, a month as its first
day; a county asset is county=<c>/all.parquet. What was set aside lies under <root>/set_aside/ in the same shape.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from realestate_os.errors import RealEstateOSError
from realestate_os.storage.schema import Frame
from realestate_os.storage.set_aside import SET_ASIDE, SetAside

if TYPE_CHECKING:
    import fsspec
    import pandas as pd


class PartitionMissingError(RealEstateOSError):
    """A partition has not been materialized; the message says with which command it is."""


def partition_path(key: str) -> str:
    """`king_wa|2026-11-24` -> `county=king_wa/date=2026-11-24`; `king_wa` -> `county=king_wa/all`."""
    county, _, day = key.partition("|")
    return f"county={county}/date={day}" if day else f"county={county}/all"


@dataclass(frozen=True)
class ParquetStore:
    """All frames under one root; `storage_options` go to fsspec (S3 endpoint and keys)."""

    root: str
    storage_options: dict[str, Any]

    def write(self, frame: Frame, key: str, rows: pd.DataFrame) -> str:
        """Check and write one partition, replacing it in one step; returns its path.

        Written aside and then moved, so that a reader or a crash never sees half a file.
        """
        return self._write(frame, f"assets/{frame.name}/{partition_path(key)}.parquet", rows)

    def write_set_aside(self, asset: str, key: str, refused: SetAside) -> None:
        """Save what an asset refused in a partition; an empty list replaces an earlier one."""
        import pandas as pd

        rows = pd.DataFrame(refused.rows, columns=SET_ASIDE.names)
        self._write(SET_ASIDE, f"set_aside/{asset}/{partition_path(key)}.parquet", rows)

    def read(self, frame: Frame, key: str) -> pd.DataFrame:
        """One partition, its schema checked.

        Raises:
            PartitionMissingError: it has not been materialized.
            SchemaError: the file is of another version.
        """
        path = f"assets/{frame.name}/{partition_path(key)}.parquet"
        if not self.exists(frame, key):
            county, _, day = key.partition("|")
            when = f" --date {day}" if day else ""
            raise PartitionMissingError(
                f"{frame.name} of {key} has not been materialized; run: "
                f"realestate-os materialize --county {county}{when} --assets {frame.name}"
            )
        return self._read(frame, path)

    def read_set_aside(self, asset: str, key: str) -> pd.DataFrame:
        """What an asset refused in a partition; empty when nothing was saved."""
        path = f"set_aside/{asset}/{partition_path(key)}.parquet"
        return self._read(SET_ASIDE, path) if self._fs.exists(self._full(path)) else SET_ASIDE.empty()

    def exists(self, frame: Frame, key: str) -> bool:
        """Whether the partition has been written."""
        return bool(self._fs.exists(self._full(f"assets/{frame.name}/{partition_path(key)}.parquet")))

    def dates(self, frame: Frame, county: str, *, until: date | None = None) -> list[date]:
        """Dates of the county that are there, ascending, up to and with `until`."""
        folder = self._full(f"assets/{frame.name}/county={county}")
        names = [path.rsplit("/", 1)[-1] for path in self._fs.glob(f"{folder}/date=*.parquet")]
        found = sorted(date.fromisoformat(name.removeprefix("date=").removesuffix(".parquet")) for name in names)
        return [day for day in found if until is None or day <= until]

    def read_days(self, frame: Frame, county: str, days: list[date]) -> Iterator[tuple[date, pd.DataFrame]]:
        """The county's partitions of these days, one at a time."""
        for day in days:
            yield day, self.read(frame, f"{county}|{day.isoformat()}")

    @property
    def _fs(self) -> fsspec.AbstractFileSystem:
        import fsspec

        protocol = self.root.split("://", 1)[0] if "://" in self.root else "file"
        return fsspec.filesystem(protocol, **self.storage_options)

    def _full(self, path: str) -> str:
        return f"{self.root.rstrip('/')}/{path}"

    def _read(self, frame: Frame, path: str) -> pd.DataFrame:
        import pyarrow.parquet as pq

        with self._fs.open(self._full(path), "rb") as file:
            table = pq.read_table(file)
        rows: pd.DataFrame = frame.check(table, path).to_pandas()
        return rows

    def _write(self, frame: Frame, path: str, rows: pd.DataFrame) -> str:
        import pyarrow.parquet as pq

        table = frame.to_arrow(rows)
        full = self._full(path)
        if "://" not in self.root:
            self._fs.makedirs(full.rsplit("/", 1)[0], exist_ok=True)
        aside = f"{full}.{_unique()}.part"
        with self._fs.open(aside, "wb") as file:
            pq.write_table(table, file, compression="zstd")
        self._fs.mv(aside, full)
        return full


def _unique() -> str:
    from uuid import uuid4

    return uuid4().hex[:12]
