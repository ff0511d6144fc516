"""The columns that describe one home, wherever it comes from.

Belongs here: address, place and physical facts that listings, parcels, sales and enrichment share,
with their rules, so that build_features can take a listing or a sale. Does not: prices, dates, people.
"""

from __future__ import annotations

from typing import Literal, get_args

from realestate_os.storage.schema import Column

PropertyType = Literal["single_family", "condo", "townhouse", "multi_family", "manufactured", "land", "other"]
PROPERTY_TYPES: tuple[str, ...] = get_args(PropertyType)

ADDRESS_COLUMNS = (
    Column("street_address", "string", "Number and street as written, cleaned of markup"),
    Column("unit", "string", "Unit, apartment or suite; null for a whole building"),
    Column("city", "string", "Postal city"),
    Column("state", "string", "Two-letter state"),
    Column("zip_code", "string", "Five-digit ZIP"),
    Column(
        "address_key", "string", "Normalised address with unit and ZIP (USPS Publication 28); identity of the property"
    ),
    Column("apn", "string", "Assessor's parcel number, digits and letters only"),
    Column("latitude", "float64", "WGS84", "degrees"),
    Column("longitude", "float64", "WGS84", "degrees"),
)

FACT_COLUMNS = (
    Column("property_type", "string", "single_family, condo, townhouse, multi_family, manufactured, land, other"),
    Column("bedrooms", "float64", "Bedrooms", "count"),
    Column("bathrooms", "float64", "Bathrooms; a half bath counts 0.5", "count"),
    Column("square_footage", "float64", "Heated living area", "sqft"),
    Column("lot_size_sqft", "float64", "Lot", "sqft"),
    Column("year_built", "float64", "Year built", "year"),
    Column("year_renovated", "float64", "Year of the last major renovation; null if none is known", "year"),
    Column("stories", "float64", "Floors above ground", "count"),
    Column("basement_sqft", "float64", "Finished basement within the living area", "sqft"),
    Column("quality_grade", "float64", "Assessor's construction grade, 1 (cabin) to 13 (mansion)", "grade"),
    Column("condition_grade", "float64", "Assessor's condition, 1 (poor) to 5 (very good)", "grade"),
    Column("view_rank", "float64", "View, 0 (none) to 4 (excellent)", "rank"),
    Column("waterfront", "float64", "1 on the water, 0 not, null unknown"),
)

HOME_COLUMNS = ADDRESS_COLUMNS + FACT_COLUMNS
HOME_NAMES: tuple[str, ...] = tuple(column.name for column in HOME_COLUMNS)
FACT_NAMES: tuple[str, ...] = tuple(column.name for column in FACT_COLUMNS)

HOME_RANGES: dict[str, tuple[float | None, float | None]] = {
    "latitude": (-90, 90),
    "longitude": (-180, 180),
    "bedrooms": (0, None),
    "bathrooms": (0, None),
    "square_footage": (0, None),
    "lot_size_sqft": (0, None),
    "stories": (0, None),
    "basement_sqft": (0, None),
}
HOME_VALUES: dict[str, tuple[str, ...]] = {"property_type": PROPERTY_TYPES}
