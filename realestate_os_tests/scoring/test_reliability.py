"""The study itself: a right model and a wrong one, a right prior and a wrong one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from realestate_os.scoring.reliability import CLIPPED, NO_PRIOR, OURS, Reliability, reliability
from realestate_os_tests.scoring.homes import assumptions, king

SD = 0.07


def sales(count: int = 3_000, true_sd: float = SD) -> pd.DataFrame:
    """Sales about values whose claimed spread is SD; the true one may be another."""
    rng = np.random.default_rng(5)
    value = np.exp(rng.normal(np.log(700_000), 0.3, count))
    ends = {
        f"value_{end}_{level}_usd": value * np.exp(sign * z * SD)
        for level, z in ((80, 1.2816), (90, 1.6449))
        for end, sign in (("low", -1), ("high", 1))
    }
    price = value * np.exp(rng.normal(0, true_sd, count))
    return pd.DataFrame({"sale_price_usd": price, "value_usd": value, "square_footage": 2000.0, **ends})


@pytest.fixture(scope="module")
def study() -> Reliability:
    return reliability(sales(), king(), assumptions(), draws=2)


def at(study: Reliability, world: str, score: str, threshold: float) -> pd.Series:
    table = study.table
    return table[(table["world"] == world) & (table["score"] == score) & (table["threshold"] == threshold)].iloc[0]


def test_with_the_right_model_and_prior_the_claim_is_the_truth(study: Reliability) -> None:
    for threshold in (0.1, 0.2, 0.3):
        row = at(study, "prior right", OURS, threshold)
        assert row["listings"] > 40
        assert abs(row["error"]) < 4 * np.sqrt(0.25 / row["listings"])


def test_a_score_that_clips_or_ignores_the_prior_claims_far_more_than_is_true(study: Reliability) -> None:
    for score, least in ((CLIPPED, 0.4), (NO_PRIOR, 0.15)):
        row = at(study, "prior right", score, 0.4)
        assert row["error"] > least


def test_a_wrong_prior_shows(study: Reliability) -> None:
    row = at(study, "no distressed sellers", OURS, 0.1)
    assert row["realised"] < 0.02 < row["claimed"]


def test_a_model_that_is_surer_than_it_may_be_shows() -> None:
    row = at(reliability(sales(1_500, true_sd=2 * SD), king(), assumptions(), draws=1), "prior right", OURS, 0.2)
    assert row["error"] > 0.1


def test_only_errors_beyond_chance_count(study: Reliability) -> None:
    assert study.beyond_chance() < 0.02
    assert study.beyond_chance("no distressed sellers") > 0.1
    few = Reliability(study.table.assign(listings=study.table["listings"] // 100))
    assert few.beyond_chance("no distressed sellers") == 0


def test_the_same_sales_give_the_same_study_and_a_figure() -> None:
    few = sales(100)
    first, second = (reliability(few, king(), assumptions()) for _ in range(2))
    pd.testing.assert_frame_equal(first.table, second.table, check_exact=True)
    assert len(first.figure().axes) == 3
    assert set(first.metrics()) == {
        f"reliability_error_{world}" for world in ("prior_right", "prior_wrong", "no_distressed_sellers")
    }


def test_sales_that_cannot_be_used_are_left_out() -> None:
    few = sales(50)
    few.loc[0, "value_usd"] = np.nan
    few.loc[1, "value_low_80_usd"] = np.nan
    assert reliability(few, king(), assumptions()).table["listings"].max() <= 48 * 4
