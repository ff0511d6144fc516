"""p_deal and MAO: against simulation, and against each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from realestate_os.scoring.deal import Terms, deal_log_odds, maximum_allowable_offer
from realestate_os.scoring.mixture import Mixture
from realestate_os.scoring.posterior import posterior_log_value
from realestate_os_tests.scoring.homes import king

PRIOR = king().discount_prior


def one(value: float) -> np.ndarray:
    return np.array([value])


def terms(pct: float = 0.8, fee: float = 15_000, repairs: float = 45_000, sd: float = 0.6) -> Terms:
    return Terms(one(pct), one(fee), one(repairs), one(sd))


def p_deal(price: float, log_arv: Mixture, of: Terms) -> float:
    return float(1 / (1 + np.exp(-deal_log_odds(one(price), log_arv, of)[0])))


@pytest.mark.parametrize("arv_sd", [0.01, 0.08, 0.2])
@pytest.mark.parametrize("repairs", [20_000, 150_000])
def test_p_deal_and_mao_are_those_of_a_big_simulation(arv_sd: float, repairs: float) -> None:
    rng, count = np.random.default_rng(7), 1_000_000
    log_arv = Mixture(np.log([[0.7, 0.3]]), np.log([[700e3, 850e3]]), np.full((1, 2), arv_sd))
    of = terms(repairs=repairs, sd=0.8)
    centre = np.where(rng.random(count) < 0.3, np.log(850e3), np.log(700e3))
    offer = 0.8 * np.exp(rng.normal(centre, arv_sd)) - repairs * np.exp(rng.normal(0, 0.8, count)) - 15_000
    for price in np.quantile(offer[offer > 0], [0.05, 0.5, 0.95]):
        assert p_deal(float(price), log_arv, of) == pytest.approx((offer >= price).mean(), abs=3e-3)
    assert maximum_allowable_offer(log_arv, of)[0] == pytest.approx(np.median(offer), abs=1_500)


@given(
    value=st.floats(60_000, 5e6),
    s=st.floats(0.03, 0.4),
    discount=st.floats(-0.5, 0.8),
    pct=st.floats(0.6, 0.9),
    fee=st.floats(0, 40_000),
    repairs=st.floats(1_000, 300_000),
    sd=st.floats(0.1, 1.0),
    premium=st.floats(0, 0.3),
)
@settings(max_examples=300, deadline=None)
def test_p_deal_is_at_least_half_exactly_where_the_ask_is_at_or_below_the_mao(
    value: float, s: float, discount: float, pct: float, fee: float, repairs: float, sd: float, premium: float
) -> None:
    ask = value * (1 - discount)
    log_value = posterior_log_value(one(np.log(value)), one(s), one(0.5), one(np.log(ask)), PRIOR)
    log_arv = log_value.shifted(one(premium), one(0.05))
    of = terms(pct, fee, repairs, sd)
    mao = maximum_allowable_offer(log_arv, of)[0]
    assume(abs(ask - mao) > 1e-6 * value)
    assert (p_deal(ask, log_arv, of) >= 0.5) == (ask <= mao)
    if mao > 1:
        assert p_deal(mao, log_arv, of) == pytest.approx(0.5, abs=1e-6)


def test_a_home_whose_ask_equals_its_mao_has_p_deal_one_half() -> None:
    def of_ask(ask: float) -> tuple[float, Mixture]:
        log_value = posterior_log_value(one(np.log(800_000)), one(0.05), one(0.25), one(np.log(ask)), PRIOR)
        log_arv = log_value.shifted(one(0.06), one(0.05))
        return float(maximum_allowable_offer(log_arv, terms())[0]), log_arv

    low, high = 500_000.0, 700_000.0  # the MAO is above the first ask and below the second
    for _ in range(60):
        ask = (low + high) / 2
        low, high = (ask, high) if of_ask(ask)[0] > ask else (low, ask)
    mao, log_arv = of_ask(ask)
    assert mao == pytest.approx(ask, abs=0.01)
    assert p_deal(ask, log_arv, terms()) == pytest.approx(0.5, abs=1e-6)


def test_works_dearer_than_the_home_give_a_negative_mao() -> None:
    log_arv = Mixture(np.zeros((1, 1)), np.log([[100e3]]), np.array([[0.05]]))
    assert maximum_allowable_offer(log_arv, terms(repairs=200_000))[0] < 0


def test_odds_stay_finite_and_ordered_far_beyond_what_a_double_can_hold_as_a_probability() -> None:
    log_arv = Mixture(np.zeros((2, 1)), np.log([[4e6], [5e6]]), np.full((2, 1), 0.01))
    of = Terms(np.full(2, 0.8), np.full(2, 1e4), np.full(2, 1e4), np.full(2, 0.3))
    odds = deal_log_odds(np.full(2, 50_000.0), log_arv, of)
    assert np.isfinite(odds).all() and odds[0] > 37 and odds[1] > odds[0]
