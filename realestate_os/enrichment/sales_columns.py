"""Which column of a sales file means what: guesses from the header, and mappings that override them.

Belongs here: the fields a sales file can carry, how each is usually called, the mapping file. Does
not: reading or checking rows (sales_files.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, field_validator

from realestate_os.enrichment.column_guess import SalesField, guess_columns
from realestate_os.errors import RealEstateOSError
from realestate_os.storage.home import PROPERTY_TYPES
from realestate_os.yaml_files import read_model

if TYPE_CHECKING:
    import pandas as pd


class SalesFileError(RealEstateOSError):
    """A sales file or its mapping cannot be used; the message names file, what was found and what is needed."""


METRIC = r"\bsq ?m\b|m2\b|met(?:er|re)s?\b"
# Names are compared without case, blanks and punctuation ("Sale Price", "SALE_PRICE" -> saleprice). They are those of
# county assessors (King EXTR_*, Miami-Dade, Cook, Maricopa), MLS exports (RESO) and the well-known public data sets.
FIELDS: dict[str, SalesField] = {
    "record_id": SalesField(
        "text", "saleid excisetaxnbr docno documentnumber recordingnbr instrumentnumber saledocumentnum docnum deedno"
    ),
    "apn": SalesField(
        "apn",
        "apn pin pin10 parcelno parcelid parcelnumber parcelnbr parcel folio foliono folionumber folioid "
        "assessorparcelnumber parno parid parcelnum acct accountnumber accountno account hcadnum propid propertyid "
        "ssl zpid id idno pid key",
        (r"parcel|folio|^apn|apn$|^pin\d*$|accountn",),
        r"count|num.*parcels|parcels|area|size|sqft|\blot\b|price|date|ratio|type|latitude|longitude|multi",
    ),
    "street_address": SalesField(
        "text",
        "streetaddress situsaddress siteaddress propertyaddress addrfull fulladdress "
        "unparsedaddress truesiteaddr physicaladdress situs address street location",
        (r"address|^addr|situs",),
        r"mail|owner|city|state|zip|unit|seller|buyer|key|\bid\b|grant",
    ),
    "unit": SalesField("text", "unit unitnumber unitno aptno apartment situsunit aptunit"),
    "city": SalesField(
        "text",
        "city situscity sitecity propertycity postalcity postalctyname citi municipality cityname",
        (r"city$|^city|municip",),
        r"mail|owner|density|capacity|tax|buyer|seller",
    ),
    "zip_code": SalesField(
        "zip_code",
        "zipcode zip zip5 postalcode situszip sitezip propertyzip zipcd zcta",
        (r"zip|postalc|zcta|postcode",),
        r"mail|owner|plus ?4|zip4|buyer|seller|median|income|price",
    ),
    "latitude": SalesField("number", "latitude lat y centroidlat ycoord", (r"^lat|lat$|latitude",), typical=(15, 72)),
    "longitude": SalesField(
        "number",
        "longitude long lon lng x centroidlong xcoord",
        (r"^lon|^lng|lon$|lng$|longitude",),
        typical=(-180, -60),
    ),
    "property_type": SalesField(
        "property_type",
        "propertytype proptype hometype propertysubtype usedesc preusedesc principaluse landusedesc "
        "buildingtype bldgtype dwellingtype usecode type housetype structuretype propertyuse landuse",
        (r"(?:prop|home|house|bldg|building|dwelling|struct|use|land).*(?:type|desc|class|use)",),
        r"roof|heat|wall|road|deed|sale|price|condition|quality|found",
    ),
    "bedrooms": SalesField(
        "positive",
        "bedrooms beds bed bedroom bedroomcount numbedrooms numofbedrooms nbrbedrooms "
        "charbeds bedroomabvgr bedroomstotal br bdrms bedrms bedrm",
        (r"bedr|bdrm|^nbed|beds?$|numbr$|^br(?:s|count|no|num)",),
        r"bath|sq ?ft|area|size|price",
        (0.5, 12),
    ),
    "bathrooms": SalesField(
        "baths",
        "bathrooms baths bath bathroomcount numbathrooms numofbathrooms bathroomstotaldecimal "
        "totalbaths bathstotal totbaths bathroomstotal bathroomstotalinteger ba",
        (r"bath|bthrm",),
        r"half|\bhf|full|3 ?qtr|qtr|quarter|3 4|sq ?ft|area|bed|bsmt|basement|fix|\b[hf] ?bath|style|remod|price",
        (0.5, 12),
    ),
    "full_baths": SalesField(
        "number",
        "fullbaths fullbath bathfullcount charfbath bathroomsfull fbath fixbath bathrm",
        (r"full?b|bath.*full|^fb$|^fbath",),
        r"bsmt|basement",
        (0.5, 12),
    ),
    "three_quarter_baths": SalesField(
        "number",
        "bath3qtrcount threequarterbaths bathroomsthreequarter",
        (r"(?:threeq|3q|34|qtr).*ba?th|bath.*(?:3q|34|threeq|qtr)",),
    ),
    "half_baths": SalesField(
        "number",
        "halfbaths halfbath bathhalfcount charhbath bathroomshalf hbath fixhalfbath hfbathrm",
        (r"half?b|bath.*half|^hb$|^hf?bath",),
        r"bsmt|basement",
    ),
    "square_footage": SalesField(
        "positive",
        "sqftliving livingareasqft sqfttotliving squarefootage squarefeet totlvgarea "
        "livingarea totallvgarea totallivingarea grlivarea buildingheatedarea heatedarea "
        "livingspace charbldgsf bldgsf bldgsqft buildingsqft buildingsquarefeet buildingarea "
        "finishedsqft finishedarea calculatedfinishedsquarefeet homesqft livablearea gla gba sqft "
        "sqfeet sf area size",
        (
            r"(?:liv|lvg|heat|habit).*(?:area|ar$|sqft|sqfeet|squaref|sf$|size|footage|ft2|space)",
            r"(?:sqft|area|sf|squaref\w*).*(?:liv|lvg|heat|habit)|^gla|gla$",
            r"(?:finish|fin|bldg|build|house|home|interior|struct|improv|dwel|resid|univ).*"
            r"(?:area|sqft|sqfeet|squaref|sf$|size|footage|ft2)",
            r"(?:sqft|area|sf|squaref\w*).*(?:finish|bldg|build|house|home|struct|dwel|resid|tot)",
            r"(?:tot|gross|floor|adj|usable|imp).*(?:area|sqft|sqfeet|squaref|sf$|size|footage|ft2)",
            r"^sqft|^squaref|sqft$|sqfeet|squaref|footage",
        ),
        METRIC
        + r"|\blot|land|\blnd|base|bsmt|garage|porch|deck|patio|carport|attic|pool|15|neigh|near|price|\bper\b|cost|"
        r"acre|value|unfin|1st|2nd|first|second|above|below|year|tax|\bno\b|count|effective|code|school|type",
        (350, 12_000),
        needed=True,
    ),
    "living_area_sqm": SalesField(
        "square_metres",
        "livingareasqm livingaream2 livingareasquaremeters livingareametric floorareasqm floorareasquaremeters "
        "buildingareasqm areasqm sqm aream2 squaremeters squaremetres",
        (r"(?:liv|floor|build|bldg|finish|heat|tot|house|home).*(?:sqm$|m2$|met(?:er|re)s?)",),
        r"\blot|land|price|\bper\b|base|bsmt|garage|dist|value",
        (350, 12_000),
    ),
    "lot_sqm": SalesField(
        "square_metres",
        "lotsqm lotm2 lotsizesqm lotareasqm landareasqm landsqm landsizesqm lotsquaremeters",
        (r"(?:lot|land|site|parcel).*(?:sqm$|m2$|met(?:er|re)s?)",),
        r"price|\bper\b|dist|value|perim|\bfront",
        (200, 2_000_000),
    ),
    "lot_size_sqft": SalesField(
        "land",
        "sqftlot lotsizesqft lotsqft lotsizesquarefeet lotarea lndsqfoot landsqft "
        "landsquarefeet lotsizearea charlandsf landsf lotsf landsize landarea lotsize lot land",
        (
            r"(?:lot|land|lnd|site|parcel|ground).*(?:area|sqft|sqf|squaref|sf$|size|footage|ft2)",
            r"(?:sqft|sf|area).*(?:lot|land|lnd)",
        ),
        METRIC + r"|15|neigh|near|price|value|acre|\buse\b|dimension|living|building|bldg|covered|ratio|type|code",
        (200, 2_000_000),
    ),
    "lot_acres": SalesField(
        "acres",
        "lotacres acres landacres lotsizeacres kcaacres acreage calculatedacreage "
        "lotarea landarea lotsize lotsizearea landsize lot land",
        (r"acre", r"(?:lot|land|site|parcel).*(?:size|area|ac$)"),
        r"price|value|15|type|code",
        (0.005 * 43_560, 60 * 43_560),
    ),
    "year_built": SalesField(
        "positive",
        "yrbuilt yearbuilt constructionyear constyear constyr actualyearbuilt actyrblt ayb "
        "charyrblt yearblt builtyear built effyrblt effectiveyearbuilt eyb",
        (r"(?:yr|year).*(?:bu?i?lt|blt|const|bld)|(?:built|blt|const).*(?:yr|year)",),
        r"eff|renov|remod|add|garage|pool|age",
        (1750, 2100),
    ),
    "age_years": SalesField(
        "number",
        "age homeage homeageyears ageyears buildingage charage houseage bldgage propertyage ageofhome",
        (r"(?:home|house|bldg|building|prop|struct|dwelling|effective|actual).*age|^age.*(?:yr|year|home|house|bldg)",),
        r"garage|cover|percent|average|drain|sewage|village|foot|image|storage|acreage|frontage|owner|buyer",
        (0.5, 150),
    ),
    "year_renovated": SalesField(
        "positive",
        "yrrenovated yearrenovated yearremodadd yearremodeled renovationyear yrremodel yrrmdl",
        (r"(?:yr|year).*(?:renov|remod|updat|rehab)|(?:renov|remod|rehab).*(?:yr|year)",),
        typical=(1750, 2100),
    ),
    "stories": SalesField(
        "positive",
        "floors stories storiescount numstories storiestotal nofloors floorcount",
        (r"stories|storey|numfloors|nooffloors|^floors",),
        r"area|sq ?ft|type|desc",
        (0.5, 60),
    ),
    "basement_sqft": SalesField(
        "number",
        "sqftbasement basementsqft sqfttotbasement totalbsmtsf bsmtsqft basementarea",
        (r"(?:bsmt|basement).*(?:sqft|sf$|area|size)|(?:sqft|area).*(?:bsmt|basement)",),
        r"garage|unfin|price",
    ),
    "quality_grade": SalesField(
        "rank",
        "grade bldggrade buildinggrade overallqual qualitygrade constructiongrade structurequality quality "
        "qualitycode constquality",
        (r"(?:bldg|build|const|struct|overall|improv|^imp|home|house).*(?:grade|qual)", r"quality|grade$"),
        r"school|\bair|water|above|below|sq ?ft|area|kitchen|exter|bsmt|basement|garage|sale|view",
        (0.5, 200),
    ),
    "condition_grade": SalesField(
        "rank",
        "condition overallcond conditiongrade conditioncode cdu condcode cndtn",
        (r"^cond|cond$|condition",),
        r"\bair|sale|price|kitchen|exter|bsmt|garage|heat|central|conditioned",
        (0.5, 100),
    ),
    "view_rank": SalesField("number", "view viewrank viewscore"),
    "waterfront": SalesField(
        "yes_no", "waterfront waterfrontyn iswaterfront wfntlocation", (r"waterfr",), r"dist|feet|\bft\b"
    ),
    "sale_date": SalesField(
        "day",
        "saledate solddate closedate closingdate datesold saledt dateofsale soldon sold "
        "transferdate documentdate deeddate dos lastsaledate latestsaledate date dt "
        "salemonth monthsold soldmonth saleyearmonth saleym yearmonth period month",
        (
            r"(?:sale|sold|clos|settle|transac).*(?:date|dt$|day|when|ym$|month|on$|period|time)",
            r"(?:date|month|dt|day).*(?:sale|sold|clos|transac|settle)",
            r"(?:transfer|deed|contract|convey|purchase|instr|doc).*(?:date|dt$|day|ym$|month)",
            r"(?:date|dt).*(?:transfer|purchase|deed)",
        ),
        r"prior|prev|list|next|record|count|\bnum|prem|[23]$|price|owner|\breg|create|update|load|modif",
        (1950, 2100),
        needed=True,
    ),
    "sale_month": SalesField(
        "month",
        "monthsold salemonth soldmonth mosold salemo latestsalemonth monthofsale month",
        (r"(?:mo|month).*(?:sale|sold|clos)|(?:sale|sold|clos).*(?:mo|month|mth|mnth)$|^month|^mth|^mo$",),
        r"prior|prev|list",
        (1, 12),
    ),
    "sale_year": SalesField(
        "number",
        "yearsold saleyear soldyear yrsold saleyr latestsaleyear yearofsale year yr",
        (r"(?:yr|year).*(?:sale|sold|clos)|(?:sale|sold|clos).*(?:yr|year)$",),
        r"prior|prev|list|built|blt",
        (1950, 2100),
    ),
    "recorded_on": SalesField(
        "day",
        "recordingdate recordeddate recordedon recorddate daterecorded",
        (r"record.*(?:date|dt$)|(?:date|dt).*record",),
        typical=(1950, 2100),
    ),
    "sale_price_usd": SalesField(
        "number",
        "saleprice soldprice closeprice closingprice saleprc saleamount saleamt salespriceusd "
        "salepriceusd sellingprice salesprice pricesold soldfor lastsaleprice latestprice "
        "consideration purchaseprice price amount amt",
        (
            r"(?:sale|sold|clos|sell|settle|paid).*(?:price|prc|amount|amt|value|val|usd|consid|dollar)",
            r"(?:price|amount|amt|prc).*(?:paid|sold|sale|usd|dollar|clos|final)",
            r"(?:transfer|transac|contract|purchas|deed|convey).*(?:price|prc|amount|amt|value|val|usd|consid|dollar)",
            r"price|consideration",
        ),
        r"\bper\b|psf|sq ?f|\bsq|square|list|\bask|orig|\badj|assess|\btax|prior|prev|reduc|ratio|date|change|\bcut|"
        r"index|\blog|\bln|count|loan|mortg|pred|estim|\bavg|average|median|neigh|code|type|flag|valid|range|[23]$",
        (5_000, 50_000_000),
        needed=True,
    ),
    "market_flag": SalesField(
        "market",
        "armslength isarmslength marketsale qualified quflg validsale isvalid qualifiedsale salevalidity saledesc",
        (
            r"^(?:sale)?(?:qualif|valid)|(?:qualif|qual|valid|validity|armslength)(?:ied|ication)?(?:cd|code|flag|flg|yn|ind|desc|sale)?$",
        ),
        r"\bnon|\bnot\b|invalid|disqual|unqual|date|year|reason|\bby\b|exempt|valuation|period|month",
    ),
    "non_market_flag": SalesField(
        "yes_no",
        "nonarmslength notarmslength nonmarket nonmarketsale disqualified unqualified invalidsale isinvalid",
        (r"(?:non|not)armslen|disqualif|unqualif|invalidsale|saleinvalid|nonmarket",),
        r"date|reason|\bby\b|code",
    ),
    "parcels_in_sale": SalesField(
        "number",
        "parcelcount numparcels parcelsinsale numberofparcels nparcels parcelssold parcelcnt",
        (r"(?:num|no|count|cnt|^n|of|total).*parcels|parcel.*(?:count|cnt|insale)|multi.*parcel.*(?:count|num)",),
        r"\bid$",
        (0.5, 50),
    ),
    "multi_parcel_flag": SalesField(
        "yes_no",
        "ismultisale multiparcel multiparcelsale multiparcelflag ismultiparcel multisale multipleparcels",
        (r"multi.*(?:parcel|sale|prop)",),
    ),
    "assessed_value_usd": SalesField(
        "positive", "assessedvalue totalassessedvalue asrtotal assessedtotal assessed", typical=(1_000, 50_000_000)
    ),
    "market_value_usd": SalesField(
        "positive",
        "marketvalue assessormarketvalue totalmarketvalue fcvcur appraisedval",
        typical=(1_000, 50_000_000),
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


def choose_columns(cells: pd.DataFrame, mapping: SalesMapping, name: str) -> dict[str, str]:
    """Our field -> the file's column: the mapping first, then the best guess for the rest.

    Raises:
        SalesFileError: the mapping names a column that is not there, or a needed field has none.
    """
    columns = [str(column) for column in cells.columns]
    strange = sorted(c for c in mapping.columns.values() if c is not None and c not in columns)
    if strange:
        raise SalesFileError(f"{name}: the mapping names {', '.join(strange)}, but the columns are: {_listed(columns)}")
    open_fields = {field: spec for field, spec in FIELDS.items() if field not in mapping.columns}
    chosen = {field: column for field, column in mapping.columns.items() if column is not None}
    chosen |= guess_columns(cells, open_fields, chosen)
    _refuse_incomplete(chosen, columns, name)
    return chosen


def _refuse_incomplete(chosen: dict[str, str], columns: list[str], name: str) -> None:
    missing = [field for field in ("sale_price_usd", "square_footage") if field not in chosen]
    if "living_area_sqm" in chosen and "square_footage" in missing:
        missing.remove("square_footage")
    if "sale_date" not in chosen and "sale_month" not in chosen:
        missing.insert(0, "sale_date")
    if missing:
        raise SalesFileError(
            f"{name}: found no column for {', '.join(missing)}. Columns found: {_listed(columns)}. Needed: {NEEDED}. "
            "If they have other names, rename them, or write a mapping file (columns: {sale_date: THEIR_NAME, ...}) "
            "for realestate-os import sales --mapping."
        )


def _listed(columns: list[str]) -> str:
    shown = ", ".join(column[:40] for column in columns[:40])
    return f"{shown} and {len(columns) - 40} more" if len(columns) > 40 else shown or "none"
