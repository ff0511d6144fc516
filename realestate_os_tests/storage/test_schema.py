"""A frame refuses what does not fit, and says what."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from realestate_os.storage.schema import Column, Frame, SchemaError

HOMES = Frame(
    "homes",
    "one home",
    (
        Column("property_id", "string", "id", nullable=False),
        Column("date", "date", "day", nullable=False),
        Column("price_usd", "float64", "price", "USD"),
        Column("vector", "float32[]", "vector"),
    ),
)


def rows(**changes: object) -> pd.DataFrame:
    plain = {
        "property_id": ["a", "b"],
        "date": [date(2026, 1, 2)] * 2,
        "price_usd": [1.5, None],
        "vector": [[1.0], None],
    }
    return pd.DataFrame({**plain, **changes})


def test_round_trip_keeps_types_and_order() -> None:
    shuffled = rows()[["vector", "price_usd", "date", "property_id"]]
    table = HOMES.to_arrow(shuffled)
    assert table.schema == HOMES.arrow_schema()
    assert table.column("price_usd").null_count == 1


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (rows().drop(columns="price_usd"), r"missing columns \['price_usd'\]"),
        (rows(extra=1), r"unknown columns \['extra'\]"),
        (rows(price_usd=["cheap", 1]), "homes.price_usd: expected float64"),
        (rows(date=[1.5, 2.5]), "homes.date: expected date"),
        (rows(property_id=["a", None]), "homes.property_id: 1 of 2 values are missing"),
        (rows(property_id=["a", "a"]), "stands twice"),
    ],
)
def test_refuses(frame: pd.DataFrame, message: str) -> None:
    with pytest.raises(SchemaError, match=message):
        HOMES.to_arrow(frame)


def test_empty_has_all_columns() -> None:
    assert list(HOMES.empty()) == HOMES.names
    assert len(HOMES.to_arrow(HOMES.empty())) == 0
