"""A table that a person brings: CSV, XLSX or Parquet, as the world writes them.

Belongs here: which kind of file it is, its text encoding, its delimiter, where its header stands, rows that
do not fit it. Does not: what a column means (each stage has its mappings). CSV cells are texts; those of
XLSX and Parquet keep their own types.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from realestate_os.errors import RealEstateOSError
from realestate_os.storage.set_aside import SetAside

if TYPE_CHECKING:
    import pandas as pd

# County offices put a title, a date and a blank line above the header.
HEADER_WITHIN_ROWS = 15
# A workbook of a few megabytes can unpack to a machine's whole memory.
MAX_UNPACKED_BYTES = 1_000_000_000
DELIMITERS = ",;\t|"
FORMULA_WITHOUT_VALUE = "formula_without_value"

Rows = Iterator[tuple[int, list[Any]]]
# How much a row looks like the header; the first of the best is taken.
HeaderScore = Callable[[list[str]], float]


@dataclass(frozen=True)
class TableFile:
    """A file's cells, the line each row stood on, and what it was: name, digest of its bytes, encoding.

    `repeated` names the columns whose name stood there before; the second is called `Name (2)`.
    """

    name: str
    sha256: str
    encoding: str
    cells: pd.DataFrame
    lines: pd.Series[Any]
    repeated: tuple[str, ...] = ()

    def item(self, position: int) -> str:
        """How a person finds the row: `list.csv line 12`."""
        return f"{self.name} line {self.lines.iloc[position]}"


def read_table(
    path: Path,
    refused: SetAside,
    error: type[RealEstateOSError],
    *,
    max_bytes: int | None = None,
    header_score: HeaderScore | None = None,
) -> TableFile:
    """Read a file; rows that do not fit its header go to `refused`.

    `header_score` finds the header below a title; without it the first row that is not blank is the header.

    Raises:
        error: missing, too large, empty, damaged or no table; the message names the file and what to do.
    """
    data = _bytes(path, error, max_bytes)
    digest = hashlib.sha256(data).hexdigest()
    name = path.name.lower()
    if data.startswith(b"PAR1") or name.endswith((".parquet", ".pq")):
        return _parquet(path, data, digest, error)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise error(f"{path}: an Excel file of the old kind (.xls); save it as .xlsx or as CSV")
    if data.startswith(b"PK") or name.endswith((".xlsx", ".xlsm")):
        rows, encoding = _xlsx_rows(path, data, error, refused), "xlsx"
    else:
        text, encoding = _decoded(path, data, error, max_bytes)
        rows = _csv_rows(path, text, error)
    return _table(path, digest, encoding, rows, refused, error, header_score)


def _bytes(path: Path, error: type[RealEstateOSError], max_bytes: int | None) -> bytes:
    try:
        size = path.stat().st_size
        if max_bytes is not None and size > max_bytes:
            raise error(_too_large(path, size, max_bytes))
        return path.read_bytes()
    except OSError as reason:
        raise error(
            f"{path}: cannot be read: {reason.strerror}; give the path of a CSV, XLSX or Parquet file"
        ) from None


def _too_large(path: Path, size: int, most: int) -> str:
    return f"{path}: {size / 1e6:,.0f} MB; at most {most / 1e6:,.0f} MB are read at once; split it, or drop columns"


def _decoded(path: Path, data: bytes, error: type[RealEstateOSError], max_bytes: int | None) -> tuple[str, str]:
    """The text and its encoding: UTF-8 or UTF-16 with or without mark, else the Windows code page."""
    plain = _unzipped(path, data, error, max_bytes) if data[:2] == b"\x1f\x8b" else data
    encoding = _utf_16(plain) or "utf-8-sig"
    if encoding == "utf-8-sig" and b"\x00" in plain[:4096]:
        raise error(f"{path}: is not text; give a CSV (also .gz), Parquet or XLSX file")
    try:
        return plain.decode(encoding), encoding.removesuffix("-sig")
    except UnicodeDecodeError:
        return plain.decode("cp1252", errors="replace"), "cp1252"


def _unzipped(path: Path, data: bytes, error: type[RealEstateOSError], max_bytes: int | None) -> bytes:
    most = max_bytes if max_bytes is not None else -2
    try:
        plain = gzip.GzipFile(fileobj=io.BytesIO(data)).read(most + 1)
    except (OSError, EOFError, zlib.error) as reason:
        raise error(f"{path}: damaged gzip file: {reason}; fetch it again") from None
    if max_bytes is not None and len(plain) > max_bytes:
        raise error(_too_large(path, len(plain), max_bytes))
    return plain


def _utf_16(data: bytes) -> str | None:
    """Excel's "Unicode text" is UTF-16; Latin letters then have a zero byte in every other place."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    head = data[:4096]
    high, low = head[0::2].count(0), head[1::2].count(0)
    if len(head) > 8 and min(high, low) == 0 and max(high, low) > len(head) / 4:
        return "utf-16-le" if low else "utf-16-be"
    return None


def _csv_rows(path: Path, text: str, error: type[RealEstateOSError]) -> Rows:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as reason:
        raise error(f"{path}: line {reader.line_num} is not CSV: {reason}") from None


