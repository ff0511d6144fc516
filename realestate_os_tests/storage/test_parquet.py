"""ParquetStore in a folder and in a bucket."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from realestate_os.resources.object_store import ObjectStore
from realestate_os.settings import Settings
from realestate_os.storage.parquet import ParquetStore, PartitionMissingError, partition_path
from realestate_os.storage.schema import Column, Frame, SchemaError
from realestate_os.storage.set_aside import SetAside

HOMES = Frame("homes", "one home", (Column("property_id", "string", "id", nullable=False),))
WIDER = Frame("homes", "one home", (*HOMES.columns, Column("price_usd", "float64", "price", "USD")))


def home(*ids: str) -> pd.DataFrame:
    return pd.DataFrame({"property_id": list(ids)})


@pytest.fixture
def store(store_settings: Settings) -> ParquetStore:
    return ObjectStore.from_settings(store_settings).parquet


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("king_wa|2026-11-24", "county=king_wa/date=2026-11-24"),
        ("king_wa", "county=king_wa/all"),
    ],
)
def test_partition_path(key: str, path: str) -> None:
    assert partition_path(key) == path


def test_write_replaces_and_reads_back(store: ParquetStore) -> None:
    store.write(HOMES, "king_wa|2026-11-24", home("a", "b"))
    path = store.write(HOMES, "king_wa|2026-11-24", home("c"))
    assert path.endswith("assets/homes/county=king_wa/date=2026-11-24.parquet")
    assert store.read(HOMES, "king_wa|2026-11-24")["property_id"].tolist() == ["c"]


def test_a_missing_partition_says_how_to_make_it(store: ParquetStore) -> None:
    with pytest.raises(PartitionMissingError, match="materialize --county king_wa --date 2026-11-24 --assets homes"):
        store.read(HOMES, "king_wa|2026-11-24")


def test_a_file_of_another_version_is_refused(store: ParquetStore) -> None:
    store.write(HOMES, "king_wa", home("a"))
    with pytest.raises(SchemaError, match="price_usd"):
        store.read(WIDER, "king_wa")


def test_dates_are_the_countys_own_up_to_a_day(store: ParquetStore) -> None:
    for key in ("king_wa|2026-11-24", "king_wa|2026-11-22", "cook_il|2026-11-23"):
        store.write(HOMES, key, home(key))
    assert store.dates(HOMES, "king_wa") == [date(2026, 11, 22), date(2026, 11, 24)]
    assert store.dates(HOMES, "king_wa", until=date(2026, 11, 23)) == [date(2026, 11, 22)]
    assert [day for day, _ in store.read_days(HOMES, "king_wa", [date(2026, 11, 22)])] == [date(2026, 11, 22)]


def test_set_aside_is_kept_and_replaced(store: ParquetStore) -> None:
    refused = SetAside()
    refused.add("https://x/1", "impossible_value", field="bedrooms", value=99, detail="at most 20")
    store.write_set_aside("homes", "king_wa|2026-11-24", refused)
    assert store.read_set_aside("homes", "king_wa|2026-11-24")["value"].tolist() == ["99"]
    store.write_set_aside("homes", "king_wa|2026-11-24", SetAside())
    assert store.read_set_aside("homes", "king_wa|2026-11-24").empty
    assert store.read_set_aside("homes", "king_wa|2026-11-25").empty
