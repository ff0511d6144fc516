"""Files as people send them: read alike whatever program wrote them, or refused with what to do."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import Workbook

from realestate_os.errors import RealEstateOSError
from realestate_os.storage.set_aside import SetAside
from realestate_os.storage.table_files import TableFile, read_table

CSV = "Address,City,Zip\n12 Señor St,Seattle,98101\n14 Elm St,Kent,98030\n"
ROWS = [["12 Señor St", "Seattle", "98101"], ["14 Elm St", "Kent", "98030"]]


def read(path: Path, data: bytes | str, refused: SetAside | None = None, **options: Any) -> TableFile:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_table(path, SetAside() if refused is None else refused, RealEstateOSError, **options)


def workbook(path: Path, rows: list[list[Any]], *, merge: str | None = None) -> Path:
    book = Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    if merge:
        sheet.merge_cells(merge)
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (CSV.encode(), "utf-8"),
        (CSV.encode("utf-8-sig"), "utf-8"),
        (CSV.encode("utf-16"), "utf-16"),
        (CSV.encode("utf-16-le"), "utf-16-le"),
        (CSV.encode("utf-16-be"), "utf-16-be"),
        (CSV.encode("cp1252"), "cp1252"),
        (gzip.compress(CSV.encode(), mtime=0), "utf-8"),
        (CSV.replace(",", ";").encode(), "utf-8"),
        (CSV.replace(",", "\t").encode("utf-16"), "utf-16"),
        (CSV.replace(",", "|").encode(), "utf-8"),
        (CSV.replace("\n", "\r\n").encode(), "utf-8"),
        (CSV.replace("\n", ",,\n").encode(), "utf-8"),
    ],
)
def test_encodings_and_delimiters_read_alike(tmp_path: Path, data: bytes, encoding: str) -> None:
    table = read(tmp_path / "list.csv", data)
    assert table.cells.to_numpy().tolist() == ROWS
    assert (table.encoding, list(table.cells.columns), list(table.lines)) == (
        encoding,
        ["Address", "City", "Zip"],
        [2, 3],
    )


def test_xlsx_and_parquet_read_alike_and_are_known_by_their_content(tmp_path: Path) -> None:
    header = ["Address", "City", "Zip"]
    book = workbook(tmp_path / "list.xlsx", [header, *ROWS]).read_bytes()
    pd.DataFrame(ROWS, columns=header).to_parquet(tmp_path / "list.parquet")
    for name, data in (("a.xlsx", book), ("a.csv", book), ("b.csv", (tmp_path / "list.parquet").read_bytes())):
        assert read(tmp_path / name, data).cells.to_numpy().tolist() == ROWS


def test_the_header_below_a_merged_title_is_found(tmp_path: Path) -> None:
    rows = [["Delinquent taxes 2025", None, None], [None] * 3, ["Address", "City", "Zip"], *ROWS]
    path = workbook(tmp_path / "list.xlsx", rows, merge="A1:C1")
    table = read(path, path.read_bytes(), header_score=lambda row: float("Zip" in row))
    assert table.cells.to_numpy().tolist() == ROWS
    assert table.item(0) == "list.xlsx line 4"


def test_blank_and_repeated_names_of_columns_stay_apart(tmp_path: Path) -> None:
    table = read(tmp_path / "list.csv", "Phone,,Phone,Phone,\n1,2,3,4,\n")
    assert list(table.cells.columns) == ["Phone", "column 2", "Phone (2)", "Phone (3)"]
    assert table.repeated == ("Phone", "Phone")


def test_a_formula_counts_by_its_saved_value_and_without_one_the_row_is_set_aside(tmp_path: Path) -> None:
    # openpyxl saves formulas without results, as a program does that writes a file nobody has opened.
    path, refused = (
        workbook(tmp_path / "list.xlsx", [["Address", "Zip"], ["12 Elm St", "98101"], ["=A2", "1"]]),
        SetAside(),
    )
    assert read(path, path.read_bytes(), refused).cells.to_numpy().tolist() == [["12 Elm St", "98101"]]
    assert (refused.rows[0]["item"], refused.rows[0]["reason"]) == ("list.xlsx line 3", "formula_without_value")


def test_a_row_that_does_not_fit_is_set_aside_and_blank_lines_are_not(tmp_path: Path) -> None:
    refused = SetAside()
    table = read(tmp_path / "list.csv", "a,b\n1,2\n\n , \n3\n4,5,6\n7,8\n", refused)
    assert table.cells.to_numpy().tolist() == [["1", "2"], ["7", "8"]]
    assert [row["item"] for row in refused.rows] == ["list.csv line 5", "list.csv line 6"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"\n , ,\n\n", "is empty"),
        (b"a,b\n" * 1000, "0 MB; at most 0 MB are read at once; split it"),
        (gzip.compress(b"a,b\n" * 1000, mtime=0), "at most 0 MB are read at once"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", r"old kind \(.xls\); save it as .xlsx"),
        (b"PK\x03\x04 and then nothing", "not a readable XLSX file"),
        (b"PAR1 and then nothing", "not a readable Parquet file"),
        (b"%PDF-1.7\x00\x01\x02\x00\x00", "is not text; give a CSV"),
        (b'a,b\n"' + b"x" * 200_000, "is not CSV|at most 0 MB"),
    ],
)
def test_what_is_no_table_says_what_to_do(tmp_path: Path, data: bytes, message: str) -> None:
    with pytest.raises(RealEstateOSError, match=message):
        read(tmp_path / "list.csv", data, max_bytes=2_000)


def test_a_workbook_that_unpacks_to_gigabytes_is_refused_before_it_is(tmp_path: Path) -> None:
    path = workbook(tmp_path / "bomb.xlsx", [["Address"]])
    data = bytearray(path.read_bytes())
    # The directory at the file's end says how large each part will be, 24 bytes into its entry.
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = (2_000_000_000).to_bytes(4, "little")
    with pytest.raises(RealEstateOSError, match="unpacks to more than 1 GB"):
        read(path, bytes(data))
