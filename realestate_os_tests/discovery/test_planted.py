"""What the sandbox planted: each bad page set aside for the right reason, each fake bargain flagged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from realestate_os.counties import County, zip_codes
from realestate_os.discovery.archive import PageArchive
from realestate_os.discovery.fetch import fetch_source
from realestate_os.discovery.history import History
from realestate_os.discovery.listings import DayListings, listings_of_day
from realestate_os.discovery.rules import Terms
from realestate_os.discovery.sources import Source
from realestate_os.resources.object_store import ObjectStore
from realestate_os.sandbox.server import start_sandbox
from realestate_os.sandbox.world import World
from realestate_os.settings import load_settings
from realestate_os_tests.discovery.conftest import DAY, outside

FLAGS = {
    "fake_bargain:auction": ("auction_opening_bid", "auction_opening"),
    "fake_bargain:down_payment": ("down_payment", "down_payment"),
    "fake_bargain:leased_land": ("leased_land", "asking"),
    "fake_bargain:fractional": ("fractional", "asking"),
}
REASONS = {"dirt:missing_address": "missing_address", "dirt:impossible": "impossible_value"}
# Any sound home can be too small or too dear for the county's filters.
FILTERS = {"below_minimum", "outside_price_filter"}

Planted = tuple[list[dict[str, Any]], dict[str, dict[str, Any]], dict[str, str]]


@pytest.fixture(scope="module")
def planted(king: County, source: Source, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    """The truth about each page; rows and reasons by URL. 120 homes hold each kind at least twice."""
    home: Path = tmp_path_factory.mktemp("planted")
    ports = dict.fromkeys(("sandbox_site_port", "sandbox_records_port", "sandbox_mail_port"), 0)
    with start_sandbox(
        load_settings(realestate_os_home=home, **ports), World(seed=20141, listings=120, on=DAY)
    ) as there:
        store = ObjectStore.from_settings(there.settings)
        fetch_source(source, king, DAY, there.settings, store)
        truth = there.world.of("king_wa").planted(DAY)
    terms = Terms(king, frozenset(zip_codes(king)), DAY, 1.0)
    found: DayListings = listings_of_day(PageArchive(store), terms, History(store.parquet, "king_wa"), outside(DAY))
    assert found.pages == len(found.rows) + len(found.refused) + found.non_listings
    rows = {row["url"]: row for row in found.rows.to_dict("records")}
    yield truth, rows, {str(row["item"]): str(row["reason"]) for row in found.refused.rows}


def of_kind(planted: Planted, kind: str) -> list[str]:
    urls = [page["url"] for page in planted[0] if page["kind"] == kind]
    assert urls, f"the sandbox planted no {kind}"
    return urls


@pytest.mark.parametrize("kind", sorted(FLAGS))
def test_every_fake_bargain_is_flagged(planted: Planted, kind: str) -> None:
    _, rows, _ = planted
    flag, basis = FLAGS[kind]
    for row in (rows[url] for url in of_kind(planted, kind)):
        # Half of the shares that are planted are those of a co-op.
        expected = "cooperative" if "cooperative corporation" in row["description"] else flag
        assert (row["bargain_flag"], row["price_basis"]) == (expected, basis)
    if kind != "fake_bargain:leased_land":
        assert all(rows[url]["listing_price_usd"] != rows[url]["listing_price_usd"] for url in of_kind(planted, kind))


@pytest.mark.parametrize("kind", sorted(REASONS))
def test_every_bad_page_is_set_aside_for_its_reason(planted: Planted, kind: str) -> None:
    assert {planted[2].get(url) for url in of_kind(planted, kind)} == {REASONS[kind]}


def test_of_each_pair_one_is_a_duplicate(planted: Planted) -> None:
    urls = of_kind(planted, "dirt:duplicate")
    reasons = [planted[2].get(url) for url in urls]
    assert reasons.count("duplicate") == len(urls) / 2
    assert {reason for reason in reasons if reason not in (None, "duplicate")} <= FILTERS


@pytest.mark.parametrize(
    "kind", ["ordinary", "deal", "dirt:hostile", "dirt:discriminatory", "dirt:missing_sqft", "lead"]
)
def test_everything_else_is_a_row_without_a_flag(planted: Planted, kind: str) -> None:
    truth, rows, reasons = planted
    shown = {page["url"]: page["shown_price_usd"] for page in truth}
    for url in of_kind(planted, kind):
        if url in rows:
            row = rows[url]
            assert row["bargain_flag"] is None
            assert row["price_basis"] == ("none" if kind == "lead" else "asking")
            assert kind == "lead" or row["listing_price_usd"] == shown[url]
        else:
            assert reasons[url] in FILTERS


def test_texts_are_clean_and_lawful(planted: Planted) -> None:
    _, rows, _ = planted
    for url in of_kind(planted, "dirt:hostile"):
        assert url not in rows or "<" not in rows[url]["description"]
    for url in of_kind(planted, "dirt:discriminatory"):
        if url in rows:
            assert "fair_housing_phrase_removed" in rows[url]["text_flags"]
            for phrase in ("children", "Christian", "Adults only", "English"):
                assert phrase not in rows[url]["description"]
