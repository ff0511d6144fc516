"""Guessing which column of a sales file means what: by its usual names, then by words in its name, and by its content.

Belongs here: how a guess is made. Does not: the fields and their usual names, or the mapping that
overrides a guess (sales_columns.py).

A name alone deceives: `x` may be state plane feet, `area` an assessor's district, `lotsize` acres. So
a column is taken for a field only where a sample of it reads as that field's values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from realestate_os.enrichment.parsers import PARSERS

SAMPLE_ROWS = 1000
# Fewer than this share of a sample's filled cells read: the column is something else.
SHARE_READ = 0.3
# A handful of cells says little about a column: the name alone counts, but for dates (`month_sold` may hold either).
FEWEST_CELLS = 30
POINT = (
    r"^\s*(?:POINT\s*\(\s*(?P<x>-?\d+\.\d+)\s+(?P<y>-?\d+\.\d+)\s*\)"
    r"|\(?(?P<lat>-?\d+\.\d+)\s*,\s*(?P<lon>-?\d+\.\d+)\)?)\s*$"
)


@dataclass(frozen=True)
class SalesField:
    """A field that a sales file can carry.

    parser reads it. usual_names stand in one text, best first. For names that are not among them: words are
    patterns on the plain name (lower case, letters and digits only), best first; never is a pattern on its
    spaced form ("gross living area"). typical is the range of common values.
    """

    parser: str
    usual_names: str
    words: tuple[str, ...] = ()
    never: str = ""
    typical: tuple[float, float] | None = None
    needed: bool = False

    def candidates(self, plain_names: Mapping[str, str], by_words: bool) -> list[str]:
        """Columns that may be this field, best first; plain_names is plain name -> column."""
        exact = [plain_names[name] for name in self.usual_names.split() if name in plain_names]
        if not by_words:
            return exact
        # The first of several sales, owners, buildings: SALE_PRC1.
        first = {name.removesuffix("1"): column for name, column in plain_names.items() if name.endswith("1")}
        fits = [first[name] for name in self.usual_names.split() if name in first]
        allowed = {n: c for n, c in plain_names.items() if not (self.never and re.search(self.never, spaced(c)))}
        for pattern in self.words:
            fits += [allowed[name] for name in sorted(allowed, key=len) if re.search(pattern, name)]
        return fits

    def reads(self, sample: pd.Series[Any]) -> bool:
        """Whether a sample of a column reads as this field; a (nearly) empty column reads as anything."""
        filled = sample[sample.notna() & (sample.astype("string").str.strip() != "")]
        numbers = pd.to_numeric(filled, errors="coerce")
        filled = filled[numbers != 0]  # records write 0 for "unknown"
        if filled.empty or (len(filled) < FEWEST_CELLS and self.parser != "day"):
            return True
        values = PARSERS[self.parser](filled)
        fits = values.notna()
        if self.typical is not None:
            figures = values.dt.year if pd.api.types.is_datetime64_any_dtype(values) else values
            fits &= figures.astype(float).between(*self.typical)
        return bool(fits.mean() >= SHARE_READ)


def guess_columns(cells: pd.DataFrame, fields: Mapping[str, SalesField], chosen: Mapping[str, str]) -> dict[str, str]:
    """Field -> column for the fields that `chosen` leaves open; a column serves one field."""
    sample = cells.iloc[:: max(1, len(cells) // SAMPLE_ROWS)]
    free = {plain(column): column for column in reversed(list(cells.columns)) if column not in chosen.values()}
    found: dict[str, str] = {}
    for by_words in (False, True):
        for name, field in fields.items():
            if name in found or name in chosen:
                continue
            guess = next((c for c in field.candidates(free, by_words) if field.reads(sample[c])), None)
            if guess is None and by_words and field.needed:  # so that its rows are refused with their reasons
                guess = next(iter(field.candidates(free, by_words=False)), None)
            if guess is not None:
                found[name] = guess
                del free[plain(guess)]
    if "lot_size_sqft" in {*found, *chosen} and plain(found.get("lot_acres", "acre")).find("acre") < 0:
        del found["lot_acres"]  # "lot" beside a lot's size is a plat's number
    return found


def with_points(cells: pd.DataFrame) -> pd.DataFrame:
    """Coordinates that stand in one column ("POINT (-122.3 47.6)", "(47.6, -122.3)") as two more, at the end."""
    sample = cells.iloc[:: max(1, len(cells) // SAMPLE_ROWS)]
    for column in cells.columns:
        if pd.api.types.is_numeric_dtype(cells[column]) or {"latitude", "longitude"} & {
            plain(c) for c in cells.columns
        }:
            continue
        if sample[column].astype("string").str.fullmatch(POINT).fillna(False).astype(float).mean() > SHARE_READ:
            parts = cells[column].astype("string").str.extract(POINT)
            return cells.assign(latitude=parts["y"].fillna(parts["lat"]), longitude=parts["x"].fillna(parts["lon"]))
    return cells


def spaced(column: object) -> str:
    """A column's name as words: "GrossLivingArea" and GROSS_LIVING_AREA are "gross living area"."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", str(column))
    return re.sub(r"[^a-z0-9]+", " ", words.lower()).strip()


def plain(column: object) -> str:
    """A column's name without case, blanks and punctuation: "Sale Price" and SALE_PRICE are saleprice."""
    return re.sub(r"[^a-z0-9]+", "", str(column).lower())
