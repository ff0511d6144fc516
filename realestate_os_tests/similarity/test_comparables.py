"""Comparables on the made county: the trade's rules, adjustments that add up, no look ahead."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realestate_os.resources.object_store import ObjectStore
from realestate_os.resources.vector_query import miles_between
from realestate_os.resources.vector_store import VectorStore
from realestate_os.settings import load_settings
from realestate_os.similarity.adjust import LINES, MERGED, TIME, adjustments, log_differences
from realestate_os.similarity.candidates import STEPS, Search, find_candidates
from realestate_os.similarity.comparables import Market, _not_odd, choose_comparables
from realestate_os.similarity.frames import COMPARABLES
from realestate_os.similarity.index import fill_sales, keep_sales, sale_search
from realestate_os.valuation.history import sale_history
from realestate_os.valuation.matrix import MATRIX_COLUMNS
from realestate_os.valuation.reasons import REASONS
from realestate_os.valuation.value import ServedModel
from realestate_os_tests.valuation.county import COUNTY, DAY, FIRST_SALE, MadeCounty, log_price_level


@dataclass(frozen=True)
class Filled:
    """A Qdrant with the sales of the day, its Parquet, and how to search it."""

    store: VectorStore
    objects: ObjectStore
    search: Search


@pytest.fixture(scope="module")
def filled(
    served: ServedModel, day_history: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Filled]:
    home = tmp_path_factory.mktemp("filled")
    objects = ObjectStore(str(home / "objects"))
    keep_sales(objects, served, day_history, COUNTY, DAY)
    with VectorStore.from_settings(load_settings(realestate_os_home=home, qdrant_url=None)) as store:
        fill_sales(store, objects, COUNTY, served.version)
        yield Filled(store, objects, sale_search(store, COUNTY, served.version))


def columns_of(line: str) -> list[str]:
    return [column for reason in MERGED.get(line, (line,)) for column in REASONS.get(reason, ())]


def compare(market: Market, homes: pd.DataFrame, vectors: pd.DataFrame, search: Search) -> pd.DataFrame:
    candidates = find_candidates(homes, vectors, market.history, market.day, search)
    return choose_comparables(market, homes, candidates, COUNTY)


@pytest.fixture(scope="module")
def found(
    filled: Filled,
    county: MadeCounty,
    served: ServedModel,
    day_history: pd.DataFrame,
    listing_vectors: pd.DataFrame,
) -> pd.DataFrame:
    market = Market(served.model, day_history, DAY)
    return compare(market, county.listings, listing_vectors, filled.search)


def test_the_trades_rules(found: pd.DataFrame, county: MadeCounty, day_history: pd.DataFrame) -> None:
    assert COMPARABLES.to_arrow(found).num_rows > 100
    subject = county.listings.set_index("property_id").loc[found["property_id"]].reset_index()
    sold = pd.to_datetime(found["sale_date"])
    assert sold.between(pd.Timestamp(DAY) - pd.Timedelta(days=365), pd.Timestamp(DAY)).all()
    share = found["radius_miles"].map({step.radius_miles: step.sqft_share for step in STEPS})
    assert ((found["square_footage"] / subject["square_footage"] - 1).abs() <= share + 1e-9).all()
    assert (found["distance_miles"] <= found["radius_miles"]).all()
    assert {0.5, 1.0} <= set(found["radius_miles"])
    kinds = day_history.set_index("sale_id")["property_type"].loc[found["sale_id"]].reset_index(drop=True)
    assert (kinds == subject["property_type"]).all()
    assert found.groupby("property_id").size().max() == 5
    ranks = found.groupby("property_id")["rank"].apply(list)
    assert all(ranks.map(lambda r: r == list(range(1, len(r) + 1))))
    assert (found.loc[found["rank"] > 3, "gross_adjustment_pct"] <= 30).all()


def test_a_home_with_few_sales_gets_them_from_further_out_and_is_told_why(
    filled: Filled, county: MadeCounty, served: ServedModel, day_history: pd.DataFrame, listing_vectors: pd.DataFrame
) -> None:
    home, vector = county.listings.head(1), listing_vectors.head(1)
    place, near = home[["latitude", "longitude"]].iloc[0], day_history
    miles = miles_between(place["latitude"], place["longitude"], near["latitude"], near["longitude"])
    sparse = near[miles > 1].reset_index(drop=True)
    found = compare(Market(served.model, sparse, DAY), home, vector, filled.search)
    assert len(found) >= 3
    assert set(found["radius_miles"]) <= {2.0, 5.0}
    first = json.loads(found.sort_values("radius_miles")["warnings"].iloc[0])
    assert "widened to 2 miles and +-30% of the size: fewer than 3 sales within 1 mile" in first


def test_nearest_steps_first_and_wider_only_for_want_of_close_matches(found: pd.DataFrame) -> None:
    for _, rows in found.groupby("property_id"):
        close = (rows["radius_miles"] == 0.5) & (rows["gross_adjustment_pct"] <= 15)
        if (rows["radius_miles"] > 0.5).any():
            assert close.sum() < 3
            assert rows.loc[rows["radius_miles"] > 0.5, "warnings"].str.contains("widened").all()


def test_the_spread_is_of_the_adjusted_prices(found: pd.DataFrame) -> None:
    for _, rows in found.groupby("property_id"):
        price = rows["adjusted_price_usd"]
        expected = (price.max() - price.min()) / price.median() * 100
        assert rows["adjusted_spread_pct"].tolist() == pytest.approx([expected] * len(rows))


def test_lines_sum_to_the_adjusted_price(found: pd.DataFrame) -> None:
    for row in found.itertuples():
        lines = json.loads(row.adjustments)
        assert row.sale_price_usd + sum(one["dollars"] for one in lines) == pytest.approx(
            row.adjusted_price_usd, abs=0.1
        )
        physical = [one["dollars"] for one in lines if one["line"] != TIME]
        gross = sum(abs(amount) for amount in physical) / row.sale_price_usd * 100
        assert row.gross_adjustment_pct == pytest.approx(gross, abs=0.01)
        assert row.net_adjustment_pct == pytest.approx(sum(physical) / row.sale_price_usd * 100, abs=0.01)
        assert {one["line"] for one in lines} <= set(LINES)
        assert ("above 15 % of the price" in row.warnings) == (row.gross_adjustment_pct > 15)


def test_adjusted_prices_are_nearer_the_truth_than_prices(found: pd.DataFrame, county: MadeCounty) -> None:
    truth = pd.Series(county.listing_value_usd, index=county.listings["property_id"])
    median = found.groupby("property_id")[["sale_price_usd", "adjusted_price_usd"]].median()
    error = (median.div(truth.loc[median.index], axis=0) - 1).abs().median()
    assert error["adjusted_price_usd"] < 0.08
    assert error["adjusted_price_usd"] < 0.6 * error["sale_price_usd"]


def test_a_rising_market_raises_older_prices(found: pd.DataFrame) -> None:
    """8 % a year and a season were put in: the line of time follows them."""
    lines = found["adjustments"].map(lambda text: {one["line"]: one["dollars"] for one in json.loads(text)})
    time = lines.map(lambda dollars: dollars.get(TIME, 0.0)).to_numpy()
    sold = (pd.to_datetime(found["sale_date"]) - pd.Timestamp(FIRST_SALE)).dt.days.to_numpy()
    today = (DAY - FIRST_SALE).days
    put_in = log_price_level(np.array([today])) - log_price_level(sold)
    old = today - sold > 180
    assert put_in[old].mean() > 0.01
    assert np.median((time / found["sale_price_usd"].to_numpy() - put_in)[old]) == pytest.approx(0, abs=0.03)


def test_sales_known_later_change_nothing(
    filled: Filled,
    found: pd.DataFrame,
    county: MadeCounty,
    served: ServedModel,
    listing_vectors: pd.DataFrame,
    day_history: pd.DataFrame,
) -> None:
    """The collection also holds what later days brought: the same day asked again finds the same."""
    later = county.sales.tail(120).assign(
        sale_id=lambda rows: "late" + rows["sale_id"], known_on=DAY + timedelta(days=5), sale_price_usd=1e6
    )
    sales, week = pd.concat([county.sales, later], ignore_index=True), DAY + timedelta(days=9)
    grown, _ = sale_history(sales, county.zip_demographics, known_by=week, months=24)
    assert keep_sales(filled.objects, served, grown, COUNTY, week) >= 120
    assert fill_sales(filled.store, filled.objects, COUNTY, served.version) >= 120
    market = Market(served.model, day_history, DAY)
    few = county.listings.head(15)
    again = compare(market, few, listing_vectors, filled.search)
    pd.testing.assert_frame_equal(again, found[found["property_id"].isin(few["property_id"])].reset_index(drop=True))


def test_a_homes_own_sale_is_no_comparable(
    filled: Filled,
    county: MadeCounty,
    served: ServedModel,
    day_history: pd.DataFrame,
    listing_vectors: pd.DataFrame,
    found: pd.DataFrame,
) -> None:
    first = found.iloc[0]
    apn = day_history.set_index("sale_id")["apn"][first["sale_id"]]
    homes = county.listings[county.listings["property_id"] == first["property_id"]].assign(apn=apn)
    again = compare(Market(served.model, day_history, DAY), homes, listing_vectors, filled.search)
    assert len(again) >= 3
    assert first["sale_id"] not in set(again["sale_id"])


def test_no_listings_no_comparables(
    filled: Filled, county: MadeCounty, served: ServedModel, day_history: pd.DataFrame, listing_vectors: pd.DataFrame
) -> None:
    market = Market(served.model, day_history, DAY)
    assert compare(market, county.listings.head(0), listing_vectors, filled.search).empty


def test_an_odd_sale_is_dropped() -> None:
    prices = [500_000.0, 510_000.0, 495_000.0, 505_000.0, 950_000.0]
    pairs = pd.DataFrame({"home": 0, "adjusted_price_usd": prices})
    assert _not_odd(pairs).tolist() == [True, True, True, True, False]
    assert _not_odd(pairs.tail(3)).all(), "three are kept whatever they say"


def test_adjustment_of_identical_homes_is_time_alone(served: ServedModel, county: MadeCounty) -> None:
    home = np.full((1, len(MATRIX_COLUMNS)), 1.0)
    difference = log_differences(served.model.serving, home, home)
    lines, adjusted = adjustments(np.array([0.05]), difference, np.array([400_000.0]))
    assert adjusted[0] == pytest.approx(400_000 * np.exp(0.05))
    assert lines[0, 0] == pytest.approx(adjusted[0] - 400_000)
    assert not lines[0, 1:].any()


@given(st.lists(st.sampled_from(MATRIX_COLUMNS), unique=True), st.integers(0, 2**32 - 1))
@settings(max_examples=8, deadline=None)
def test_lines_sum_to_the_models_difference_and_equal_columns_have_none(
    served: ServedModel, changed: list[str], seed: int
) -> None:
    """Whatever differs, missing values too."""
    rng = np.random.default_rng(seed)
    sale = rng.normal(0, 100, (2, len(MATRIX_COLUMNS)))
    sale[rng.random(sale.shape) < 0.2] = np.nan
    subject, places = sale.copy(), [MATRIX_COLUMNS.index(name) for name in changed]
    subject[:, places] = rng.normal(0, 100, (2, len(places)))
    lines, value = log_differences(served.model.serving, subject, sale), served.model.serving.mixture.predict
    frames = [pd.DataFrame(rows, columns=list(MATRIX_COLUMNS)) for rows in (subject, sale)]
    assert lines.sum(axis=1) == pytest.approx(value(frames[0]) - value(frames[1]), abs=1e-9)
    touched = {line for line in LINES if set(columns_of(line)) & set(changed)}
    assert {LINES[i + 1] for i in np.flatnonzero(lines.any(axis=0))} <= touched
