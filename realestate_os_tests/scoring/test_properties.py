"""What holds for every home: monotone, finite, adding up, the same to the last digit."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from realestate_os.scoring.frames import SCORES
from realestate_os_tests.scoring.homes import day_of

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


@given(home=FACTS, ratio=RATIOS, discounts=st.lists(st.floats(-0.6, 0.95), min_size=6, max_size=12))
@settings(max_examples=40)
def test_asking_less_never_lowers_a_score(home: dict[str, Any], ratio: float, discounts: list[float]) -> None:
    asks = [home["value_usd"] * (1 - discount) for discount in sorted(discounts)]
    found = scores([with_tail(home, ratio) | {"listing_price_usd": ask} for ask in asks], comparables=3)
    assert (np.diff(found["score_log_odds"]) >= -1e-6).all()
    assert (found["heard_ask_usd"] >= found["listing_price_usd"] * (1 - 1e-12)).all()


@given(home=FACTS, ratio=RATIOS, values=st.lists(VALUES, min_size=6, max_size=12), ask=st.floats(100_000, 2e6))
@settings(max_examples=40)
def test_being_worth_more_never_lowers_a_score(
    home: dict[str, Any], ratio: float, values: list[float], ask: float
) -> None:
    homes = [with_tail(home | {"value_usd": value}, ratio) | {"listing_price_usd": ask} for value in sorted(values)]
    found = scores(homes)
    assert (np.diff(found["score_log_odds"]) >= -1e-6).all()


@given(home=FACTS, ratio=RATIOS, discount=st.floats(-3, 0.99))
@settings(max_examples=60)
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
