"""Addresses for a stock of homes: unique, plausible, never a real person's door on purpose.

Belongs here: street names, house numbers, condo buildings and units, parcel numbers. Does not:
coordinates.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from realestate_os.sandbox.world.dice import Dice, Ints, Texts, hash64

_NAMES = """
Alder Amber Ashland Aspen Bayview Beacon Birch Bramble Briarwood Canyon Cedar Cherry Chestnut Clover
Cottonwood Crestview Cypress Dogwood Eastlake Elm Evergreen Fairview Falcon Fern Fir Foothill Garden Glenwood
Greenbriar Harbor Hawthorne Hazel Heather Heron Hickory Highland Hillcrest Holly Ironwood Jefferson Juniper
Lakeview Larkspur Laurel Lincoln Linden Lupine Madison Magnolia Maple Meadow Mesquite Mill Monroe Mulberry Oak
Orchard Palm Park Pine Poplar Prairie Quail Ridge River Rosewood Sage Sequoia Spruce Summit Sunset Sycamore
Thornton Valley Vista Walnut Willow Wren
"""
NAMES = _NAMES.split()
SUFFIXES = ("St", "Ave", "Dr", "Ln", "Ct", "Way", "Pl", "Rd", "Blvd", "Ter")
DIRECTIONS = ("N", "S", "E", "W", "NE", "NW", "SE", "SW")
STREETS_PER_ZIP = 40
BUILDINGS_PER_ZIP = 5
DOORS_PER_FLOOR = 6


def addresses_of(zip_code: Texts, kind: Texts, dice: Dice) -> tuple[Texts, Texts]:
    """Street address and unit ('' for a whole building) of each home; unique with the ZIP.

    Houses never have a number that ends in 0; condo buildings always do.
    """
    ids = np.arange(len(zip_code), dtype=np.int64)
    street = dice.between(ids, "street", 0, STREETS_PER_ZIP - 1)
    building = dice.between(ids, "building", 0, BUILDINGS_PER_ZIP - 1)
    is_flat = kind == "condo"
    group = np.where(is_flat, 1000 + building, street)
    rank = _rank_in_group([f"{z}|{g}" for z, g in zip(zip_code, group, strict=True)])
    block = np.array([_block(dice.seed, z, int(s)) for z, s in zip(zip_code, street, strict=True)])
    number = 100 * block + _house_numbers(rank, dice, ids)
    texts, units = np.empty(len(ids), dtype=object), np.full(len(ids), "", dtype=object)
    for i, code in enumerate(zip_code):
        if is_flat[i]:
            texts[i], units[i] = _flat(code, int(building[i]), int(rank[i]), dice)
        else:
            texts[i] = f"{number[i]} {street_name(code, int(street[i]), dice.seed)}"
    return texts, units


@cache
def street_name(zip_code: str, street: int, seed: int) -> str:
    """The name of a ZIP's nth street: numbered ones with a direction, named ones mostly without."""
    # 40 streets of 80 names: a step that is coprime to 80 gives each street of a ZIP its own name.
    name = NAMES[(hash64(seed, zip_code) + street * 37) % len(NAMES)]
    spin = hash64(seed, zip_code, street)
    suffix = SUFFIXES[spin % len(SUFFIXES)]
    direction = DIRECTIONS[(spin >> 8) % len(DIRECTIONS)]
    if street % 3 == 0:
        return f"{direction} {_ordinal(3 + (spin >> 16) % 4 + 5 * street)} {('St', 'Ave', 'Pl')[(spin >> 24) % 3]}"
    return f"{name} {suffix} {direction}" if street % 7 == 1 else f"{name} {suffix}"


def parcel_numbers(keys: Ints, state: str, dice: Dice) -> Texts:
    """Ten digits (Illinois: fourteen), unique as long as there are fewer than 10^10 homes."""
    digits = 14 if state == "IL" else 10
    base = hash64(dice.seed, "apn") % 10**10
    # Multiplication by an odd number that 5 does not divide permutes the numbers below 10^10.
    numbers = [(base + int(key) * 7_368_787) % 10**10 for key in keys]
    return np.array([f"{number:010d}".ljust(digits, "0") for number in numbers], dtype=object)


@cache
def _block(seed: int, zip_code: str, street: int) -> int:
    """Where a street's numbers begin, in hundreds."""
    return hash64(seed, zip_code, street, "block") % 140


def _flat(zip_code: str, building: int, rank: int, dice: Dice) -> tuple[str, str]:
    number = 1000 + 10 * (hash64(dice.seed, zip_code, building, "number") % 400)
    floor, door = 1 + rank // DOORS_PER_FLOOR, 1 + rank % DOORS_PER_FLOOR
    return f"{number} {street_name(zip_code, building * 7 + 1, dice.seed)}", f"{floor}{door:02d}"


def _house_numbers(rank: Ints, dice: Dice, ids: Ints) -> Ints:
    """Even steps, then odd for half of them and for those that would end in 0."""
    even = 112 + rank * 36 + 2 * dice.between(ids, "number", 0, 17)
    odd = (even % 10 == 0) | (dice.uniform(ids, "odd") < 0.5)
    return np.asarray(np.where(odd, even + 1, even))


def _rank_in_group(groups: list[str]) -> Ints:
    seen: dict[str, int] = {}
    ranks = np.empty(len(groups), dtype=np.int64)
    for i, group in enumerate(groups):
        ranks[i] = seen.get(group, 0)
        seen[group] = int(ranks[i]) + 1
    return ranks


def _ordinal(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"
