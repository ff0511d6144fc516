"""Lines that an import refused, as a CSV that a person mends and imports again.

Belongs here: the refused lines with their reasons, safe to open in a spreadsheet program. Does not: why a line is
refused.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from realestate_os.storage.set_aside import SetAside
    from realestate_os.storage.table_files import TableFile

REASON_COLUMNS = ("rejected_line", "rejected_because", "rejected_field", "rejected_value", "rejected_rule")
# What a spreadsheet program runs as a formula (OWASP, CSV injection). A plain negative number is none.
_FORMULA = re.compile(r"^\s*[=+\-@\t\r]")
_NUMBER = re.compile(r"^\s*[-+]?\$?\d[\d,]*(?:\.\d+)?\s*$")


def spreadsheet_safe(cell: object) -> str:
    """A cell's text, with an apostrophe before what would run as a formula."""
    text = "" if cell is None or cell != cell else str(cell)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.match(text) else text


def write_rejects(
    path: Path, table: TableFile, positions: Sequence[int], refused: SetAside, *, leave_out: Collection[str] = ()
) -> None:
    """Write the refused lines of a table under its own header, with the reasons in front.

    `positions` are those of the lines in the table; what it could not even take apart has reasons only. Columns in
    `leave_out` are not written. Raises OSError when the file cannot be written.
    """
    columns = [column for column in table.cells.columns if column not in leave_out and column not in REASON_COLUMNS]
    whole = {table.item(position): position for position in positions}
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*REASON_COLUMNS, *map(spreadsheet_safe, columns)])
        for row in refused.rows:
            position = whole.get(str(row["item"]))
            cells = [] if position is None else list(table.cells[columns].iloc[position])
            reasons = [row["item"], row["reason"], row["field"], row["value"], row["detail"]]
            filled = cells or [""] * len(columns)
            writer.writerow([spreadsheet_safe(cell) for cell in (*reasons, *filled)])
