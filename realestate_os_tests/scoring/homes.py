"""Small frames of listed homes, as the stages before scoring hand them over."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pandas as pd

from realestate_os.counties import County, load_county
from realestate_os.discovery.frames import LISTINGS
from realestate_os.enrichment.frames import ENRICHMENT, LEAD_SIGNALS
from realestate_os.scoring.assumptions import Assumptions, load_assumptions
from realestate_os.scoring.build import build_scores
from realestate_os.scoring.inputs import Inputs, Setting, inputs_of_day
from realestate_os.settings import get_settings
from realestate_os.similarity.frames import COMPARABLES
from realestate_os.storage.schema import Frame
from realestate_os.valuation.frames import VALUATIONS

DAY = date(2026, 11, 24)
REASONS = [
    {"feature": "square_footage", "label": "Living area", "value": 2150.0, "dollars": 61000.0},
    {"feature": "age_years", "label": "Age", "value": 100.0, "dollars": -24000.0},
    {"feature": "quality_grade", "label": "Construction grade", "value": 8.0, "dollars": 18500.0},
    {"feature": "lot_size_sqft", "label": "Lot", "value": 4800.0, "dollars": -6500.0},
    {"feature": "view_rank", "label": "View", "value": 2.0, "dollars": 9000.0},
]
FACTS: dict[str, Any] = {
    "street_address": "1417 E Howell St",
    "city": "Seattle",
    "state": "WA",
    "zip_code": "98122",
    "address_key": "1417 E HOWELL ST||98122",
    "apn": "6003501230",
    "latitude": 47.6173,
    "longitude": -122.3128,
    "property_type": "single_family",
    "bedrooms": 3.0,
    "bathrooms": 2.5,
    "square_footage": 2150.0,
    "lot_size_sqft": 4800.0,
    "year_built": 1926.0,
    "stories": 2.0,
    "basement_sqft": 400.0,
    "quality_grade": 8.0,
    "condition_grade": 3.0,
    "view_rank": 2.0,
    "waterfront": 0.0,
    "price_basis": "asking",
    "listing_status": "active",
    "condition_claimed": "unknown",
}
LISTING: dict[str, Any] = {
    "source": "fsbo_sandbox",
    "listing_key": "1",
    "url": "https://fsbo.sandbox.example/king_wa/home/1",
    "page_sha256": "0" * 64,
    "fetched_at": datetime(2026, 11, 24, 6, 0, tzinfo=UTC),
    "read_by": "labels",
    "garage_spaces": 1.0,
    "first_seen_on": date(2026, 11, 3),
    "listed_on": date(2026, 11, 2),
    "days_on_market": 22.0,
    "price_event": "unchanged",
    "description": "Classic Capitol Hill home with original woodwork, a sunny kitchen and a level yard.",
    "text_flags": "[]",
    "contact_name": "Pat Seller",
    "contact_phone": "+12065550123",
    "completeness": 1.0,
}
RECORDS: dict[str, Any] = {
    "assessed_value_usd": 690000.0,
    "market_value_usd": 690000.0,
    "annual_tax_usd": 6400.0,
    "tax_rate_pct": 0.93,
    "last_sale_date": date(2011, 5, 20),
    "last_sale_price_usd": 410000.0,
    "zip_population": 36000.0,
    "zip_median_income_usd": 98765.0,
    "zip_median_home_value_usd": 812000.0,
    "zip_owner_occupied_rate": 0.4321,
    "zip_unemployment_rate": 0.0377,
    "zip_median_rent_usd": 2950.0,
    "census_vintage": 2024.0,
    "status": "complete",
    "missing_sources": "[]",
    "failed_sources": "[]",
}


@dataclass(frozen=True)
class Day:
    """The four frames of one county's day, and the scores of them."""

    listings: pd.DataFrame
    enrichment: pd.DataFrame
    valuations: pd.DataFrame
    comparables: pd.DataFrame
    county: County
    day: date
    assumptions: Assumptions

    signals: pd.DataFrame = field(default_factory=LEAD_SIGNALS.empty)

    @property
    def inputs(self) -> Inputs:
        setting = Setting(self.county, self.day, self.assumptions)
        return inputs_of_day(self.listings, self.enrichment, self.valuations, self.comparables, self.signals, setting)

    def scores(self) -> pd.DataFrame:
        return build_scores(self.inputs)


def king(**changes: Any) -> County:
    """King County as configured, with some settings replaced."""
    county = load_county("king_wa")
    return County.model_validate(county.model_dump() | changes)


