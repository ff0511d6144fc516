"""What the value model sees beyond the 35 features and the county's records, as a dictionary.

Belongs here: name, meaning, unit, source and range of the columns that valuation itself makes. Does not:
making them (matrix.py, neighbors.py).

Prices of earlier sales are brought to one level of prices before they are compared; `premium` is ln price less
what the attributes plainly cost (price_level.py): the worth of the place. 60 sales are asked at most, those
known on the home's day.
"""

from __future__ import annotations

from realestate_os.storage.schema import Column

DERIVED = (
    Column("above_ground_sqft", "float64", "square_footage less basement_sqft", "sqft", "enrichment"),
    Column("years_since_renovation", "float64", "Year of as_of less year renovated", "years", "enrichment"),
    Column("effective_age_years", "float64", "The lesser of age and years since the renovation", "years", "enrichment"),
    Column("north_east", "float64", "latitude + longitude, in degrees of latitude", "degrees", "enrichment"),
    Column("north_west", "float64", "latitude - longitude, in degrees of latitude", "degrees", "enrichment"),
    Column("property_type_multi_family", "float64", "1 or 0", "", "enrichment", low=0, high=1),
    Column("property_type_manufactured", "float64", "1 or 0", "", "enrichment", low=0, high=1),
)
NEAR_BY = (
    Column("nearby_log_price_per_sqft", "float64", "Of the 16 nearest, weighted by nearness", "ln USD/sqft", "sales"),
    Column("nearby_premium", "float64", "Premium of the 16 nearest, weighted by nearness", "ln USD", "sales"),
    Column("closest_premium", "float64", "Premium of the 6 nearest, weighted by nearness", "ln USD", "sales"),
    Column("wide_premium", "float64", "Premium of the 60 nearest", "ln USD", "sales"),
    Column("nearby_premium_sd", "float64", "Its spread among the 16 nearest", "ln USD", "sales", low=0),
    Column(
        "similar_log_price_per_sqft",
        "float64",
        "Of the 60 nearest, weighted by nearness and likeness of size, age, grade and lot",
        "ln USD/sqft",
        "sales",
    ),
    Column("similar_premium", "float64", "Premium of the 60 nearest, weighted so", "ln USD", "sales"),
    Column("similar_weight", "float64", "How many of the 60 are alike", "sales", "sales", low=0, high=60),
    Column("nearby_distance_miles", "float64", "Mean distance of the 16 nearest", "miles", "sales", low=0),
    Column(
        "size_to_nearby", "float64", "ln square footage less that of the 16 nearest", "ln sqft", "sales, enrichment"
    ),
    Column("lot_to_nearby", "float64", "ln lot less that of the 16 nearest", "ln sqft", "sales, enrichment"),
    Column("nearby_year_built", "float64", "Year built of the 16 nearest", "year", "sales"),
)
