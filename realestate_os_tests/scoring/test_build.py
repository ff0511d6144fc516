"""The whole table: nulls, sums, reproducibility, leads."""

from __future__ import annotations

import json
import math
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from realestate_os.scoring.build import build_scores, set_aside
from realestate_os.scoring.frames import SCORES
from realestate_os_tests.scoring.homes import DAY, assumptions, day_of, king

HOMES: list[dict[str, Any]] = [
    {"listing_price_usd": 800_000.0 * (1 - discount), "log_value_sd": sd}
    for sd in (0.05, 0.09, 0.15)
    for discount in (-0.1, 0.0, 0.2, 0.3, 0.5)
]


def scored(*homes: dict[str, Any], **of_day: Any) -> pd.DataFrame:
    return day_of(list(homes), **of_day).scores()


def test_the_table_fits_its_frame_also_when_nothing_was_listed_or_valued() -> None:
    for homes in ([], [{"value_usd": None, "log_value_sd": None}], HOMES):
        day = day_of(homes)
        table = SCORES.to_arrow(day.scores())
        assert table.num_rows == len(homes)


def test_the_lines_add_up_to_the_score_and_to_p_deal() -> None:
    scores = scored(*HOMES)
    for row in scores.itertuples():
        lines = {one["line"]: one["log_odds"] for one in json.loads(row.score_breakdown)}
        assert math.fsum(lines.values()) == row.score_log_odds
        assert row.bird_dog_score == pytest.approx(100 / (1 + math.exp(-row.score_log_odds)), rel=1e-12)
        assert lines["market heat"] == pytest.approx(math.log(1.15))
        assert lines["neighbourhood"] == pytest.approx(math.log(1.15))
        deal = row.score_log_odds - lines["market heat"] - lines["neighbourhood"]
        assert deal == pytest.approx(math.log(row.p_deal / (1 - row.p_deal)), abs=1e-9)


def test_score_and_mao_cannot_contradict_each_other() -> None:
    scores = scored(*HOMES)
    assert ((scores["p_deal"] >= 0.5) == (scores["listing_price_usd"] <= scores["mao_usd"])).all()
    assert np.allclose(scores["net_spread_usd"], scores["mao_usd"] - scores["listing_price_usd"])
    assert set(scores["band"]) >= {"poor", "excellent"}


def test_the_same_inputs_give_the_same_score_to_the_last_digit_alone_or_among_others() -> None:
    day = day_of(HOMES)
    together = day.scores()
    pd.testing.assert_frame_equal(together, day.scores(), check_exact=True)
    for n in range(len(HOMES)):
        alone = build_scores(day.inputs.of([day.listings["property_id"][n]]))
        expected = together.iloc[[n]].reset_index(drop=True)
        pd.testing.assert_frame_equal(alone, expected, check_exact=True, check_dtype=False)


def test_the_snapshot_changes_with_any_input_and_with_nothing_else() -> None:
    base = scored({})["snapshot_id"][0]
    assert scored({})["snapshot_id"][0] == base
    changed = [
        scored({"listing_price_usd": 560_001.0}),
        scored({"value_usd": 800_001.0}),
        scored({}, comparables=3),
        scored({}, county=king(deal_tiers=[{"up_to_usd": None, "arv_pct": 0.7, "fee_usd": 1}])),
    ]
    assert len({base, *(scores["snapshot_id"][0] for scores in changed)}) == 5


@pytest.mark.parametrize(
    ("home", "reason"),
    [
        ({"listing_price_usd": None, "price_basis": "none"}, "no_asking_price"),
        ({"listing_price_usd": 0.0}, "no_asking_price"),
        ({"listing_price_usd": None, "price_basis": "auction_opening"}, "auction_opening"),
        ({"bargain_flag": "leased_land"}, "leased_land"),
        ({"bargain_flag": "auction_opening_bid", "listing_price_usd": None}, "auction_opening_bid"),
        ({"listing_status": "pending"}, "pending"),
        ({"listing_status": "sold"}, "sold"),
        ({"value_usd": None, "log_value_sd": None, "not_valued_reason": "land"}, "not_valued"),
        ({"value_usd": None, "log_value_sd": None, "listing_price_usd": None}, "no_asking_price"),
    ],
)
def test_no_score_says_why(home: dict[str, Any], reason: str) -> None:
    row = scored(home, {}).iloc[0]
    assert row["score_null_reason"] == reason
    assert pd.isna(row[["bird_dog_score", "p_deal", "band", "score_breakdown", "score_log_odds"]]).all()


