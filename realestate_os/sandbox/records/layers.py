"""Field names of the two services: what King's ArcGIS and Cook's Socrata call a parcel and a sale.

Belongs here: names, kinds and how a field follows from the world's row. Does not: HTTP.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

Row = dict[str, Any]
Kind = Literal["text", "number", "date"]


@dataclass(frozen=True)
class Field:
    """A field of a service and where its value comes from."""

    name: str
    kind: Kind
    value: Callable[[Row], Any]


def _get(key: str) -> Callable[[Row], Any]:
    return lambda row: row.get(key)


def _full_address(row: Row) -> str:
    """As assessors write it: capitals, unit after UNIT."""
    unit = f" UNIT {row['unit']}" if row.get("unit") else ""
    return f"{row['street_address']}{unit}".upper()


def _whole(key: str) -> Callable[[Row], int | None]:
    return lambda row: None if row.get(key) is None else int(row[key])


def _improvements(row: Row) -> float | None:
    market, land = row.get("market_value_usd"), row.get("land_value_usd")
    return None if market is None or land is None else market - land


def _baths(kind: Literal["full", "three_quarter", "half"]) -> Callable[[Row], int | None]:
    """A count in quarters as King counts rooms: 1.75 is one full and one three-quarter bath, 2.25
    one full, one three-quarter and one half."""

    def count(row: Row) -> int | None:
        baths: float | None = row.get("bathrooms")
        if baths is None:
            return None
        quarters = round(baths * 4)
        three_quarter = quarters % 2
        half = (quarters - 3 * three_quarter) % 4 // 2
        full = (quarters - 3 * three_quarter - 2 * half) // 4
        return {"full": max(full, 0), "three_quarter": three_quarter, "half": half}[kind]

    return count


def _cook_baths(full: bool) -> Callable[[Row], int | None]:
    """Cook counts full and half baths only; a three-quarter bath is a full one there."""

    def count(row: Row) -> int | None:
        baths: float | None = row.get("bathrooms")
        if baths is None:
            return None
        halves = round(baths * 2 + 0.01)
        return halves // 2 if full else halves % 2

    return count


USES = {
    "single_family": "Single Family(Res Use/Zone)",
    "condo": "Condominium(Residential)",
    "townhouse": "Townhouse Plat",
    "multi_family": "Duplex",
}
COOK_CLASSES = {"single_family": "203", "condo": "299", "townhouse": "295", "multi_family": "211"}

_ARCGIS_HOME = (
    Field("PIN", "text", _get("apn")),
    Field("ADDR_FULL", "text", _full_address),
    Field("ZIP5", "text", _get("zip_code")),
    Field("POSTALCTYNAME", "text", lambda row: str(row["city"]).upper()),
    Field("PREUSE_DESC", "text", lambda row: USES.get(row["property_type"], "Other")),
    Field("LOTSQFT", "number", _get("lot_size_sqft")),
    Field("SqFtTotLiving", "number", _get("square_footage")),
    Field("SqFtFinBasement", "number", _get("basement_sqft")),
    Field("Bedrooms", "number", _whole("bedrooms")),
    Field("BathFullCount", "number", _baths("full")),
    Field("Bath3qtrCount", "number", _baths("three_quarter")),
    Field("BathHalfCount", "number", _baths("half")),
    Field("Stories", "number", _get("stories")),
    Field("YrBuilt", "number", _whole("year_built")),
    Field("YrRenovated", "number", lambda row: int(row["year_renovated"] or 0)),
    Field("BldgGrade", "number", _whole("quality_grade")),
    Field("Condition", "number", _whole("condition_grade")),
    Field("ViewUtilization", "number", _whole("view_rank")),
    Field("WfntLocation", "number", _whole("waterfront")),
)
_ARCGIS_VALUES = (
    Field("APPRLNDVAL", "number", _get("land_value_usd")),
    Field("APPR_IMPR", "number", _improvements),
    Field("TAXABLE_VAL", "number", _get("assessed_value_usd")),
    Field("TAX_AMOUNT", "number", _get("annual_tax_usd")),
    Field("TAX_YEAR", "number", _get("tax_year")),
)
_ARCGIS_OWNER = (
    Field("MAIL_STATE", "text", _get("owner_mail_state")),
    Field("ABSENTEE", "text", lambda row: "Y" if row.get("owner_absentee") else "N"),
)
_ARCGIS_DEED = (
    Field("ExciseTaxNbr", "text", _get("sale_id")),
    Field("SaleDate", "date", _get("sale_date")),
    Field("SaleDatePrecision", "text", _get("sale_date_precision")),
    Field("RecordDate", "date", _get("recorded_date")),
    Field("SalePrice", "number", _get("sale_price_usd")),
    Field("SaleInstrument", "text", _get("instrument")),
    Field("SaleWarning", "text", lambda row: "" if row["arms_length"] else "RELATED PARTY, FRIEND, OR NEIGHBOR"),
)

_SOCRATA_HOME = (
    Field("pin", "text", _get("apn")),
    Field("property_address", "text", _full_address),
    Field("property_city", "text", lambda row: str(row["city"]).upper()),
    Field("property_zip", "text", _get("zip_code")),
    Field("class", "text", lambda row: COOK_CLASSES.get(row["property_type"], "200")),
    Field("char_land_sf", "number", _get("lot_size_sqft")),
    Field("char_bldg_sf", "number", _get("square_footage")),
    Field("char_bsmt_fin_sf", "number", _get("basement_sqft")),
    Field("char_beds", "number", _whole("bedrooms")),
    Field("char_fbath", "number", _cook_baths(full=True)),
    Field("char_hbath", "number", _cook_baths(full=False)),
    Field("char_stories", "number", _get("stories")),
    Field("char_yrblt", "number", _whole("year_built")),
    Field("char_renovation_year", "number", _whole("year_renovated")),
    Field("char_cnst_qlty", "number", _whole("quality_grade")),
    Field("char_repair_cnd", "number", _whole("condition_grade")),
    Field("char_view", "number", _whole("view_rank")),
    Field("char_waterfront", "number", _whole("waterfront")),
    Field("lat", "number", _get("latitude")),
    Field("lon", "number", _get("longitude")),
)
_SOCRATA_VALUES = (
    Field("certified_tot", "number", _get("assessed_value_usd")),
    Field("market_value", "number", _get("market_value_usd")),
    Field("tax_bill_total", "number", _get("annual_tax_usd")),
    Field("year", "number", _get("tax_year")),
)
_SOCRATA_OWNER = (
    Field("mail_address_state", "text", _get("owner_mail_state")),
    Field("owner_absentee", "text", lambda row: "true" if row.get("owner_absentee") else "false"),
)
_SOCRATA_DEED = (
    Field("doc_no", "text", _get("sale_id")),
    Field("sale_date", "date", _get("sale_date")),
    Field("sale_date_precision", "text", _get("sale_date_precision")),
    Field("recorded_date", "date", _get("recorded_date")),
    Field("sale_price", "number", _get("sale_price_usd")),
    Field("deed_type", "text", _get("instrument")),
    Field("sale_filter_deed_type", "text", lambda row: "false" if row["arms_length"] else "true"),
    Field("sale_filter_less_than_10k", "text", lambda row: "true" if row["sale_price_usd"] < 10_000 else "false"),
)

_SOCRATA_ADDRESS = (
    Field("pin", "text", _get("apn")),
    Field("year", "number", _get("tax_year")),
    Field("prop_address_full", "text", _full_address),
    Field("prop_address_city_name", "text", lambda row: str(row["city"]).upper()),
    Field("prop_address_state", "text", _get("state")),
    Field("prop_address_zipcode_1", "text", _get("zip_code")),
)

LAYERS: dict[tuple[str, str], tuple[Field, ...]] = {
    ("arcgis", "Parcels"): _ARCGIS_HOME + _ARCGIS_VALUES + _ARCGIS_OWNER,
    ("arcgis", "Sales"): _ARCGIS_DEED + _ARCGIS_HOME + _ARCGIS_VALUES,
    ("socrata", "parcels"): _SOCRATA_HOME + _SOCRATA_VALUES + _SOCRATA_OWNER,
    ("socrata", "addresses"): _SOCRATA_ADDRESS,
    ("socrata", "sales"): _SOCRATA_DEED + _SOCRATA_HOME + _SOCRATA_VALUES,
}
OWNER_FIELDS = {field.name for field in _ARCGIS_OWNER + _SOCRATA_OWNER}


def fields_of(service: str, layer: str, owner_data: str) -> tuple[Field, ...]:
    """Fields of a layer; owner fields only where the county publishes owner data."""
    return tuple(f for f in LAYERS[service, layer] if owner_data == "assessor" or f.name not in OWNER_FIELDS)


def render(rows: list[Row], fields: tuple[Field, ...]) -> list[Row]:
    """The rows under the service's names; dates stay dates."""
    return [{field.name: field.value(row) for field in fields} for row in rows]


def iso(day: date) -> str:
    """A date as SODA writes it."""
    return f"{day.isoformat()}T00:00:00.000"
