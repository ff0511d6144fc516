"""Comparables on the made county: the trade's rules, adjustments that add up, no look ahead."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from realestate_os.resources.object_store import ObjectStore
from realestate_os.resources.vector_store import VectorStore
from realestate_os.settings import load_settings
from realestate_os.similarity.adjust import LINES, TIME, Split, adjustments
from realestate_os.similarity.comparables import Market, _not_odd, find_comparables
from realestate_os.similarity.frames import COMPARABLES, EMBEDDINGS
from realestate_os.similarity.index import (
    Search,
    collection,
    fill_sales,
    keep_sales,
    kept_sales,
    put_listings,
    rebuild,
    sale_search,
)
from realestate_os.valuation.history import sale_history
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


@pytest.fixture(scope="module")
def found(
    filled: Filled,
    county: MadeCounty,
    served: ServedModel,
    day_history: pd.DataFrame,
    listing_vectors: pd.DataFrame,
) -> pd.DataFrame:
    market = Market(served.model, day_history, DAY)
    return find_comparables(market, county.listings, listing_vectors, filled.search, COUNTY)


def test_the_trades_rules(found: pd.DataFrame, county: MadeCounty, day_history: pd.DataFrame) -> None:
    assert COMPARABLES.to_arrow(found).num_rows > 100
    subject = county.listings.set_index("property_id").loc[found["property_id"]].reset_index()
    sold = pd.to_datetime(found["sale_date"])
    assert sold.between(pd.Timestamp(DAY) - pd.Timedelta(days=365), pd.Timestamp(DAY)).all()
    assert (found["square_footage"] / subject["square_footage"]).between(0.8, 1.2).all()
    assert (found["distance_miles"] <= found["radius_miles"]).all()
    assert set(found["radius_miles"]) == {0.5, 1.0}
    kinds = day_history.set_index("sale_id")["property_type"].loc[found["sale_id"]].reset_index(drop=True)
    assert (kinds == subject["property_type"]).all()
    assert found.groupby("property_id").size().max() == 5
    ranks = found.groupby("property_id")["rank"].apply(list)
    assert all(ranks.map(lambda r: r == list(range(1, len(r) + 1))))


def test_lines_sum_to_the_adjusted_price(found: pd.DataFrame) -> None:
    for row in found.itertuples():
        lines = json.loads(row.adjustments)
        assert row.sale_price_usd + sum(one["dollars"] for one in lines) == pytest.approx(
            row.adjusted_price_usd, abs=0.1
        )
        gross = sum(abs(one["dollars"]) for one in lines) / row.sale_price_usd * 100
        assert row.gross_adjustment_pct == pytest.approx(gross, abs=0.01)
        assert {one["line"] for one in lines} <= set(LINES)
        assert ("above 15 %" in row.warnings) == (row.gross_adjustment_pct > 15)


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
    again = find_comparables(market, county.listings, listing_vectors, filled.search, COUNTY)
    pd.testing.assert_frame_equal(again, found)


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
    homes = county.listings.copy()
    homes.loc[homes["property_id"] == first["property_id"], "apn"] = apn
    again = find_comparables(Market(served.model, day_history, DAY), homes, listing_vectors, filled.search, COUNTY)
    mine = again[again["property_id"] == first["property_id"]]
    assert first["sale_id"] not in set(mine["sale_id"])


def test_no_listings_no_comparables(
    filled: Filled, county: MadeCounty, served: ServedModel, day_history: pd.DataFrame, listing_vectors: pd.DataFrame
) -> None:
    market = Market(served.model, day_history, DAY)
    assert find_comparables(market, county.listings.head(0), listing_vectors, filled.search, COUNTY).empty


def test_an_odd_sale_is_dropped() -> None:
    prices = [500_000.0, 510_000.0, 495_000.0, 505_000.0, 950_000.0]
    pairs = pd.DataFrame({"home": 0, "adjusted_price_usd": prices})
    assert _not_odd(pairs).tolist() == [True, True, True, True, False]
    assert _not_odd(pairs.tail(3)).all(), "three are kept whatever they say"


def test_adjustment_of_identical_homes_is_time_alone() -> None:
    same = Split(np.full((1, len(LINES) - 1), 0.3))
    lines, adjusted = adjustments(same, same, np.array([0.05]), np.array([400_000.0]))
    assert adjusted[0] == pytest.approx(400_000 * np.exp(0.05))
    assert lines[0, 0] == pytest.approx(adjusted[0] - 400_000)
    assert not lines[0, 1:].any()


def test_sales_are_embedded_once_a_version(
    store: VectorStore, objects: ObjectStore, served: ServedModel, day_history: pd.DataFrame
) -> None:
    first = keep_sales(objects, served, day_history, COUNTY, DAY)
    assert first > 300
    assert keep_sales(objects, served, day_history, COUNTY, DAY) == 0
    assert fill_sales(store, objects, COUNTY, served.version) == first
    assert fill_sales(store, objects, COUNTY, served.version) == 0


def test_qdrant_is_rebuilt_from_parquet(
    store: VectorStore,
    objects: ObjectStore,
    served: ServedModel,
    day_history: pd.DataFrame,
    listing_vectors: pd.DataFrame,
) -> None:
    keep_sales(objects, served, day_history, COUNTY, DAY)
    objects.parquet.write(EMBEDDINGS, f"{COUNTY}|{DAY}", listing_vectors)
    fill_sales(store, objects, COUNTY, served.version)
    put_listings(store, listing_vectors, COUNTY, DAY, served.version)
    name = collection(COUNTY, served.version)
    before = store.count(name)
    store.client.delete_collection(name)
    assert rebuild(store, objects, objects.parquet, COUNTY, served.version) == before == store.count(name)
    assert before == len(kept_sales(objects, COUNTY, served.version)) + len(listing_vectors)


def test_listings_of_a_day_are_replaced(store: VectorStore, served: ServedModel, listing_vectors: pd.DataFrame) -> None:
    put_listings(store, listing_vectors, COUNTY, DAY, served.version)
    put_listings(store, listing_vectors.head(10), COUNTY, DAY, served.version)
    assert store.count(collection(COUNTY, served.version)) == 10
