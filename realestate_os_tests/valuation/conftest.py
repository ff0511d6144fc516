"""Fixtures of valuation (and similarity): a made county and a model trained on it once a session."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest

from realestate_os.valuation.history import sale_history
from realestate_os.valuation.train import Trained, train
from realestate_os.valuation.tuning import Budget
from realestate_os.valuation.value import ServedModel
from realestate_os_tests.valuation.county import COUNTY, DAY, MONTH, MadeCounty, make_county

UNTUNED = Budget(trials=0, seconds=0, seed=11)


@pytest.fixture(scope="session")
def county() -> MadeCounty:
    return make_county()


@pytest.fixture(scope="session")
def month_history(county: MadeCounty) -> pd.DataFrame:
    """What the model of the month may see."""
    return sale_history(county.sales, county.zip_demographics, known_by=MONTH - timedelta(days=1), months=24)[0]


@pytest.fixture(scope="session")
def day_history(county: MadeCounty) -> pd.DataFrame:
    """What a valuation of the day may see."""
    return sale_history(county.sales, county.zip_demographics, known_by=DAY, months=24)[0]


@pytest.fixture(scope="session")
def trained(month_history: pd.DataFrame) -> Trained:
    return train(month_history, COUNTY, UNTUNED, "tests-")


@pytest.fixture(scope="session")
def served(trained: Trained) -> ServedModel:
    return ServedModel(trained.model, f"value-{COUNTY}", "3", "digest", newest=True)
