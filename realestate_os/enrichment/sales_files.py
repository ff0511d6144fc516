"""A file of closed sales -> rows in SALES columns, and what was set aside.

Belongs here: turning columns into our fields, refusing impossible rows. Does not: reading CSV, XLSX and
Parquet (storage/table_files.py), which column means what (sales_columns.py), merging into a county
(sale_versions.py).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from realestate_os.counties import County
from realestate_os.enrichment.as_of import to_days
from realestate_os.enrichment.column_guess import with_points
from realestate_os.enrichment.parsers import PARSERS, month_only
from realestate_os.enrichment.sale_rules import finish_sales
from realestate_os.enrichment.sales_columns import (
    FIELDS,
    SalesFileError,
    SalesMapping,
    choose_columns,
)
from realestate_os.storage.set_aside import SetAside
from realestate_os.storage.table_files import TableFile, read_table

# Lengths of APNs, to put back the leading zeros that a spreadsheet drops.
APN_DIGITS = {"king_wa": 10, "cook_il": 14, "miami_dade_fl": 13}


def read_sales_file(path: Path, county: County, mapping: SalesMapping | None = None) -> tuple[pd.DataFrame, SetAside]:
    """Sales of a file in SALES columns, one version each; and the rows set aside, each with line and reason.

    known_on is the recording date, else the sale's date (the month's last day where only the month
    is known) plus the county's recording lag.

    Raises:
        SalesFileError: the file cannot be read, or a needed column was not found.
    """
    refused = SetAside()
    table = read_sales_table(path, refused)
    columns = choose_columns(table.cells, mapping or SalesMapping(), table.name)
    return sales_of_table(table, columns, county, mapping or SalesMapping(), refused), refused


def sales_of_table(
    table: TableFile,
    columns: dict[str, str],
    county: County,
    mapping: SalesMapping,
    refused: SetAside,
) -> pd.DataFrame:
    """The table's sales by a chosen mapping, with a fresh index; impossible rows go to `refused`."""
    fields = file_fields(table, columns, county, mapping, refused)
    return finish_sales(fields, county, f"file:{table.name}", refused).reset_index(drop=True)


def file_fields(
    table: TableFile,
    columns: dict[str, str],
    county: County,
    mapping: SalesMapping,
    refused: SetAside,
) -> pd.DataFrame:
    """The table's rows in the columns that finish_sales takes, on the index of its cells."""
    fields = pd.DataFrame({name: PARSERS[FIELDS[name].parser](table.cells[column]) for name, column in columns.items()})
    fields = fields.reindex(columns=[*FIELDS])
    fields["square_footage"] = fields["square_footage"].astype(float).fillna(fields["living_area_sqm"].astype(float))
    fields["month_only"] = month_only(table.cells[columns["sale_date"]]) if "sale_date" in columns else True
    fields["item"] = table.name + " line " + table.lines.astype(str)
    fields["url"] = None
    fields["apn"] = _full_apn(fields["apn"], county)
    if mapping.property_type is not None:
        fields["property_type"] = fields["property_type"].fillna(mapping.property_type)
    return _with_area(_with_dates(fields, mapping, table), refused)


def read_sales_table(path: Path, refused: SetAside) -> TableFile:
    """Read a file of sales. A row with more or fewer cells than the header is set aside.

    Raises:
        SalesFileError: missing, unreadable or empty, or its header names a column twice.
    """
    table = read_table(path, refused, SalesFileError)
    if table.repeated:
        raise SalesFileError(f"{path}: the header names {', '.join(table.repeated)} twice; rename one")
    table.cells.columns = table.cells.columns.astype(str).str.strip()
    return replace(table, cells=with_points(table.cells))


def _with_dates(fields: pd.DataFrame, mapping: SalesMapping, table: TableFile) -> pd.DataFrame:
    """sale_date from a date, or from month and year; the year may be the mapping's or the file name's."""
    dated = to_days(fields["sale_date"])
    if fields["sale_month"].notna().any():
        year = fields["sale_year"].fillna(_year_of_file(fields, mapping, table))
        month = fields["sale_month"].where(fields["sale_month"].between(1, 12))
        parts = pd.DataFrame({"year": year, "month": month, "day": 1})
        first = pd.to_datetime(parts, errors="coerce").astype("datetime64[ns]")
        fields["month_only"] = fields["month_only"] | dated.isna()
        dated = dated.fillna(first)
    return fields.assign(sale_date=dated, recorded_on=to_days(fields["recorded_on"]))


def _year_of_file(fields: pd.DataFrame, mapping: SalesMapping, table: TableFile) -> float:
    """The year of a file that gives months only."""
    found = {int(word) for word in _words(table.name) if word.isdigit() and 1950 <= int(word) <= 2100}
    if mapping.sale_year is not None:
        return float(mapping.sale_year)
    if len(found) == 1:
        return float(found.pop())
    if fields["sale_year"].notna().any() or fields["sale_date"].notna().any():
        return float("nan")
    raise SalesFileError(
        f"{table.name}: has the month of the sale but no year; write `sale_year: 2016` into a mapping file and pass it "
        "with --mapping, or put the year into the file's name"
    )


def _words(name: str) -> list[str]:
    return "".join(char if char.isalnum() else " " for char in name).split()


def _with_area(fields: pd.DataFrame, refused: SetAside) -> pd.DataFrame:
    """A file is imported to learn prices from; a row without living area teaches nothing."""
    missing = fields["square_footage"].isna()
    for item in fields.loc[missing, "item"]:
        refused.add(
            str(item),
            "no_living_area",
            field="square_footage",
            detail="a living area above 0 is needed",
        )
    return fields[~missing]


def _full_apn(apns: pd.Series[Any], county: County) -> pd.Series[Any]:
    digits = APN_DIGITS.get(county.key, 0)
    return apns.astype("string").str.zfill(digits).astype(object).where(apns.notna(), None)