def assumptions() -> Assumptions:
    return load_assumptions(get_settings().assets_config_dir)


def day_of(homes: list[dict[str, Any]], county: County | None = None, comparables: int = 4) -> Day:
    """Frames of these homes; each dict replaces columns of any table (`value_usd`, `listing_price_usd`, ...).

    `comparables`: how many each home gets, at 97 to 110 % of its value; a home's own `comparables` wins.
    """
    rows = [home | {"property_id": str(uuid5(NAMESPACE_URL, f"home {n}"))} for n, home in enumerate(homes)]
    return Day(
        _frame(LISTINGS, [FACTS | LISTING | {"listing_price_usd": 560000.0} | home for home in rows]),
        _frame(ENRICHMENT, [FACTS | RECORDS | {"listing_price_usd": 560000.0} | home for home in rows]),
        _frame(VALUATIONS, [valuation(**home) for home in rows]),
        _frame(
            COMPARABLES,
            [one for home in rows for one in comparable_rows(home, home.get("comparables", comparables))],
        ),
        county or king(),
        DAY,
        assumptions(),
    )


def valuation(**home: Any) -> dict[str, Any]:
    """A valuation row around value_usd (800,000) with log_value_sd (0.09)."""
    value, sd = home.get("value_usd", 800000.0), home.get("log_value_sd", 0.09)
    low, high = (value * (1 - 1.645 * sd), value * (1 + 1.645 * sd)) if value else (None, None)
    defaults: dict[str, Any] = {
        "value_usd": value,
        "value_low_80_usd": value and value * (1 - 1.28 * sd),
        "value_high_80_usd": value and value * (1 + 1.28 * sd),
        "value_low_90_usd": low,
        "value_high_90_usd": high,
        "log_value_sd": sd,
        "relative_width_90": 3.29 * sd if value else None,
        "confidence": 1 / (1 + 3.29 * sd) if value else None,
        "confidence_band": "high" if value else None,
        "base_value_usd": 742000.0,
        "reasons": json.dumps(REASONS),
        "model_name": "value_king_wa",
        "model_version": "3",
        "model_digest": "ab" * 32,
    }
    return defaults | {name: value for name, value in home.items() if name in VALUATIONS.names}


def comparable_rows(home: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """Sales around the home, each with two adjustments that add up."""
    value = home.get("value_usd", 800000.0) or 800000.0
    return [
        {
            "property_id": home["property_id"],
            "rank": n + 1,
            "sale_id": f"sale-{home['property_id'][:8]}-{n}",
            "sale_date": DAY - timedelta(days=40 + 55 * n),
            "sale_price_usd": value * (0.97 + 0.043 * n) - 12000,
            "street_address": f"{1200 + 37 * n} E Olive St",
            "zip_code": "98122",
            "latitude": 47.6173 + 0.0021 * (n + 1) * (-1) ** n,
            "longitude": -122.3128 + 0.0027 * (n - 1.6),
            "bedrooms": 3.0 + n % 2,
            "bathrooms": 2.0,
            "square_footage": 2050.0 + 60 * n,
            "lot_size_sqft": 4500.0,
            "year_built": 1921.0 + 3 * n,
            "condition_grade": 3.0,
            "year_renovated": None,
            "distance_miles": 0.15 + 0.09 * n,
            "radius_miles": 0.5,
            "similarity": 0.97 - 0.02 * n,
            "price_per_sqft_usd": (value * (0.97 + 0.043 * n) - 12000) / (2050 + 60 * n),
            "adjustments": json.dumps(
                [
                    {"line": "Living area", "dollars": 15000.0 - 4000 * n},
                    {"line": "Time to today", "dollars": -3000.0 + 4000 * n},
                ]
            ),
            "adjusted_price_usd": value * (0.97 + 0.043 * n),
            "adjusted_spread_pct": 4.3 * (count - 1),
            "gross_adjustment_pct": 100 * abs(15000 - 4000 * n) / value,
            "net_adjustment_pct": 100 * (15000 - 4000 * n) / value,
            "warnings": "[]",
        }
        for n in range(count)
    ]


def _frame(frame: Frame, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows as the Frame has them, through its own check."""
    shared = {"county": "king_wa", "date": DAY}
    table = pd.DataFrame(
        [{name: (shared | row).get(name) for name in frame.names} for row in rows], columns=frame.names
    )
    return frame.to_arrow(table).to_pandas() if rows else frame.empty()
