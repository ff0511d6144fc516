"""What holds for every home: monotone, finite, adding up, the same to the last digit."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from realestate_os.scoring.deal import Terms
from realestate_os.scoring.frames import SCORES
from realestate_os.scoring.hearing import Listed, heard_ask
from realestate_os.scoring.mixture import Floats
from realestate_os_tests.scoring.homes import day_of, king

VALUES = st.floats(120_000, 4e6)
SPREADS = st.floats(0.03, 0.35)
# How much wider the 90 % interval is than the 80 % one: from lighter than a normal to heavier than a t.
RATIOS = st.floats(1.2, 1.5)
FACTS = st.fixed_dictionaries(
    {
        "value_usd": VALUES,
        "log_value_sd": SPREADS,
        "condition_claimed": st.sampled_from(["unknown", "fixer", "good", "renovated"]),
        "condition_grade": st.sampled_from([None, 2.0, 3.0, 5.0]),
        "square_footage": st.sampled_from([None, 700.0, 2150.0, 6000.0]),
        "hoa_usd_month": st.sampled_from([None, 0.0, 400.0]),
        "zip_median_rent_usd": st.sampled_from([None, 2500.0]),
        "market_value_usd": st.sampled_from([None, 500_000.0]),
        "annual_tax_usd": st.sampled_from([None, 6000.0]),
        "zip_code": st.sampled_from([None, "98122", "98118"]),
    }
)


def with_tail(home: dict[str, Any], ratio: float) -> dict[str, Any]:
    half = 1.2815515655446004 * home["log_value_sd"]
    value = home["value_usd"]
    ends = {f"value_{end}_80_usd": value * math.exp(sign * half) for end, sign in (("low", -1), ("high", 1))}
    wide = {f"value_{end}_90_usd": value * math.exp(sign * half * ratio) for end, sign in (("low", -1), ("high", 1))}
    return home | ends | wide


def scores(homes: list[dict[str, Any]], comparables: int = 0) -> pd.DataFrame:
    return day_of(homes, comparables=comparables).scores()


@st.composite
def listed(draw: st.DrawFn) -> dict[str, float]:
    """One home before the ask is heard; works cost from nothing to more than it is worth."""
    return {
        "value": draw(VALUES),
        "log_sd": draw(SPREADS),
        "tail": draw(st.floats(0.25, 1.5)),
        "premium_mean": draw(st.floats(0, 0.2)),
        "premium_sd": draw(st.floats(0.01, 0.1)),
        "repairs": draw(st.floats(2_000, 600_000)),
        "repair_sd": draw(st.floats(0.2, 1.0)),
    }


def log_odds(asks: Floats, home: dict[str, float], values: Floats | None = None) -> Floats:
    """Of the home at many asks, or at one ask with many values."""
    values = np.full(len(asks), home["value"]) if values is None else values

    def all_of(number: float) -> Floats:
        return np.full(len(asks), number)

    terms = Terms(all_of(0.8), all_of(15_000), all_of(home["repairs"]), all_of(home["repair_sd"]))
    columns = (all_of(home[name]) for name in ("log_sd", "tail", "premium_mean", "premium_sd"))
    homes = Listed(np.log(values), *columns, terms, king().discount_prior)
    return homes.log_odds(asks, heard_ask(asks, homes))


@given(home=listed(), log_discounts=st.lists(st.floats(-1.5, 3.5), min_size=8, max_size=16))
@settings(max_examples=40)
def test_asking_less_never_lowers_a_score(home: dict[str, float], log_discounts: list[float]) -> None:
    asks = home["value"] * np.exp(-np.sort(log_discounts))
    assert (np.diff(log_odds(asks, home)) >= -1e-6).all()


@given(home=listed(), log_ratios=st.lists(st.floats(-1.5, 3.5), min_size=8, max_size=16))
@settings(max_examples=40)
def test_being_worth_more_never_lowers_a_score(home: dict[str, float], log_ratios: list[float]) -> None:
    asks = np.full(len(log_ratios), home["value"])
    assert (np.diff(log_odds(asks, home, asks * np.exp(np.sort(log_ratios)))) >= -1e-6).all()


def test_a_price_cut_over_the_edge_of_a_tier_raises_the_score_all_the_same() -> None:
    asks = np.linspace(520_000, 260_000, 40)
    found = day_of([{"value_usd": 480_000.0, "listing_price_usd": ask} for ask in asks], comparables=2).scores()
    assert (np.diff(found["score_log_odds"]) > -1e-9).all()
    assert found["arv_pct"].nunique() == 1


@given(home=FACTS, ratio=RATIOS, discount=st.floats(-2, 0.97))
@settings(max_examples=25)
def test_figures_are_finite_ordered_and_add_up(home: dict[str, Any], ratio: float, discount: float) -> None:
    found = scores([with_tail(home, ratio) | {"listing_price_usd": home["value_usd"] * (1 - discount)}], comparables=4)
    row = found.iloc[0]
    needed = [
        c.name for c in SCORES.columns if c.dtype == "float64" and c.name.startswith(("p_", "arv", "mao", "score"))
    ]
    assert np.isfinite(row[needed].astype(float)).all()
    assert math.fsum(one["log_odds"] for one in json.loads(row["score_breakdown"])) == row["score_log_odds"]
    assert (row["p_deal"] >= 0.5) == (row["listing_price_usd"] <= row["mao_usd"]) or math.isclose(row["p_deal"], 0.5)
    assert not (row["band"] == "excellent" and row["listing_price_usd"] > row["mao_usd"])
    for name in ("noi_usd", "cap_rate_pct", "cash_on_cash_pct", "dscr", "flip_profit_usd", "tax_after_sale_usd"):
        stem, unit = (
            name.removesuffix("_usd").removesuffix("_pct"),
            name[len(name.removesuffix("_usd").removesuffix("_pct")) :],
        )
        low, high = row[f"{stem}_low{unit}"], row[f"{stem}_high{unit}"]
        assert pd.isna(row[name]) == pd.isna(low) and not low > high
    pd.testing.assert_frame_equal(
        found, scores([with_tail(home, ratio) | {"listing_price_usd": row["listing_price_usd"]}], 4), check_exact=True
    )
