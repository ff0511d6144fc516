"""What is asked of Qdrant: a vector, a place, values; and the same as Qdrant's filter.

Belongs here: queries and hits, the words of a filter. Does not: the search on a server
(vector_store.py) or over arrays (vector_arrays.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from qdrant_client import models

METERS_PER_MILE = 1609.344
EARTH_RADIUS_MILES = 3958.8

Vector = npt.NDArray[np.float32]
Kind = Literal["sale", "listing"]
Bounds = tuple[float | None, float | None]


@dataclass(frozen=True)
class Near:
    """A place in degrees (WGS84), and how far from it; None: anywhere, only the distance is wanted."""

    latitude: float
    longitude: float
    radius_miles: float | None = None


@dataclass(frozen=True)
class Query:
    """Points of a kind that are like the vector.

    `equal` and `between` name fields of the payload. A bound belongs to what is wanted; None is no bound;
    a point that lacks the field does not fit.
    """

    kind: Kind
    vector: Vector
    near: Near
    equal: Mapping[str, str | int] = field(default_factory=dict)
    between: Mapping[str, Bounds] = field(default_factory=dict)


@dataclass(frozen=True)
class Hit:
    """One point found: its cosine similarity, distance from the query's place, and payload."""

    similarity: float
    distance_miles: float
    payload: Mapping[str, Any]

    @property
    def item_id(self) -> str:
        """sale_id or property_id."""
        return str(self.payload["item_id"])


def qdrant_filter(query: Query) -> models.Filter:
    """The query's conditions in Qdrant's words."""
    must: list[Any] = [equals(key, value) for key, value in (dict(query.equal) | {"kind": query.kind}).items()]
    for key, (low, high) in query.between.items():
        must.append(models.FieldCondition(key=key, range=models.Range(gte=low, lte=high)))
    near = query.near
    if near.radius_miles is not None:
        center = models.GeoPoint(lat=near.latitude, lon=near.longitude)
        circle = models.GeoRadius(center=center, radius=near.radius_miles * METERS_PER_MILE)
        must.append(models.FieldCondition(key="location", geo_radius=circle))
    return models.Filter(must=must)


def equals(key: str, value: str | int) -> models.FieldCondition:
    """The payload's field has the value."""
    return models.FieldCondition(key=key, match=models.MatchValue(value=value))


def miles_between(
    latitude: npt.ArrayLike, longitude: npt.ArrayLike, other_latitude: npt.ArrayLike, other_longitude: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """Great-circle distance in miles (haversine); degrees, WGS84."""
    phi, psi = np.radians(latitude), np.radians(other_latitude)
    half = np.sin((psi - phi) / 2) ** 2
    half = half + np.cos(phi) * np.cos(psi) * np.sin(np.radians(np.subtract(other_longitude, longitude)) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_MILES * np.arcsin(np.sqrt(np.clip(half, 0, 1))), dtype=float)
