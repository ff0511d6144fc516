"""Qdrant by URL: the same answers as local mode, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pandas as pd
import pytest

from realestate_os.resources.object_store import ObjectStore
from realestate_os.resources.vector_store import VectorStore, VectorStoreError
from realestate_os.settings import load_settings
from realestate_os.similarity.candidates import find_candidates
from realestate_os.similarity.index import collection, fill_day, keep_sales, publish, sale_search
from realestate_os.valuation.value import ServedModel
from realestate_os_tests.similarity.qdrant_server import QdrantServer, qdrant_server
from realestate_os_tests.valuation.county import COUNTY, DAY, MadeCounty


@pytest.fixture
def server() -> Iterator[QdrantServer]:
    with qdrant_server() as running:
        yield running


def opened(server: QdrantServer, home: Path) -> VectorStore:
    return VectorStore.from_settings(load_settings(realestate_os_home=home, qdrant_url=server.url)).__enter__()


def test_the_same_candidates_as_in_local_mode(
    server: QdrantServer,
    store: VectorStore,
    objects: ObjectStore,
    tmp_path: Path,
    served: ServedModel,
    county: MadeCounty,
    day_history: pd.DataFrame,
    listing_vectors: pd.DataFrame,
) -> None:
    keep_sales(objects, served, day_history, COUNTY, DAY)
    found = []
    remote = opened(server, tmp_path)
    for each in (store, remote):
        assert publish(each, objects, served, listing_vectors, COUNTY, DAY) > 300
        search = sale_search(each, COUNTY, served.version)
        found.append(find_candidates(county.listings.head(8), listing_vectors, day_history, DAY, search))
    keys = ["home", "step", "sale"]
    local, http = (one.sort_values(keys, ignore_index=True) for one in found)
    assert len(local) > 50
    pd.testing.assert_frame_equal(http, local, rtol=1e-4)
    assert {"county", "zip_code", "property_type", "price_usd", "event_day", "location"} <= set(server.indexes)
    assert "geo" in server.indexes["location"]


def test_the_alias_follows_and_what_is_lacking_is_filled(
    server: QdrantServer, objects: ObjectStore, tmp_path: Path, served: ServedModel, listing_vectors: pd.DataFrame
) -> None:
    store = opened(server, tmp_path)
    publish(store, objects, served, listing_vectors, COUNTY, DAY)
    assert store.count(COUNTY) == len(listing_vectors)
    store.delete(collection(COUNTY, served.version), kind="listing", county=COUNTY)
    assert fill_day(store, objects, listing_vectors, COUNTY, served.version) == len(listing_vectors)
    store.drop_collection(collection(COUNTY, served.version))
    assert store.count(collection(COUNTY, served.version)) == 0
    assert store.server_is_due() is None


def test_a_server_that_goes_away_meanwhile(tmp_path: Path) -> None:
    with ExitStack() as running:
        server = running.enter_context(qdrant_server())
        settings = load_settings(realestate_os_home=tmp_path, qdrant_url=server.url)
        with (
            pytest.raises(VectorStoreError, match="vectors that are missing there are filled from Parquet"),
            VectorStore.from_settings(settings) as store,
        ):
            running.close()
            store.count("any")
