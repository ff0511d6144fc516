"""What all connectors have in common: an inquiry, a layer's description, a page of records.

Belongs here: the types between the connectors and those who ask. Does not: any service's ways.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from realestate_os.enrichment.archive import Document, Partition, RecordArchive
from realestate_os.errors import RealEstateOSError

Kind = Literal["text", "number", "date", "other"]


class SchemaDriftError(RealEstateOSError):
    """A service no longer has a field without which nothing can be asked or read; names it."""


@dataclass(frozen=True)
class Inquiry:
    """What is asked of one source for one partition, through the archive."""

    archive: RecordArchive
    partition: Partition

    def get(
        self,
        url: str,
        params: Mapping[str, str],
        refuse: Callable[[Any], str | None] | None = None,
        answers: Container[int] = (),
    ) -> Document:
        """RecordArchive.get() for the partition."""
        return self.archive.get(self.partition, url, params, refuse, answers)


@dataclass(frozen=True)
class Layer:
    """What a service says of a dataset. Without `kinds` nothing is known of it, and nothing is checked.

    kinds: lower-case field name -> what it holds. id_field: the field by which pages are ordered.
    most_rows: the largest page. pages: whether it can be read from an offset.
    """

    kinds: Mapping[str, Kind] = field(default_factory=dict)
    id_field: str | None = None
    most_rows: int | None = None
    pages: bool = True

    def has(self, name: str) -> bool:
        """Whether a field may be asked for; geometry is no field."""
        return not self.kinds or name.startswith("geometry.") or name.lower() in self.kinds

    def is_number(self, name: str) -> bool:
        """Whether a field's literals are written without quotes."""
        return self.kinds.get(name.lower()) == "number"


@dataclass(frozen=True)
class Page:
    """Records of one answer, field names in lower case, and the answer."""

    records: list[dict[str, Any]]
    document: Document


def lower_names(record: Mapping[str, Any]) -> dict[str, Any]:
    """Services change the case of their fields between versions; we do not care."""
    return {str(name).lower(): value for name, value in record.items()}
