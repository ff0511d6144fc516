"""What earlier days knew of a property: first sighting, last price, whether it was gone.

Belongs here: history from the listings partitions before a day. Does not: tables: a backfilled day must
not learn from its future.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from realestate_os.discovery.frames import LISTINGS
from realestate_os.storage.parquet import ParquetStore

if TYPE_CHECKING:
    from pandas import DataFrame

# Longer than nearly all homes stay on the market; a home that comes back after that is new.
HISTORY_DAYS = 120


@dataclass
class Sighting:
    """The last that was seen of a property."""

    first_seen_on: date
    last_seen_on: date
    price_usd: float | None
    price_on: date | None


@dataclass
class History:
    """The days of one county in order. Ask `facts` of a day before adding that day."""

    store: ParquetStore
    county: str
    seen: dict[str, Sighting] = field(default_factory=dict)
    last_day: date | None = None

    def advance_to(self, day: date) -> None:
        """Read the stored partitions between the last day that was added and this one, which stays out."""
        earliest = day - timedelta(days=HISTORY_DAYS)
        until = day - timedelta(days=1)
        after = self.last_day or date.min
        days = [one for one in self.store.dates(LISTINGS, self.county, until=until) if one >= earliest and one > after]
        for stored, rows in self.store.read_days(LISTINGS, self.county, days):
            self.add(stored, rows)

    def add(self, day: date, rows: DataFrame) -> None:
        """Take in the listings of a day, later than every day before."""
        columns = ["property_id", "first_seen_on", "listing_price_usd"]
        for key, first_seen, price in rows[columns].itertuples(index=False):
            self._see(key, first_seen, day, None if price != price or price is None else float(price))
        self.last_day = day

    def facts(self, property_id: str, price_usd: float | None, listed_on: date | None, day: date) -> dict[str, Any]:
        """first_seen_on, days_on_market, price_event and previous_price_usd of a listing of the day."""
        known = self.seen.get(property_id)
        if known is None or known.last_seen_on < day - timedelta(days=HISTORY_DAYS):
            first, previous, event = day, None, "new"
        else:
            first, previous = known.first_seen_on, self._price(known, day)
            event = "relisted" if known.last_seen_on != self.last_day else _event(previous, price_usd)
        since = min(first, listed_on) if listed_on else first
        return {
            "first_seen_on": first,
            "days_on_market": float((day - since).days),
            "price_event": event,
            "previous_price_usd": previous,
        }

    def gone(self, present: Iterable[str]) -> list[str]:
        """Properties of the last day that are not among those present."""
        here = set(present)
        return sorted(
            key for key, known in self.seen.items() if known.last_seen_on == self.last_day and key not in here
        )

    def _see(self, key: str, first_seen: date, day: date, price: float | None) -> None:
        known = self.seen.get(key)
        if known is None or known.last_seen_on < day - timedelta(days=HISTORY_DAYS):
            known = self.seen[key] = Sighting(first_seen, day, None, None)
        known.last_seen_on = day
        if price is not None:
            known.price_usd, known.price_on = price, day

    def _price(self, known: Sighting, day: date) -> float | None:
        recent = known.price_on and known.price_on >= day - timedelta(days=HISTORY_DAYS)
        return known.price_usd if recent else None


def _event(previous: float | None, price: float | None) -> str:
    if previous is None or price is None or price == previous:
        return "unchanged"
    return "price_cut" if price < previous else "price_rise"
