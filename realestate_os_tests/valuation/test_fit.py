"""The plain way in: fit on sales, value others, nothing later looked at."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from realestate_os.valuation.fit import FittedValueModel, fit_value_model, homes_of_sales
from realestate_os_tests.valuation.conftest import UNTUNED
from realestate_os_tests.valuation.county import DAY, MadeCounty

CUT = DAY - timedelta(days=150)


@pytest.fixture(scope="module")
def homes(county: MadeCounty) -> pd.DataFrame:
    return homes_of_sales(county.sales)[0]


@pytest.fixture(scope="module")
def model(homes: pd.DataFrame) -> FittedValueModel:
    return fit_value_model(homes, CUT, budget=UNTUNED)


def later(homes: pd.DataFrame) -> pd.DataFrame:
    return homes[homes["sale_date"] > pd.Timestamp(CUT)]


def test_values_of_later_sales(homes: pd.DataFrame, model: FittedValueModel) -> None:
    unseen = later(homes)
    values = model.predict(unseen, unseen["as_of"], earlier=homes)
    assert values.index.equals(unseen.index)
    assert np.median(np.abs(values["value_usd"] / unseen["sale_price_usd"] - 1)) < 0.10
    ends = [f"value_{name}_usd" for name in ("low_90", "low_80", "high_80", "high_90")]
    assert (values[[ends[0], ends[1], "value_usd", ends[2], ends[3]]].diff(axis=1).iloc[:, 1:] > 0).all(axis=None)


def test_later_sales_change_nothing(homes: pd.DataFrame, model: FittedValueModel) -> None:
    """Sales that become known after the day change neither the fit nor a value as of the day."""
    doubled = homes.assign(
        sale_price_usd=homes["sale_price_usd"] * np.where(homes["known_on"] > pd.Timestamp(CUT), 9, 1)
    )
    again = fit_value_model(doubled, CUT, budget=UNTUNED)
    unseen = later(homes).head(40)
    pd.testing.assert_frame_equal(
        again.predict(unseen, CUT, earlier=doubled), model.predict(unseen, CUT, earlier=homes)
    )
