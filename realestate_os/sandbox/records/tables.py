"""Rows of a layer as of a day, rendered once.

Belongs here: the memory of rendered rows and their order. Does not: filters or HTTP.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from typing import Any

from realestate_os.sandbox.records.layers import Field, Row, fields_of, render
from realestate_os.sandbox.world import CountyWorld

TABLES_KEPT = 8


@dataclass(frozen=True)
class Table:
    """Rows of a layer with their points; rows[i] stands at points[i] (longitude, latitude)."""

    fields: tuple[Field, ...]
    rows: list[Row]
    points: list[tuple[float, float]]

    @property
    def kinds(self) -> dict[str, str]:
        """Field name -> kind."""
        return {field.name: field.kind for field in self.fields}


class Tables:
    """Rendered layers, the last few."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[Any, ...], Table] = OrderedDict()

    def of(self, service: str, layer: str, there: CountyWorld, on: date) -> Table:
        """The layer of a county as of a day. KeyError for an unknown layer."""
        key = (service, layer, there.county.key, on)
        with self._lock:
            return self._rendered(key, service, layer, there, on)

    def _rendered(self, key: tuple[Any, ...], service: str, layer: str, there: CountyWorld, on: date) -> Table:
        if key not in self._kept:
            fields = fields_of(service, layer, there.county.owner_data)
            rows = there.sales(on) if layer.lower() == "sales" else there.parcels(on)
            points = [(row["longitude"], row["latitude"]) for row in rows]
            self._kept[key] = Table(fields, render(rows, fields), points)
            while len(self._kept) > TABLES_KEPT:
                self._kept.popitem(last=False)
        return self._kept[key]
