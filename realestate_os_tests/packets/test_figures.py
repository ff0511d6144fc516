"""Printed sums add up."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realestate_os.packets.figures import ceilings, comparable_lines, insight_lines, offer_lines, returns_by_scenario
from realestate_os_tests.packets.memos import records, setting

MONEY = st.floats(-200_000, 200_000)


@given(arv=st.floats(1e5, 4e6), repairs=st.floats(1e3, 3e5), mao=st.floats(-1e5, 3e6), pct=st.floats(0.6, 0.9))
def test_the_offer_is_a_sum(arv: float, repairs: float, mao: float, pct: float) -> None:
    lines = offer_lines(
        {"arv_usd": arv, "repair_base_usd": repairs, "mao_usd": mao, "arv_pct": pct, "fee_usd": 15_000.0}
    )
    assert sum(line["usd"] for line in lines[:-1]) == lines[-1]["usd"]
    assert lines[-1]["usd"] == pytest.approx(mao, abs=50)


@given(price=st.floats(1e5, 4e6), amounts=st.lists(MONEY, max_size=12))
def test_a_comparables_lines_add_up_to_its_adjusted_price(price: float, amounts: list[float]) -> None:
    sale = {
        "sale_price_usd": price,
        "adjusted_price_usd": price + sum(amounts),
        "adjustments": [{"line": f"Line {n}", "dollars": amount} for n, amount in enumerate(amounts)],
    }
    lines = comparable_lines(sale)
    assert round(price) + sum(line["usd"] for line in lines) == round(price + sum(amounts))
    assert len(lines) <= 7


@given(amounts=st.lists(MONEY, max_size=20), evidence=MONEY)
def test_insights_add_up_and_hidden_features_are_never_named(amounts: list[float], evidence: float) -> None:
    reasons: list[dict[str, Any]] = [
        {"feature": f"f{n}", "label": f"L{n}", "value": 1.0, "dollars": amount} for n, amount in enumerate(amounts)
    ]
    valuation = {"base_value_usd": 700_000.0, "value_usd": 700_000.0 + sum(amounts), "reasons": reasons}
    value = valuation["value_usd"] + evidence
    lines = insight_lines(valuation, value, frozenset({"f0"}))
    assert 700_000 + sum(line["usd"] for line in lines) == round(value / 100) * 100
    assert "L0" not in {line["label"] for line in lines}


def test_ceilings_know_neither_our_percentage_nor_our_fee() -> None:
    score = {"arv_usd": 800_000.0, "repair_base_usd": 40_000.0}
    assert [line["usd"] for line in ceilings(score)] == [520_000, 560_000, 600_000]


def test_base_scenario_at_the_ask_is_the_score_tables_own_and_low_is_worse_than_high() -> None:
    home = records()
    scenarios = returns_by_scenario(home, 545_000.0, setting().county.tax_on_sale, setting().assumptions.rental)
    for name in ("noi_usd", "cap_rate_pct", "dscr", "flip_profit_usd", "tax_after_sale_usd"):
        assert scenarios["base"][name] == pytest.approx(home.score[name])
    assert scenarios["low"]["flip_profit_usd"] < scenarios["base"]["flip_profit_usd"]
    assert scenarios["base"]["flip_profit_usd"] < scenarios["high"]["flip_profit_usd"]


def test_an_unknown_rent_or_price_is_unknown_in_every_scenario() -> None:
    terms = (setting().county.tax_on_sale, setting().assumptions.rental)
    assert returns_by_scenario(records(zip_median_rent_usd=None), 545_000.0, *terms)["low"]["noi_usd"] is None
    assert returns_by_scenario(records(), None, *terms)["base"]["flip_profit_usd"] is None
