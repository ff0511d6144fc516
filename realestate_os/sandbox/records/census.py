"""The Census API: ACS five-year figures by ZIP code tabulation area.

Belongs here: variables, vintages, seeded figures that fit the world's price level, the API's shapes
and errors. Does not: HTTP.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from functools import cache

import numpy as np

from realestate_os.counties import county_keys, load_county, zip_codes
from realestate_os.sandbox.world import World
from realestate_os.sandbox.world.dice import Dice, hash64

FIRST_VINTAGE = 2009
GEOGRAPHY = "zip code tabulation area"
SENTINEL = "-666666666"
SENTINEL_SHARE = 0.03
# The ACS publishes no median home value above this.
TOP_CODE_USD = 2_000_001.0
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


class Census:
    """Figures of every ZIP of the world's counties, made when asked for."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._figures: dict[tuple[str, int], dict[str, str]] = {}

    def query(self, vintage: int, params: Mapping[str, str], on: date) -> list[list[str]]:
        """Header and rows, every value a text; rows in the order of the ZIPs asked for. "*" means
        the ZIPs of the world's own county.

        Raises:
            CensusError: 404 for a vintage that does not exist on the day, 400 for a wrong variable
                or geography, 204 when no ZIP is known.
        """
        if vintage < FIRST_VINTAGE or released_on(vintage) > on:
            raise CensusError(404, "error: 404, the dataset does not exist")
        names = _variables(params.get("get", ""))
        geography, _, asked = params.get("for", "").partition(":")
        if geography != GEOGRAPHY or not asked:
            raise CensusError(400, "error: unknown/unsupported geography heirarchy")
        codes = zip_codes(load_county(self.world.county)) if asked == "*" else asked.split(",")
        rows = [self._row(code, names, vintage) for code in codes if code in county_by_zip()]
        if not rows:
            raise CensusError(204, "")
        return [[*names, GEOGRAPHY], *rows]

    def _row(self, code: str, names: list[str], vintage: int) -> list[str]:
        if (code, vintage) not in self._figures:
            home_value = self._home_value(code, vintage)
            self._figures[code, vintage] = zip_figures(code, vintage, home_value, Dice(self.world.seed))
        figures = self._figures[code, vintage]
        return [f"ZCTA5 {code}" if name == "NAME" else figures[name] for name in names] + [code]

    def _home_value(self, code: str, vintage: int) -> float:
        """The ZIP's level in the middle of the five years; the county's where no home stands."""
        ground = self.world.of(county_by_zip()[code]).ground
        level: float = ground.zip_level.get(code) or ground.county.market.median_price_usd
        days = np.array([date(vintage - 2, 7, 1).toordinal(), ground.reference_day])
        then, reference = (float(one) for one in ground.price_level(days))
        noise = math.exp(0.05 * _normal(Dice(self.world.seed), int(code), "home value"))
        return min(level * then / reference * noise, TOP_CODE_USD)


def _variables(get: str) -> list[str]:
    names = [name for name in get.split(",") if name]
    if not names:
        raise CensusError(400, "error: missing 'get' argument")
    for name in names:
        if name not in VARIABLES:
            raise CensusError(400, f"error: error: unknown variable '{name}'")
    return names


def zip_figures(code: str, vintage: int, home_value: float, dice: Dice) -> dict[str, str]:
    """All variables of a ZIP and vintage as text, around its home value.

    Medians are withheld (-666666666) for 3 % of ZIPs and variables.
    """
    key = int(code)
    income = 62_000 * (home_value / 400_000) ** 0.55 * math.exp(0.10 * _normal(dice, key, "income"))
    rent = 0.0052 * home_value**0.9 * 3.6 * math.exp(0.06 * _normal(dice, key, "rent"))
    rents = [rent, *(rent * factor for factor in RENT_BY_BEDROOMS)]
    figures = _counts(key, vintage, dice)
    medians = [income, 33 + 12 * dice.one(key, "age"), home_value, rent, *rents]
    for name, value in zip(MEDIANS, medians, strict=True):
        figures[name] = f"{value:.1f}" if name == "B01002_001E" else f"{value:.0f}"
        if dice.one(hash64(code, name) >> 1, "withheld") < SENTINEL_SHARE:
            figures[name] = SENTINEL
    return figures


def _counts(key: int, vintage: int, dice: Dice) -> dict[str, str]:
    population = (9_000 + 38_000 * dice.one(key, "population")) * 1.008 ** (vintage - 2016)
    occupied = round(population / (2.3 + 0.6 * dice.one(key, "household")))
    owners = round(occupied * min(0.88, 0.35 + 0.45 * dice.one(key, "owners")))
    force = round(population * (0.48 + 0.08 * dice.one(key, "force")))
    jobless = round(force * (0.032 + 0.05 * dice.one(key, "jobless") + (0.03 if vintage < 2014 else 0.0)))
    counts = (round(population), occupied, owners, occupied - owners, force, jobless)
    return {name: str(count) for name, count in zip(COUNTS, counts, strict=True)}


def _normal(dice: Dice, key: int, stream: str) -> float:
    return float(dice.normal(np.array([key], dtype=np.int64), stream)[0])
