"""`import sales`: a file of closed sales into a county's versions.

Belongs here: read, merge, write, and the report of what happened. Does not: reading rules
(sales_files.py), the command (cli).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from realestate_os.counties import County
from realestate_os.discovery.protected_traits import protected_columns
from realestate_os.enrichment.collect import stored_sales
from realestate_os.enrichment.frames import SALES
from realestate_os.enrichment.sale_versions import merge_versions
from realestate_os.enrichment.sales_columns import SalesMapping, choose_columns, load_mapping
from realestate_os.enrichment.sales_files import read_sales_table, sales_of_table
from realestate_os.resources.object_store import ObjectStore
from realestate_os.settings import Settings
from realestate_os.storage.reject_file import write_rejects
from realestate_os.storage.set_aside import SetAside

EXAMPLES_SHOWN = 5


@dataclass(frozen=True)
class ImportReport:
    """What an import did, or would do (dry_run)."""

    file: str
    county: str
    dry_run: bool
    columns: Mapping[str, str]
    protected: Mapping[str, str]
    read: int
    new: int
    changed: int
    market_sales: int
    first_sale: date | None
    last_sale: date | None
    refused: SetAside = field(repr=False)

    def lines(self) -> list[str]:
        """The report for a person, one fact a line."""
        verb = "would add" if self.dry_run else "added"
        columns = ", ".join(f"{ours} <- {theirs}" for ours, theirs in self.columns.items())
        span = f"from {self.first_sale} to {self.last_sale}" if self.read else "none"
        lines = [
            f"{self.file} -> {self.county}",
            f"columns: {columns}",
            *(f"refused column: {column} tells {trait}; never read" for column, trait in self.protected.items()),
            f"sales read: {self.read:,} ({span}), {self.market_sales:,} of them market sales",
            f"{verb}: {self.new:,} new sales, {self.changed:,} corrections; {self._known():,} were known already",
            f"set aside: {len(self.refused):,}",
        ]
        lines += [f"  {reason}: {count:,}" for reason, count in self.refused.counts().items()]
        for row in self.refused.rows[:EXAMPLES_SHOWN]:
            lines.append(f"  e.g. {row['item']}: {row['reason']}: {row['field']} {row['value']!s} ({row['detail']})")
        if self.dry_run:
            lines.append("dry run: nothing was written")
        return lines

    def _known(self) -> int:
        return self.read - self.new - self.changed


def import_sales(
    settings: Settings,
    path: Path,
    county: County,
    mapping: Path | None = None,
    *,
    dry_run: bool = False,
    rejects: Path | None = None,
) -> ImportReport:
    """Fold a file's sales into the county's versions; the file itself is kept under imports/sales/.

    The same file again adds nothing. A corrected price is a new version, known from today.

    Raises:
        SalesFileError: the file or the mapping cannot be used.
        StorageError: the object store cannot be written.
    """
    objects, refused = ObjectStore.from_settings(settings), SetAside()
    chosen = load_mapping(mapping) if mapping else SalesMapping()
    table = read_sales_table(path, refused)
    protected = protected_columns(table.cells.columns, of_homes=True)
    table = replace(table, cells=table.cells.drop(columns=[*protected]))
    columns = choose_columns(table.cells, chosen, table.name)
    read = sales_of_table(table, columns, county, chosen, refused)
    known = stored_sales(objects, county.key)
    before = SALES.empty() if known is None else known
    merged = merge_versions(before, read, county.today())
    if not dry_run:
        _keep(objects, path, table.sha256, chosen, county)
        objects.parquet.write(SALES, county.key, merged)
        objects.parquet.write_set_aside("import_sales", county.key, refused)
    if rejects is not None:
        items = {row["item"] for row in refused.rows}
        write_rejects(rejects, table, [at for at in range(len(table.cells)) if table.item(at) in items], refused)
    facts = _facts(read, before, merged) | {"columns": columns, "protected": protected, "refused": refused}
    return ImportReport(file=table.name, county=county.key, dry_run=dry_run, **facts)


def _facts(read: pd.DataFrame, before: pd.DataFrame, merged: pd.DataFrame) -> dict[str, Any]:
    """The report's counts and span."""
    return {
        "read": len(read),
        "new": len(set(merged["sale_id"]) - set(before["sale_id"])),
        "changed": int(merged["superseded_on"].notna().sum() - before["superseded_on"].notna().sum()),
        "market_sales": int(read["market_sale"].sum()),
        "first_sale": read["sale_date"].min() if len(read) else None,
        "last_sale": read["sale_date"].max() if len(read) else None,
    }


def _keep(objects: ObjectStore, path: Path, sha256: str, mapping: SalesMapping, county: County) -> None:
    """The file and how it was read, so that the import can be repeated."""
    folder = f"imports/sales/{county.key}/{sha256}"
    objects.put(f"{folder}/{path.name}", path.read_bytes())
    objects.put(f"{folder}/mapping.json", json.dumps(mapping.model_dump()).encode())
