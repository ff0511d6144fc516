"""The assessors' figures, against numbers that IAAO published and against hand-made cases."""

from __future__ import annotations

import numpy as np
import pytest

from realestate_os.valuation.ratio_study import by_price_tercile, interval_study, ratio_study

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


def test_coverage_and_width() -> None:
    price = np.array([90.0, 100.0, 130.0, 200.0])
    study = interval_study(np.full(4, 80.0), np.full(4, 120.0), np.full(4, 100.0), price)
    assert study == {"coverage_pct": 50.0, "width_pct": pytest.approx(40.0)}


def test_terciles_hold_all_sales() -> None:
    price = np.arange(1.0, 31.0)
    table = by_price_tercile(price * 1.1, price)
    assert table["sales"].to_dict() == {"low": 10, "middle": 10, "high": 10, "all": 30}
    assert np.allclose(table["median_ratio"], 1.1)
