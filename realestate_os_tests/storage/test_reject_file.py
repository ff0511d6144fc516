"""What an import refused, in a file that a spreadsheet program may open."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realestate_os.storage.reject_file import REASON_COLUMNS, spreadsheet_safe, write_rejects
from realestate_os.storage.set_aside import SetAside
from realestate_os.storage.table_files import TableFile


@pytest.mark.parametrize(
    "cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(A1)", "\t=1", "\r=1", " =1", "-", "=-1"]
)
def test_what_would_run_is_made_text(cell: str) -> None:
    assert spreadsheet_safe(cell) == f"'{cell}"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("-122.33", "-122.33"),
        ("+1", "+1"),
        ("-$5,000", "-$5,000"),
        ("12 Elm St", "12 Elm St"),
        (None, ""),
        (float("nan"), ""),
        (3, "3"),
    ],
)
def test_numbers_and_plain_texts_stay(cell: object, text: str) -> None:
    assert spreadsheet_safe(cell) == text


@given(st.text(max_size=30))
def test_no_text_begins_a_formula(text: str) -> None:
    safe = spreadsheet_safe(text)
    assert not safe.lstrip(" ").startswith(("=", "@")) or safe.startswith("'")


def test_lines_and_reasons_stand_side_by_side(tmp_path: Path) -> None:
    cells = pd.DataFrame({"Address": ["12 Elm", "=x"], "Owner": ["a", "b"], REASON_COLUMNS[0]: ["", "old"]})
    table, refused = TableFile("list.csv", "0", "utf-8", cells, pd.Series([2, 3])), SetAside()
    refused.add("list.csv line 9", "wrong_number_of_cells", value=3)
    refused.add("list.csv line 3", "missing_address", field="street_address", value="=x", detail="a house number")
    write_rejects(tmp_path / "refused.csv", table, [1], refused, leave_out={"Owner"})
    with (tmp_path / "refused.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        [*REASON_COLUMNS, "Address"],
        ["list.csv line 9", "wrong_number_of_cells", "", "3", "", ""],
        ["list.csv line 3", "missing_address", "street_address", "'=x", "a house number", "'=x"],
    ]
