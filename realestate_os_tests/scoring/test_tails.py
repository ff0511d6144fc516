"""The model's distribution honours both of its intervals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm, t

from realestate_os.scoring.tails import HEAVIEST, LIGHTEST, TAIL_SHARE, tail_of, tail_scales


def outside(z: float, tail: float) -> float:
    return float((TAIL_SHARE * norm.sf(z / tail_scales(np.array([tail]))[0])).sum())


@pytest.mark.parametrize("tail", [LIGHTEST, 0.6, 1.0, HEAVIEST])
def test_the_eighty_per_cent_interval_is_the_models_and_so_is_the_ninety(tail: float) -> None:
    assert outside(norm.ppf(0.9), tail) == pytest.approx(0.1, abs=1e-4)
    wide = next(z for z in np.arange(1.2, 3, 1e-4) if outside(float(z), tail) < 0.05)
    half = np.array([norm.ppf(0.9)])
    assert tail_of(half, np.array([wide]))[0] == pytest.approx(tail, abs=0.02)


def test_tail_one_is_a_t_with_five_degrees_of_freedom() -> None:
    unit = norm.ppf(0.9) / t.ppf(0.9, 5)
    for share in (0.95, 0.99, 0.999):
        assert outside(float(t.ppf(share, 5) * unit), 1.0) == pytest.approx(1 - share, rel=0.12)


def test_an_unknown_interval_counts_as_heavy_and_the_limits_hold() -> None:
    ratios = np.array([np.nan, 1.0, 3.0])
    assert tail_of(np.ones(3), ratios).tolist() == [1.0, LIGHTEST, HEAVIEST]
