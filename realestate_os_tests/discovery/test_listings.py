"""The archived pages of a day to listings: nothing lost, nothing hostile, the same twice."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from realestate_os.counties import County, zip_codes
from realestate_os.discovery.archive import PageArchive
from realestate_os.discovery.frames import LISTINGS
from realestate_os.discovery.history import History
from realestate_os.discovery.listings import DayListings, NoPagesError, listings_of_day
from realestate_os.discovery.rules import Terms
from realestate_os.resources.object_store import ObjectStore
from realestate_os_tests.discovery.conftest import outside
from realestate_os_tests.discovery.sites import BASE, home_page, list_page
from realestate_os_tests.discovery.test_archive import DAY, answer

HOSTILE = (
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\u202egnp.tenibac\u202c",
    "\x00\x07\x1b[2J",
    "Robert'); DROP TABLE prospect_queue;--",
    "=cmd|' /C calc'!A0",
    "{{7*7}} {% include '/etc/passwd' %}",
    "9" * 400,
    "A" * 100_000,
    "１２３４ Ｂｉｒｃｈ",
)


@pytest.fixture
def read(store: ObjectStore, archive: PageArchive, king: County) -> Any:
    terms = Terms(king, frozenset(zip_codes(king)), DAY, 1.0)

    def of(**pages: str | bytes) -> DayListings:
        for slug, body in pages.items():
            url = f"{BASE}/king_wa/home/{slug}"
            sent = body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")
            archive.put("king_wa", DAY, answer(url, sent, source="sandbox_fsbo"))
        history = History(store.parquet, "king_wa")
        history.advance_to(DAY)
        return listings_of_day(archive, terms, history, outside(DAY))

    return of


def test_no_pages_says_how_to_get_them(read: Any) -> None:
    with pytest.raises(NoPagesError, match="realestate-os materialize --county king_wa --date 2026-11-24"):
        read()


def test_no_page_is_lost(read: Any, archive: PageArchive) -> None:
    listing = answer(f"{BASE}/king_wa/homes?page=1", list_page([]).encode(), kind="list", source="sandbox_fsbo")
    gone = answer(f"{BASE}/king_wa/home/gone", b"gone", status=410, source="sandbox_fsbo")
    for one in (listing, gone):
        archive.put("king_wa", DAY, one)
    found = read(
        a=home_page(),
        b=home_page(Address="1206 Birch Ave NE", Bedrooms="99"),
        c="Please log in",
        d=b"%PDF-1.4 \xff\xfe",
        e=b"",
        f=home_page(Address="1208 Birch Ave NE", Price="$90,000"),
    )
    assert found.pages == len(found.rows) + len(found.refused) + found.non_listings == 8
    assert found.refused.counts() == {
        "unreadable_page": 3,
        "wrong_status": 1,
        "impossible_value": 1,
        "outside_price_filter": 1,
    }
    LISTINGS.to_arrow(found.rows)


def test_all_refused_is_an_empty_frame(read: Any) -> None:
    found = read(a="nothing here")
    assert len(found.rows) == 0
    LISTINGS.to_arrow(found.rows)


def test_the_most_complete_of_two_pages_of_one_home_is_kept(read: Any) -> None:
    found = read(
        a=home_page(Year_built="", Lot_size=""),
        b=home_page(Address="1204 BIRCH AVENUE NORTHEAST", Price="$655K"),
        c=home_page(Address="1204 Birch Ave NE #2"),
    )
    assert sorted(found.rows["listing_key"]) == ["b", "c"]
    (row,) = found.refused.rows
    assert (row["item"], row["reason"]) == (f"{BASE}/king_wa/home/a", "duplicate")
    assert f"{BASE}/king_wa/home/b" in str(row["detail"])


def test_the_same_pages_give_the_same_listings(read: Any) -> None:
    pages = {slug: home_page(Address=f"{number} Birch Ave NE") for number, slug in enumerate("abcd", start=1200)}
    first, again = read(**pages), read()
    pd.testing.assert_frame_equal(first.rows, again.rows)
    assert first.refused.rows == again.refused.rows


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_every_field(read: Any, text: str) -> None:
    """Either the page is set aside, or what is kept of it is clean."""
    names = (
        "Price",
        "City",
        "Property type",
        "Bedrooms",
        "Living area",
        "Year built",
        "Condition",
        "Listed",
        "Phone",
        "Contact",
    )
    each = {f"f{i}": home_page(**{name: text}, Address=f"{1200 + i} Birch Ave NE") for i, name in enumerate(names)}
    everywhere = home_page(**dict.fromkeys(names, text), Address=f"1400 Birch Ave NE {text}", description=text)
    found = read(**each, everywhere=everywhere, described=home_page(description=f"Nice. {text}"))
    assert found.pages == len(found.rows) + len(found.refused)
    assert "described" in set(found.rows["listing_key"])
    LISTINGS.to_arrow(found.rows)
    kept = json.dumps(
        found.rows.drop(columns=["fetched_at", "date"]).to_dict("records"), default=str, ensure_ascii=False
    )
    for bad in ("<script", "<img", "onerror", "\u202e", "\x00", "\x07", "\x1b"):
        assert bad not in kept


def test_damaged_bodies_are_set_aside(read: Any, store: ObjectStore) -> None:
    read(a=home_page(), b=home_page(Address="1206 Birch Ave NE"))
    store.put(next(iter(store.keys("archive/bodies"))), b"damaged")
    found = read()
    assert (len(found.rows), found.refused.counts()) == (1, {"unreadable_page": 1})
