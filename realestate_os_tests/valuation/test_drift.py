"""Drift: nothing where nothing changed, a shift where one was made, and few rows say nothing."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from realestate_os.features.build import build_features
from realestate_os.valuation.drift import feature_drift, psi, residual_drift
from realestate_os.valuation.fit import values_of
from realestate_os.valuation.matrix import ALLOWED_FEATURES
from realestate_os.valuation.train import Trained

SHARES = arrays.arrays(np.float64, 6, elements=st.floats(0.01, 1)).map(lambda counts: counts / counts.sum())


@given(SHARES, SHARES)
def test_psi_is_zero_for_the_same_shares_and_positive_and_even_otherwise(then: np.ndarray, now: np.ndarray) -> None:
    assert psi(then, then) == 0
    assert psi(then, now) >= 0
    assert psi(then, now) == pytest.approx(psi(now, then))


@pytest.fixture(scope="module")
def features(month_history: pd.DataFrame) -> pd.DataFrame:
    return build_features(month_history, month_history["as_of"])


def test_the_training_itself_has_not_drifted(trained: Trained, features: pd.DataFrame) -> None:
    verdict = feature_drift(trained.model.reference, features)
    assert verdict.passed
    assert max(verdict.figures["largest_psi"].values()) < 0.001


def test_sixty_homes_drawn_from_it_have_not_either(trained: Trained, features: pd.DataFrame) -> None:
    """By sampling alone their PSI is near 0.2; the limit knows."""
    verdict = feature_drift(trained.model.reference, features.sample(60, random_state=1))
    assert verdict.passed
    assert max(verdict.figures["largest_psi"].values()) > 0.1


def test_larger_homes_and_a_feature_that_went_missing_are_named(trained: Trained, features: pd.DataFrame) -> None:
    changed = features.assign(square_footage=features["square_footage"] * 1.4, lot_size_sqft=np.nan)
    verdict = feature_drift(trained.model.reference, changed.tail(200))
    assert not verdict.passed
    rows = verdict.failing.set_index("feature")
    assert {"square_footage", "lot_size_sqft"} <= set(rows.index) <= set(ALLOWED_FEATURES)
    assert rows.loc["lot_size_sqft", "missing_now_pct"] == 100
    assert "lot_size_sqft (PSI" in verdict.description


def test_few_homes_are_not_judged(trained: Trained, features: pd.DataFrame) -> None:
    verdict = feature_drift(trained.model.reference, features.head(5))
    assert verdict.passed
    assert "too few to judge" in verdict.description


def test_a_market_that_left_the_model_behind_is_seen(trained: Trained, day_history: pd.DataFrame) -> None:
    model = trained.model
    late = day_history.iloc[-200:]
    values = values_of(model, late, day_history[day_history["known_on"] <= late["as_of"].max() - timedelta(days=1)])
    price = late["sale_price_usd"].to_numpy(dtype=float)
    assert residual_drift(model.reference, values, price).passed
    fallen = residual_drift(model.reference, values, price * 0.85)
    assert not fallen.passed
    assert "the median ratio went from" in fallen.description
    noisy = price * np.exp(np.random.default_rng(1).normal(0, 0.3, len(price)))
    assert "interval covers" in residual_drift(model.reference, values, noisy).description
