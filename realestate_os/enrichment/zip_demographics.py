"""The asset zip_demographics: ACS five-year figures of a county's ZIPs, one row a ZIP and vintage.

Belongs here: variables, vintages and their release, the Census's nulls. Does not: which vintage a
day may use (as_of.py).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import pandas as pd
from pydantic import Field, TypeAdapter, ValidationError

from realestate_os.counties import County, zip_codes
from realestate_os.enrichment.archive import Document, Partition, RecordArchive
from realestate_os.enrichment.frames import ZIP_DEMOGRAPHICS
from realestate_os.enrichment.sources import Source
from realestate_os.resources.http_client import HttpError
from realestate_os.storage.set_aside import SetAside

VARIABLES = {
    "B01003_001E": "population",
    "B19013_001E": "median_income_usd",
    "B01002_001E": "median_age_years",
    "B25003_001E": "occupied_units",
    "B25003_002E": "owner_units",
    "B25003_003E": "renter_units",
    "B25077_001E": "median_home_value_usd",
    "B25064_001E": "median_rent_usd",
    **{f"B25031_00{n + 2}E": f"median_rent_{n}br_usd" for n in range(6)},
    "B23025_002E": "labor_force",
    "B23025_005E": "unemployed",
}
# Rows of text or null, the first one the header.
_TABLE = TypeAdapter(Annotated[list[list[str | None]], Field(min_length=1)])
GEOGRAPHY = "zip code tabulation area"
# About 1.5 kB of URL, well below what the Census accepts (8 kB).
ZIPS_PER_REQUEST = 250


def fetch_zip_demographics(
    source: Source, county: County, on: date, archive: RecordArchive, refused: SetAside
) -> pd.DataFrame:
    """ZIP_DEMOGRAPHICS rows of every vintage released by a day, from the source's first one.

    A vintage for which the Census fails is noted as source_failed and left out.
    """
    parts = []
    for vintage in range(source.first_vintage, on.year):
        released = release_day(source, vintage)
        if released > on:
            continue
        try:
            parts.append(_vintage(source, county, vintage, released, on, archive))
        except HttpError as error:
            refused.add(f"vintage {vintage}", "source_failed", field="census", detail=str(error))
    rows = (
        pd.concat([part for part in parts if len(part)], ignore_index=True)
        if any(map(len, parts))
        else ZIP_DEMOGRAPHICS.empty()
    )
    _note_missing(rows, county, refused)
    return rows


def release_day(source: Source, vintage: int) -> date:
    """The day from which a vintage could be read: the source file's, else mid-December of the year after."""
    return source.releases.get(vintage, date(vintage + 1, 12, 15))


def _vintage(
    source: Source, county: County, vintage: int, released: date, on: date, archive: RecordArchive
) -> pd.DataFrame:
    # A released vintage does not change: kept by vintage, it is asked for once.
    partition = Partition(source.key, county.key, f"vintage-{vintage}", as_of=on if source.historical else None)
    codes = zip_codes(county)
    tables = []
    for start in range(0, len(codes), ZIPS_PER_REQUEST):
        document = _ask(source, vintage, codes[start : start + ZIPS_PER_REQUEST], partition, archive)
        if document is not None:
            tables.append(_table(document.data))
    if not tables:
        return ZIP_DEMOGRAPHICS.empty()
    return _rows(pd.concat(tables, ignore_index=True), county, vintage, released)


def _ask(
    source: Source, vintage: int, codes: list[str], partition: Partition, archive: RecordArchive
) -> Document | None:
    """None where the vintage does not exist (404), or has none of the ZIPs (204)."""
    url = source.url.replace("{year}", str(vintage))
    params = {"get": ",".join(VARIABLES), "for": f"{GEOGRAPHY}:{','.join(codes)}"}
    try:
        document = archive.get(partition, url, params, _not_a_table)
        return document if document.data is not None else None
    except HttpError as error:
        if error.status == 404:
            return None
        raise


def _not_a_table(answer: Any) -> str | None:
    try:
        rows = _TABLE.validate_python(answer)
    except ValidationError as error:
        return f"not rows of text: {error.errors(include_input=False)[0]['msg']}"
    if any(len(row) != len(rows[0]) for row in rows):
        return "rows of different lengths"
    missing = [name for name in (*VARIABLES, GEOGRAPHY) if name not in answer[0]]
    return f"without {', '.join(missing)}" if missing else None


def _table(answer: list[list[str]]) -> pd.DataFrame:
    return pd.DataFrame(answer[1:], columns=answer[0])


def _rows(table: pd.DataFrame, county: County, vintage: int, released: date) -> pd.DataFrame:
    figures = {ours: pd.to_numeric(table[theirs], errors="coerce").astype(float) for theirs, ours in VARIABLES.items()}
    rows = pd.DataFrame(figures)
    # -666666666 and its kin say why a figure is withheld; no figure of ours is negative.
    rows = rows.where(rows >= 0)
    # A median of 0 does not exist; the Census withholds it, some mirrors write 0.
    medians = [name for name in rows if name.startswith("median_")]
    rows[medians] = rows[medians].where(rows[medians] > 0)
    rows["owner_occupied_rate"] = rows["owner_units"] / rows["occupied_units"].where(rows["occupied_units"] > 0)
    rows["unemployment_rate"] = rows["unemployed"] / rows["labor_force"].where(rows["labor_force"] > 0)
    rows = rows.assign(county=county.key, zip_code=table[GEOGRAPHY], vintage=vintage, known_on=released)
    return rows[ZIP_DEMOGRAPHICS.names].drop_duplicates(["zip_code", "vintage"], ignore_index=True)


def _note_missing(rows: pd.DataFrame, county: County, refused: SetAside) -> None:
    """A ZIP that no vintage knows has no tabulation area (a tower, a campus)."""
    if rows.empty:
        return
    for code in sorted(set(zip_codes(county)) - set(rows["zip_code"])):
        refused.add(f"ZIP {code}", "zip_not_in_census", field="zip_code", value=code, detail="no vintage has this ZIP")
