"""Qdrant in local mode: writing, replacing, searching, one process at a time; a server that is not there."""

from __future__ import annotations

import fcntl
from pathlib import Path

import numpy as np
import pytest

from realestate_os.resources.vector_query import Near, Query, miles_between
from realestate_os.resources.vector_store import Points, VectorStore, VectorStoreError
from realestate_os.settings import load_settings

NAME = "county-v1"
CENTRE = (47.6, -122.3)


def payload(item: str, **changes: object) -> dict[str, object]:
    base = {"kind": "sale", "item_id": item, "property_type": "condo", "square_footage": 1000.0}
    place = {"lat": CENTRE[0] + 0.001, "lon": CENTRE[1]}
    return base | {"event_day": 100, "known_day": 110, "location": place} | changes


def uuids(count: int) -> list[str]:
    return [f"00000000-0000-0000-0000-{i:012d}" for i in range(count)]


def query(
    radius: float | None = 0.5, kind: str | None = "condo", most_sqft: float = 1200.0, last_day: int = 200
) -> Query:
    return Query(
        kind="sale",
        vector=np.array([1.0, 0.0], dtype=np.float32),
        near=Near(*CENTRE, radius),
        equal={"property_type": kind} if kind else {},
        between={"square_footage": (800.0, most_sqft), "event_day": (50, last_day), "known_day": (None, last_day)},
    )


SALES = {
    "same": payload("same"),
    "askew": payload("askew"),
    "house": payload("house", property_type="single_family"),
    "large": payload("large", square_footage=1201.0),
    "old": payload("old", event_day=49),
    "future": payload("future", event_day=201),
    "unrecorded": payload("unrecorded", known_day=201),
    "far": payload("far", location={"lat": CENTRE[0] + 0.0100, "lon": CENTRE[1]}),
    "listing": payload("listing", kind="listing"),
}


@pytest.fixture
def filled(store: VectorStore) -> VectorStore:
    store.ensure_collection(NAME, {"physical": 2})
    vectors = np.array([[3.0, 0.0], [1.0, 1.0], *[[1.0, 0.0]] * (len(SALES) - 2)], dtype=np.float32)
    store.upsert(NAME, Points(uuids(len(SALES)), {"physical": vectors}, list(SALES.values())))
    return store


def test_only_sales_that_fit_are_found_the_most_alike_first(filled: VectorStore) -> None:
    hits = filled.search(NAME, [query()], "physical", 10)[0]
    assert [hit.item_id for hit in hits] == ["same", "askew"]
    assert [hit.similarity for hit in hits] == pytest.approx([1.0, 0.7071], abs=1e-4)
    assert hits[0].distance_miles == pytest.approx(0.069, abs=0.001)


def test_a_wider_radius_and_any_type(filled: VectorStore) -> None:
    found = filled.search(NAME, [query(radius=1.0), query(kind=None)], "physical", 10)
    assert {hit.item_id for hit in found[0]} == {"same", "askew", "far"}
    assert {hit.item_id for hit in found[1]} == {"same", "askew", "house"}


def test_the_exact_search_agrees_with_qdrants_own(filled: VectorStore) -> None:
    """Local mode reads the sales once and searches them itself; a server gets the filter."""
    wanted = [query(), query(radius=1.0), query(kind=None, most_sqft=5000.0), query(last_day=400)]
    ours = filled.search(NAME, wanted, "physical", 10)
    theirs = VectorStore(filled.client, local=False).search(NAME, wanted, "physical", 10)
    for one, other in zip(ours, theirs, strict=True):
        assert {(h.item_id, round(h.similarity, 4)) for h in one} == {
            (h.item_id, round(h.similarity, 4)) for h in other
        }


def test_the_limit_counts(filled: VectorStore) -> None:
    assert [h.item_id for h in filled.search(NAME, [query()], "physical", 1)[0]] == ["same"]
    assert filled.search(NAME, [], "physical", 1) == []


def test_upsert_replaces(filled: VectorStore) -> None:
    changed = Points(uuids(1), {"physical": np.array([[1.0, 0.0]])}, [payload("same", event_day=10)])
    filled.upsert(NAME, changed)
    assert filled.count(NAME) == len(SALES)
    assert [h.item_id for h in filled.search(NAME, [query()], "physical", 10)[0]] == ["askew"]


def test_missing_and_delete(filled: VectorStore) -> None:
    ids = uuids(len(SALES) + 2)
    assert filled.missing(NAME, ids) == set(ids[-2:])
    filled.delete(NAME, kind="listing", event_day=100)
    assert filled.missing(NAME, ids[:-2]) == {ids[len(SALES) - 1]}


def test_what_is_written_is_there_after_reopening(tmp_path: Path) -> None:
    settings = load_settings(realestate_os_home=tmp_path, qdrant_url=None)
    with VectorStore.from_settings(settings) as store:
        store.ensure_collection(NAME, {"physical": 2})
        store.upsert(NAME, Points(uuids(1), {"physical": np.array([[3.0, 4.0]])}, [payload("same")]))
    with VectorStore.from_settings(settings) as store:
        hit = store.search(NAME, [query()], "physical", 1)[0][0]
        assert (hit.item_id, round(hit.similarity, 4)) == ("same", 0.6)
        store.set_alias("county", NAME)
        store.set_alias("county", NAME)
        assert store.count("county") == 1


def test_an_empty_collection_finds_nothing(store: VectorStore) -> None:
    store.ensure_collection(NAME, {"physical": 2})
    assert store.search(NAME, [query()], "physical", 5) == [[]]
    assert store.count("nowhere") == 0


def test_a_second_process_waits_and_then_says_so(tmp_path: Path) -> None:
    settings = load_settings(realestate_os_home=tmp_path, qdrant_url=None)
    with open(tmp_path / "qdrant.lock", "w", encoding="utf-8") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(VectorStoreError, match=r"another process has held .*qdrant.* set QDRANT_URL"):
            VectorStore.from_settings(settings, lock_wait_s=0.3).__enter__()
    with VectorStore.from_settings(settings) as store:
        assert store.local


def test_a_server_that_does_not_answer(tmp_path: Path) -> None:
    settings = load_settings(realestate_os_home=tmp_path, qdrant_url="http://127.0.0.1:9")
    with pytest.raises(VectorStoreError, match=r"does not answer at http://127.0.0.1:9 \(QDRANT_URL\)"):
        VectorStore.from_settings(settings).__enter__()


def test_miles() -> None:
    seattle_bellevue = miles_between(47.6062, -122.3321, 47.6101, -122.2015)
    assert float(seattle_bellevue) == pytest.approx(6.09, abs=0.02)
