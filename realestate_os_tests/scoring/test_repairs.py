"""Which condition counts, and what it costs."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from realestate_os.scoring.repairs import condition_level, repair_range
from realestate_os_tests.scoring.homes import assumptions

DAY = date(2026, 11, 24)
TABLE = assumptions().repairs


def homes(**facts: Any) -> pd.DataFrame:
    home = {
        "condition_grade": None,
        "condition_claimed": "unknown",
        "year_renovated": None,
        "year_built": 2000.0,
        "square_footage": 2000.0,
    }
    return pd.DataFrame([home | facts])


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, ("unknown", "not_inspected")),
        ({"condition_grade": 1.0}, ("fixer", "records")),
        ({"condition_grade": 3.0}, ("average", "records")),
        ({"condition_grade": 5.0}, ("good", "records")),
        ({"year_renovated": 2020.0}, ("renovated", "records")),
        ({"year_renovated": 1990.0}, ("unknown", "not_inspected")),
        ({"condition_claimed": "fixer", "condition_grade": 4.0}, ("fixer", "seller_claim")),
        ({"condition_claimed": "renovated"}, ("renovated", "seller_claim")),
        ({"condition_claimed": "renovated", "condition_grade": 2.0}, ("fixer", "records")),
        ({"condition_claimed": "good", "condition_grade": 3.0}, ("good", "seller_claim")),
    ],
)
def test_a_claim_against_oneself_is_believed_and_praise_only_where_no_record_denies_it(
    facts: dict[str, Any], expected: tuple[str, str]
) -> None:
    level, basis = condition_level(homes(**facts), DAY)
    assert (level[0], basis[0]) == expected


def test_the_range_is_the_tables_by_size_age_and_year() -> None:
    found = repair_range(homes(), DAY, TABLE)  # 26 years: factor 1; 2,000 sqft: factor 1; 2026: as written
    assert (found.light[0], found.base[0], found.heavy[0]) == (6 * 2000, 16 * 2000, 44 * 2000)
    old = repair_range(homes(year_built=1926.0), DAY, TABLE)
    assert old.base[0] == pytest.approx(found.base[0] * 1.25)
    earlier = repair_range(homes(), date(2016, 5, 1), TABLE)
    assert earlier.base[0] == pytest.approx(16 * 2000 / 1.04**10)
    unsized = repair_range(homes(square_footage=None), DAY, TABLE)
    assert unsized.base[0] == 16 * TABLE.assumed_square_footage


def test_an_uninspected_home_has_a_wider_range_than_a_known_one() -> None:
    unknown, average = repair_range(homes(), DAY, TABLE), repair_range(homes(condition_grade=3.0), DAY, TABLE)
    assert unknown.log_sd[0] > average.log_sd[0]
