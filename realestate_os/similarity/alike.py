"""Properties like this one: a listed property's neighbours among vectors, with filters.

Belongs here: the question in a person's terms, and its rows. Does not: which property an address means
(scoring/find.py), the comparables of the memo (comparables.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from realestate_os.errors import RealEstateOSError
from realestate_os.resources.object_store import ObjectStore
from realestate_os.resources.vector_query import Bounds, Kind, Near, Query
from realestate_os.resources.vector_store import VectorStore
from realestate_os.similarity.frames import EMBEDDINGS
from realestate_os.similarity.index import collection, fill_day
from realestate_os.valuation.history import day_numbers

# Columns of the answer, taken from the payload.
FACTS = ("item_id", "street_address", "zip_code", "property_type", "price_usd", "square_footage", "event_day")


class NoVectorError(RealEstateOSError):
    """The property has no vector; the message says why."""


@dataclass(frozen=True)
class Wanted:
    """Which properties: the day's listings or closed sales, alike in all or in what is no money, and bounds."""

    kind: Kind = "listing"
    using: Literal["physical", "profile"] = "physical"
    zip_code: str | None = None
    property_type: str | None = None
    price_usd: Bounds = (None, None)
    square_footage: Bounds = (None, None)
    radius_miles: float | None = None
    limit: int = 10


def properties_like(
    store: VectorStore, objects: ObjectStore, county: str, day: date, property_id: str, wanted: Wanted
) -> pd.DataFrame:
    """The most alike first: FACTS (event_day as `on`, a date), similarity, distance_miles; nothing known after the day.

    Raises:
        NoVectorError: the property has no coordinates.
        PartitionMissingError: the day's embeddings have not been materialized.
    """
    rows = objects.parquet.read(EMBEDDINGS, f"{county}|{day.isoformat()}")
    mine = rows[rows["item_id"] == property_id]
    if mine.empty:
        raise NoVectorError(f"{property_id} has no vector on {day}: its coordinates are not known")
    version = str(mine["model_version"].iloc[0])
    fill_day(store, objects, rows, county, version)
    query = _query(mine.iloc[0], wanted, int(day_numbers(day, 1)[0]))
    hits = store.search(collection(county, version), [query], wanted.using, wanted.limit + 1)[0]
    found = pd.DataFrame(
        [
            {name: hit.payload[name] for name in FACTS}
            | {"similarity": hit.similarity, "distance_miles": hit.distance_miles}
            for hit in hits
            if hit.item_id != property_id
        ],
        columns=[*FACTS, "similarity", "distance_miles"],
    ).head(wanted.limit)
    on = pd.to_datetime(found["event_day"].astype("int64"), unit="D").dt.date
    return found.drop(columns="event_day").assign(on=on)


def _query(subject: pd.Series, wanted: Wanted, today: int) -> Query:
    equal = {"zip_code": wanted.zip_code, "property_type": wanted.property_type}
    between = {
        "event_day": (today if wanted.kind == "listing" else None, today),
        "known_day": (None, today),
        "price_usd": wanted.price_usd,
        "square_footage": wanted.square_footage,
    }
    return Query(
        kind=wanted.kind,
        vector=np.asarray(subject[wanted.using], dtype=np.float32),
        near=Near(float(subject["latitude"]), float(subject["longitude"]), wanted.radius_miles),
        equal={name: value for name, value in equal.items() if value is not None},
        between={name: bounds for name, bounds in between.items() if bounds != (None, None)},
    )
