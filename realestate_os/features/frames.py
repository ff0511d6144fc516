"""The table of features: the 35, in order (domain definition; names are fixed)."""

from __future__ import annotations

from realestate_os.storage.schema import Column, Frame

PROPERTY = (
    Column("square_footage", "float64", "Heated living area", "sqft", "enrichment", low=0),
    Column("bedrooms", "float64", "Bedrooms", "count", "enrichment", low=0),
    Column("bathrooms", "float64", "Bathrooms", "count", "enrichment", low=0),
    Column("lot_size_sqft", "float64", "Lot", "sqft", "enrichment", low=0),
    Column("age_years", "float64", "Year of as_of less year built", "years", "enrichment"),
    Column("price_per_sqft", "float64", "listing_price / square_footage", "USD/sqft", "listing", low=0),
    Column("bed_bath_ratio", "float64", "bedrooms / bathrooms", "ratio", "enrichment", low=0),
    Column("lot_to_building_ratio", "float64", "lot_size_sqft / square_footage", "ratio", "enrichment", low=0),
)
FINANCIAL = (
    Column("listing_price", "float64", "Asking price", "USD", "listing", low=0),
    Column("assessed_value", "float64", "Assessed value", "USD", "assessor", low=0),
    Column("market_value", "float64", "Assessor's market value", "USD", "assessor", low=0),
    Column("assessed_to_market_ratio", "float64", "assessed_value / market_value", "ratio", "assessor", low=0),
    Column(
        "listing_to_assessed_ratio", "float64", "listing_price / assessed_value", "ratio", "listing, assessor", low=0
    ),
    Column("listing_to_market_ratio", "float64", "listing_price / market_value", "ratio", "listing, assessor", low=0),
    Column("annual_tax", "float64", "Tax on the last roll", "USD/year", "assessor", low=0),
    Column("tax_rate", "float64", "annual_tax / assessed_value", "share", "assessor", low=0),
    Column(
        "estimated_equity",
        "float64",
        "market_value less liens; missing unless liens are known",
        "USD",
        "assessor, liens",
    ),
)
SALE_HISTORY = (
    Column("years_since_last_sale", "float64", "Since the last sale before as_of", "years", "sales", low=0),
    Column("last_sale_price", "float64", "Its price", "USD", "sales", low=0),
    Column("price_appreciation", "float64", "market_value / last_sale_price - 1", "share", "assessor, sales", low=-1),
    Column(
        "annual_appreciation_rate",
        "float64",
        "(1 + price_appreciation) ^ (1 / years) - 1; missing below half a year",
        "share/year",
        "assessor, sales",
        low=-1,
    ),
)
MARKET = (
    Column("days_on_market", "float64", "Since first sighting", "days", "listing", low=0),
    Column("listing_status_active", "float64", "1 active, 0 other", "", "listing", low=0, high=1),
    Column("property_type_single_family", "float64", "1 or 0", "", "enrichment", low=0, high=1),
    Column("property_type_condo", "float64", "1 or 0", "", "enrichment", low=0, high=1),
    Column("property_type_townhouse", "float64", "1 or 0", "", "enrichment", low=0, high=1),
)
LOCATION = (
    Column("zip_population", "float64", "ACS", "people", "Census", low=0),
    Column("zip_median_income", "float64", "ACS", "USD/year", "Census", low=0),
    Column("zip_median_home_value", "float64", "ACS", "USD", "Census", low=0),
    Column("zip_owner_occupied_rate", "float64", "ACS", "share", "Census", low=0, high=1),
    Column("zip_unemployment_rate", "float64", "ACS", "share", "Census", low=0, high=1),
)
DERIVED = (
    Column("income_to_price_ratio", "float64", "zip_median_income / listing_price", "ratio", "Census, listing", low=0),
    Column(
        "relative_price_in_zip", "float64", "listing_price / zip_median_home_value", "ratio", "Census, listing", low=0
    ),
    Column(
        "is_undervalued",
        "float64",
        "1 if listing_price < 0.9 x max(assessed_value, market_value)",
        "",
        "listing, assessor",
        low=0,
        high=1,
    ),
    Column(
        "potential_roi",
        "float64",
        "max(assessed_value, market_value) / listing_price - 1",
        "share",
        "listing, assessor",
        low=-1,
    ),
)

FEATURE_COLUMNS = PROPERTY + FINANCIAL + SALE_HISTORY + MARKET + LOCATION + DERIVED
FEATURE_NAMES: tuple[str, ...] = tuple(column.name for column in FEATURE_COLUMNS)

# Never in the value model: derived from the asking price, or the ZIP's population profile (fair housing).
FROM_ASKING_PRICE = frozenset(
    {
        "price_per_sqft",
        "listing_price",
        "listing_to_assessed_ratio",
        "listing_to_market_ratio",
        "days_on_market",
        "listing_status_active",
        "income_to_price_ratio",
        "relative_price_in_zip",
        "is_undervalued",
        "potential_roi",
    }
)
POPULATION_PROFILE = frozenset(
    {
        "zip_population",
        "zip_median_income",
        "zip_owner_occupied_rate",
        "zip_unemployment_rate",
    }
)

FEATURES = Frame(
    "features",
    "one listed property as the 35 numbers; NaN is missing, never 0",
    (
        Column("property_id", "string", "As in listings", nullable=False),
        Column("county", "string", "County key", nullable=False),
        Column("date", "date", "Partition date", nullable=False),
        *FEATURE_COLUMNS,
    ),
)
