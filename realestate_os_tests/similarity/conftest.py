"""Fixtures of similarity: valuation's made county and model, a local Qdrant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from realestate_os.features.build import feature_rows
from realestate_os.resources.object_store import ObjectStore
from realestate_os.resources.vector_store import VectorStore
from realestate_os.settings import load_settings
from realestate_os.similarity.embed import embed_listings
from realestate_os.valuation.value import ServedModel
from realestate_os_tests.valuation.conftest import county, day_history, month_history, served, trained
from realestate_os_tests.valuation.county import COUNTY, DAY, MadeCounty

__all__ = ["county", "day_history", "month_history", "served", "trained"]


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    return ObjectStore(str(tmp_path / "objects"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[VectorStore]:
    with VectorStore.from_settings(load_settings(realestate_os_home=tmp_path, qdrant_url=None)) as opened:
        yield opened


@pytest.fixture(scope="session")
def listing_vectors(county: MadeCounty, served: ServedModel) -> pd.DataFrame:
    features = feature_rows(county.listings, COUNTY, DAY)
    return embed_listings(served, county.listings, features, DAY)