def _delimiter(text: str) -> str:
    """The one that stands most often in the fullest of the first lines; a title has none."""
    lines = text[:20_000].splitlines()[:HEADER_WITHIN_ROWS]
    return max(DELIMITERS, key=lambda sign: max((line.count(sign) for line in lines), default=0))


def _xlsx_rows(path: Path, data: bytes, error: type[RealEstateOSError], refused: SetAside) -> Rows:
    """Rows of the first sheet that has any, formulas as the values that the program saved with them."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MAX_UNPACKED_BYTES:
                raise error(f"{path}: unpacks to more than {MAX_UNPACKED_BYTES / 1e9:.0f} GB; save the sheet as CSV")
        values = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        formulas = load_workbook(io.BytesIO(data), read_only=True)
        yield from _sheet_rows(path, values, formulas, refused)
    except (ValueError, KeyError, zipfile.BadZipFile, InvalidFileException, SyntaxError, zlib.error) as reason:
        raise error(f"{path}: not a readable XLSX file: {reason}; save it again, or as CSV") from None


def _sheet_rows(path: Path, values: Any, formulas: Any, refused: SetAside) -> Rows:
    for sheet, written in zip(values.worksheets, formulas.worksheets, strict=True):
        # The size that a file claims may be wrong; without it the rows tell their own.
        sheet.reset_dimensions()
        written.reset_dimensions()
        found = False
        pairs = zip(sheet.iter_rows(values_only=True), written.iter_rows(values_only=True), strict=True)
        for line, (row, source) in enumerate(pairs, start=1):
            found = found or any(cell is not None for cell in row)
            unsaved = [text for cell, text in zip(row, source, strict=True) if cell is None and _is_formula(text)]
            if unsaved:
                detail = "open the file in a spreadsheet program and save it, so that it holds the result"
                refused.add(f"{path.name} line {line}", FORMULA_WITHOUT_VALUE, value=unsaved[0], detail=detail)
            else:
                yield line, list(row)
        if found:
            return


def _is_formula(cell: object) -> bool:
    return isinstance(cell, str) and cell.startswith("=")


def _parquet(path: Path, data: bytes, digest: str, error: type[RealEstateOSError]) -> TableFile:
    import pandas as pd
    import pyarrow as pa

    try:
        cells = pd.read_parquet(io.BytesIO(data))
    except (pa.ArrowException, OSError, ValueError) as reason:
        raise error(f"{path}: not a readable Parquet file: {reason}; write it again") from None
    return TableFile(path.name, digest, "parquet", cells, pd.Series(range(1, len(cells) + 1), index=cells.index))


def _table(
    path: Path,
    digest: str,
    encoding: str,
    rows: Rows,
    refused: SetAside,
    error: type[RealEstateOSError],
    header_score: HeaderScore | None,
) -> TableFile:
    import pandas as pd

    header, repeated, rest = _header(path, rows, error, header_score)
    good, lines = [], []
    for line, row in rest:
        fitted = _fitted(row, len(header), padded=encoding == "xlsx")
        if fitted is not None:
            good.append(fitted)
            lines.append(line)
        elif any(_text(cell) for cell in row):
            refused.add(f"{path.name} line {line}", "wrong_number_of_cells", value=len(row),
                        detail=f"the header has {len(header)}")  # fmt: skip
    cells = pd.DataFrame(good, columns=header, dtype=object)
    return TableFile(path.name, digest, encoding, cells, pd.Series(lines, dtype="int64"), repeated)


def _header(
    path: Path, rows: Rows, error: type[RealEstateOSError], header_score: HeaderScore | None
) -> tuple[list[str], tuple[str, ...], Iterable[tuple[int, list[Any]]]]:
    """Names of the columns, those that stood there twice, and the rows below."""
    filled = (one for one in rows if any(_text(cell) for cell in one[1]))
    first = list(islice(filled, 1 if header_score is None else HEADER_WITHIN_ROWS))
    if not first:
        raise error(f"{path}: is empty; expected a header and rows")
    texts = [[_text(cell) for cell in row] for _, row in first]
    scores = [0.0] if header_score is None else [header_score(row) for row in texts]
    at = scores.index(max(scores))
    names, repeated = _unique(texts[at])
    return names, repeated, chain(first[at + 1 :], rows)


def _unique(header: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """A name for each column: blank ones by their place, repeated ones numbered; blanks at the end are dropped."""
    while header and not header[-1]:
        header = header[:-1]
    names: list[str] = []
    repeated: list[str] = []
    for place, text in enumerate(header, start=1):
        name = text or f"column {place}"
        if name in names:
            repeated.append(name)
            name = next(f"{name} ({n})" for n in range(2, len(header) + 2) if f"{name} ({n})" not in names)
        names.append(name)
    return names, tuple(repeated)


def _fitted(row: list[Any], width: int, *, padded: bool) -> list[Any] | None:
    """The row at the header's width; None when it is blank or does not fit.

    Blank cells beyond the header are dropped. A spreadsheet leaves out blank cells at a row's end: they are added.
    """
    if not any(_text(cell) for cell in row):
        return None
    if padded and len(row) < width:
        row = row + [None] * (width - len(row))
    if len(row) > width and not any(_text(cell) for cell in row[width:]):
        row = row[:width]
    return row if len(row) == width else None


def _text(cell: object) -> str:
    return "" if cell is None else " ".join(str(cell).split())
