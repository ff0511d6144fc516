"""Properties like this one: filters hold, itself is not among them, nothing of a later day."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from realestate_os.resources.object_store import ObjectStore
from realestate_os.resources.vector_store import Points, VectorStore
from realestate_os.similarity.alike import NoVectorError, Wanted, properties_like
from realestate_os.similarity.frames import EMBEDDINGS
from realestate_os.similarity.index import keep_sales, put_listings
from realestate_os.valuation.value import ServedModel
from realestate_os_tests.valuation.county import COUNTY, DAY, MadeCounty

ME = "p00003"


@pytest.fixture
def filed(
    objects: ObjectStore, served: ServedModel, day_history: pd.DataFrame, listing_vectors: pd.DataFrame
) -> ObjectStore:
    """The day's vectors in Parquet alone."""
    objects.parquet.write(EMBEDDINGS, f"{COUNTY}|{DAY}", listing_vectors)
    keep_sales(objects, served, day_history, COUNTY, DAY)
    return objects


def test_the_most_alike_first_and_qdrant_is_filled_on_the_way(store: VectorStore, filed: ObjectStore) -> None:
    found = properties_like(store, filed, COUNTY, DAY, ME, Wanted(limit=59))
    assert len(found) == 59
    assert ME not in set(found["item_id"])
    assert found["similarity"].is_monotonic_decreasing
    assert set(found["on"]) == {DAY}
    by_profile = properties_like(store, filed, COUNTY, DAY, ME, Wanted(using="profile", limit=59))
    assert by_profile["item_id"].tolist() != found["item_id"].tolist()


def test_filters(store: VectorStore, filed: ObjectStore, county: MadeCounty) -> None:
    wanted = Wanted(zip_code="98101", price_usd=(None, 700_000.0), square_footage=(1200.0, 2500.0), radius_miles=3.0)
    found = properties_like(store, filed, COUNTY, DAY, ME, wanted)
    assert 0 < len(found) <= 10
    assert set(found["zip_code"]) == {"98101"}
    assert (found["price_usd"] <= 700_000).all()
    assert found["square_footage"].between(1200, 2500).all()
    assert (found["distance_miles"] <= 3).all()
    condos = properties_like(store, filed, COUNTY, DAY, ME, Wanted(property_type="condo", limit=100))
    assert len(condos) == (county.listings["property_type"] == "condo").sum() - (
        county.listings.set_index("property_id")["property_type"][ME] == "condo"
    )
    assert properties_like(store, filed, COUNTY, DAY, ME, Wanted(zip_code="00000")).empty


def test_closed_sales_and_never_one_after_the_day(
    store: VectorStore, filed: ObjectStore, listing_vectors: pd.DataFrame
) -> None:
    early = DAY - timedelta(days=200)
    filed.parquet.write(EMBEDDINGS, f"{COUNTY}|{early}", listing_vectors.assign(date=early, event_date=early))
    found = properties_like(store, filed, COUNTY, early, ME, Wanted(kind="sale", limit=500))
    assert len(found) > 50
    assert found["on"].max() < early
    assert found["street_address"].str.len().gt(0).all()


def test_another_days_listings_are_not_among_them(
    store: VectorStore, filed: ObjectStore, listing_vectors: pd.DataFrame, served: ServedModel
) -> None:
    tomorrow = DAY + timedelta(days=1)
    point_id = [f"00000000-0000-0000-0000-{n:012d}" for n in range(len(listing_vectors))]
    later = listing_vectors.assign(date=tomorrow, event_date=tomorrow, known_on=tomorrow, point_id=point_id)
    put_listings(store, later, COUNTY, tomorrow, served.version)
    assert len(properties_like(store, filed, COUNTY, DAY, ME, Wanted(limit=500))) == 59


def test_a_property_without_a_place(store: VectorStore, filed: ObjectStore) -> None:
    with pytest.raises(NoVectorError, match="its coordinates are not known"):
        properties_like(store, filed, COUNTY, DAY, "elsewhere", Wanted())


def test_above_twenty_thousand_points_a_server_is_due(store: VectorStore) -> None:
    store.ensure_collection("one", {"physical": 2})
    vectors = np.ones((3, 2), dtype=np.float32)
    ids = [f"00000000-0000-0000-0000-{n:012d}" for n in range(3)]
    place = {"location": {"lat": 0.0, "lon": 0.0}}
    store.upsert("one", Points(ids, {"physical": vectors}, [place] * 3))
    assert store.server_is_due() is None
    assert "3 points, more than 2: a server is due" in str(store.server_is_due(limit=2))
