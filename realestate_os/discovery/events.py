"""What happened on a day to each property: the rows of LISTING_EVENTS, in Parquet and in Postgres.

Belongs here: putting a day's events together, saving them, reading a property's history. Does not: deciding
what happened (history.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import delete

from realestate_os.discovery.coverage import Absence
from realestate_os.discovery.frames import LISTING_EVENTS
from realestate_os.discovery.history import HISTORY_DAYS, History
from realestate_os.resources.database import Database
from realestate_os.storage.parquet import ParquetStore
from realestate_os.storage.tables import PropertyEvent

if TYPE_CHECKING:
    from pandas import DataFrame

# Enough to see the pattern of a day; the rest is in Parquet and in property_events.
SHOWN = 50
Row = Mapping[str, Any]


def day_events(
    history: History, rows: Sequence[Row], absent: Mapping[str, tuple[Absence, str]], county: str, day: date
) -> DataFrame:
    """LISTING_EVENTS of the day: of its listings, and of the properties that are gone. `history` must not know it."""
    found: list[dict[str, Any]] = []
    for row in rows:
        previous = history.facts(row, day)["previous_price_usd"]
        price = (row["listing_price_usd"], previous)
        found += [
            _event(row["property_id"], event, price, (row["source"], row["url"]), None)
            for event in history.events(row, day)
        ]
    for key, (fate, detail) in absent.items():
        if fate == "gone":
            last = history.seen[key]
            found.append(_event(key, "gone", (last.price_usd, last.price_usd), (last.source, last.url), detail))
    if not found:
        return LISTING_EVENTS.empty()
    frame = pd.DataFrame(found).assign(county=county, date=day)[LISTING_EVENTS.names]
    return frame.astype({"listing_price_usd": "float64", "previous_price_usd": "float64"})


def _event(
    key: str, event: str, prices: tuple[float | None, float | None], place: tuple[str, str], detail: str | None
) -> dict[str, Any]:
    now, before = prices
    return {
        **{"property_id": key, "event": event, "listing_price_usd": now, "previous_price_usd": before},
        **{"source": place[0], "url": place[1], "detail": detail},
    }


def save_events(database: Database, county: str, day: date, events: DataFrame) -> None:
    """Replace what property_events says of the county's day, in one transaction."""
    table = PropertyEvent.__table__
    rows = [
        {("as_of" if name == "date" else name): value for name, value in row.items()}
        for row in events.to_dict("records")
    ]
    with database.transaction() as connection:
        connection.execute(delete(table).where(table.c.county == county, table.c.as_of == day))
        database.upsert(connection, PropertyEvent, rows, ["property_id", "as_of", "event"])


def property_history(store: ParquetStore, county: str, property_id: str, until: date) -> DataFrame:
    """LISTING_EVENTS of one property up to a day, oldest first, as far back as History looks."""
    days = [day for day in store.dates(LISTING_EVENTS, county, until=until) if (until - day).days <= HISTORY_DAYS]
    found = [rows[rows["property_id"] == property_id] for _, rows in store.read_days(LISTING_EVENTS, county, days)]
    return pd.concat([LISTING_EVENTS.empty(), *found], ignore_index=True)


def notable(frames: Sequence[DataFrame]) -> DataFrame:
    """What a person looks at first in some days' events, for the asset's metadata: all but `new`, SHOWN rows."""
    events = pd.concat([LISTING_EVENTS.empty(), *frames], ignore_index=True)
    events = events[events["event"] != "new"].sort_values(["date", "event", "property_id"])
    return events.drop(columns=["county", "source"]).head(SHOWN)
