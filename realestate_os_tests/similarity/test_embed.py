"""Vectors: what is in them, and that a house is not a condo."""

from __future__ import annotations

import numpy as np
import pandas as pd

from realestate_os.features.build import feature_rows
from realestate_os.features.frames import FEATURE_NAMES, FEATURES, FROM_ASKING_PRICE, POPULATION_PROFILE
from realestate_os.similarity.embed import PHYSICAL_WEIGHTS, VECTOR_SIZES, embed_listings, embed_sales
from realestate_os.similarity.frames import EMBEDDINGS
from realestate_os.valuation.value import ServedModel
from realestate_os_tests.valuation.county import COUNTY, DAY, MadeCounty


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


def test_fits_the_frame_and_the_sizes(listing_vectors: pd.DataFrame) -> None:
    assert EMBEDDINGS.to_arrow(listing_vectors).num_rows == 60
    for name, size in VECTOR_SIZES.items():
        vectors = np.stack(listing_vectors[name].to_list())
        assert vectors.shape == (60, size)
        assert np.isfinite(vectors).all()
    assert VECTOR_SIZES["profile"] == 35


def test_a_modest_house_and_a_dear_condo_are_not_alike(county: MadeCounty, served: ServedModel) -> None:
    """A scale fitted within one row makes these two near-identical: the ratios inside each row are the same."""
    house, condo = county.listings.iloc[[0]], county.listings.iloc[[1]]
    house = house.assign(
        property_type="single_family", listing_price_usd=400_000.0, square_footage=1500.0, bedrooms=3.0
    )
    condo = condo.assign(
        property_type="condo", listing_price_usd=2_000_000.0, square_footage=3600.0, bedrooms=4.0, year_built=2019.0
    )
    both = pd.concat([house, condo], ignore_index=True)
    vectors = embed_listings(served, both, feature_rows(both, COUNTY, DAY), DAY)
    for name in VECTOR_SIZES:
        assert cosine(vectors[name][0], vectors[name][1]) < 0.5
    twin = house.assign(property_id="twin", square_footage=1520.0, listing_price_usd=405_000.0)
    pair = pd.concat([house, twin], ignore_index=True)
    vectors = embed_listings(served, pair, feature_rows(pair, COUNTY, DAY), DAY)
    for name in VECTOR_SIZES:
        assert cosine(vectors[name][0], vectors[name][1]) > 0.98


def test_no_money_in_the_physical_vector(
    county: MadeCounty, served: ServedModel, listing_vectors: pd.DataFrame
) -> None:
    dear = county.listings.assign(
        listing_price_usd=9e6, assessed_value_usd=8e6, market_value_usd=8e6, annual_tax_usd=9e4, last_sale_price_usd=7e6
    )
    other = embed_listings(served, dear, feature_rows(dear, COUNTY, DAY), DAY)
    for mine, theirs in zip(listing_vectors["physical"], other["physical"], strict=True):
        assert np.array_equal(mine, theirs)
    assert not (FROM_ASKING_PRICE | POPULATION_PROFILE) & set(PHYSICAL_WEIGHTS)


def test_one_row_alone_is_the_same_as_among_others(county: MadeCounty, served: ServedModel) -> None:
    alone = county.listings.iloc[[7]].reset_index(drop=True)
    vector = embed_listings(served, alone, feature_rows(alone, COUNTY, DAY), DAY)["profile"][0]
    features = feature_rows(county.listings, COUNTY, DAY)
    among = embed_listings(served, county.listings, features, DAY)["profile"][7]
    assert np.array_equal(vector, among)


def test_missing_is_the_median(county: MadeCounty, served: ServedModel) -> None:
    rows = county.listings.head(1)
    empty = feature_rows(rows, COUNTY, DAY)
    empty[list(FEATURE_NAMES)] = np.nan
    FEATURES.to_arrow(empty)
    assert np.allclose(embed_listings(served, rows, empty, DAY)["profile"][0], 0)


def test_ids_follow_item_model_and_day(
    served: ServedModel, day_history: pd.DataFrame, listing_vectors: pd.DataFrame, county: MadeCounty
) -> None:
    sales = embed_sales(served, day_history, DAY)
    again = embed_sales(served, day_history.sample(frac=1, random_state=1).reset_index(drop=True), DAY)
    assert EMBEDDINGS.to_arrow(sales).num_rows == len(day_history)
    assert sales.set_index("item_id")["point_id"].to_dict() == again.set_index("item_id")["point_id"].to_dict()
    features = feature_rows(county.listings, COUNTY, DAY)
    tomorrow = embed_listings(served, county.listings, features, DAY.replace(day=11))
    assert not set(tomorrow["point_id"]) & set(listing_vectors["point_id"])


def test_homes_without_a_place_have_no_vector(county: MadeCounty, served: ServedModel) -> None:
    homes = county.listings.head(3).copy()
    homes.loc[1, "latitude"] = np.nan
    rows = embed_listings(served, homes, feature_rows(homes, COUNTY, DAY), DAY)
    assert rows["item_id"].tolist() == ["p00000", "p00002"]