def test_a_pending_home_keeps_its_figures_and_a_fake_bargain_has_none() -> None:
    scores = scored({"listing_status": "pending"}, {"bargain_flag": "fractional"})
    assert scores["mao_usd"].notna().tolist() == [True, False]
    refused = set_aside(scores)
    assert refused.counts() == {"pending": 1, "fractional": 1}


def test_leads_are_ranked_with_the_mao_as_opening_offer_and_never_scored() -> None:
    lead = {"listing_price_usd": None, "price_basis": "none", "listing_status": "off_market"}
    scores = scored(
        {},
        lead,
        lead | {"owner_occupied": False},
        lead | {"value_usd": None, "log_value_sd": None, "last_sale_date": None},
    )
    assert scores["lead_rank"].isna().tolist() == [True, False, False, False]
    assert scores["lead_rank"][1:].tolist() == [2, 1, 3]
    assert scores["opening_offer_usd"][1] == scores["mao_usd"][1] > 0
    assert pd.isna(scores["opening_offer_usd"][3])
    assert [one["name"] for one in json.loads(scores["lead_reasons"][2])] == ["absentee_owner", "long_tenure"]
    assert set_aside(scores).counts() == {}


def test_reasons_are_five_with_the_deal_first() -> None:
    reasons = json.loads(scored({})["reasons"][0])
    assert len(reasons) == 5
    assert "% below our value of $" in reasons[0]["text"] and "($800,000 before" in reasons[0]["text"]
    assert reasons[2] == {"text": "Living area (2,150 sqft) adds $61,000", "dollars": 61_000.0}


def test_a_wider_model_is_surer_of_fewer_deals() -> None:
    odds = [scored({"log_value_sd": sd, "listing_price_usd": 540_000.0})["p_deal"][0] for sd in (0.05, 0.09, 0.14)]
    assert odds == sorted(odds, reverse=True)


def test_outside_the_targets_and_with_stale_heat_the_score_is_p_deal() -> None:
    cold = king(
        market=king().market.model_dump() | {"heat": king().market.heat.model_dump() | {"as_of": date(2020, 1, 1)}}
    )
    row = scored({"zip_code": "98118"}, county=cold).iloc[0]
    assert row["market_heat"] == 1.0 and row["neighborhood_multiplier"] == 1.0
    assert row["bird_dog_score"] == pytest.approx(100 * row["p_deal"])


def test_among_simulated_listings_the_claimed_share_of_deals_is_the_real_one() -> None:
    """Values from the model's distribution, asks from the prior, works and premium from their ranges."""
    rng, county, count = np.random.default_rng(3), king(), 3_000
    prior, sd = county.discount_prior, 0.08
    model = np.full(count, 800_000.0)
    value = model * np.exp(rng.normal(0, sd, count))
    distressed = rng.random(count) < prior.distressed_share
    discount = np.where(
        distressed,
        rng.normal(prior.distressed_mean, prior.distressed_sd, count),
        rng.normal(prior.typical_mean, prior.typical_sd, count),
    )
    ask = value * np.exp(-discount)
    scores = scored(*({"listing_price_usd": a, "log_value_sd": sd} for a in ask), comparables=0)
    premium = assumptions().repairs.arv_log_premium["average"]
    arv = value * np.exp(rng.normal(premium.mean, premium.sd, count))
    spread_sd = np.log(scores["repair_high_usd"] / scores["repair_low_usd"]) / 2.563
    works = scores["repair_base_usd"] * np.exp(spread_sd * rng.normal(0, 1, count))
    deal = scores["arv_pct"] * arv - works - scores["fee_usd"] - ask >= 0
    for low, high in ((0.02, 0.2), (0.2, 1.0)):
        chosen = scores["p_deal"].between(low, high)
        error = (deal[chosen].mean() - scores["p_deal"][chosen].mean()) / np.sqrt(0.25 / chosen.sum())
        assert chosen.sum() > 50 and abs(error) < 3


def test_the_day_decides_what_is_known_not_the_clock() -> None:
    assert scored({})["date"][0] == DAY
