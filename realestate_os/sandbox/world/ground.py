"""What stands behind a county's servers: homes, deeds, listing spells, true values.

Belongs here: the arrays and questions that both makers of a county fill. Does not: how they are
made (stock.py generates, replay.py reads real sales).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

from realestate_os.counties import County
from realestate_os.sandbox.world.dice import Bools, Floats, Ints, Texts
from realestate_os.sandbox.world.homes import Homes


@dataclass(frozen=True)
class Spells:
    """Listings that are live on a day: which home, since when, for how long (ordinals, days)."""

    slot: Ints
    generation: Ints
    home: Ints
    start: Ints
    days: Ints


@dataclass(frozen=True)
class Sales:
    """Deeds, sorted by sale date. price is 10 or a token for non-market transfers."""

    home: Ints
    sold: Ints
    recorded: Ints
    price: Floats
    instrument: Texts
    arms_length: Bools
    month_only: Bools

    def take(self, index: Ints | Bools) -> Sales:
        """The deeds at the given positions."""
        return Sales(**{field.name: getattr(self, field.name)[index] for field in fields(self)})


@dataclass(frozen=True)
class Ground:
    """What stands behind a county's servers.

    value(homes, ordinals) is the true market value in dollars of homes (positions) on days.
    spells(ordinal) are the listings live on a day. price_level(ordinals) is the county's price level
    relative to the median price of its file, reference_day a day on which the stock is valued, slots
    the number of listing slots, zip_level the typical home value by ZIP on the reference day.
    assessor_noise_sd: None means that the assessor publishes no values.
    """

    county: County
    homes: Homes
    sales: Sales
    value: Callable[[Ints, Ints], Floats]
    spells: Callable[[int], Spells]
    price_level: Callable[[Ints], Floats]
    reference_day: int
    slots: int
    zip_level: dict[str, float]
    assessor_noise_sd: float | None
