"""The 35 features: names, formulas, missing values, and nothing dated after the day."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realestate_os.features.build import build_features, feature_rows
from realestate_os.features.frames import FEATURE_NAMES, FEATURES
from realestate_os.features.lineage import feature_columns

DAY = date(2026, 10, 14)
HOME = {
    "square_footage": 2000.0,
    "bedrooms": 4.0,
    "bathrooms": 2.0,
    "lot_size_sqft": 6000.0,
    "year_built": 1976.0,
    "listing_price_usd": 500_000.0,
    "assessed_value_usd": 400_000.0,
    "market_value_usd": 600_000.0,
    "annual_tax_usd": 4_000.0,
    "liens_usd": 150_000.0,
    "last_sale_date": date(2016, 10, 14),
    "last_sale_price_usd": 300_000.0,
    "days_on_market": 12.0,
    "listing_status": "active",
    "property_type": "townhouse",
    "zip_population": 30_000.0,
    "zip_median_income_usd": 100_000.0,
    "zip_median_home_value_usd": 1_000_000.0,
    "zip_owner_occupied_rate": 0.6,
    "zip_unemployment_rate": 0.05,
}
EXPECTED = {
    "age_years": 50.0,
    "price_per_sqft": 250.0,
    "bed_bath_ratio": 2.0,
    "lot_to_building_ratio": 3.0,
    "assessed_to_market_ratio": 400 / 600,
    "listing_to_assessed_ratio": 1.25,
    "listing_to_market_ratio": 500 / 600,
    "tax_rate": 0.01,
    "estimated_equity": 450_000.0,
    "years_since_last_sale": 3652 / 365.25,
    "price_appreciation": 1.0,
    "annual_appreciation_rate": 2 ** (365.25 / 3652) - 1,
    "listing_status_active": 1.0,
    "property_type_single_family": 0.0,
    "property_type_condo": 0.0,
    "property_type_townhouse": 1.0,
    "income_to_price_ratio": 0.2,
    "relative_price_in_zip": 0.5,
    "is_undervalued": 1.0,
    "potential_roi": 0.2,
}


def one(**changes: object) -> pd.Series:
    return build_features(pd.DataFrame([HOME | changes]), DAY).iloc[0]


def test_every_formula_on_one_home():
    features = one()
    assert {name: features[name] for name in EXPECTED} == pytest.approx(EXPECTED)


def test_the_columns_are_the_35_in_order_as_floats_on_the_homes_index():
    features = build_features(pd.DataFrame([HOME, HOME], index=[7, 3]), DAY)
    assert tuple(features.columns) == FEATURE_NAMES
    assert len(FEATURE_NAMES) == 35
    assert set(features.dtypes) == {np.dtype("float64")}
    assert list(features.index) == [7, 3]


def test_a_frame_without_columns_gives_35_missing_values():
    assert build_features(pd.DataFrame(index=range(3)), DAY).isna().all(axis=None)


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"square_footage": 0.0}, ["price_per_sqft", "lot_to_building_ratio"]),
        ({"bathrooms": 0.0}, ["bed_bath_ratio"]),
        ({"listing_price_usd": None}, ["listing_price", "is_undervalued", "potential_roi", "income_to_price_ratio"]),
        ({"assessed_value_usd": None, "market_value_usd": None}, ["is_undervalued", "potential_roi", "tax_rate"]),
        ({"liens_usd": None}, ["estimated_equity"]),
        ({"property_type": None}, ["property_type_single_family", "property_type_condo", "property_type_townhouse"]),
        ({"listing_status": None}, ["listing_status_active"]),
        ({"year_built": 2027.0}, ["age_years"]),
        ({"last_sale_date": date(2026, 10, 15)}, ["years_since_last_sale", "last_sale_price", "price_appreciation"]),
        ({"last_sale_price_usd": 0.0}, ["price_appreciation", "annual_appreciation_rate"]),
        ({"last_sale_date": date(2026, 6, 1)}, ["annual_appreciation_rate"]),
    ],
)
def test_what_is_unknown_or_divided_by_zero_is_missing_and_not_zero(changes, missing):
    assert one(**changes)[missing].isna().all()


def test_a_sale_a_few_months_ago_still_has_an_appreciation_but_no_yearly_rate():
    features = one(last_sale_date=date(2026, 6, 1))
    assert features["price_appreciation"] == pytest.approx(1.0)


def test_multi_family_is_none_of_the_three_types():
    kinds = ["property_type_single_family", "property_type_condo", "property_type_townhouse"]
    assert one(property_type="multi_family")[kinds].tolist() == [0.0, 0.0, 0.0]


def test_one_known_value_is_enough_to_judge_the_price():
    assert one(assessed_value_usd=None)["potential_roi"] == pytest.approx(0.2)
    assert one(market_value_usd=None)["is_undervalued"] == 0.0


def test_the_day_can_differ_by_row():
    homes = pd.DataFrame([HOME, HOME])
    features = build_features(homes, pd.Series([date(2020, 1, 1), date(2015, 1, 1)]))
    assert features["age_years"].tolist() == [44.0, 39.0]
    assert np.isnan(features["last_sale_price"][1])


def test_feature_rows_fit_the_table():
    enrichment = pd.DataFrame([HOME | {"property_id": "a"}, HOME | {"property_id": "b"}], index=[5, 6])
    table = FEATURES.to_arrow(feature_rows(enrichment, "king_wa", DAY))
    assert table.num_rows == 2


numbers = st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True), st.integers(-5, 10**9).map(float))
homes_of_any_kind = st.fixed_dictionaries(
    {name: numbers for name, value in HOME.items() if isinstance(value, float)}
    | {
        "last_sale_date": st.one_of(st.none(), st.dates(date(1900, 1, 1), date(2100, 1, 1))),
        "listing_status": st.sampled_from([None, "active", "sold", ""]),
        "property_type": st.sampled_from([None, "condo", "multi_family", "nonsense"]),
    }
)


@settings(max_examples=40, deadline=None)
@given(st.lists(homes_of_any_kind, max_size=6))
def test_any_row_gives_finite_numbers_or_nan_and_rows_do_not_touch_each_other(rows):
    homes = pd.DataFrame(rows, columns=list(HOME))
    features = build_features(homes, DAY)
    assert not np.isinf(features.to_numpy()).any()
    for i in range(len(homes)):
        alone = build_features(homes.iloc[[i]], DAY)
        pd.testing.assert_frame_equal(alone, features.iloc[[i]])


@pytest.mark.parametrize("name", FEATURE_NAMES)
def test_the_lineage_of_a_feature_is_what_it_is_made_from(name):
    """Its columns alone give it, and without any of them it is another or none."""
    columns = [column for _, column in feature_columns()[name]]
    whole = build_features(pd.DataFrame([HOME]), DAY)[name].iat[0]
    alone = build_features(pd.DataFrame([{column: HOME[column] for column in columns}]), DAY)[name].iat[0]
    assert whole == alone
    for column in columns:
        less = build_features(pd.DataFrame([HOME | {column: None}]), DAY)[name].iat[0]
        assert np.isnan(less) or less != whole or column in ("assessed_value_usd", "market_value_usd")


def test_every_column_has_a_lineage():
    assert set(feature_columns()) == set(FEATURES.names)
