"""The table of valuation: valuations."""

from __future__ import annotations

from realestate_os.storage.schema import Column, Frame

VALUATIONS = Frame(
    "valuations",
    "one listed property with its as-is value",
    (
        Column("property_id", "string", "As in listings", nullable=False),
        Column("county", "string", "County key", nullable=False),
        Column("date", "date", "Partition date", nullable=False),
        Column(
            "value_usd",
            "float64",
            "As-is market value, median of the predictive distribution; null when not valued",
            "USD",
        ),
        Column("value_low_80_usd", "float64", "Lower end of the 80 % interval", "USD"),
        Column("value_high_80_usd", "float64", "Upper end of the 80 % interval", "USD"),
        Column("value_low_90_usd", "float64", "Lower end of the 90 % interval", "USD"),
        Column("value_high_90_usd", "float64", "Upper end of the 90 % interval", "USD"),
        Column("log_value_sd", "float64", "Standard deviation of ln value, from the 80 % interval", "ln USD"),
        Column("relative_width_90", "float64", "(high - low) / value", "share"),
        Column("confidence", "float64", "1 / (1 + relative width of the 90 % interval), 0 to 1", "share"),
        Column("confidence_band", "string", "high, medium or low"),
        Column("base_value_usd", "float64", "V0, the model's expectation before it looks at the home", "USD"),
        Column(
            "reasons", "json", "List of {feature, label, value, dollars}; dollars sum to value_usd - base_value_usd"
        ),
        Column("not_valued_reason", "string", "Why value_usd is null"),
        Column("model_name", "string", "Registered model", nullable=False),
        Column("model_version", "string", "Version that served the month", nullable=False),
        Column("model_digest", "string", "SHA-256 of the model's bytes", nullable=False),
    ),
)
