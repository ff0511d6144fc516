"""The Census API: ACS five-year figures by ZIP code tabulation area.

Belongs here: variables, vintages, seeded figures that fit the world's price level, the API's shapes
and errors. Does not: HTTP.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from realestate_os.counties import county_keys, load_county, zip_codes
from realestate_os.sandbox.world.dice import Dice, hash64

FIRST_VINTAGE = 2009
GEOGRAPHY = "zip code tabulation area"
SENTINEL = "-666666666"
SENTINEL_SHARE = 0.03
MEDIANS = ("B19013_001E", "B01002_001E", "B25077_001E", "B25064_001E", *(f"B25031_00{n}E" for n in range(1, 8)))
COUNTS = ("B01003_001E", "B25003_001E", "B25003_002E", "B25003_003E", "B23025_002E", "B23025_005E")
VARIABLES = ("NAME", *COUNTS, *MEDIANS)
# Gross rent by bedrooms relative to the ZIP's median: none, 1, 2, 3, 4, 5 and more.
RENT_BY_BEDROOMS = (0.72, 0.82, 1.0, 1.24, 1.48, 1.62)


class CensusError(Exception):
    """Answered with the status and a line of text, as the Census does."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def released_on(vintage: int) -> date:
    """Day from which a vintage can be asked for: mid-December of the year after."""
    return date(vintage + 1, 12, 15)


@cache
def county_by_zip() -> dict[str, str]:
    """ZIP -> county key, over all county files."""
    return {code: key for key in county_keys() for code in zip_codes(load_county(key))}


def query(vintage: int, params: Mapping[str, str], on: date, seed: int) -> list[list[str]]:
    """Header and rows, every value a text; rows in the order of the ZIPs asked for.

    Raises:
        CensusError: 404 for a vintage that does not exist on the day, 400 for a wrong variable or
            geography, 204 when no ZIP is known.
    """
    if not vintage >= FIRST_VINTAGE or released_on(vintage) > on:
        raise CensusError(404, "error: 404, the dataset does not exist")
    names = [name for name in params.get("get", "").split(",") if name]
    if not names:
        raise CensusError(400, "error: missing 'get' argument")
    for name in names:
        if name not in VARIABLES:
            raise CensusError(400, f"error: error: unknown variable '{name}'")
    geography, _, asked = params.get("for", "").partition(":")
    if geography != GEOGRAPHY or not asked:
        raise CensusError(400, "error: unknown/unsupported geography heirarchy")
    codes = sorted(county_by_zip()) if asked == "*" else asked.split(",")
    rows = [_row(code, names, vintage, seed) for code in codes if code in county_by_zip()]
    if not rows:
        raise CensusError(204, "")
    return [[*names, GEOGRAPHY], *rows]


def _row(code: str, names: list[str], vintage: int, seed: int) -> list[str]:
    figures = zip_figures(code, vintage, seed)
    return [f"ZCTA5 {code}" if name == "NAME" else figures[name] for name in names] + [code]


@cache
def zip_figures(code: str, vintage: int, seed: int) -> dict[str, str]:
    """All variables of a ZIP and vintage as text.

    Home values follow the sandbox's price surface at the middle of the five years, medians are
    withheld (-666666666) for 3 % of ZIPs and variables.
    """
    dice, key = Dice(seed), int(code)
    level = _home_value(code, vintage, seed)
    income = (
        62_000 * (level / 400_000) ** 0.55 * math.exp(0.10 * _normal(dice, key, "income")) * 1.025 ** (vintage - 2016)
    )
    rent = 0.0052 * level**0.9 * 3.6 * math.exp(0.06 * _normal(dice, key, "rent"))
    population = 9_000 + 38_000 * dice.one(key, "population") * 1.008 ** (vintage - 2016)
    occupied = population / (2.3 + 0.6 * dice.one(key, "household"))
    owners = occupied * min(0.88, 0.35 + 0.45 * dice.one(key, "owners"))
    force = population * (0.48 + 0.08 * dice.one(key, "force"))
    jobless = force * (0.032 + 0.05 * dice.one(key, "jobless") + (0.03 if vintage < 2014 else 0.0))
    counts = (population, occupied, owners, occupied - owners, force, jobless)
    figures = {name: f"{round(count)}" for name, count in zip(COUNTS, counts, strict=True)}
    figures["B25003_003E"] = str(int(figures["B25003_001E"]) - int(figures["B25003_002E"]))
    rents = [rent, *(rent * factor for factor in RENT_BY_BEDROOMS)]
    medians = [income, 33 + 12 * dice.one(key, "age"), level, rent, *rents]
    for name, value in zip(MEDIANS, medians, strict=True):
        figures[name] = f"{value:.1f}" if name == "B01002_001E" else f"{value:.0f}"
        if dice.one(hash64(code, name) >> 1, "withheld") < SENTINEL_SHARE:
            figures[name] = SENTINEL
    return figures


def _home_value(code: str, vintage: int, seed: int) -> float:
    county, place = _surface(county_by_zip()[code], seed)
    middle = date(vintage - 2, 7, 1).toordinal()
    trend = 1 + 0.5 * county.market.appreciation_pct / 100
    years = (middle - date(2026, 7, 1).toordinal()) / 365.2425
    noise = math.exp(0.05 * _normal(Dice(seed), int(code), "home value"))
    return min(float(county.market.median_price_usd * math.exp(place[code]) * trend**years * noise), 2_000_001.0)


@cache
def _surface(key: str, seed: int) -> tuple[Any, dict[str, float]]:
    import numpy as np

    from realestate_os.sandbox.world.places import places_of

    county = load_county(key)
    places = places_of(county, Dice(seed))
    index = np.arange(len(places.zip_code), dtype=np.int64)
    effect = places.location_effect(places.latitude, places.longitude, index)
    effect = effect - np.median(effect)
    return county, dict(zip(places.zip_code.tolist(), effect.tolist(), strict=True))


def _normal(dice: Dice, key: int, stream: str) -> float:
    import numpy as np

    return float(dice.normal(np.array([key], dtype=np.int64), stream)[0])
