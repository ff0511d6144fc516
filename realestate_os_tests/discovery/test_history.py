"""First sighting, price events, relisted and gone, from earlier days only."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from realestate_os.discovery.frames import LISTINGS
from realestate_os.discovery.history import HISTORY_DAYS, History
from realestate_os.resources.object_store import ObjectStore

DAY = date(2026, 11, 24)


def listed(day: date, *homes: tuple[str, float | None], first_seen: date | None = None) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for key, price in homes:
        texts = {c.name: "x" for c in LISTINGS.columns if not c.nullable and c.dtype in ("string", "json")}
        facts = {"date": day, "fetched_at": pd.Timestamp(day, tz="UTC"), "first_seen_on": first_seen or day}
        rows.append(
            {
                **dict.fromkeys(LISTINGS.names),
                **texts,
                **facts,
                "property_id": key,
                "county": "king_wa",
                "listing_price_usd": price,
                "completeness": 1.0,
            }
        )
    frame = pd.DataFrame(rows, columns=LISTINGS.names)
    floats = [c.name for c in LISTINGS.columns if c.dtype == "float64"]
    return frame.astype(dict.fromkeys(floats, "float64")) if rows else LISTINGS.empty()


def ago(days: int) -> date:
    return DAY - timedelta(days=days)


@pytest.fixture
def stored(store: ObjectStore) -> Any:
    def of(*days: pd.DataFrame, on: date = DAY) -> History:
        for frame in days:
            store.parquet.write(LISTINGS, f"king_wa|{frame['date'].iloc[0]}", frame)
        history = History(store.parquet, "king_wa")
        history.advance_to(on)
        return history

    return of


def test_the_first_day_is_all_new(stored: Any) -> None:
    assert stored().facts("a", 500_000, ago(10), DAY) == {
        "first_seen_on": DAY,
        "days_on_market": 10.0,
        "price_event": "new",
        "previous_price_usd": None,
    }


@pytest.mark.parametrize(
    ("price", "event", "previous"),
    [
        (500_000, "unchanged", 500_000),
        (480_000, "price_cut", 500_000),
        (510_000, "price_rise", 500_000),
        (None, "unchanged", 500_000),
    ],
)
def test_price_events(stored: Any, price: float | None, event: str, previous: float) -> None:
    facts = stored(listed(ago(1), ("a", 500_000))).facts("a", price, None, DAY)
    assert (facts["price_event"], facts["previous_price_usd"], facts["first_seen_on"]) == (event, previous, ago(1))
    assert facts["days_on_market"] == 1.0


def test_a_home_that_was_gone_yesterday_is_relisted(stored: Any) -> None:
    history = stored(listed(ago(3), ("a", 500_000), ("b", 1)), listed(ago(2), ("b", 1)))
    facts = history.facts("a", 450_000, None, DAY)
    assert (facts["price_event"], facts["first_seen_on"], facts["previous_price_usd"]) == ("relisted", ago(3), 500_000)


def test_gone_is_who_was_there_last_and_is_not_now(stored: Any) -> None:
    history = stored(listed(ago(3), ("a", 1), ("b", 1), ("c", 1)), listed(ago(2), ("b", 1), ("c", 1)))
    assert history.gone(["c", "d"]) == ["b"]


def test_first_sightings_chain_through_the_days(stored: Any) -> None:
    history = stored(listed(ago(2), ("a", 1), first_seen=ago(400)))
    assert history.facts("a", 1, None, DAY)["first_seen_on"] == ago(400)


def test_what_is_long_gone_is_new_again(stored: Any) -> None:
    history = stored(listed(ago(HISTORY_DAYS + 1), ("a", 1)))
    assert history.facts("a", 1, None, DAY)["price_event"] == "new"


def test_later_days_are_not_known(stored: Any) -> None:
    history = stored(listed(DAY, ("a", 1)), listed(DAY + timedelta(days=1), ("a", 2)))
    assert history.facts("a", 3, None, DAY)["price_event"] == "new"


def test_days_of_one_run_are_the_same_as_days_of_many(stored: Any) -> None:
    """A range builds on what it has just made; the stored days give the same."""
    days = [listed(ago(3), ("a", 500_000)), listed(ago(2), ("b", 400_000)), listed(ago(1), ("a", 490_000), ("b", None))]
    fresh = stored(on=ago(3))
    for frame in days:
        fresh.add(frame["date"].iloc[0], frame)
    read = stored(*days)
    for key, price in (("a", 480_000), ("b", 390_000), ("c", 1)):
        assert fresh.facts(key, price, None, DAY) == read.facts(key, price, None, DAY)
    assert fresh.facts("b", 390_000, None, DAY)["previous_price_usd"] == 400_000
    fresh.advance_to(DAY)
    assert fresh.gone([]) == read.gone([]) == ["a", "b"]
