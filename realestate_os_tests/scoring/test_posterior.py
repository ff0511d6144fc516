"""The closed form against plain numeric integration."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from realestate_os.counties import DiscountPrior
from realestate_os.scoring.posterior import base_log_odds, posterior_log_value, prior_discounts
from realestate_os.scoring.tails import TAIL_SHARE, tail_normals

PRIOR = DiscountPrior()


TAIL = np.array([0.8])


def integrated(m: float, s: float, ask: float, prior: DiscountPrior) -> tuple[np.ndarray, np.ndarray]:
    """A grid of ln V and its posterior density by Bayes' rule, without conjugacy."""
    v = np.linspace(min(m, ask) - 3, max(m, ask) + 3, 60_001)
    likelihood = sum(
        share * norm.pdf(ask, v - mean, sd) for share, mean, sd in zip(*prior_discounts(prior), strict=True)
    )
    centres, scales = (each[0] * s for each in tail_normals(TAIL))
    parts = zip(TAIL_SHARE, centres, scales, strict=True)
    density = sum(share * norm.pdf(v, m + centre, scale) for share, centre, scale in parts) * likelihood
    return v, density / density.sum()


@pytest.mark.parametrize("discount", [-0.2, 0.0, 0.1, 0.25, 0.5])
@pytest.mark.parametrize("s", [0.05, 0.1, 0.2])
def test_closed_form_is_numeric_integration(discount: float, s: float) -> None:
    m, ask = np.log(600_000), np.log(600_000 * (1 - discount))
    mixture = posterior_log_value(np.array([m]), np.array([s]), TAIL, np.array([ask]), PRIOR)
    v, density = integrated(m, s, ask, PRIOR)
    mean = float((density * v).sum())
    assert float((mixture.weight * mixture.mean).sum()) == pytest.approx(mean, abs=1e-6)
    assert mixture.overall_sd[0] == pytest.approx(np.sqrt((density * (v - mean) ** 2).sum()), abs=1e-6)
    for share in (0.1, 0.5, 0.9):
        assert mixture.quantile(share)[0] == pytest.approx(v[np.searchsorted(density.cumsum(), share)], abs=2e-4)


def test_without_an_ask_it_is_the_model() -> None:
    mixture = posterior_log_value(np.array([13.0]), np.array([0.1]), TAIL, np.array([np.nan]), PRIOR)
    assert mixture.quantile(0.5)[0] == pytest.approx(13.0, abs=1e-4)
    half = 0.1 * norm.ppf(0.9)
    inside = sum(mixture.weight[0] * (norm.cdf((13 + half - mixture.mean[0]) / mixture.sd[0])))
    inside -= sum(mixture.weight[0] * (norm.cdf((13 - half - mixture.mean[0]) / mixture.sd[0])))
    assert inside == pytest.approx(0.8, abs=1e-3)
    assert mixture.overall_sd[0] > 0.1


def test_a_cheap_ask_lowers_the_value_but_less_than_a_seller_of_the_usual_kind_would() -> None:
    m, ask = np.log(500_000), np.log(350_000)
    heard = posterior_log_value(np.array([m]), np.array([0.1]), TAIL, np.array([ask]), PRIOR).quantile(0.5)[0]
    usual = PRIOR.model_copy(update={"distressed_share": 0.0})
    only_usual = posterior_log_value(np.array([m]), np.array([0.1]), TAIL, np.array([ask]), usual).quantile(0.5)[0]
    assert ask < only_usual < heard < m


@given(m=st.floats(10, 17), s=st.floats(0.01, 0.6), discount=st.floats(-2, 2))
@settings(max_examples=200, deadline=None)
def test_weights_sum_to_one_and_asking_never_makes_us_less_sure_of_a_component(
    m: float, s: float, discount: float
) -> None:
    mixture = posterior_log_value(np.array([m]), np.array([s]), TAIL, np.array([m - discount]), PRIOR)
    assert mixture.weight.sum() == pytest.approx(1)
    assert (mixture.sd < np.repeat(tail_normals(TAIL)[1] * s, 2, axis=1)).all()


def test_base_rate_is_the_share_of_sellers_who_ask_that_little() -> None:
    rng = np.random.default_rng(1)
    distressed = rng.random(2_000_000) < PRIOR.distressed_share
    log_discount = np.where(
        distressed,
        rng.normal(PRIOR.distressed_mean, PRIOR.distressed_sd, distressed.size),
        rng.normal(PRIOR.typical_mean, PRIOR.typical_sd, distressed.size),
    )
    share = (np.exp(-log_discount) <= 0.8).mean()
    odds = np.exp(base_log_odds(PRIOR, np.array([0.8]))[0])
    assert odds / (1 + odds) == pytest.approx(share, abs=5e-4)
