"""Reading a stranger's file for an evaluation: place, characteristics, what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from realestate_os.counties import CountyError
from realestate_os.operations.evaluation.sales_file import EvaluationError, read_homes
from realestate_os_tests.operations.evaluation.sales_rows import made_sales, written


@pytest.fixture(scope="module")
def made() -> pd.DataFrame:
    return made_sales(homes=300, twice=40)


def test_the_county_is_where_the_sales_lie(tmp_path, made):
    read = read_homes(written(tmp_path, made), None, None)
    assert read.county.key == "king_wa"
    assert len(read.homes) == read.rows_read == len(made)
    assert read.extra == ["extra_pool_area"]


def test_a_county_without_a_file_takes_its_name_from_the_place(tmp_path, made):
    ada = made.assign(lat=made["lat"] - 3.98, lng=made["lng"] + 6.1)  # Boise
    read = read_homes(written(tmp_path, ada), None, None)
    assert (read.county.key, read.county.state) == ("ada_id", "ID")
    assert "terms of a deal as in" in read.place.note


def test_an_unknown_county_lists_the_known_ones(tmp_path, made):
    with pytest.raises(CountyError, match="king_wa"):
        read_homes(written(tmp_path, made), "atlantis_xx", None)


def test_columns_that_tell_the_price_are_not_learned_from(tmp_path, made):
    told = made.assign(
        per_foot=made["sale_price"] / made["living_area"],
        av_total=made["sale_price"] * np.random.default_rng(1).normal(0.8, 0.01, len(made)),
        market_value=made["sale_price"] * 1.1,
        median_income=50_000 + made["sale_price"] / 100,
        row_key=np.arange(len(made)) + 10_000_000,
    )
    read = read_homes(written(tmp_path, told), None, None)
    assert read.extra == ["extra_pool_area"]
    assert read.homes["market_value_usd"].isna().all()
    assert {"per_foot", "av_total", "market_value", "median_income", "row_key"} <= {
        name for name in told if any(f"column {name} not used" in note for note in read.notes)
    }


def test_homes_without_coordinates_stand_at_their_zip(tmp_path, made):
    zips = made.drop(columns=["lat", "lng"]).assign(zip=np.where(made["lat"] > 47.6, "98103", "98118"))
    read = read_homes(written(tmp_path, zips), None, None)
    spread = read.homes.groupby("zip_code")["latitude"].agg(["min", "max"])
    assert len(spread) == 2 and (spread["max"] - spread["min"]).max() < 0.02


def test_homes_without_a_place_stand_by_their_neighbourhood(tmp_path, made):
    nowhere = made.drop(columns=["lat", "lng"])
    assert len(read_homes(written(tmp_path, nowhere), None, None).homes) == len(made)
    near = nowhere.assign(Neighborhood=np.where(made["lat"] > 47.6, "North Hill", "South Bay"))
    read = read_homes(written(tmp_path, near), None, None)
    assert any("by Neighborhood alone" in note for note in read.notes)
    assert read.homes["latitude"].max() - read.homes["latitude"].min() < 1
    assert read.homes[["latitude", "longitude"]].round(1).drop_duplicates().shape[0] <= 8


def test_lots_without_a_house_are_set_aside(tmp_path, made):
    lot = np.arange(len(made)) % 10 == 0
    kinds = np.where(lot, "Vacant land", "Single family")
    read = read_homes(written(tmp_path, made.assign(use_desc=kinds, yr_blt=made["yr_blt"].mask(lot))), None, None)
    assert read.set_aside == {"vacant_land": lot.sum()}


def test_odd_rows_are_counted_with_their_reasons(tmp_path, made):
    odd = made.copy().astype({"sale_price": object, "sale_date": object})
    odd.iloc[0, odd.columns.get_loc("sale_price")] = "n/a"
    odd.iloc[1, odd.columns.get_loc("sale_date")] = "soon"
    odd.iloc[2, odd.columns.get_loc("sale_price")] = 10
    odd = pd.concat([odd, odd.iloc[[5]]])
    read = read_homes(written(tmp_path, odd), "king_wa", None)
    assert read.set_aside == {"no_sale_price": 1, "no_sale_date": 1, "duplicate_sale": 1, "no_market_sale": 1}
    assert len(read.homes) == read.rows_read - 4


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("sale_date", "when?", "no_sale_date"),
        ("sale_price", "-", "no_sale_price"),
        ("living_area", 0, "no_living_area"),
    ],
)
def test_a_file_without_a_usable_row_says_why(tmp_path, made, column, value, reason):
    with pytest.raises(EvaluationError, match=rf"no usable sale among 340 rows; set aside: {reason} 340"):
        read_homes(written(tmp_path, made.assign(**{column: value})), None, None)
