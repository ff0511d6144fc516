"""Sentences."""

from __future__ import annotations

from realestate_os.scoring.reasons import deal_reasons, dollars, value_reasons


def test_dollars() -> None:
    assert [dollars(x) for x in (512_349.0, -61_000.0, 40.0)] == ["$512,300", "-$61,000", "$0"]


def test_deal_in_words() -> None:
    row = {
        "listing_price_usd": 420_000.0,
        "value_usd": 540_000.0,
        "posterior_value_usd": 512_000.0,
        "net_spread_usd": 8_400.0,
        "repair_base_usd": 30_000.0,
        "fee_usd": 10_000.0,
        "arv_pct": 0.8,
    }
    assert [reason["text"] for reason in deal_reasons(row)] == [
        "Asks 18 % below our value of $512,000 ($540,000 before the ask is heard)",
        "80 % of the ARV, less repairs of $30,000 and a fee of $10,000, leaves $8,400 above the price",
    ]
    dear = row | {"listing_price_usd": 560_000.0, "net_spread_usd": -90_000.0}
    assert deal_reasons(dear)[0]["text"].startswith("Asks 9 % above our value of $512,000")
    assert deal_reasons(dear)[1]["text"].endswith("falls $90,000 short of the price")
    assert deal_reasons(row | {"listing_price_usd": 512_300.0})[0]["text"].startswith(
        "Asks about our value of $512,000"
    )


def test_value_reasons_by_size_and_never_the_population_profile() -> None:
    reasons = [
        {"feature": "square_footage", "label": "Living area", "value": 2150.0, "dollars": 41_000.0},
        {"feature": "zip_median_income", "label": "Income", "value": 98_000.0, "dollars": 99_000.0},
        {"feature": "age_years", "label": "Age", "value": 98.0, "dollars": -52_000.0},
        {"feature": "latitude", "label": "Location", "value": 47.6, "dollars": 500.0},
        {"feature": "view_rank", "label": "View", "value": None, "dollars": -1_000.0},
    ]
    assert [reason["text"] for reason in value_reasons(reasons)] == [
        "Age (98 years) takes off $52,000",
        "Living area (2,150 sqft) adds $41,000",
        "View (not known) takes off $1,000",
        "Location adds $500",
    ]
    assert value_reasons([]) == []
