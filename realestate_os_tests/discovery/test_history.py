"""First sighting, price events, relisted and gone, from earlier days only."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from realestate_os.discovery.coverage import Coverage
from realestate_os.discovery.frames import LISTING_EVENTS, LISTINGS
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
                "listing_status": "active",
                "source": "fsbo",
                "listing_key": key,
                "url": f"https://fsbo.example/{key}",
                "completeness": 1.0,
            }
        )
    frame = pd.DataFrame(rows, columns=LISTINGS.names)
    floats = [c.name for c in LISTINGS.columns if c.dtype == "float64"]
    return frame.astype(dict.fromkeys(floats, "float64")) if rows else LISTINGS.empty()


def ago(days: int) -> date:
    return DAY - timedelta(days=days)


def offered(key: str, price: float | None, listed_on: date | None = None, **facts: Any) -> dict[str, Any]:
    """A listing of the day, as `facts` and `events` take it."""
    here = {"source": "fsbo", "listing_key": key, "url": f"https://fsbo.example/{key}", "listing_status": "active"}
    return {"property_id": key, "listing_price_usd": price, "listed_on": listed_on, **here, **facts}


WHOLE = Coverage(frozenset({"fsbo"}), frozenset(), {})
NOT_CRAWLED = Coverage(frozenset(), frozenset(), {})


@pytest.fixture
def stored(store: ObjectStore) -> Any:
    """History on a day, from stored days; a day is its listings, or those and the ids of the homes then gone."""

    def of(*days: pd.DataFrame | tuple[pd.DataFrame, list[str]], on: date = DAY) -> History:
        for one in days:
            frame, gone = one if isinstance(one, tuple) else (one, [])
            key = f"king_wa|{frame['date'].iloc[0]}"
            store.parquet.write(LISTINGS, key, frame)
            store.parquet.write(LISTING_EVENTS, key, gone_events(frame["date"].iloc[0], gone))
        history = History(store.parquet, "king_wa")
        history.advance_to(on)
        return history

    return of


def gone_events(day: date, gone: list[str]) -> pd.DataFrame:
    if not gone:
        return LISTING_EVENTS.empty()
    texts = {"county": "king_wa", "date": day, "event": "gone", "source": "fsbo", "url": "x", "detail": None}
    prices = dict.fromkeys(("listing_price_usd", "previous_price_usd"), float("nan"))
    return pd.DataFrame([{"property_id": key, **texts, **prices} for key in gone])[LISTING_EVENTS.names]


def test_the_first_day_is_all_new(stored: Any) -> None:
    assert stored().facts(offered("a", 500_000, ago(10)), DAY) == {
        "first_seen_on": DAY,
        "days_on_market": 0.0,
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
    facts = stored(listed(ago(1), ("a", 500_000))).facts(offered("a", price), DAY)
    assert (facts["price_event"], facts["previous_price_usd"], facts["first_seen_on"]) == (event, previous, ago(1))
    assert facts["days_on_market"] == 1.0


@pytest.mark.parametrize(("listing", "event"), [("a", "back"), ("other-page", "relisted")])
def test_a_home_that_was_gone_is_back_or_relisted(stored: Any, listing: str, event: str) -> None:
    history = stored(listed(ago(3), ("a", 500_000), ("b", 1)), (listed(ago(2), ("b", 1)), ["a"]))
    row = offered("a", 450_000, listing_key=listing)
    facts = history.facts(row, DAY)
    assert (facts["price_event"], facts["first_seen_on"], facts["previous_price_usd"]) == (event, ago(3), 500_000)
    assert history.events(row, DAY) == [event, "price_cut"]


def test_gone_is_who_was_there_and_is_no_longer_named(stored: Any) -> None:
    history = stored(listed(ago(2), ("a", 1), ("b", 1)), listed(ago(1), ("b", 1)))
    assert history.absent({"b"}, WHOLE, DAY) == {"a": ("gone", "no longer on the site")}
    assert history.absent({"a", "b"}, WHOLE, DAY) == {}


def test_who_is_gone_is_not_gone_again(stored: Any) -> None:
    assert stored(listed(ago(2), ("a", 1)), (listed(ago(1), ("b", 1)), ["a"])).absent({"b"}, WHOLE, DAY) == {}


def test_a_site_that_was_not_crawled_takes_no_home_away(stored: Any) -> None:
    """And a day later, when it is crawled again, the same listing is unchanged and neither back nor relisted."""
    history = stored(listed(ago(2), ("a", 500_000)), listed(ago(1), ("b", 1)))
    assert history.absent({"b"}, NOT_CRAWLED, DAY)["a"][0] == "unknown"
    assert history.facts(offered("a", 500_000), DAY)["price_event"] == "unchanged"
    assert history.facts(offered("a", 500_000), DAY)["days_on_market"] == 2.0


@pytest.mark.parametrize(
    ("fate", "named", "meaning"),
    [
        (("gone", "the page says sold"), (), "gone"),
        (("refused", "outside_price_filter"), (), "refused"),
        (("unknown", "the page answered 503"), (), "unknown"),
        (None, ("https://fsbo.example/a",), "unknown"),
    ],
)
def test_what_became_of_the_page_decides(stored: Any, fate: Any, named: tuple[str, ...], meaning: str) -> None:
    coverage = Coverage(frozenset({"fsbo"}), frozenset(named), {"https://fsbo.example/a": fate} if fate else {})
    assert stored(listed(ago(1), ("a", 1))).absent(set(), coverage, DAY)["a"][0] == meaning


def test_a_sale_agreed_and_fallen_through_is_told(stored: Any) -> None:
    history = stored(listed(ago(1), ("a", 500_000)))
    assert history.events(offered("a", 500_000, listing_status="pending"), DAY) == ["pending"]
    assert history.events(offered("a", 500_000), DAY) == []


def test_first_sightings_chain_through_the_days(stored: Any) -> None:
    history = stored(listed(ago(2), ("a", 1), first_seen=ago(400)))
    assert history.facts(offered("a", 1), DAY)["first_seen_on"] == ago(400)


def test_what_is_long_gone_is_new_again(stored: Any) -> None:
    history = stored(listed(ago(HISTORY_DAYS + 1), ("a", 1)))
    assert history.facts(offered("a", 1), DAY)["price_event"] == "new"


def test_later_days_are_not_known(stored: Any) -> None:
    history = stored(listed(DAY, ("a", 1)), listed(DAY + timedelta(days=1), ("a", 2)))
    assert history.facts(offered("a", 3), DAY)["price_event"] == "new"


def test_two_histories_become_one(stored: Any) -> None:
    history = stored(listed(ago(9), ("old", 500_000)), listed(ago(1), ("now", 450_000)))
    history.follow({"old": "now"})
    facts = history.facts(offered("now", 440_000), DAY)
    assert (facts["first_seen_on"], facts["previous_price_usd"]) == (ago(9), 450_000)
    assert history.absent(set(), WHOLE, DAY).keys() == {"now"}


def test_days_of_one_run_are_the_same_as_days_of_many(stored: Any) -> None:
    """A range builds on what it has just made; the stored days give the same."""
    days = [
        (listed(ago(3), ("a", 500_000)), []),
        (listed(ago(2), ("b", 400_000)), ["a"]),
        (listed(ago(1), ("a", 490_000), ("b", None)), []),
    ]
    fresh = stored(on=ago(3))
    for frame, gone in days:
        fresh.add(frame["date"].iloc[0], frame, gone)
    read = stored(*days)
    for row in (offered("a", 480_000), offered("b", 390_000), offered("c", 1)):
        assert fresh.facts(row, DAY) == read.facts(row, DAY)
    assert fresh.facts(offered("b", 390_000), DAY)["previous_price_usd"] == 400_000
    fresh.advance_to(DAY)
    assert fresh.absent(set(), WHOLE, DAY) == read.absent(set(), WHOLE, DAY)
