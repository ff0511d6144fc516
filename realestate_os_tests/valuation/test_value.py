"""The table of valuations: reasons that add up, homes that cannot be valued."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realestate_os.features.build import feature_rows
from realestate_os.valuation.frames import VALUATIONS
from realestate_os.valuation.reasons import dollars
from realestate_os.valuation.value import ServedModel, value_homes
from realestate_os_tests.valuation.county import COUNTY, DAY, MadeCounty


@pytest.fixture(scope="module")
def valuations(county: MadeCounty, served: ServedModel, day_history: pd.DataFrame) -> pd.DataFrame:
    features = feature_rows(county.listings, COUNTY, DAY).sample(frac=1, random_state=0)
    return value_homes(served, county.listings, features, day_history, DAY)


def test_fits_the_frame(valuations: pd.DataFrame) -> None:
    assert VALUATIONS.to_arrow(valuations).num_rows == 60
    assert valuations["value_usd"].notna().all()


def test_reasons_sum_to_the_value(valuations: pd.DataFrame) -> None:
    for row in valuations.itertuples():
        reasons = json.loads(row.reasons)
        # Each of the 21 lines is rounded to the cent.
        assert sum(one["dollars"] for one in reasons) == pytest.approx(row.value_usd - row.base_value_usd, abs=0.11)
        assert [abs(one["dollars"]) for one in reasons] == sorted(
            (abs(one["dollars"]) for one in reasons), reverse=True
        )


def test_intervals_nest_and_the_sd_follows(valuations: pd.DataFrame) -> None:
    ends = ["value_low_90_usd", "value_low_80_usd", "value_usd", "value_high_80_usd", "value_high_90_usd"]
    assert (np.diff(valuations[ends].to_numpy(), axis=1) > 0).all()
    half = np.log(valuations["value_high_80_usd"] / valuations["value_usd"])
    assert np.allclose(half / 1.2816, valuations["log_value_sd"])
    assert np.allclose(valuations["confidence"], 1 / (1 + valuations["relative_width_90"]))


def test_homes_that_cannot_be_valued_say_why(
    county: MadeCounty, served: ServedModel, day_history: pd.DataFrame
) -> None:
    homes = county.listings.head(6).copy()
    homes.loc[0, "square_footage"] = np.nan
    homes.loc[1, "longitude"] = np.nan
    homes.loc[2, "property_type"] = "manufactured"
    homes.loc[3, ["latitude", "longitude"]] = [45.0, -110.0]
    homes.loc[4, "property_type"] = None
    found = value_homes(served, homes, feature_rows(homes, COUNTY, DAY), day_history, DAY)
    assert found["not_valued_reason"].tolist() == [
        "no square footage",
        "no coordinates",
        "fewer than 20 sales of its property type in training",
        "no sale within 10 miles",
        None,
        None,
    ]
    assert found["value_usd"].isna().tolist() == [True, True, True, True, False, False]
    VALUATIONS.to_arrow(found)


def test_none_of_the_homes_can_be_valued(county: MadeCounty, served: ServedModel, day_history: pd.DataFrame) -> None:
    homes = county.listings.head(2).assign(square_footage=np.nan)
    found = value_homes(served, homes, feature_rows(homes, COUNTY, DAY), day_history, DAY)
    assert VALUATIONS.to_arrow(found).num_rows == 2


def test_no_homes(county: MadeCounty, served: ServedModel, day_history: pd.DataFrame) -> None:
    homes = county.listings.head(0)
    found = value_homes(served, homes, feature_rows(homes, COUNTY, DAY), day_history, DAY)
    assert VALUATIONS.to_arrow(found).num_rows == 0


@given(
    st.lists(st.floats(-1, 1), min_size=1, max_size=8),
    st.floats(10, 16),
)
def test_dollars_sum_to_the_difference_and_keep_the_sign(phi: list[float], base: float) -> None:
    v0, amounts = dollars(np.array([[*phi, base]]))
    assert v0[0] == pytest.approx(np.exp(base))
    assert amounts.sum() == pytest.approx(np.exp(base + sum(phi)) - np.exp(base), abs=0.005)
    assert (amounts[0] * np.array(phi) >= 0).all()
