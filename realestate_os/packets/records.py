"""Everything known of one property on a day, as plain values.

Belongs here: picking one property's rows out of the frames. Does not: what a memo says of them.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from realestate_os.scoring.snapshot import canonical

Row = dict[str, Any]
JSON_COLUMNS = frozenset(
    {"text_flags", "missing_sources", "reasons", "lead_reasons", "score_breakdown", "adjustments", "warnings"}
)


@dataclass(frozen=True)
class Records:
    """One property's rows; None is missing, dates are ISO text, JSON columns are read."""

    listing: Row
    public: Row
    valuation: Row
    score: Row
    comparables: list[Row]

    @property
    def property_id(self) -> str:
        """As in listings."""
        return str(self.score["property_id"])

    def fact(self, name: str) -> Any:
        """A fact of the home: public records joined with the listing, else the listing alone."""
        found = self.public.get(name)
        return self.listing.get(name) if found is None else found


def records_of(
    listings: pd.DataFrame,
    enrichment: pd.DataFrame,
    valuations: pd.DataFrame,
    comparables: pd.DataFrame,
    scores: pd.DataFrame,
) -> Iterator[Records]:
    """The records of every scored property, in the order of `scores`."""
    listed, public, valued = _by_id(listings), _by_id(enrichment), _by_id(valuations)
    sales: dict[str, list[Row]] = defaultdict(list)
    for sale in comparables.sort_values("rank").to_dict("records"):
        sales[sale["property_id"]].append(_plain(sale))
    for score in scores.to_dict("records"):
        key = score["property_id"]
        yield Records(listed.get(key, {}), public.get(key, {}), valued.get(key, {}), _plain(score), sales[key])


def _by_id(table: pd.DataFrame) -> dict[str, Row]:
    return {row["property_id"]: _plain(row) for row in table.to_dict("records")}


def _plain(row: dict[Any, Any]) -> Row:
    values: Row = canonical(row)
    return {name: json.loads(value or "[]") if name in JSON_COLUMNS else value for name, value in values.items()}
