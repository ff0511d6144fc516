"""The county's stock of homes: place and physical facts that hang together.

Belongs here: the arrays of a stock and their generator. Does not: addresses (addresses.py), what a
home is worth (values.py), sales or listings.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from realestate_os.sandbox.world.dice import Dice, Floats, Ints, Texts
from realestate_os.sandbox.world.places import MILES_PER_DEGREE, Places

# Median living area (sqft) and spread (log) by type.
SIZES = {"single_family": (1950, 0.34), "condo": (1020, 0.28), "townhouse": (1560, 0.20), "multi_family": (2650, 0.28)}
NEWEST_YEAR = 2025


@dataclass(frozen=True)
class Homes:
    """Arrays of equal length, one entry a home. Unknown numbers are NaN, unknown texts ''.

    hidden is log value that no field shows (the smell, the light, the neighbour's dog); it goes
    into true values and into nothing that a server publishes.
    """

    zip_code: Texts
    city: Texts
    street_address: Texts
    unit: Texts
    apn: Texts
    latitude: Floats
    longitude: Floats
    property_type: Texts
    bedrooms: Floats
    bathrooms: Floats
    square_footage: Floats
    lot_size_sqft: Floats
    year_built: Floats
    year_renovated: Floats
    stories: Floats
    basement_sqft: Floats
    quality_grade: Floats
    condition_grade: Floats
    view_rank: Floats
    waterfront: Floats
    hidden: Floats

    def __len__(self) -> int:
        return len(self.zip_code)

    def take(self, index: Ints) -> Homes:
        """The homes at the given positions."""
        return Homes(**{field.name: getattr(self, field.name)[index] for field in fields(self)})


@dataclass(frozen=True)
class Spots:
    """Where each home of a stock stands."""

    zip_index: Ints
    latitude: Floats
    longitude: Floats
    density: Floats


def spots_of(places: Places, count: int, dice: Dice) -> Spots:
    """Draw a place for each home: a ZIP by its share, a point within its radius."""
    ids = np.arange(count, dtype=np.int64)
    zip_index = np.searchsorted(np.cumsum(places.share), dice.uniform(ids, "zip")).clip(0, len(places.share) - 1)
    reach = places.radius_miles[zip_index] * np.sqrt(dice.uniform(ids, "reach"))
    angle = 2 * np.pi * dice.uniform(ids, "angle")
    north, east = reach * np.sin(angle), reach * np.cos(angle)
    latitude = places.latitude[zip_index] + north / MILES_PER_DEGREE
    longitude = places.longitude[zip_index] + east / (MILES_PER_DEGREE * np.cos(np.radians(latitude)))
    return Spots(zip_index, latitude.round(6), longitude.round(6), places.density[zip_index])


@dataclass(frozen=True)
class Facts:
    """Physical facts of a stock, in the order of Homes."""

    property_type: Texts
    bedrooms: Floats
    bathrooms: Floats
    square_footage: Floats
    lot_size_sqft: Floats
    year_built: Floats
    year_renovated: Floats
    stories: Floats
    basement_sqft: Floats
    quality_grade: Floats
    condition_grade: Floats
    view_rank: Floats
    waterfront: Floats


def facts_of(spots: Spots, location: Floats, dice: Dice) -> Facts:
    """Draw facts that fit the place: condos and old homes in dense ZIPs, land and space outside."""
    ids = np.arange(len(location), dtype=np.int64)
    kind = _types(spots.density, dice, ids)
    year = _year_built(spots.density, dice, ids)
    area = _living_area(kind, year, dice, ids)
    bedrooms = _bedrooms(kind, area, dice, ids)
    grade = _grade(area, year, location, dice, ids)
    renovated, condition = _condition(year, dice, ids)
    view = np.where(dice.uniform(ids, "view") < 0.11, dice.between(ids, "view rank", 1, 4), 0).astype(float)
    stories = _stories(kind, area, year, dice, ids)
    return Facts(
        property_type=kind,
        bedrooms=bedrooms,
        bathrooms=_bathrooms(bedrooms, area, year, dice, ids),
        square_footage=area,
        lot_size_sqft=_lot(kind, area, spots.density, dice, ids),
        year_built=year,
        year_renovated=renovated,
        stories=stories,
        basement_sqft=_basement(kind, area, stories, dice, ids),
        quality_grade=grade,
        condition_grade=condition,
        view_rank=view,
        waterfront=((dice.uniform(ids, "waterfront") < 0.009) & (kind != "condo")).astype(float),
    )


def _types(density: Floats, dice: Dice, ids: Ints) -> Texts:
    condo, townhouse, multi = 0.05 + 0.22 * density, 0.05 + 0.09 * density, 0.02 + 0.06 * density
    draw = dice.uniform(ids, "type")
    conditions = [draw < condo, draw < condo + townhouse, draw < condo + townhouse + multi]
    return np.select(conditions, ["condo", "townhouse", "multi_family"], default="single_family").astype(object)


def _year_built(density: Floats, dice: Dice, ids: Ints) -> Floats:
    """Dense ZIPs were built up from 1900, the others after the war; few homes are new."""
    start = 1962 - 52 * density
    draw = dice.uniform(ids, "year") ** np.where(dice.uniform(ids, "new") < 0.15, 0.15, 1.15)
    return np.asarray(np.floor(start + draw * (NEWEST_YEAR - start)))


def _living_area(kind: Texts, year: Floats, dice: Dice, ids: Ints) -> Floats:
    median = np.array([SIZES[k][0] for k in kind], dtype=float)
    spread = np.array([SIZES[k][1] for k in kind])
    newer = np.where(kind == "condo", 0.0, 0.0035 * (year - 1975))
    area = median * np.exp(newer + spread * dice.normal(ids, "area"))
    return np.asarray(np.clip(np.round(area / 10) * 10, 420, 8200))


def _bedrooms(kind: Texts, area: Floats, dice: Dice, ids: Ints) -> Floats:
    house = 1.1 + 1.4 * np.log2(area / 700)
    flat = 0.7 + 1.1 * np.log2(area / 500)
    wanted = np.select([kind == "condo", kind == "multi_family"], [flat, house + 1.2], default=house)
    return np.asarray(np.clip(np.round(wanted + 0.45 * dice.normal(ids, "beds")), 1, 9))


def _bathrooms(bedrooms: Floats, area: Floats, year: Floats, dice: Dice, ids: Ints) -> Floats:
    wanted = 0.35 + 0.42 * bedrooms + 0.35 * np.log2(area / 1400) + np.where(year > 1985, 0.45, 0.0)
    return np.asarray(np.clip(np.round(2 * (wanted + 0.35 * dice.normal(ids, "baths"))) / 2, 1, 7))


def _lot(kind: Texts, area: Floats, density: Floats, dice: Dice, ids: Ints) -> Floats:
    """A condo has no lot of its own (NaN)."""
    house = 5200 * np.exp(1.0 * (1 - density)) * (area / 1900) ** 0.35 * np.exp(0.35 * dice.normal(ids, "lot"))
    acreage = (dice.uniform(ids, "acreage") < 0.10 * (1 - density)) & (kind == "single_family")
    house = np.where(acreage, 43560 * (0.6 + 4.4 * dice.uniform(ids, "acres") ** 2), house)
    row = area * (0.75 + 0.5 * dice.uniform(ids, "row lot"))
    lot = np.select([kind == "condo", kind == "townhouse"], [np.full(len(area), np.nan), row], default=house)
    return np.asarray(np.round(lot / 10) * 10)


def _grade(area: Floats, year: Floats, location: Floats, dice: Dice, ids: Ints) -> Floats:
    wanted = 7.2 + 1.5 * np.log(area / 1800) + 0.014 * (year - 1980) + 1.2 * (location - location.mean())
    return np.asarray(np.clip(np.round(wanted + 0.6 * dice.normal(ids, "grade")), 3, 13))


def _condition(year: Floats, dice: Dice, ids: Ints) -> tuple[Floats, Floats]:
    """Year of the last renovation (NaN: none known) and condition 1-5."""
    can = year < 2000
    done = can & (dice.uniform(ids, "renovated") < 0.16)
    span = np.maximum(NEWEST_YEAR - np.maximum(year + 15, 1990), 1)
    renovated = np.where(done, np.floor(NEWEST_YEAR - span * dice.uniform(ids, "renovation year") ** 1.4), np.nan)
    wear = 0.55 + 0.25 * (year < 1975)
    wanted = 3.1 - 0.35 * (year < 1960) + wear * dice.normal(ids, "condition") + np.where(done, 0.9, 0.0)
    wanted = np.where(year > 2005, np.maximum(wanted, 3), wanted)
    return renovated, np.asarray(np.clip(np.round(wanted), 1, 5))


def _stories(kind: Texts, area: Floats, year: Floats, dice: Dice, ids: Ints) -> Floats:
    chance = 1 / (1 + np.exp(-(area - 2100) / 450)) * np.where(year > 1985, 1.25, 0.8)
    draw = dice.uniform(ids, "stories")
    house = np.where(draw < chance, 2.0, np.where(draw > 0.9, 1.5, 1.0))
    return np.select(
        [kind == "condo", kind == "townhouse"], [np.ones(len(area)), np.where(draw < 0.4, 3.0, 2.0)], default=house
    )


def _basement(kind: Texts, area: Floats, stories: Floats, dice: Dice, ids: Ints) -> Floats:
    has = (dice.uniform(ids, "basement") < 0.30) & np.isin(kind, ["single_family", "multi_family"]) & (stories < 3)
    share = 0.15 + 0.3 * dice.uniform(ids, "basement share")
    return np.asarray(np.where(has, np.round(area * share / 10) * 10, 0.0))
