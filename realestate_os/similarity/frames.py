"""The tables of similarity: embeddings, comparables."""

from __future__ import annotations

from realestate_os.storage.schema import Column, Frame

EMBEDDINGS = Frame(
    "embeddings",
    "one listing or closed sale as two vectors; the truth from which Qdrant is rebuilt",
    (
        Column("point_id", "string", "UUID5 of kind, item, model and (for a listing) date", nullable=False),
        Column("kind", "string", "listing or sale", nullable=False),
        Column("item_id", "string", "property_id or sale_id", nullable=False),
        Column("county", "string", "County key", nullable=False),
        Column("date", "date", "Partition date", nullable=False),
        Column("profile", "float32[]", "Robustly scaled features, all of the 35", nullable=False),
        Column(
            "physical", "float32[]", "Robustly scaled physical and location features; no money in it", nullable=False
        ),
        Column("street_address", "string", "Payload"),
        Column("zip_code", "string", "Payload"),
        Column("property_type", "string", "Payload"),
        Column("price_usd", "float64", "Payload: asking or sale price", "USD"),
        Column("event_date", "date", "Payload: sale date, or the partition date", nullable=False),
        Column("known_on", "date", "Payload: when the sale became known, or the partition date", nullable=False),
        Column("square_footage", "float64", "Payload", "sqft"),
        Column("latitude", "float64", "Payload", "degrees"),
        Column("longitude", "float64", "Payload", "degrees"),
        Column("model_version", "string", "Version whose scaling was used", nullable=False),
    ),
    key=("point_id",),
)

COMPARABLES = Frame(
    "comparables",
    "one closed sale beside one listed property",
    (
        Column("property_id", "string", "The listed property", nullable=False),
        Column("county", "string", "County key", nullable=False),
        Column("date", "date", "Partition date", nullable=False),
        Column("rank", "int64", "1 needs the least adjusting, is nearest and newest", nullable=False),
        Column("sale_id", "string", "The sale", nullable=False),
        Column("sale_date", "date", "Within 12 months before the date", nullable=False),
        Column("sale_price_usd", "float64", "Price paid", "USD", nullable=False),
        Column("street_address", "string", "Of the sale"),
        Column("zip_code", "string", "Of the sale"),
        Column("latitude", "float64", "Of the sale", "degrees"),
        Column("longitude", "float64", "Of the sale", "degrees"),
        Column("bedrooms", "float64", "Of the sale", "count"),
        Column("bathrooms", "float64", "Of the sale", "count"),
        Column("square_footage", "float64", "Of the sale", "sqft"),
        Column("lot_size_sqft", "float64", "Of the sale", "sqft"),
        Column("year_built", "float64", "Of the sale", "year"),
        Column("condition_grade", "float64", "Of the sale", "grade"),
        Column("year_renovated", "float64", "Of the sale", "year"),
        Column("distance_miles", "float64", "Great circle", "miles"),
        Column(
            "radius_miles", "float64", "Of the step that found it: 0.5, widened to 1, 2, 5", "miles", nullable=False
        ),
        Column("similarity", "float64", "Cosine of the physical vectors", nullable=False),
        Column("price_per_sqft_usd", "float64", "Price paid per square foot", "USD/sqft"),
        Column("adjustments", "json", "List of {line, dollars}: what makes the sale like the subject", nullable=False),
        Column("adjusted_price_usd", "float64", "sale_price_usd plus the adjustments", "USD", nullable=False),
        Column(
            "adjusted_spread_pct",
            "float64",
            "Highest less lowest adjusted price of the home's comparables / their median x 100",
            "%",
            nullable=False,
        ),
        Column(
            "gross_adjustment_pct",
            "float64",
            "Sum of absolute adjustments, time apart / price x 100",
            "%",
            nullable=False,
        ),
        Column("net_adjustment_pct", "float64", "Sum of adjustments, time apart / price x 100", "%", nullable=False),
        Column(
            "warnings",
            "json",
            "List: adjustments above 15 %, few comparables, why the search was widened",
            nullable=False,
        ),
    ),
    key=("property_id", "sale_id"),
)
