"""Which column of a sales file means what: guesses from the header, and mappings that override them.

Belongs here: the fields a sales file can carry, how each is usually called, the mapping file. Does
not: reading or checking rows (sales_files.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator

from realestate_os.errors import RealEstateOSError
from realestate_os.storage.home import PROPERTY_TYPES
from realestate_os.yaml_files import read_model


class SalesFileError(RealEstateOSError):
    """A sales file or its mapping cannot be used; the message names file, what was found and what is needed."""


@dataclass(frozen=True)
class SalesField:
    """A field that a sales file can carry: the parser that reads it, and its usual names, best first, in one text."""

    parser: str
    usual_names: str

    @property
    def names(self) -> list[str]:
        """The usual names."""
        return self.usual_names.split()


# Names are compared without case, blanks and punctuation ("Sale Price", "SALE_PRICE" -> saleprice). They are those of
# county assessors (King EXTR_*, Miami-Dade, Cook, Maricopa), MLS exports (RESO) and the well-known public data sets.
FIELDS: dict[str, SalesField] = {
    "record_id": SalesField("text", "saleid excisetaxnbr docno documentnumber recordingnbr instrumentnumber"),
    "apn": SalesField(
        "apn",
        "apn pin parcelno parcelid parcelnumber parcel folio foliono assessorparcelnumber hcadnum propid id idno",
    ),
    "street_address": SalesField(
        "text",
        "streetaddress situsaddress siteaddress propertyaddress addrfull fulladdress "
        "unparsedaddress truesiteaddr physicaladdress situs address street",
    ),
    "unit": SalesField("text", "unit unitnumber unitno aptno apartment situsunit aptunit"),
    "city": SalesField("text", "city situscity sitecity propertycity postalcity postalctyname citi municipality"),
    "zip_code": SalesField("zip_code", "zipcode zip zip5 postalcode situszip sitezip propertyzip zipcd"),
    "latitude": SalesField("number", "latitude lat y centroidlat ycoord"),
    "longitude": SalesField("number", "longitude long lon lng x centroidlong xcoord"),
    "property_type": SalesField(
        "property_type",
        "propertytype proptype hometype propertysubtype usedesc preusedesc principaluse "
        "buildingtype bldgtype dwellingtype usecode type",
    ),
    "bedrooms": SalesField(
        "positive",
        "bedrooms beds bed bedroom bedroomcount numbedrooms numofbedrooms nbrbedrooms "
        "charbeds bedroomabvgr bedroomstotal br bdrms bedrms",
    ),
    "bathrooms": SalesField(
        "positive",
        "bathrooms baths bath bathroomcount numbathrooms numofbathrooms bathroomstotaldecimal "
        "totalbaths bathstotal totbaths bathroomstotalinteger ba",
    ),
    "full_baths": SalesField("number", "fullbaths fullbath bathfullcount charfbath bathroomsfull fbath"),
    "three_quarter_baths": SalesField("number", "bath3qtrcount threequarterbaths bathroomsthreequarter"),
    "half_baths": SalesField("number", "halfbaths halfbath bathhalfcount charhbath bathroomshalf hbath"),
    "square_footage": SalesField(
        "positive",
        "sqftliving livingareasqft sqfttotliving squarefootage squarefeet totlvgarea "
        "livingarea totallvgarea totallivingarea grlivarea buildingheatedarea heatedarea "
        "livingspace charbldgsf bldgsf bldgsqft buildingsqft buildingsquarefeet buildingarea "
        "finishedsqft finishedarea calculatedfinishedsquarefeet homesqft livablearea gla sqft "
        "sqfeet area size",
    ),
    "lot_size_sqft": SalesField(
        "positive",
        "sqftlot lotsizesqft lotsqft lotsizesquarefeet lotarea lndsqfoot landsqft "
        "landsquarefeet lotsizearea charlandsf landsf lotsf landsize landarea lotsize lot",
    ),
    "lot_acres": SalesField("acres", "lotacres acres landacres lotsizeacres kcaacres acreage calculatedacreage"),
    "year_built": SalesField(
        "positive",
        "yrbuilt yearbuilt constructionyear constyear constyr actualyearbuilt actyrblt "
        "charyrblt effyrblt yearblt builtyear built",
    ),
    "age_years": SalesField("number", "age homeage homeageyears ageyears buildingage charage houseage"),
    "year_renovated": SalesField("positive", "yrrenovated yearrenovated yearremodadd yearremodeled renovationyear"),
    "stories": SalesField("positive", "floors stories storiescount numstories storiestotal nofloors floorcount"),
    "basement_sqft": SalesField(
        "number",
        "sqftbasement basementsqft sqfttotbasement totalbsmtsf bsmtsqft basementarea",
    ),
    "quality_grade": SalesField(
        "positive",
        "grade bldggrade buildinggrade overallqual qualitygrade constructiongrade structurequality quality",
    ),
    "condition_grade": SalesField("positive", "condition overallcond conditiongrade conditioncode"),
    "view_rank": SalesField("number", "view viewrank viewscore"),
    "waterfront": SalesField("yes_no", "waterfront waterfrontyn iswaterfront wfntlocation"),
    "sale_date": SalesField(
        "day",
        "saledate solddate closedate closingdate datesold saledt dateofsale soldon "
        "transferdate documentdate deeddate dos lastsaledate latestsaledate date",
    ),
    "sale_month": SalesField("number", "monthsold salemonth soldmonth mosold latestsalemonth monthofsale month"),
    "sale_year": SalesField("number", "yearsold saleyear soldyear yrsold latestsaleyear yearofsale"),
    "recorded_on": SalesField("day", "recordingdate recordeddate recordedon recorddate daterecorded"),
    "sale_price_usd": SalesField(
        "number",
        "saleprice soldprice closeprice closingprice saleprc saleamount saleamt salespriceusd "
        "salepriceusd sellingprice salesprice pricesold lastsaleprice latestprice "
        "consideration purchaseprice price amount",
    ),
    "market_flag": SalesField("yes_no", "armslength isarmslength marketsale qualified quflg validsale"),
    "assessed_value_usd": SalesField("positive", "assessedvalue totalassessedvalue asrtotal assessedtotal assessed"),
    "market_value_usd": SalesField(
        "positive",
        "marketvalue assessormarketvalue totalmarketvalue fcvcur appraisedval",
    ),
    "annual_tax_usd": SalesField("positive", "annualtax taxamount taxannualamount propertytax taxes"),
}
NEEDED = "sale_date (or sale_month with a year), sale_price_usd, square_footage"


class SalesMapping(BaseModel):
    """A mapping file: our field -> the file's column (null: leave it out), over the guesses."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: dict[str, str | None] = Field(default_factory=dict)
    sale_year: int | None = Field(default=None, ge=1900, le=2100)
    property_type: str | None = None

    @field_validator("columns")
    @classmethod
    def _known_fields(cls, columns: dict[str, str | None]) -> dict[str, str | None]:
        unknown = sorted(set(columns) - set(FIELDS))
        if unknown:
            raise ValueError(f"unknown field {', '.join(unknown)}; expected some of: {', '.join(FIELDS)}")
        return columns

    @field_validator("property_type")
    @classmethod
    def _known_type(cls, kind: str | None) -> str | None:
        if kind is not None and kind not in PROPERTY_TYPES:
            raise ValueError(f"{kind!r}; expected one of {', '.join(PROPERTY_TYPES)}")
        return kind


