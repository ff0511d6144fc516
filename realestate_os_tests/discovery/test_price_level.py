"""The price level of a day: known market sales of the last twelve months, and enough of them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from realestate_os.counties import County
from realestate_os.discovery.price_level import price_scale
from realestate_os.enrichment.frames import SALES

DAY = date(2026, 11, 24)


def sales(count: int = 40, **changes: Any) -> pd.DataFrame:
    row = {
        "sale_date": date(2026, 6, 1),
        "known_on": date(2026, 6, 15),
        "superseded_on": None,
        "market_sale": True,
        "sale_price_usd": 387_500.0,
    }
    return pd.DataFrame([{**row, **changes}] * count)


def test_half_the_level(king: County) -> None:
    assert price_scale(sales(), king, DAY) == pytest.approx(0.5)


@pytest.mark.parametrize(
    "changes",
    [
        {"sale_date": date(2025, 11, 1)},
        {"sale_date": date(2026, 12, 1), "known_on": date(2026, 11, 1)},
        {"known_on": date(2026, 11, 25)},
        {"market_sale": False},
        {"superseded_on": date(2026, 11, 1)},
    ],
)
def test_other_sales_do_not_count(king: County, changes: dict[str, Any]) -> None:
    assert price_scale(sales(**changes), king, DAY) == 1.0
    mixed = pd.concat([sales(), sales(100, sale_price_usd=9e9, **changes)])
    assert price_scale(mixed, king, DAY) == pytest.approx(0.5)


def test_a_later_correction_is_not_known_yet(king: County) -> None:
    assert price_scale(sales(superseded_on=date(2026, 12, 1)), king, DAY) == pytest.approx(0.5)


def test_too_few_sales_say_nothing(king: County) -> None:
    assert price_scale(sales(29), king, DAY) == 1.0
    assert price_scale(SALES.empty(), king, DAY) == 1.0
