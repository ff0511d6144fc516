"""What earlier days knew of a property, and what happened to it on the day: first sighting, prices, gone, back.

Belongs here: history from the listings and events partitions before a day. Does not: tables: a backfilled
day must not learn from its future.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from realestate_os.discovery.coverage import Absence, Coverage
from realestate_os.discovery.frames import LISTING_EVENTS, LISTINGS
from realestate_os.storage.parquet import ParquetStore

if TYPE_CHECKING:
    from pandas import DataFrame

# A lead has no page that could fail to be fetched: it is off when the lists say so.
OFF_LIST: tuple[Absence, str] = ("gone", "no longer on a list")
# Longer than nearly all homes stay on the market; a home that comes back after that is new.
HISTORY_DAYS = 120
_COLUMNS = ["property_id", "first_seen_on", "listing_price_usd", "listing_status", "source", "listing_key", "url"]


@dataclass(frozen=True)
class Known:
    """The last that was seen of a property; gone_on is the day on which it proved to be gone, until it is back."""

    first_seen_on: date
    last_seen_on: date
    price_usd: float | None
    price_on: date | None
    status: str
    source: str
    listing_key: str
    url: str
    gone_on: date | None = None


@dataclass
class History:
    """The days of one county in order. Ask `facts` and `absent` of a day before adding that day."""

    store: ParquetStore
    county: str
    seen: dict[str, Known] = field(default_factory=dict)
    last_day: date | None = None

    def advance_to(self, day: date) -> None:
        """Read the stored partitions between the last day that was added and this one, which stays out."""
        earliest, until, after = day - timedelta(days=HISTORY_DAYS), day - timedelta(days=1), self.last_day or date.min
        days = [one for one in self.store.dates(LISTINGS, self.county, until=until) if one >= earliest and one > after]
        for stored, rows in self.store.read_days(LISTINGS, self.county, days):
            key = f"{self.county}|{stored.isoformat()}"
            events = self.store.read(LISTING_EVENTS, key) if self.store.exists(LISTING_EVENTS, key) else None
            self.add(stored, rows, [] if events is None else events.loc[events["event"] == "gone", "property_id"])

    def add(self, day: date, rows: DataFrame, gone: Iterable[str]) -> None:
        """Take in the listings of a day, later than every day before, and the ids of those that were gone on it."""
        for row in rows[_COLUMNS].to_dict("records"):
            self._see(row["property_id"], day, row)
        for key in gone:
            if key in self.seen:
                self.seen[key] = replace(self.seen[key], gone_on=day)
        self.last_day = day

    def follow(self, aliases: Mapping[str, str]) -> None:
        """Two properties proved to be one: its history is that of both."""
        for old, now in sorted(aliases.items()):
            moved = self.seen.pop(old, None)
            if moved is not None:
                self.seen[now] = _merged(moved, self.seen.get(now, moved))

    def facts(self, row: Mapping[str, Any], day: date) -> dict[str, Any]:
        """first_seen_on, days_on_market, price_event and previous_price_usd of a listing of the day.

        days_on_market counts from the first sighting: the page's own date is the seller's word, and stays in listed_on.
        """
        known = self._recent(row["property_id"], day)
        previous = self._price(known, day)
        first = known.first_seen_on if known else day
        return {
            "first_seen_on": first,
            "days_on_market": float((day - first).days),
            "price_event": _market_event(known, row) or _price_event(previous, row["listing_price_usd"]) or "unchanged",
            "previous_price_usd": previous,
        }

    def events(self, row: Mapping[str, Any], day: date) -> list[str]:
        """Everything that happened to a listing of the day: at most one of new, back and relisted, then its price
        and its status."""
        known = self._recent(row["property_id"], day)
        happened = [_market_event(known, row), _price_event(self._price(known, day), row["listing_price_usd"])]
        if known and known.status != row["listing_status"] and row["listing_status"] in ("active", "pending"):
            happened.append(row["listing_status"])
        return [event for event in happened if event]

    def absent(self, present: Collection[str], coverage: Coverage, day: date) -> dict[str, tuple[Absence, str]]:
        """What became of each property that was still there before and is not among those present."""
        return {
            key: coverage.absence(known.source, known.url) if known.status != "off_market" else OFF_LIST
            for key, known in sorted(self.seen.items())
            if key not in present and known.gone_on is None and self._recent(key, day)
        }

    def _see(self, key: str, day: date, facts: Mapping[str, Any]) -> None:
        known, price = self._recent(key, day), facts["listing_price_usd"]
        priced = price is not None and price == price
        self.seen[key] = Known(
            first_seen_on=known.first_seen_on if known else facts["first_seen_on"],
            last_seen_on=day,
            price_usd=float(price) if priced else known.price_usd if known else None,
            price_on=day if priced else known.price_on if known else None,
            status=facts["listing_status"],
            source=facts["source"],
            listing_key=facts["listing_key"],
            url=facts["url"],
        )

    def _recent(self, key: str, day: date) -> Known | None:
        known = self.seen.get(key)
        return known if known and known.last_seen_on >= day - timedelta(days=HISTORY_DAYS) else None

    def _price(self, known: Known | None, day: date) -> float | None:
        recent = known and known.price_on and known.price_on >= day - timedelta(days=HISTORY_DAYS)
        return known.price_usd if known and recent else None


def _merged(one: Known, other: Known) -> Known:
    """The later sighting, with the earlier beginning; gone only if both were."""
    earlier, later = sorted((one, other), key=lambda known: (known.last_seen_on, known.url))
    gone = later.gone_on if one.gone_on and other.gone_on else None
    priced = later if later.price_on else earlier
    first = min(one.first_seen_on, other.first_seen_on)
    return replace(later, first_seen_on=first, price_usd=priced.price_usd, price_on=priced.price_on, gone_on=gone)


def _market_event(known: Known | None, row: Mapping[str, Any]) -> str | None:
    """new; back when the same page is there again, relisted when another one offers the home."""
    if known is None:
        return "new"
    if known.gone_on is None:
        return None
    same = (known.source, known.listing_key) == (row["source"], row["listing_key"])
    return "back" if same else "relisted"


def _price_event(previous: float | None, price: float | None) -> str | None:
    if previous is None or price is None or price == previous:
        return None
    return "price_cut" if price < previous else "price_rise"
