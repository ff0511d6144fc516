"""`similar` and `vectors rebuild`: what a person types and reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from realestate_os.cli.main import main
from realestate_os.discovery.frames import LISTINGS
from realestate_os.resources.object_store import ObjectStore
from realestate_os.settings import get_settings
from realestate_os.similarity.frames import EMBEDDINGS
from realestate_os.similarity.index import keep_sales
from realestate_os.valuation.value import ServedModel
from realestate_os_tests.similarity.conftest import county, day_history, listing_vectors, month_history, served, trained
from realestate_os_tests.valuation.county import COUNTY, DAY, MadeCounty, empty

__all__ = ["county", "day_history", "listing_vectors", "month_history", "served", "trained"]

PLACE = ["--county", COUNTY, "--date", str(DAY)]
NOON = pd.Timestamp(DAY, tz="UTC") + pd.Timedelta(hours=12)
REQUIRED = {"date": DAY, "timestamp": NOON, "bool": False, "json": "[]", "string": "x", "float64": 1.0, "int64": 1}
Run = Callable[..., "Ended"]


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    county: MadeCounty,
    served: ServedModel,
    day_history: pd.DataFrame,
    listing_vectors: pd.DataFrame,
) -> Iterator[Run]:
    """The command on a data folder with a day's listings and vectors in Parquet, and nothing in Qdrant."""
    monkeypatch.setenv("REALESTATE_OS_HOME", str(tmp_path))
    get_settings.cache_clear()
    objects = ObjectStore.from_settings(get_settings())
    objects.parquet.write(EMBEDDINGS, f"{COUNTY}|{DAY}", listing_vectors)
    objects.parquet.write(LISTINGS, f"{COUNTY}|{DAY}", listed(county))
    keep_sales(objects, served, day_history, COUNTY, DAY)

    def run_it(*arguments: str, **variables: str) -> Ended:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        get_settings.cache_clear()
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        return Ended(int(ended.value.code or 0), *capsys.readouterr())

    yield run_it
    get_settings.cache_clear()


def listed(county: MadeCounty) -> pd.DataFrame:
    """LISTINGS of the made county, each at an address."""
    key = county.listings["street_address"].str.upper() + "||" + county.listings["zip_code"]
    known: dict[str, Any] = {name: county.listings[name] for name in LISTINGS.names if name in county.listings}
    for column in LISTINGS.columns:
        if not column.nullable and column.name not in known:
            known[column.name] = REQUIRED[column.dtype]
    return empty(LISTINGS, len(key)).assign(**(known | {"address_key": key}))[LISTINGS.names]


def test_similar_prints_and_filters(run: Run) -> None:
    shown = run("similar", "3 Pine St", *PLACE, "--max-price", "700000", "--limit", "4")
    assert (shown.code, shown.err) == (0, "")
    assert "Pine St" in shown.out
    rows = json.loads(run("similar", "3 Pine St", *PLACE, "--sales", "--miles", "3", "--json").out)
    assert len(rows) == 10
    assert all(row["distance_miles"] <= 3 for row in rows)
    assert "widen the filters" in run("similar", "3 Pine St", *PLACE, "--zip", "00000").out


def test_rebuild_says_what_it_wrote(run: Run) -> None:
    ended = run("vectors", "rebuild", "--county", COUNTY)
    assert ended.code == 0
    assert f"{COUNTY}-v3: " in ended.out
    assert ended.out.endswith("done\n")


def test_qdrant_down_is_one_line(run: Run) -> None:
    for words in (("similar", "3 Pine St", *PLACE), ("vectors", "rebuild")):
        ended = run(*words, QDRANT_URL="http://127.0.0.1:9")
        assert ended.code == 1
        assert ended.err.startswith("error: Qdrant does not answer at http://127.0.0.1:9 (QDRANT_URL)")
        assert len(ended.err.splitlines()) == 1
