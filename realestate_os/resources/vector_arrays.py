"""The search of local mode: points of a collection as arrays, searched exactly.

Belongs here: filtering and ranking in numpy. Does not: reading points (vector_store.py). Qdrant's own
local mode filters all payloads in Python for each query (0.1-0.4 s at 5,000 points); a county's day
asks hundreds of times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from qdrant_client import models

from realestate_os.resources.vector_query import Hit, Query, Vector, miles_between


@dataclass(frozen=True)
class PointArrays:
    """Points of one kind: unit vectors (n, size), places (n, 2) and payloads, in the same order."""

    vectors: Vector
    place: npt.NDArray[np.float64]
    payloads: Sequence[Mapping[str, Any]]
    columns: dict[str, npt.NDArray[Any]]

    @classmethod
    def of(cls, points: Sequence[models.Record], using: str) -> PointArrays:
        """From points read with their payload and the vector `using`."""
        payloads: list[Any] = [point.payload for point in points]
        vectors: list[Any] = [point.vector for point in points]
        stored = np.array([vector[using] for vector in vectors], dtype=np.float32)
        # Freshly written points come back of unit length, those read from disk as they were written.
        length = np.maximum(np.linalg.norm(stored, axis=-1, keepdims=True), 1e-12)
        place = np.array([[p["location"]["lat"], p["location"]["lon"]] for p in payloads], dtype=float)
        return cls(stored / length, place.reshape(-1, 2), payloads, {})

    def search(self, query: Query, limit: int) -> list[Hit]:
        """The most alike that fit, best first."""
        if not self.payloads:
            return []
        near = query.near
        distance = miles_between(near.latitude, near.longitude, self.place[:, 0], self.place[:, 1])
        rows = np.flatnonzero(self._fits(query, distance))
        unit = query.vector / max(float(np.linalg.norm(query.vector)), 1e-12)
        cosine = self.vectors[rows] @ unit
        best = np.argsort(-cosine, kind="stable")[:limit]
        return [Hit(float(cosine[i]), float(distance[rows[i]]), self.payloads[rows[i]]) for i in best]

    def _fits(self, query: Query, distance: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        radius = query.near.radius_miles
        fits = np.ones(len(distance), dtype=bool) if radius is None else distance <= radius
        for key, value in query.equal.items():
            fits &= self._column(key, object) == value
        for key, (low, high) in query.between.items():
            column = self._column(key, float)
            fits &= (column >= (-np.inf if low is None else low)) & (column <= (np.inf if high is None else high))
        return fits

    def _column(self, key: str, dtype: type) -> npt.NDArray[Any]:
        """A field of the payloads; what is missing is None, or NaN among numbers."""
        if key not in self.columns:
            self.columns[key] = np.array([payload.get(key) for payload in self.payloads], dtype=dtype)
        return self.columns[key]
