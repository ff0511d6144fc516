"""Candidates: the sales that may be compared with each home, step by step further out.

Belongs here: the steps, what is asked of Qdrant. Does not: the search itself
(resources/vector_store.py), which candidates are kept (comparables.py).

The trade's rules are the first two steps: sold within 12 months before the day and known on it, within
half a mile (widened to one), +-20 % of the living area, of the same type. The steps after them are for
places with few sales; a comparable from there says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from realestate_os.resources.vector_query import Hit, Near, Query
from realestate_os.valuation.history import day_numbers

# Queries and a limit -> hits, best first.
Search = Callable[[Sequence[Query], int], list[list[Hit]]]

WITHIN_DAYS = 365
FEWEST = 3
# A step hands over this many, the most alike first: with 20 the adjusted median was off by 0.4 points more (Miami).
MOST_A_STEP = 30
COLUMNS = {"home": int, "sale": int, "similarity": float, "distance_miles": float, "step": int}


@dataclass(frozen=True)
class Step:
    """How far from the home, and how much larger or smaller."""

    radius_miles: float
    sqft_share: float


STEPS = (Step(0.5, 0.20), Step(1.0, 0.20), Step(2.0, 0.30), Step(5.0, 0.40))
# Asked for every home; the wider ones only where these found fewer than FEWEST.
TRADE_STEPS = 2


def find_candidates(
    homes: pd.DataFrame, embeddings: pd.DataFrame, history: pd.DataFrame, day: date, search: Search
) -> pd.DataFrame:
    """One row a pair: home and sale (positions in `homes` and `history`), similarity, distance_miles, step.

    Args:
        homes: ENRICHMENT of the listings that are to have comparables.
        embeddings: EMBEDDINGS of the day's listings; a home without a vector has no candidates.
        history: sales known at the end of the day (sale_history).
        search: queries and limit -> hits, as index.sale_search.

    Returns:
        COLUMNS; `step` is the first of STEPS that found the pair.
    """
    vectors = embeddings.set_index("item_id")["physical"]
    position = pd.Series(np.arange(len(history)), index=history["sale_id"])
    pairs = pd.DataFrame(columns=list(COLUMNS)).astype(COLUMNS)
    places = np.flatnonzero(homes["property_id"].isin(vectors.index).to_numpy())
    for number, step in enumerate(STEPS):
        if number >= TRADE_STEPS:
            places = places[pairs["home"].value_counts().reindex(places, fill_value=0).to_numpy() < FEWEST]
        queries = [_query(homes.iloc[place], vectors[homes["property_id"].iloc[place]], step, day) for place in places]
        hits = search(queries, MOST_A_STEP)
        found = [_pairs(history, homes.iloc[p], int(p), part, position) for p, part in zip(places, hits, strict=True)]
        pairs = pd.concat([pairs, *(part.assign(step=number) for part in found)], ignore_index=True)
        pairs = pairs.drop_duplicates(["home", "sale"], ignore_index=True)
    return pairs


def _query(home: pd.Series, vector: object, step: Step, day: date) -> Query:
    today = int(day_numbers(day, 1)[0])
    area, kind = float(home["square_footage"]), home["property_type"]
    return Query(
        kind="sale",
        vector=np.asarray(vector, dtype=np.float32),
        near=Near(float(home["latitude"]), float(home["longitude"]), step.radius_miles),
        equal={"property_type": kind} if isinstance(kind, str) else {},
        between={
            "square_footage": (area * (1 - step.sqft_share), area * (1 + step.sqft_share)),
            "event_day": (today - WITHIN_DAYS, today),
            "known_day": (None, today),
        },
    )


def _pairs(history: pd.DataFrame, home: pd.Series, place: int, hits: list[Hit], position: pd.Series) -> pd.DataFrame:
    """Hits as rows. A sale that is no longer valid on the day, or is the home's own, is left out."""
    known = [hit for hit in hits if hit.item_id in position.index]
    pairs = pd.DataFrame(
        {
            "home": place,
            "sale": [int(position[hit.item_id]) for hit in known],
            "similarity": [hit.similarity for hit in known],
            "distance_miles": [hit.distance_miles for hit in known],
        }
    )
    own = np.zeros(len(pairs), dtype=bool)
    for key in ("apn", "address_key"):
        if isinstance(home[key], str):
            own |= (history[key].iloc[pairs["sale"]] == home[key]).to_numpy(dtype=bool)
    return pairs[~own]