def load_mapping(path: Path) -> SalesMapping:
    """Read a mapping file. Raises SalesFileError naming file and key."""
    return read_model(path, SalesMapping, SalesFileError)


def choose_columns(header: Iterable[str], mapping: SalesMapping, name: str) -> dict[str, str]:
    """Our field -> the file's column: the mapping first, then the best guess for the rest.

    Raises:
        SalesFileError: the mapping names a column that is not there, or a needed field has none.
    """
    columns = list(header)
    strange = sorted(c for c in mapping.columns.values() if c is not None and c not in columns)
    if strange:
        raise SalesFileError(f"{name}: the mapping names {', '.join(strange)}, but the columns are: {_listed(columns)}")
    chosen = {field: column for field, column in mapping.columns.items() if column is not None}
    free = {_plain(column): column for column in reversed(columns) if column not in chosen.values()}
    for field, spec in FIELDS.items():
        guess = next((free[known] for known in spec.names if known in free), None)
        if field not in mapping.columns and guess is not None:
            chosen[field] = guess
            del free[_plain(guess)]
    _refuse_incomplete(chosen, columns, name)
    return chosen


def _refuse_incomplete(chosen: dict[str, str], columns: list[str], name: str) -> None:
    missing = [field for field in ("sale_price_usd", "square_footage") if field not in chosen]
    if "sale_date" not in chosen and "sale_month" not in chosen:
        missing.insert(0, "sale_date")
    if missing:
        raise SalesFileError(
            f"{name}: found no column for {', '.join(missing)}. Columns found: {_listed(columns)}. Needed: {NEEDED}. "
            "If they have other names, rename them, or write a mapping file (columns: {sale_date: THEIR_NAME, ...}) "
            "for realestate-os import sales --mapping."
        )


def _plain(column: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", column.lower())


def _listed(columns: list[str]) -> str:
    shown = ", ".join(column[:40] for column in columns[:40])
    return f"{shown} and {len(columns) - 40} more" if len(columns) > 40 else shown or "none"
