"""`import leads`: a file into the county's lead lists.

Belongs here: reading a file's lines, dropping what law bars, keeping the list, the report. Does not: what a
column means (lead_mapping.py), what a line means (lead_rows.py), what the lists say together (lead_fold.py).

The file itself is not kept: it may hold what must not be. imports/leads/<county>/<list>.parquet holds its rows.
Lists are never changed, so two imports at once cannot lose one another's.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow.parquet as pq

from realestate_os.counties import County, zip_codes
from realestate_os.discovery.frames import LEADS
from realestate_os.discovery.lead_mapping import (
    OWNER_FIELDS,
    ChosenColumns,
    LeadFileError,
    LeadMapping,
    choose,
    guess,
    header_score,
    load_user_mapping,
    overlaid,
)
from realestate_os.discovery.lead_rows import LeadList, lead_row
from realestate_os.discovery.protected_traits import protected_columns
from realestate_os.discovery.rules import Refusal, Terms
from realestate_os.resources.object_store import ObjectStore
from realestate_os.settings import Settings
from realestate_os.storage.reject_file import write_rejects
from realestate_os.storage.set_aside import SetAside
from realestate_os.storage.table_files import TableFile, read_table

# 50,000 lines of a vendor's 150 columns, the most that one sells at once, are 45 MB; a line takes about ten times
# its bytes while it is read.
MAX_FILE_BYTES = 64_000_000
EXAMPLES_SHOWN = 5


@dataclass(frozen=True)
class LeadReport:
    """What an import did, or would do (dry_run)."""

    file: str
    county: str
    kind: str
    source: str
    seen_on: date
    dry_run: bool
    columns: ChosenColumns
    protected: dict[str, str]
    owner_values_dropped: dict[str, int]
    lines_read: int
    leads: int
    new: int
    parcels_only: int
    signs: dict[str, int]
    known_list: bool
    refused: SetAside = field(repr=False)

    def lines(self) -> list[str]:
        """The report for a person, one fact a line."""
        verb = "would be" if self.dry_run else "are"
        lines = [
            f"{self.file} -> {self.county}, read as {self.kind} (source {self.source}), known from {self.seen_on}",
            f"columns: {', '.join(self.columns.lines())}",
            *(f"refused column: {column} tells {trait}; never read" for column, trait in self.protected.items()),
            *self._owner_lines(),
            f"lines read: {self.lines_read:,}; leads: {self.leads:,}, of which {self.new:,} {verb} new properties",
        ]
        if self.parcels_only:
            lines.append(f"by parcel number only: {self.parcels_only:,}; their signs go to the home of that number")
        lines.append("signs: " + (", ".join(f"{kind} {count:,}" for kind, count in self.signs.items()) or "none"))
        lines.append(f"set aside: {len(self.refused):,}")
        lines += [f"  {reason}: {count:,}" for reason, count in self.refused.counts().items()]
        for row in self.refused.rows[:EXAMPLES_SHOWN]:
            lines.append(f"  e.g. {row['item']}: {row['reason']}: {row['field']} {row['value']!s} ({row['detail']})")
        if self.known_list:
            lines.append("this list was imported before; nothing is added")
        if self.dry_run:
            lines.append("dry run: nothing was written")
        return lines

    def _owner_lines(self) -> list[str]:
        if not self.owner_values_dropped:
            return []
        dropped = ", ".join(f"{name} {count:,}" for name, count in self.owner_values_dropped.items())
        return [f"dropped: {dropped}; {self.county} has owner_data: none (its law bars commercial use of owner lists)"]


def import_leads(
    settings: Settings,
    path: Path,
    county: County,
    mapping: Path | None = None,
    *,
    seen_on: date | None = None,
    dry_run: bool = False,
    rejects: Path | None = None,
) -> LeadReport:
    """Add a list to the county's. The same list again adds nothing, and the earlier of its days counts.

    seen_on: the day from which it was known; default: the county's today.

    Raises:
        LeadFileError: the file or the mapping cannot be used, or seen_on lies ahead.
        StorageError: the object store cannot be written.
    """
    objects, refused = ObjectStore.from_settings(settings), SetAside()
    folder = settings.assets_config_dir / "lead_lists"
    user = load_user_mapping(mapping) if mapping else None
    table = read_table(path, refused, LeadFileError, max_bytes=MAX_FILE_BYTES, header_score=header_score(folder))
    header = [str(name) for name in table.cells.columns]
    kind, guessed = guess(header, folder)
    chosen = overlaid(guessed, user)
    columns = choose(chosen, user, header, table.name)
    protected = protected_columns(header)
    kept, dropped = _lawful(columns, table, county)
    found = _list(table, chosen, kept, county, _known_from(seen_on, county))
    cells = _texts(table.cells.drop(columns=[*protected]))
    rows, bad = _rows(table, cells, found, county, refused)
    before = stored_leads(objects, county.key)
    known = bool((before["list_id"] == found.list_id).any())
    if not dry_run:
        _keep(objects, rows, before, found, county.key)
        objects.parquet.write_set_aside("import_leads", county.key, refused)
    if rejects is not None:
        write_rejects(rejects, table, bad, refused, leave_out={*protected, *_owner_columns(columns, county)})
    return LeadReport(
        file=table.name, county=county.key, kind=kind, source=chosen.source, seen_on=found.seen_on, dry_run=dry_run,
        columns=kept, protected=protected, owner_values_dropped=dropped, known_list=known, refused=refused,
        **_facts(rows, before, len(table.cells)),
    )  # fmt: skip


def stored_leads(objects: ObjectStore, county: str) -> pd.DataFrame:
    """Every line of every list of the county, in LEADS columns."""
    parts = [
        LEADS.check(pq.read_table(io.BytesIO(objects.get(key))), key).to_pandas()
        for key in objects.keys(f"imports/leads/{county}")
        if key.endswith(".parquet")
    ]
    return pd.concat(parts, ignore_index=True) if parts else LEADS.empty()


def lists_metadata(leads: pd.DataFrame) -> list[dict[str, Any]]:
    """The lists among the lines, newest first: key, source, day, lines."""
    lists = leads.groupby(["seen_on", "source", "list_id"]).size().sort_index(ascending=False)
    return [
        {"list_id": list_id, "source": source, "seen_on": str(seen_on), "lines": int(lines)}
        for (seen_on, source, list_id), lines in lists.items()
    ]


def _known_from(seen_on: date | None, county: County) -> date:
    today = datetime.now(ZoneInfo(county.timezone)).date()
    if seen_on is not None and seen_on > today:
        raise LeadFileError(f"--seen {seen_on} lies ahead; give the day on which the list was got, at most {today}")
    return seen_on or today


def _list(table: TableFile, mapping: LeadMapping, columns: ChosenColumns, county: County, seen_on: date) -> LeadList:
    how = json.dumps([county.key, table.sha256, mapping.model_dump(exclude={"recognised_by"}), columns.model_dump()])
    list_id = hashlib.sha256(how.encode()).hexdigest()[:16]
    return LeadList(list_id, table.sha256, mapping, columns, seen_on, datetime.now(UTC))


def _owner_columns(columns: ChosenColumns, county: County) -> list[str]:
    if county.owner_data != "none":
        return []
    return [columns.fields[name] for name in OWNER_FIELDS if name in columns.fields]


def _lawful(columns: ChosenColumns, table: TableFile, county: County) -> tuple[ChosenColumns, dict[str, int]]:
    """The columns without those on owners where the county bars them, and how many values each would have given."""
    barred = set(_owner_columns(columns, county))
    counts = {
        name: int(_texts(table.cells[[column]])[column].notna().sum())
        for name, column in columns.fields.items()
        if column in barred
    }
    fields = {name: column for name, column in columns.fields.items() if column not in barred}
    return columns.model_copy(update={"fields": fields}), counts


def _texts(cells: pd.DataFrame) -> pd.DataFrame:
    """Cells as texts, blank ones as None: numbers without a trailing .0, days as ISO dates."""
    return pd.DataFrame({name: pd.Series(map(_text, cells[name]), dtype=object) for name in cells.columns})


def _text(cell: object) -> str | None:
    if cell is None or cell != cell:
        return None
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = str(cell).strip()
    # An apostrophe that only keeps a spreadsheet program from running the cell, as in our own files of rejects.
    return text.removeprefix("'") or None if text[1:2] and text[1] in "=+-@" else text or None


def _rows(
    table: TableFile, cells: pd.DataFrame, found: LeadList, county: County, refused: SetAside
) -> tuple[list[dict[str, Any]], list[int]]:
    """Rows of LEADS, and the positions of the lines that were refused."""
    terms = Terms(county, frozenset(zip_codes(county)), found.seen_on, 1.0)
    rows, bad = [], []
    for position, record in enumerate(cells.to_dict("records")):
        texts = {str(column): text for column, text in record.items() if text is not None}
        line = int(table.lines.iloc[position])
        row = lead_row(texts, line, found, terms)
        if isinstance(row, Refusal):
            refused.add(table.item(position), row.reason, field=row.field, value=row.value, detail=row.rule)
            bad.append(position)
        else:
            rows.append(row)
    return rows, bad


def _keep(
    objects: ObjectStore, rows: Sequence[dict[str, Any]], before: pd.DataFrame, found: LeadList, county: str
) -> None:
    """Write the list, unless it is there from the same day or an earlier one."""
    earlier = before.loc[before["list_id"] == found.list_id, "seen_on"]
    if not rows or (len(earlier) and earlier.min() <= found.seen_on):
        return
    frame = pd.DataFrame(list(rows), columns=LEADS.names)
    floats = [column.name for column in LEADS.columns if column.dtype == "float64"]
    data = io.BytesIO()
    pq.write_table(LEADS.to_arrow(frame.astype(dict.fromkeys(floats, "float64"))), data, compression="zstd")
    objects.put(f"imports/leads/{county}/{found.list_id}.parquet", data.getvalue())


def _facts(rows: Sequence[dict[str, Any]], before: pd.DataFrame, lines_read: int) -> dict[str, Any]:
    """The report's counts."""
    leads = {row["property_id"] for row in rows if row["property_id"]}
    signs = Counter(one["kind"] for row in rows for one in json.loads(row["signals"]))
    return {
        "lines_read": lines_read,
        "leads": len(leads),
        "new": len(leads - set(before["property_id"].dropna())),
        "parcels_only": sum(row["property_id"] is None for row in rows),
        "signs": dict(signs.most_common()),
    }
