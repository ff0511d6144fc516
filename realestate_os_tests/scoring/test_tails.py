"""The model's distribution honours both of its intervals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from realestate_os.scoring.tails import HEAVIEST, LIGHTEST, TAIL_SHARE, tail_normals, tail_of


def below(z: float, tail: float) -> float:
    centres, scales = (each[0] for each in tail_normals(np.array([tail])))
    return float((TAIL_SHARE * norm.cdf((z - centres) / scales)).sum())


def outside(z: float, tail: float) -> float:
    """The mean of both tails."""
    return (below(-z, tail) + 1 - below(z, tail)) / 2


@pytest.mark.parametrize("tail", [LIGHTEST, 0.6, 1.0, HEAVIEST])
def test_the_eighty_per_cent_interval_is_the_models_and_so_is_the_ninety(tail: float) -> None:
    assert outside(norm.ppf(0.9), tail) == pytest.approx(0.1, abs=1e-4)
    wide = next(z for z in np.arange(1.2, 3, 1e-4) if outside(float(z), tail) < 0.05)
    half = np.array([norm.ppf(0.9)])
    assert tail_of(half, np.array([wide]))[0] == pytest.approx(tail, abs=0.02)


@pytest.mark.parametrize("tail", [LIGHTEST, 1.0, HEAVIEST])
def test_the_value_is_the_median_and_prices_fall_further_short_of_it_than_they_exceed_it(tail: float) -> None:
    assert below(0.0, tail) == pytest.approx(0.5, abs=1e-3)
    assert below(-3.0, tail) > 1.3 * (1 - below(3.0, tail))


# 9,279 sales of King County: per cent whose price fell so many spreads short of the value, or exceeded it.
SHORT, ABOVE = {1.5: 8.7, 2: 4.5, 2.5: 2.6, 3: 1.6}, {1.5: 5.8, 2: 2.2}


def test_tail_one_is_what_held_out_sales_show() -> None:
    for z, share in SHORT.items():
        assert below(-z, 1.0) * 100 == pytest.approx(share, rel=0.1)
    for z, share in ABOVE.items():
        assert (1 - below(z, 1.0)) * 100 == pytest.approx(share, rel=0.35)


def test_an_unknown_interval_counts_as_heavy_and_the_limits_hold() -> None:
    ratios = np.array([np.nan, 1.0, 3.0])
    assert tail_of(np.ones(3), ratios).tolist() == [1.0, LIGHTEST, HEAVIEST]
