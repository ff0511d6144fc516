"""What a seller's words mean."""

from __future__ import annotations

import pytest

from realestate_os.discovery.seller_text import read_words, without_discrimination
from realestate_os.discovery.values import parse_price


@pytest.mark.parametrize(
    ("price", "text", "flag"),
    [
        ("Opening bid $91,000", "", "auction_opening_bid"),
        ("$91,000", "Foreclosure auction, sold to the highest bidder on the courthouse steps.", "auction_opening_bid"),
        ("$35,000 down", "Owner financing.", "down_payment"),
        ("$35,000", "Owner financing: $35,000 down and $2,900 a month, no bank needed.", "down_payment"),
        ("$35,000", "Down payment of $35,000, rest over ten years.", "down_payment"),
        (
            "$120,000",
            "Manufactured home in a 55-space park; the land is leased, space rent $900 a month.",
            "leased_land",
        ),
        ("$120,000", "Home only, land not included.", "leased_land"),
        ("$80,000", "Own a 1/8 share of this home: fractional ownership, six weeks a year.", "fractional"),
        ("$210,000", "Co-op: you buy shares in the cooperative corporation, subject to board approval.", "cooperative"),
        ("$210,000", "Tear-down, priced at land value; the value is in the lot.", "teardown"),
        ("$210,000", "Condemned by the city in 2020.", "teardown"),
        ("$650,000", "Not a teardown! Solid house, view of the land trust.", None),
        ("$650,000", "Owner financing possible with 20% down. Walk downtown, quiet ground floor.", None),
        ("$650,000", "Next to the food co-op and the auction house museum. Sit down and enjoy.", None),
        ("$650,000", "$35,000 down payment assistance from the city.", None),
        (None, "Call me.", None),
    ],
)
def test_fake_bargains(price: str | None, text: str, flag: str | None) -> None:
    assert read_words(text or None, price, None, parse_price(price)).bargain_flag == flag


@pytest.mark.parametrize(
    ("condition", "text", "claim"),
    [
        (None, "Fixer-upper, bring your contractor.", "fixer"),
        (None, "Handyman special, good bones.", "fixer"),
        (None, "Completely remodeled, move-in ready.", "renovated"),
        (None, "Very good condition.", "good"),
        (None, "House in Kent. Sold by owner.", "unknown"),
        ("Needs some work", "Completely remodeled kitchen.", "fixer"),
        ("Excellent, move-in ready", None, "renovated"),
        (None, None, "unknown"),
    ],
)
def test_claimed_condition(condition: str | None, text: str | None, claim: str) -> None:
    assert read_words(text, "$1", condition, 1.0).condition_claimed == claim


def test_flags() -> None:
    words = read_words("Motivated seller, sold as is. No children, please.", "$650,000", "Fixer", 650_000.0)
    assert words.text_flags == ["as_is", "motivated", "fixer", "fair_housing_phrase_removed"]


@pytest.mark.parametrize(
    "phrase",
    [
        "No children, please.",
        "Perfect for a Christian family.",
        "Adults only building.",
        "English speakers preferred.",
        "NO KIDS!",
        "Ideal for singles.",
        "Not suitable for families.",
        "Women only.",
        "No Section 8.",
    ],
)
def test_discriminatory_sentences_are_cut_out(phrase: str) -> None:
    assert without_discrimination(f"Large garden. {phrase} Close to the park.") == (
        "Large garden. Close to the park.",
        True,
    )


@pytest.mark.parametrize(
    "text",
    [
        "Room for children to play.",
        "White kitchen, black granite.",
        "55-space park.",
        "Near the Christian school.",
        None,
    ],
)
def test_honest_sentences_stay(text: str | None) -> None:
    assert without_discrimination(text) == (text, False)
