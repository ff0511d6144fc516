"""What a home is truly worth on a day: the truth that the pipeline has to find.

Belongs here: the formula and the county's price index. Does not: asks, sale noise or the assessor's
opinion. The form is on purpose neither a tree ensemble's nor a plain log-linear one: smooth curves,
saturation and interactions, on top of them quality that no field shows.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from realestate_os.counties import County
from realestate_os.sandbox.world.dice import Floats, Ints
from realestate_os.sandbox.world.homes import Homes

# The county files' median prices are those of this day.
MEDIAN_DAY = date(2026, 7, 1).toordinal()
CONDITION_EFFECT = np.array([np.nan, -0.24, -0.11, 0.0, 0.06, 0.115])
TYPE_EFFECT = {"single_family": 0.0, "condo": -0.12, "townhouse": -0.04, "multi_family": 0.05}


def log_index(county: County, ordinals: Ints) -> Floats:
    """Log of the county's price level on days (ordinals), 0 on 2026-07-01.

    Half the county's appreciation a year (8 % as in the county file would not last 15 years),
    prices 1.5 % higher in June than in December, and a slow cycle of 2 %.
    """
    reference = _raw_index(county, np.array([MEDIAN_DAY]))
    return np.asarray(_raw_index(county, ordinals) - reference)


def _raw_index(county: County, ordinals: Ints) -> Floats:
    years = np.asarray(ordinals, dtype=float) / 365.2425
    elapsed = years - MEDIAN_DAY / 365.2425
    trend = np.log1p(0.5 * county.market.appreciation_pct / 100) * elapsed
    season = 0.015 * np.cos(2 * np.pi * ((years % 1) - 0.46))
    return np.asarray(trend + season + 0.02 * np.sin(2 * np.pi * elapsed / 6.3))


def log_shape(homes: Homes, location: Floats, ordinals: Ints) -> Floats:
    """Log value of each home on its day, without the county's level and index."""
    year = np.asarray(ordinals, dtype=float) / 365.2425
    age = np.clip(year - homes.year_built, 0, None)
    return np.asarray(
        location
        + _size(homes)
        + _land(homes, location)
        + _age(homes, age)
        + _quality(homes, age, year)
        + _layout(homes)
        + _extras(homes, location)
        + np.array([TYPE_EFFECT.get(kind, -0.2) for kind in homes.property_type])
        + homes.hidden
    )


def _size(homes: Homes) -> Floats:
    """Elasticity 0.72 for small homes, sinking towards 0.4 for mansions; basements count 60 %."""
    counted = homes.square_footage - 0.4 * homes.basement_sqft
    x = np.log(counted / 1900)
    return np.asarray(0.70 * x - 0.16 * np.log1p(np.exp(4 * (x - 0.35))) / 2)


def _land(homes: Homes, location: Floats) -> Floats:
    """Land saturates, and is worth more where the place is."""
    lot = np.nan_to_num(homes.lot_size_sqft, nan=900.0)
    return np.asarray(0.11 * np.tanh(np.log(np.maximum(lot, 300) / 6500) / 1.3) * (1 + 1.2 * np.tanh(location)))


def _age(homes: Homes, age: Floats) -> Floats:
    """Wear levels off; pre-war homes in good condition are sought after."""
    vintage = 1 / (1 + np.exp((homes.year_built - 1942) / 6))
    return np.asarray(-0.17 * (1 - np.exp(-age / 32)) + 0.055 * vintage * (homes.condition_grade - 2.4))


def _quality(homes: Homes, age: Floats, year: Floats) -> Floats:
    """Grade rises faster than straight; condition matters more in old homes; renovations fade."""
    grade = homes.quality_grade - 7
    condition = CONDITION_EFFECT[homes.condition_grade.astype(int)] * (0.75 + 0.5 * np.tanh(age / 45))
    since = np.nan_to_num(year - homes.year_renovated, nan=200.0)
    renovated = np.where(since >= 0, 0.085 * np.exp(-np.maximum(since, 0) / 13), 0.0)
    return np.asarray(0.082 * grade + 0.011 * grade * np.abs(grade) + condition + renovated)


def _layout(homes: Homes) -> Floats:
    """Too many or too few bedrooms for the size cost; so do too few bathrooms."""
    expected = 1.1 + 1.4 * np.log2(homes.square_footage / 700)
    odd = np.clip(homes.bedrooms - expected, -2.5, 2.5)
    baths = homes.bathrooms / np.maximum(homes.bedrooms, 1)
    stories = np.where((homes.stories > 1) & (homes.property_type == "single_family"), 0.02, 0.0)
    return np.asarray(-0.016 * odd**2 + 0.05 * np.tanh(2.2 * (baths - 0.65)) + stories)


def _extras(homes: Homes, location: Floats) -> Floats:
    """Views pay more in dear places; the shore pays most for large homes."""
    view = 0.035 * homes.view_rank**1.25 * (1 + 0.8 * np.tanh(location))
    shore = homes.waterfront * (0.26 + 0.12 * np.tanh(np.log(homes.square_footage / 2400)))
    return np.asarray(view + shore)
