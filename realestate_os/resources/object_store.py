"""ObjectStore: bytes by key, in a folder or an S3 bucket.

Belongs here: put, get, list, delete; atomic on both. Does not: what the bytes mean (page archive,
packets, mails are their stages').
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from realestate_os.errors import RealEstateOSError
from realestate_os.settings import Settings
from realestate_os.storage.options import storage_options
from realestate_os.storage.parquet import ParquetStore

if TYPE_CHECKING:
    from upath import UPath


class StorageError(RealEstateOSError):
    """The object store cannot be read or written; the message names the place and the setting."""


class ObjectStore:
    """Objects under one root. Keys are relative paths with `/`."""

    def __init__(self, root: str, options: dict[str, Any] | None = None) -> None:
        """`root`: a folder's path or s3://bucket/prefix; `options`: fsspec options."""
        self.root = root.rstrip("/")
        self.options = options or {}

    @classmethod
    def from_settings(cls, settings: Settings) -> ObjectStore:
        """The store that the settings name."""
        return cls(settings.objects_url, storage_options(settings))

    @property
    def parquet(self) -> ParquetStore:
        """The frames in the same store."""
        return ParquetStore(self.root, self.options)

    def put(self, key: str, data: bytes) -> None:
        """Write an object in one step, replacing it. Raises StorageError."""
        path = self._path(key)
        try:
            if isinstance(path, Path):
                _write_file(path, data)
            else:
                path.write_bytes(data)
        except OSError as error:
            raise StorageError(
                f"cannot write {self.uri(key)}: {error.strerror or error}; see OBJECT_STORE_URL, REALESTATE_OS_HOME"
            ) from error

    def get(self, key: str) -> bytes:
        """Read an object; raises FileNotFoundError when it is not there."""
        data: bytes = self._path(key).read_bytes()
        return data

    def open(self, key: str) -> BinaryIO:
        """An object to read from in parts; raises FileNotFoundError when it is not there."""
        file: BinaryIO = self._path(key).open("rb")
        return file

    def exists(self, key: str) -> bool:
        """Whether the object is there."""
        return bool(self._path(key).exists())

    def keys(self, prefix: str) -> Iterator[str]:
        """Keys of all objects under a folder, sorted."""
        top = self._path(prefix)
        if not top.exists():
            return
        base = str(self._path("")).rstrip("/") + "/"
        found = (str(path) for path in top.rglob("*") if not path.name.endswith(".part") and path.is_file())
        yield from sorted(path.removeprefix(base) for path in found)

    def delete(self, key: str) -> None:
        """Remove an object; nothing happens when it is not there."""
        path = self._path(key)
        if path.exists():
            path.unlink()

    def uri(self, key: str) -> str:
        """Where the object lies, for people and metadata."""
        return f"{self.root}/{key}"

    def _path(self, key: str) -> UPath | Path:
        """A plain Path for a folder: a crawl writes hundreds of objects a second, and a UPath costs ten times as
        much to make.
        """
        if any(part == ".." for part in key.split("/")):
            raise ValueError(f"object key leaves the store: {key!r}")
        if "://" not in self.root:
            return Path(f"{self.root}/{key}")
        from upath import UPath

        return UPath(f"{self.root}/{key}", **self.options)


def _write_file(path: Path, data: bytes) -> None:
    aside = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        aside.write_bytes(data)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(data)
    os.replace(aside, path)
