"""The vectors of a model version in Parquet and in Qdrant: written once, replaced, rebuilt."""

from __future__ import annotations

import pandas as pd

from realestate_os.resources.object_store import ObjectStore
from realestate_os.resources.vector_store import VectorStore
from realestate_os.similarity.frames import EMBEDDINGS
from realestate_os.similarity.index import collection, fill_sales, keep_sales, kept_sales, put_listings, rebuild
from realestate_os.valuation.value import ServedModel
from realestate_os_tests.valuation.county import COUNTY, DAY


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
    """Two versions served two days; what else lay in the collections is gone."""
    old, new = f"{COUNTY}|{DAY}", f"{COUNTY}|{DAY.replace(day=DAY.day + 1)}"
    keep_sales(objects, served, day_history, COUNTY, DAY)
    objects.parquet.write(EMBEDDINGS, old, listing_vectors)
    objects.parquet.write(EMBEDDINGS, new, listing_vectors.head(20).assign(model_version="4"))
    put_listings(store, listing_vectors.assign(event_date=DAY.replace(year=2001)), COUNTY, DAY, served.version)
    sales = len(kept_sales(objects, COUNTY, served.version))
    assert rebuild(store, objects, COUNTY) == {f"{COUNTY}-v3": sales + len(listing_vectors), f"{COUNTY}-v4": 20}
    assert store.count(collection(COUNTY, served.version)) == sales + len(listing_vectors)
    assert store.count(COUNTY) == 20, "the alias is of the newest day's version"
    assert rebuild(store, objects, "cook_il") == {}


def test_listings_of_a_day_are_replaced(store: VectorStore, served: ServedModel, listing_vectors: pd.DataFrame) -> None:
    put_listings(store, listing_vectors, COUNTY, DAY, served.version)
    put_listings(store, listing_vectors.head(10), COUNTY, DAY, served.version)
    assert store.count(collection(COUNTY, served.version)) == 10
