from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realestate_os.sandbox.records.where import NoSuchFieldError, WhereError, parse_where

FIELDS = {"PIN": "text", "Price": "number", "Sold": "date"}
ROWS = [
    {"PIN": "001", "Price": 100.0, "Sold": date(2024, 1, 5)},
    {"PIN": "002", "Price": 250.0, "Sold": date(2024, 6, 30)},
    {"PIN": "O'NEIL", "Price": None, "Sold": None},
]


def pins(clause: str) -> list[object]:
    keep = parse_where(clause, FIELDS)
    return [row["PIN"] for row in ROWS if keep(row)]


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("1=1", ["001", "002", "O'NEIL"]),
        ("1=0", []),
        ("PIN = '001'", ["001"]),
        ("pin = 'O''NEIL'", ["O'NEIL"]),
        ("PIN IN ('001','002')", ["001", "002"]),
        ("PIN NOT IN ('001', '002')", ["O'NEIL"]),
        ("Price > 100 AND Price <= 250.0", ["002"]),
        ("Price <> 100", ["002"]),
        ("Price = '250'", ["002"]),
        ("Price BETWEEN 50 AND 150", ["001"]),
        ("Price IS NULL", ["O'NEIL"]),
        ("Price IS NOT NULL AND NOT (PIN = '001')", ["002"]),
        ("Sold >= DATE '2024-02-01'", ["002"]),
        ("Sold < timestamp '2024-02-01 00:00:00'", ["001"]),
        ("Sold > '2024-01-01T00:00:00.000'", ["001", "002"]),
        ("PIN LIKE '00%'", ["001", "002"]),
        ("PIN LIKE '00_' AND PIN NOT LIKE '%1'", ["002"]),
        ("UPPER(PIN) = 'O''NEIL' or Price < 200", ["001", "O'NEIL"]),
        ("PIN='001' OR PIN='002' AND Price > 1000", ["001"]),
    ],
)
def test_what_is_understood(clause: str, expected: list[object]) -> None:
    assert pins(clause) == expected


@pytest.mark.parametrize(
    "clause", ["", "PIN =", "PIN = 1; DROP TABLE x", "PIN IN ('1'", "Sold > 'soon'", "Price > 'dear'", "PIN 'x'", "= 1"]
)
def test_what_is_refused(clause: str) -> None:
    with pytest.raises(WhereError):
        parse_where(clause, FIELDS)


def test_an_unknown_field_is_named() -> None:
    with pytest.raises(NoSuchFieldError, match="zip"):
        parse_where("zip = '98101'", FIELDS)


@given(st.text(max_size=60))
def test_nonsense_is_refused_and_nothing_else(clause: str) -> None:
    try:
        keep = parse_where(clause, FIELDS)
    except WhereError:
        return
    for row in ROWS:
        assert keep(row) in (True, False)
