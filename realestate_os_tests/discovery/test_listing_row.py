"""Texts of a page to columns, and the rules that a row can break."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realestate_os.counties import County, zip_codes
from realestate_os.discovery.archive import PageArchive
from realestate_os.discovery.extract import RawListing
from realestate_os.discovery.frames import LISTINGS
from realestate_os.discovery.listing_row import Row, completeness, listing_row
from realestate_os.discovery.rules import (
    FIELD_RULES,
    Between,
    Like,
    OneOf,
    Refusal,
    Terms,
    broken_rule,
    field_rules,
    unwanted,
)
from realestate_os.discovery.sources import FIELDS
from realestate_os_tests.discovery.test_archive import DAY, answer

FACTS = {
    "street_address": "1204 Birch Avenue Northeast",
    "city": "Seattle",
    "state": "WA",
    "zip_code": "98105",
    "property_type": "Single family house",
    "bedrooms": "3",
    "bathrooms": "2½",
    "square_footage": "1,850 sq ft",
    "lot_size_sqft": "0.12 acres",
    "year_built": "1962",
    "price": "$650K",
    "listed_on": "Nov 1, 2026",
    "description": "Well kept.",
}


@pytest.fixture(scope="session")
def terms(king: County) -> Terms:
    return Terms(king, frozenset(zip_codes(king)), DAY, 1.0)


@pytest.fixture
def row(archive: PageArchive) -> Any:
    page = archive.put("king_wa", DAY, answer("https://x.example/home/a"))

    def of(**changes: str | None) -> Row:
        texts = {name: text for name, text in {**FACTS, **changes}.items() if text is not None}
        return listing_row(RawListing(texts, "labels"), page, "a", "king_wa", DAY)

    return of


def test_a_whole_row(row: Any) -> None:
    found = row()
    assert found["address_key"] == "1204 BIRCH AVE NE||98105"
    assert found["street_address"] == "1204 Birch Avenue Northeast"
    assert (found["bathrooms"], found["square_footage"], found["lot_size_sqft"]) == (2.5, 1850, 5227.2)
    assert (found["listing_price_usd"], found["price_basis"]) == (650_000, "asking")
    assert found["listed_on"] == date(2026, 11, 1)
    assert found["property_type"] == "single_family"
    assert completeness(found) == 1.0


@pytest.mark.parametrize(
    "texts",
    [
        {"street_address": "1204 Birch Ave NE Unit 3", "city": "Seattle, WA 98105", "state": None, "zip_code": None},
        {"street_address": "1204 Birch Ave NE", "unit": "#3", "zip_code": "98105-1234"},
        {
            "street_address": "1204 Birch Ave NE, Apt 3, Seattle, WA 98105",
            "city": None,
            "state": None,
            "zip_code": None,
        },
        {"street_address": None, "address": "1204 BIRCH AVE NE #3", "city": "SEATTLE WA 98105", "zip_code": None},
    ],
)
def test_one_flat_however_its_address_is_split(row: Any, texts: dict[str, str | None]) -> None:
    found = row(**texts)
    assert found["address_key"] == "1204 BIRCH AVE NE|3|98105"
    assert found["city"].title() == "Seattle"
    assert found["state"] == "WA"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Single family house", "single_family"),
        ("Condo", "condo"),
        ("Apartment", "condo"),
        ("Townhouse", "townhouse"),
        ("Row home", "townhouse"),
        ("Multi-family", "multi_family"),
        ("Duplex", "multi_family"),
        ("Manufactured home", "manufactured"),
        ("Mobile home on own land", "manufactured"),
        ("Vacant land", "land"),
        ("Castle", "other"),
        (None, None),
    ],
)
def test_property_types(row: Any, text: str | None, word: str | None) -> None:
    assert row(property_type=text)["property_type"] == word


@pytest.mark.parametrize(
    ("price", "description", "expected"),
    [
        ("$650K", "Well kept.", (650_000, 650_000, "asking", None)),
        (None, "Well kept.", (None, None, "none", None)),
        ("Call for price", "Well kept.", (None, None, "none", None)),
        ("Opening bid $91,000", "Foreclosure auction.", (91_000, None, "auction_opening", "auction_opening_bid")),
        ("$35,000 down", "Owner financing.", (35_000, None, "down_payment", "down_payment")),
        ("$80,000", "Own a 1/8 share.", (80_000, None, "asking", "fractional")),
        ("$120,000", "Space rent $900 a month.", (120_000, 120_000, "asking", "leased_land")),
    ],
)
def test_what_the_quoted_figure_is(row: Any, price: str | None, description: str, expected: tuple[Any, ...]) -> None:
    found = row(price=price, description=description)
    names = ("quoted_price_usd", "listing_price_usd", "price_basis", "bargain_flag")
    assert tuple(found[name] for name in names) == expected


def test_optional_facts(row: Any) -> None:
    found = row(
        view="Good view", waterfront="Yes", basement_sqft="None", garage_spaces="2 cars", hoa_usd_month="$310/month"
    )
    assert (found["view_rank"], found["waterfront"], found["basement_sqft"]) == (3, 1, 0)
    assert (found["garage_spaces"], found["hoa_usd_month"]) == (2, 310)
    bare = row()
    assert [bare[name] for name in ("view_rank", "waterfront", "basement_sqft", "garage_spaces")] == [None] * 4


@pytest.mark.parametrize(
    ("texts", "reason", "field"),
    [
        ({"street_address": None}, "missing_address", "street_address"),
        ({"street_address": "Birch Ave"}, "missing_address", "street_address"),
        ({"street_address": "5th & Pine"}, "missing_address", "street_address"),
        ({"street_address": "PO Box 12"}, "missing_address", "street_address"),
        ({"zip_code": None}, "missing_address", "zip_code"),
        ({"zip_code": "90210"}, "outside_county", "zip_code"),
        ({"bedrooms": "99"}, "impossible_value", "bedrooms"),
        ({"bedrooms": "-1"}, "impossible_value", "bedrooms"),
        ({"year_built": "2099"}, "impossible_value", "year_built"),
        ({"square_footage": "12 sq ft"}, "impossible_value", "square_footage"),
        ({"price": "$1"}, "impossible_value", "quoted_price_usd"),
        ({"latitude": "0", "longitude": "0"}, "impossible_value", "latitude"),
        ({"listed_on": "2027-01-01"}, "impossible_value", "listed_on"),
        ({"year_renovated": "1066"}, "impossible_value", "year_renovated"),
        ({"lot_size_sqft": "9000 acres"}, "impossible_value", "lot_size_sqft"),
        ({"hoa_usd_month": "$31,000"}, "impossible_value", "hoa_usd_month"),
        ({"garage_spaces": "400"}, "impossible_value", "garage_spaces"),
        ({"state": "9!"}, "impossible_value", "state"),
    ],
)
def test_broken_rules_name_field_and_value(
    row: Any, terms: Terms, texts: dict[str, Any], reason: str, field: str
) -> None:
    why = broken_rule(row(**texts), terms)
    assert why is not None and (why.reason, why.field) == (reason, field)
    assert why.rule


def test_forty_columns_have_a_rule_and_it_speaks_of_the_unit(row: Any, terms: Terms) -> None:
    ruled = set(field_rules("asking", DAY))
    assert ruled <= set(LISTINGS.names) and len(ruled) >= 40
    why = broken_rule(row(square_footage="12 sq ft"), terms)
    assert why == Refusal("impossible_value", "square_footage", 12.0, "120 to 50,000 sqft")


# One bad value a rule; what only our own code could write wrong is checked, too.
BAD = {
    Between: [-1e9, 1e12],
    OneOf: ["", "something else"],
    Like: ["", "x\x00y", "x\u202e", "a" * 6000],
}


@pytest.mark.parametrize("field", sorted(FIELD_RULES))
def test_each_rule_refuses_what_it_should_and_names_it(row: Any, terms: Terms, field: str) -> None:
    assert broken_rule(row(), terms) is None
    for bad in BAD[type(FIELD_RULES[field])]:
        why = broken_rule(row() | {field: bad}, terms)
        assert why is not None
        assert why.field == field or field in ("street_address", "zip_code")
        assert why.value == bad and why.rule


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        ({}, None),
        ({"listing_status": "Pending"}, None),
        ({"listing_status": "Sold"}, "not_for_sale"),
        ({"listing_status": "Off-market"}, "not_for_sale"),
        ({"bedrooms": "1"}, "below_minimum"),
        ({"bathrooms": "1"}, "below_minimum"),
        ({"bedrooms": None, "bathrooms": None}, None),
        ({"price": "$399,999"}, "outside_price_filter"),
        ({"price": "$2,500,001"}, "outside_price_filter"),
        ({"price": None}, None),
        ({"price": "$35,000 down", "bedrooms": "1"}, None),
        ({"price": "$35,000 down", "listing_status": "Sold"}, "not_for_sale"),
    ],
)
def test_unwanted(row: Any, terms: Terms, texts: dict[str, Any], reason: str | None) -> None:
    found = row(**texts)
    assert broken_rule(found, terms) is None
    why = unwanted(found, terms)
    assert (why.reason if isinstance(why, Refusal) else None) == reason


def test_the_price_filter_follows_the_level(row: Any, king: County) -> None:
    cheap = Terms(king, frozenset(zip_codes(king)), DAY, 0.5)
    assert unwanted(row(price="$250,000"), cheap) is None
    assert unwanted(row(price="$1,300,000"), cheap) is not None


@given(st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=60)))
@settings(max_examples=150, deadline=None)
def test_no_texts_make_a_row_or_a_rule_raise(terms: Terms, texts: dict[str, str]) -> None:
    class Page:
        source, url, sha256, fetched_at = "site", "https://x.example/a", "5" * 64, None

    found = listing_row(RawListing(texts, "labels"), Page(), "a", "king_wa", DAY)  # type: ignore[arg-type]
    if broken_rule(found, terms) is None:
        unwanted(found, terms)
    assert 0 <= completeness(found) <= 1
