"""Which columns of enrichment each feature is made from, for Dagster's column lineage.

Belongs here: the lineage as plain data; a test holds it against the formulas. Does not: the formulas
(build.py).
"""

from __future__ import annotations

from realestate_os.features.frames import FEATURE_NAMES, FEATURES

PRICE, ASSESSED, MARKET = "listing_price_usd", "assessed_value_usd", "market_value_usd"
SOLD, PAID = "last_sale_date", "last_sale_price_usd"

MADE_FROM: dict[str, tuple[str, ...]] = {
    "age_years": ("year_built",),
    "price_per_sqft": (PRICE, "square_footage"),
    "bed_bath_ratio": ("bedrooms", "bathrooms"),
    "lot_to_building_ratio": ("lot_size_sqft", "square_footage"),
    "listing_price": (PRICE,),
    "assessed_value": (ASSESSED,),
    "market_value": (MARKET,),
    "assessed_to_market_ratio": (ASSESSED, MARKET),
    "listing_to_assessed_ratio": (PRICE, ASSESSED),
    "listing_to_market_ratio": (PRICE, MARKET),
    "annual_tax": ("annual_tax_usd",),
    "tax_rate": ("annual_tax_usd", ASSESSED),
    "estimated_equity": (MARKET, "liens_usd"),
    "years_since_last_sale": (SOLD,),
    "last_sale_price": (PAID, SOLD),
    "price_appreciation": (MARKET, PAID, SOLD),
    "annual_appreciation_rate": (MARKET, PAID, SOLD),
    "listing_status_active": ("listing_status",),
    "property_type_single_family": ("property_type",),
    "property_type_condo": ("property_type",),
    "property_type_townhouse": ("property_type",),
    "zip_median_income": ("zip_median_income_usd",),
    "zip_median_home_value": ("zip_median_home_value_usd",),
    "income_to_price_ratio": ("zip_median_income_usd", PRICE),
    "relative_price_in_zip": (PRICE, "zip_median_home_value_usd"),
    "is_undervalued": (PRICE, ASSESSED, MARKET),
    "potential_roi": (PRICE, ASSESSED, MARKET),
}


def feature_columns() -> dict[str, list[tuple[str, str]]]:
    """Column of features -> (asset, column) pairs; what is not made is taken over under its own name."""
    inputs = {name: MADE_FROM.get(name, (name,)) for name in (*FEATURE_NAMES, *FEATURES.key, "county", "date")}
    return {name: [("enrichment", column) for column in columns] for name, columns in inputs.items()}
