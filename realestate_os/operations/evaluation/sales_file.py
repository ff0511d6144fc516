"""A file of closed sales -> homes to train on and to predict.

Belongs here: reading with the mappings of `import sales`, counting what is set aside. Does not: the county of
a file without one (place.py), homes without coordinates (placing.py), columns that only this file has
(characteristics.py), any model.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from realestate_os.counties import County
from realestate_os.enrichment.frames import SALES
from realestate_os.enrichment.sale_rules import finish_sales
from realestate_os.enrichment.sales_columns import SalesMapping, choose_columns, load_mapping
from realestate_os.enrichment.sales_files import file_fields, read_sales_table
from realestate_os.errors import RealEstateOSError
from realestate_os.operations.evaluation.characteristics import EXTRA, TOO_WELL, characteristics, tells_the_price
from realestate_os.operations.evaluation.place import Place, elsewhere, place_of
from realestate_os.operations.evaluation.placing import placed
from realestate_os.storage.set_aside import SetAside
from realestate_os.valuation.fit import homes_of_sales

ASSESSMENTS = ("assessed_value_usd", "market_value_usd", "annual_tax_usd")


class EvaluationError(RealEstateOSError):
    """The file cannot be evaluated; the message says what is missing and what to do."""


@dataclass(frozen=True)
class SalesOfFile:
    """The homes of a file and how they were read.

    homes: ENRICHMENT's columns with sale_id, sale_date, sale_price_usd, as_of, known_on (the day of the sale),
    item (`file.csv line 12`) and extra_* (characteristics); sorted by sale date.
    """

    name: str
    place: Place
    columns: dict[str, str]
    rows_read: int
    homes: pd.DataFrame
    set_aside: dict[str, int]
    notes: list[str] = field(default_factory=list)

    @property
    def county(self) -> County:
        """The county's file, or terms borrowed from one."""
        return self.place.county

    @property
    def extra(self) -> list[str]:
        """Characteristics beyond our own columns."""
        return [name for name in self.homes if name.startswith(EXTRA)]


def read_homes(path: Path, county: str | None, mapping_file: Path | None, *, use_extra: bool = True) -> SalesOfFile:
    """Read a file as `import sales` would; each sale counts as known on its day.

    Raises:
        SalesFileError: the file or mapping cannot be used. CountyError: no such county.
        EvaluationError: no row is left.
    """
    mapping, refused, notes = load_mapping(mapping_file) if mapping_file else SalesMapping(), SetAside(), list[str]()
    table = read_sales_table(path, refused)
    columns = choose_columns(table.cells, mapping, table.name)
    _stop_if_empty(table.cells, path, table.cells, refused)
    fields = file_fields(table, columns, elsewhere(), mapping, refused)
    place = place_of(county, fields)
    sales = finish_sales(_with_keys(fields), place.county, f"file:{table.name}", refused)
    _stop_if_empty(sales, path, table.cells, refused)
    sales = _without_hindsight(placed(sales, table.cells, place.county, refused, notes), columns, notes)
    extra, left_out = characteristics(table.cells, columns, sales) if use_extra else (pd.DataFrame(), {})
    notes += [f"column {name} not used: {reason}" for name, reason in left_out.items()]
    homes = _homes(sales, fields["item"], extra, refused)
    _stop_if_empty(homes, path, table.cells, refused)
    return SalesOfFile(table.name, place, columns, len(table.cells) + _ragged(refused), homes, _reasons(refused), notes)


def _stop_if_empty(left: pd.DataFrame, path: Path, cells: pd.DataFrame, refused: SetAside) -> None:
    if left.empty:
        listed = ", ".join(f"{reason} {count:,}" for reason, count in _reasons(refused).items()) or "nothing"
        raise EvaluationError(f"{path}: no usable sale among {len(cells):,} rows; set aside: {listed}")


def _reasons(refused: SetAside) -> dict[str, int]:
    return dict(Counter(str(row["reason"]) for row in refused.rows).most_common())


def _with_keys(fields: pd.DataFrame) -> pd.DataFrame:
    """A parcel number for each home: its own, else its address as written.

    Addresses are not normalised here (a millisecond each): they only tell one home of the file from another.
    """
    street, unit, code = (fields[name].astype("string").fillna("") for name in ("street_address", "unit", "zip_code"))
    written = street + " " + unit + " " + code
    address = written.str.upper().str.replace(r"[^A-Z0-9]+", " ", regex=True).str.strip()
    known = fields["street_address"].notna()
    apn = fields["apn"].astype(object).fillna(address.astype(object).where(known, None))
    return fields.assign(apn=apn, street_address=None)


def _without_hindsight(sales: pd.DataFrame, columns: dict[str, str], notes: list[str]) -> pd.DataFrame:
    """Assessments that follow the price too closely to have stood before the sale are left out."""
    late = [n for n in ASSESSMENTS if n in columns and tells_the_price(sales[n].to_numpy(dtype=float), sales)]
    notes += [f"column {columns[name]} not used: {TOO_WELL}" for name in late]
    return sales.assign(**dict.fromkeys(late, np.nan))


def _homes(sales: pd.DataFrame, items: pd.Series[Any], extra: pd.DataFrame, refused: SetAside) -> pd.DataFrame:
    for sale_id in sales.loc[~sales["market_sale"].astype(bool), "sale_id"]:
        refused.add(str(sale_id), "no_market_sale", detail="a token price, or flagged by the record")
    beside = pd.concat([items.reindex(sales.index).rename("item"), extra.reindex(sales.index)], axis=1)
    beside = beside.set_index(sales["sale_id"])
    known = sales.assign(known_on=sales["sale_date"], superseded_on=None)[SALES.names]
    homes, unusable = homes_of_sales(known.reset_index(drop=True))
    refused.rows.extend(unusable.rows)
    homes = _without_land(homes, refused)
    return homes.join(beside, on="sale_id").sort_values(["sale_date", "sale_id"], kind="stable", ignore_index=True)


def _without_land(homes: pd.DataFrame, refused: SetAside) -> pd.DataFrame:
    """The homes but lots without a house, whatever area stands beside them; a year built says that there is one."""
    vacant = (homes["property_type"] == "land") & homes["year_built"].isna()
    for sale_id in homes.loc[vacant, "sale_id"]:
        refused.add(str(sale_id), "vacant_land", field="property_type", detail="no home stands on it")
    return homes[~vacant]


def _ragged(refused: SetAside) -> int:
    return sum(row["reason"] == "wrong_number_of_cells" for row in refused.rows)
