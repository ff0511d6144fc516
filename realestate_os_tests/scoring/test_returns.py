"""Hold and flip by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from realestate_os.counties import TaxOnSale
from realestate_os.scoring.returns import annual_constant, returns, tax_after_sale
from realestate_os_tests.scoring.homes import assumptions

TERMS = assumptions().rental
RULE = TaxOnSale(rule="unchanged", rate_pct=1.0, source="test")


def homes(**facts: Any) -> pd.DataFrame:
    home = {
        "market_value_usd": 400_000.0,
        "assessed_value_usd": 300_000.0,
        "annual_tax_usd": 3_000.0,
        "zip_median_rent_usd": 3_000.0,
        "hoa_usd_month": None,
    }
    return pd.DataFrame([home | facts])


def one(value: float) -> np.ndarray:
    return np.array([value])


@pytest.mark.parametrize(
    ("rule", "facts", "expected"),
    [
        ("reassess_at_price", {}, 5_000),
        ("cap_lapses", {}, 4_000),
        ("cap_lapses", {"market_value_usd": None}, 6_000),
        ("unchanged", {}, 3_000),
        ("unchanged", {"annual_tax_usd": None}, 3_000),
        ("unchanged", {"annual_tax_usd": None, "assessed_value_usd": None}, 6_000),
    ],
)
def test_tax_after_the_sale_by_rule(rule: Any, facts: dict[str, Any], expected: float) -> None:
    of_county = TaxOnSale(rule=rule, rate_pct=1.0, source="test")
    assert tax_after_sale(homes(**facts), one(500_000), one(600_000), of_county)[0] == pytest.approx(expected)


def test_a_low_assessment_ratio_is_no_low_tax() -> None:
    """Cook assesses at 10 % of market: 30,000 assessed stands for 300,000."""
    cook = TaxOnSale(rule="unchanged", rate_pct=2.0, assessment_ratio=0.1, source="test")
    facts = homes(annual_tax_usd=None, assessed_value_usd=30_000.0)
    assert tax_after_sale(facts, one(500_000), one(600_000), cook)[0] == pytest.approx(6_000)


def test_returns_by_hand() -> None:
    row = returns(homes(), one(400_000), one(450_000), one(520_000), one(30_000), RULE, TERMS).iloc[0]
    noi = 36_000 * (1 - 0.06 - 0.08 - 0.08) - 3_000 - 450_000 * 0.004
    service = 300_000 * 0.0798363  # 7 % over 30 years: 6.653 dollars a month per thousand
    assert row["rent_low_usd_month"] == pytest.approx(2_640)
    assert row["rent_high_usd_month"] == pytest.approx(3_360)
    assert row["noi_usd"] == pytest.approx(noi)
    assert row["cap_rate_pct"] == pytest.approx(100 * noi / 430_000)
    assert row["dscr"] == pytest.approx(noi / service, rel=1e-5)
    assert row["cash_on_cash_pct"] == pytest.approx(100 * (noi - service) / (100_000 + 30_000 + 6_000), rel=1e-4)
    flip = 520_000 * 0.93 - 400_000 - 6_000 - 30_000 - 0.5 * (40_000 + 3_000 + 1_800)
    assert row["flip_profit_usd"] == pytest.approx(flip)


def test_the_association_fee_comes_off_and_a_missing_rent_makes_no_noi() -> None:
    args = (one(400_000), one(450_000), one(520_000), one(30_000), RULE, TERMS)
    with_fee, without = returns(homes(hoa_usd_month=250.0), *args), returns(homes(), *args)
    assert without["noi_usd"][0] - with_fee["noi_usd"][0] == pytest.approx(3_000)
    unknown = returns(homes(zip_median_rent_usd=None), *args).iloc[0]
    assert np.isnan(unknown[["noi_usd", "cap_rate_pct", "dscr"]].astype(float)).all()
    assert unknown["flip_profit_usd"] > 0


def test_a_price_that_is_not_above_zero_gives_rent_alone() -> None:
    row = returns(homes(), one(-5_000), one(450_000), one(520_000), one(30_000), RULE, TERMS).iloc[0]
    assert row["rent_base_usd_month"] == 3_000
    assert np.isnan(row["cap_rate_pct"]) and np.isnan(row["flip_profit_usd"])


def test_annual_constant_is_twelve_level_payments() -> None:
    balance, payment = 1.0, annual_constant(TERMS.loan) / 12
    for _ in range(360):
        balance = balance * (1 + 0.07 / 12) - payment
    assert balance == pytest.approx(0, abs=1e-9)
