"""A generated county: its stock of homes, what they are worth, and everything they ever sold for.

Belongs here: the generator of a Ground. Does not: how a listing or a record looks. replay.py makes
the same Ground from a file of real sales.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np

from realestate_os.counties import County
from realestate_os.sandbox.world.addresses import addresses_of, parcel_numbers
from realestate_os.sandbox.world.dice import Bools, Dice, Floats, Ints, Texts
from realestate_os.sandbox.world.ground import Ground, Sales, Spells
from realestate_os.sandbox.world.homes import Facts, Homes, Spots, facts_of, spots_of
from realestate_os.sandbox.world.places import Places, places_of
from realestate_os.sandbox.world.values import MEDIAN_DAY, log_index, log_shape

STOCK = 8000
# A slot goes through at least this many homes before one is listed again.
HOMES_PER_SLOT = 10
HIDDEN_SD = 0.06
SALE_NOISE_SD = 0.04
FIRST_DAY, LAST_DAY = date(2006, 1, 1).toordinal(), date(2036, 1, 1).toordinal()
CLOSING_SHARE = 0.6
ASSESSOR_NOISE_SD = 0.10
NON_MARKET_SHARE = 0.03


def generate(county: County, seed: int, listings: int, assessor_values: bool = True) -> Ground:
    """The county's ground for a seed and a number of listing slots."""
    dice = Dice(seed)
    turns = max(HOMES_PER_SLOT, STOCK // listings)
    count = turns * listings
    places = places_of(county, dice)
    spots = spots_of(places, count, dice)
    location = places.location_effect(spots.latitude, spots.longitude, spots.zip_index)
    location = location - np.median(location)
    homes = _homes(
        county, places, spots.zip_index, spots.latitude, spots.longitude, facts_of(spots, location, dice), dice
    )
    value = _value_function(county, homes, location)
    slots = SlotClock(listings, turns, dice)
    return Ground(
        county=county,
        homes=homes,
        sales=_all_sales(county, homes, value, slots, dice),
        value=value,
        spells=lambda day: slots.live(day, homes.year_built),
        price_level=lambda days: np.exp(log_index(county, days)),
        reference_day=MEDIAN_DAY,
        slots=listings,
        assessor_noise_sd=ASSESSOR_NOISE_SD if assessor_values else None,
        zip_level=_zip_level(places, spots, value),
    )


@dataclass(frozen=True)
class SlotClock:
    """Slot i shows home i + listings * (generation mod turns); a generation lasts lifetime_i days.

    So that any day can be asked for without state: generation = (day + phase_i) // lifetime_i.
    """

    listings: int
    turns: int
    dice: Dice

    @property
    def slots(self) -> Ints:
        """Numbers of the slots."""
        return np.arange(self.listings, dtype=np.int64)

    @property
    def lifetime(self) -> Ints:
        """Days that each slot's listings stay up, 20 to 90."""
        return self.dice.between(self.slots, "lifetime", 20, 90)

    @property
    def phase(self) -> Ints:
        """Days by which each slot's clock is ahead."""
        return self.dice.between(self.slots, "phase", 0, 89)

    def live(self, day: int, year_built: Floats) -> Spells:
        """Listings on a day; a slot whose home is not built yet is empty."""
        generation = (day + self.phase) // self.lifetime
        home = self.slots + self.listings * (generation % self.turns)
        start = generation * self.lifetime - self.phase
        built = year_built[home] < date.fromordinal(day).year
        return Spells(self.slots[built], generation[built], home[built], start[built], self.lifetime[built])

    def days_into_turn(self, home: Ints, ordinals: Ints) -> tuple[Ints, Ints]:
        """Days since the home's listing last began, and days until it begins again."""
        slot, turn = home % self.listings, home // self.listings
        lifetime, phase = self.lifetime[slot], self.phase[slot]
        cycle = lifetime * self.turns
        since = (ordinals + phase - turn * lifetime) % cycle
        return since, cycle - since


def _homes(
    county: County, places: Places, zip_index: Ints, latitude: Floats, longitude: Floats, facts: Facts, dice: Dice
) -> Homes:
    described = dict(facts.__dict__)
    ids = np.arange(len(zip_index), dtype=np.int64)
    zip_code = places.zip_code[zip_index]
    street, unit = addresses_of(zip_code, described["property_type"], dice)
    return Homes(
        zip_code=zip_code,
        city=places.city[zip_index],
        street_address=street,
        unit=unit,
        apn=parcel_numbers(ids, county.state, dice),
        latitude=latitude,
        longitude=longitude,
        hidden=HIDDEN_SD * dice.normal(ids, "hidden"),
        **described,
    )


def _value_function(county: County, homes: Homes, location: Floats) -> Callable[[Ints, Ints], Floats]:
    """True value, scaled so that the stock's median is the county's on 2026-07-01."""
    shape = log_shape(homes, location, np.full(len(homes), MEDIAN_DAY))
    level = np.log(county.market.median_price_usd) - float(np.median(shape))

    def value(index: Ints, ordinals: Ints) -> Floats:
        shape = log_shape(homes.take(index), location[index], ordinals)
        return np.asarray(np.exp(level + log_index(county, ordinals) + shape))

    return value


def _zip_level(places: Places, spots: Spots, value: Callable[[Ints, Ints], Floats]) -> dict[str, float]:
    """Median true value by ZIP on the reference day."""
    everyone = np.arange(len(spots.zip_index), dtype=np.int64)
    values = value(everyone, np.full(len(everyone), MEDIAN_DAY))
    found = {}
    for index in np.unique(spots.zip_index).tolist():
        found[str(places.zip_code[index])] = float(np.median(values[spots.zip_index == index]))
    return found


def _all_sales(
    county: County, homes: Homes, value: Callable[[Ints, Ints], Floats], slots: SlotClock, dice: Dice
) -> Sales:
    home, sold = _tenures(homes, slots, dice)
    closed_home, closed_on = _closings(homes, slots, dice)
    home, sold = np.concatenate([home, closed_home]), np.concatenate([sold, closed_on])
    order = np.lexsort((home, sold))
    home, sold = home[order], sold[order]
    deed = home * 100_003 + sold
    price = value(home, sold) * np.exp(SALE_NOISE_SD * dice.normal(deed, "sale noise"))
    price = np.round(price / 500) * 500
    lag = county.sales.recording_lag_days * (0.4 + 0.9 * dice.uniform(deed, "lag"))
    return _with_non_market(
        Sales(home, sold, sold + np.ceil(lag).astype(np.int64), price, *_warranty(len(home))), deed, dice
    )


def _tenures(homes: Homes, slots: SlotClock, dice: Dice) -> tuple[Ints, Ints]:
    """Ordinary changes of hands: every 1.5 to 12 years, one in twenty a quick resale.

    A home does not sell in the ten months before it is listed, nor while it is, nor soon after.
    """
    ids = np.arange(len(homes), dtype=np.int64)
    day = FIRST_DAY + (dice.uniform(ids, "first sale") * 5 * 365).astype(np.int64)
    found_home, found_day = [], []
    for turn in range(24):
        key = ids * 64 + turn
        since, until = slots.days_into_turn(ids, day)
        quiet = (until < 300) | (since < slots.lifetime[ids % slots.listings] + 60)
        year = np.array(day) / 365.2425
        ok = ~quiet & (day < LAST_DAY) & (year > homes.year_built + 1)
        found_home.append(ids[ok])
        found_day.append(day[ok])
        years = 1.5 - 1.9 * (np.log1p(-dice.uniform(key, "tenure a")) + np.log1p(-dice.uniform(key, "tenure b")))
        years = np.where(dice.uniform(key, "quick") < 0.05, 0.4 + dice.uniform(key, "quick years"), years)
        day = day + (years * 365).astype(np.int64)
    return np.concatenate(found_home), np.concatenate(found_day)


def _closings(homes: Homes, slots: SlotClock, dice: Dice) -> tuple[Ints, Ints]:
    """Listed homes that sell: 60 % do, 10 to 35 days after the listing ends.

    Only the first 100 slots close, so that a large site does not swamp the records.
    """
    limited = np.arange(min(slots.listings, 100), dtype=np.int64)
    lifetime, phase = slots.lifetime[limited], slots.phase[limited]
    first = (FIRST_DAY + phase) // lifetime
    homes_found, days_found = [], []
    for step in range((LAST_DAY - FIRST_DAY) // 20):
        generation = first + step
        end = (generation + 1) * lifetime - phase
        home = limited + slots.listings * (generation % slots.turns)
        key = home * 1_000_003 + generation
        sold = end + dice.between(key, "closing", 10, 35)
        ok = (
            (sold < LAST_DAY)
            & (dice.uniform(key, "closes") < CLOSING_SHARE)
            & (sold / 365.2425 > homes.year_built[home] + 1)
        )
        homes_found.append(home[ok])
        days_found.append(sold[ok])
    return np.concatenate(homes_found), np.concatenate(days_found)


def _warranty(count: int) -> tuple[Texts, Bools, Bools]:
    deeds = np.full(count, "Statutory Warranty Deed", dtype=object)
    return deeds, np.ones(count, dtype=bool), np.zeros(count, dtype=bool)


def _with_non_market(sales: Sales, deed: Ints, dice: Dice) -> Sales:
    """3 % of deeds: a quitclaim for $10, or a price within the family."""
    draw = dice.uniform(deed, "market")
    quitclaim, family = draw < NON_MARKET_SHARE / 2, (draw >= NON_MARKET_SHARE / 2) & (draw < NON_MARKET_SHARE)
    token = np.round(sales.price * (0.3 + 0.3 * dice.uniform(deed, "token")), -3)
    return Sales(
        home=sales.home,
        sold=sales.sold,
        recorded=sales.recorded,
        price=np.select([quitclaim, family], [np.full(len(token), 10.0), token], default=sales.price),
        instrument=np.where(quitclaim, "Quit Claim Deed", sales.instrument),
        arms_length=~(quitclaim | family),
        month_only=sales.month_only,
    )
