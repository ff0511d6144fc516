"""The assessors' figures, against numbers that IAAO published and against hand-made cases."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from realestate_os.valuation.ratio_study import (
    confidence_intervals,
    interval_study,
    price_terciles,
    ratio_study,
    study_by,
    zips,
)

WIDE = (("coverage", 50.0), ("width", pytest.approx(40.0)))
# IAAO, Standard on Ratio Studies, table 1-1: 36 appraisals and sale prices; COD 29.8, PRD 0.98, PRB 0.232.
APPRAISED = [48000, 28800, 78400, 39840, 68160, 94400, 67200, 56960, 87200, 38240, 96320, 67680]
APPRAISED += [32960, 50560, 61360, 47360, 58080, 47040, 136000, 103200, 59040, 168000, 128000, 132000]
APPRAISED += [160000, 160000, 200000, 184000, 160000, 157200, 99200, 200000, 64000, 192000, 190400, 65440]
SOLD = [138000, 59250, 157500, 74400, 114900, 159000, 111900, 93000, 138720, 59700, 146400, 99000]
SOLD += [47400, 70500, 78000, 60000, 69000, 55500, 154500, 109500, 60000, 168000, 124500, 127500]
SOLD += [150000, 141000, 171900, 157500, 129600, 126000, 77700, 153000, 48750, 144000, 141000, 48000]


def test_published_example() -> None:
    study = ratio_study(np.array(APPRAISED, dtype=float), np.array(SOLD, dtype=float))
    assert study["cod_pct"] == pytest.approx(29.8, abs=0.05)
    assert study["prd"] == pytest.approx(0.98, abs=0.005)
    assert study["prb"] == pytest.approx(0.232, abs=0.0005)


def test_perfect_estimates() -> None:
    price = np.array([100_000.0, 250_000.0, 900_000.0])
    study = ratio_study(price, price)
    assert (study["median_ratio"], study["cod_pct"], study["prd"], study["mdape_pct"]) == (1, 0, 1, 0)
    assert (study["within_10_pct"], study["r2"]) == (100, 1)
    assert study["prb"] == pytest.approx(0)


def test_regressive_estimates_show_in_prd_and_prb() -> None:
    """Cheap homes valued too high and dear ones too low: the assessors' classic fault."""
    price = np.geomspace(100_000, 2_000_000, 50)
    study = ratio_study(price**0.9 * 4, price)
    assert study["prd"] > 1.03
    assert study["prb"] < -0.05


def values_of(price: np.ndarray, low: float, high: float) -> pd.DataFrame:
    """Estimates 10 % above the price, with the same interval in USD for all and at both levels."""
    ends = {f"value_{end}_{level}_usd": at for level in (80, 90) for end, at in (("low", low), ("high", high))}
    return pd.DataFrame({"value_usd": price * 1.1} | ends)


def test_coverage_and_width() -> None:
    price = np.array([90.0, 100.0, 130.0, 200.0])
    study = interval_study(values_of(price, 80.0, 120.0).assign(value_usd=100.0), price)
    assert study == {f"{name}_{level}_pct": number for level in (80, 90) for name, number in WIDE}


def test_terciles_hold_all_sales() -> None:
    price = np.arange(1.0, 31.0)
    found = study_by(price_terciles(price), values_of(price, 5.0, 15.0), price)
    assert {name: one["sales"] for name, one in found.items()} == {"low": 10, "middle": 10, "high": 10}
    assert all(one["median_ratio"] == pytest.approx(1.1) for one in found.values())
    assert [one["coverage_90_pct"] for one in found.values()] == [60, 50, 0]


def test_only_zips_with_enough_sales_have_a_study() -> None:
    zip_code = pd.Series(["98001"] * 20 + ["98002"] * 19 + ["98003"] * 25 + [None])
    assert [(name, int(rows.sum())) for name, rows in zips(zip_code).items()] == [("98003", 25), ("98001", 20)]


def test_confidence_intervals_hold_the_figure_and_narrow_with_sales() -> None:
    rng = np.random.default_rng(3)
    price = np.exp(rng.normal(13, 0.4, 2000))
    estimate = price * np.exp(rng.normal(0, 0.15, 2000))
    few, many = confidence_intervals(estimate[:100], price[:100]), confidence_intervals(estimate, price)
    for name, (low, high) in many.items():
        assert low < ratio_study(estimate, price)[name] < high
        assert high - low < few[name][1] - few[name][0]
