"""What is asked for the homes that are listed on a day, and what was planted among them.

Belongs here: kinds, discounts, asks, price cuts, contracts. Does not: how a listing reads (notices.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from realestate_os.counties import County
from realestate_os.sandbox.world.dice import Bools, Dice, Floats, Ints, Texts
from realestate_os.sandbox.world.ground import Ground, Spells
from realestate_os.sandbox.world.homes import Homes

FAKES = ("auction", "down_payment", "leased_land", "fractional")
DIRT = ("missing_address", "missing_sqft", "duplicate", "impossible", "hostile", "discriminatory")
# Share of listings by kind; what remains is ordinary. A deal needs a home that can carry one.
DEAL_SHARE = 0.06
SHARES = {"lead": 0.08} | {f"fake_bargain:{fake}": 0.02 for fake in FAKES} | {f"dirt:{dirt}": 0.02 for dirt in DIRT}
# What light work on a sound home costs; planted deals keep a profit after it.
LIGHT_REPAIRS_USD_PER_SQFT = 9.0
PROFIT_SHARE = 0.03
CUT_AFTER_DAYS = (21, 42)
CUT_SHARES = (0.30, 0.15)
CUT_DEPTH = 0.04


@dataclass(frozen=True)
class Offers:
    """The live listings of a day, one entry each. ask_usd is the seller's price for the whole home.

    Leads have no ask (NaN); fake bargains show another price, which notices.py writes.
    """

    spells: Spells
    kind: Texts
    true_value_usd: Floats
    ask_usd: Floats
    first_ask_usd: Floats
    cuts: Ints
    key: Ints

    @property
    def discount(self) -> Floats:
        """1 - ask / true value."""
        return np.asarray(1.0 - self.ask_usd / self.true_value_usd)


class Planting:
    """Decides, for a county, which listing is what; the same on each day of a listing's life."""

    def __init__(self, ground: Ground, dice: Dice) -> None:
        self.ground, self.dice = ground, dice
        everyone = np.arange(len(ground.homes), dtype=np.int64)
        day = np.full(len(everyone), ground.reference_day)
        able = self._can_be_deal(ground.homes, ground.value(everyone, day), day)
        # Only sound homes in the county's price range can be deals, so they are drawn more often.
        self._deal_draw = DEAL_SHARE / max(float(able.mean()), 0.15)
        slots = np.arange(ground.slots, dtype=np.int64)
        self._rank = np.argsort(np.argsort(dice.uniform(slots, "kind of slot")))

    def offers_on(self, day: int) -> Offers:
        """The offers of a day (ordinal)."""
        county, dice, spells = self.ground.county, self.dice, self.ground.spells(day)
        key = spells.slot * 1_000_003 + spells.generation
        value = self.ground.value(spells.home, spells.start)
        homes = self.ground.homes.take(spells.home)
        kind = self._kinds(homes, value, spells, key)
        is_deal = kind == "deal"
        discount = np.where(
            is_deal, _deal_discount(county, homes, value, key, dice), _seller_discount(county, key, dice)
        )
        # Who will cut starts a little higher, so that the mixture of discounts stays the county's.
        high = np.where(_will_cut(key, dice) & ~is_deal, 1 + CUT_DEPTH / 2, 1.0)
        cuts = np.where(is_deal, 0, _cuts(day - spells.start, key, dice))
        first = (1 - discount) * high * value
        asks = [_round_ask(first * (1 - CUT_DEPTH) ** times, key, dice) for times in (0, cuts)]
        asks = [np.where(kind == "lead", np.nan, ask) for ask in asks]
        return Offers(spells, kind, value.round(), asks[1], asks[0], cuts, key)

    def _kinds(self, homes: Homes, value: Floats, spells: Spells, key: Ints) -> Texts:
        """A slot is a lead, a fake or dirt for good, so that each day holds the exact shares."""
        place = (self._rank[spells.slot % self.ground.slots] + 0.5) / self.ground.slots
        kinds = np.full(len(key), "ordinary", dtype=object)
        edge = 0.0
        for kind, width in SHARES.items():
            kinds[(place >= edge) & (place < edge + width)] = kind
            edge += width
        drawn = self.dice.uniform(key, "deal") < self._deal_draw / (1 - edge)
        kinds[drawn & (kinds == "ordinary") & self._can_be_deal(homes, value, spells.start)] = "deal"
        return kinds

    def _can_be_deal(self, homes: Homes, value: Floats, days: Ints) -> Bools:
        """Sound, and inside the county's filters, at the day's price level, even at the low ask."""
        filters, level = self.ground.county.filters, self.ground.price_level(days)
        sound = ~(homes.condition_grade < 3)
        roomy = ~(homes.bedrooms < filters.bedrooms_min) & ~(homes.bathrooms < filters.bathrooms_min)
        dear_enough = value >= level * filters.price_min_usd / 0.65
        return np.asarray(sound & roomy & dear_enough & (value <= level * filters.price_max_usd))


def _deal_discount(county: County, homes: Homes, value: Floats, key: Ints, dice: Dice) -> Floats:
    """25-35 % below value; more where the county's terms would else leave no profit."""
    wanted = 0.25 + 0.10 * dice.uniform(key, "deal depth")
    tiers = [county.tier(float(v)) for v in value]
    pct, fee = np.array([t.arv_pct for t in tiers]), np.array([t.fee_usd for t in tiers])
    costs = fee + LIGHT_REPAIRS_USD_PER_SQFT * homes.square_footage
    return np.clip(np.maximum(wanted, 1 - pct + costs / value + PROFIT_SHARE), 0.25, 0.45)


def _seller_discount(county: County, key: Ints, dice: Dice) -> Floats:
    """The county's own mixture, in log space: most sellers near value, a few distressed."""
    prior = county.discount_prior
    distressed = dice.uniform(key, "distressed") < prior.distressed_share
    draw = dice.normal(key, "discount")
    typical = prior.typical_mean + prior.typical_sd * draw
    low = prior.distressed_mean + prior.distressed_sd * draw
    return np.asarray(1 - np.exp(-np.where(distressed, low, typical)))


def _will_cut(key: Ints, dice: Dice) -> Bools:
    return np.asarray(dice.uniform(key, "cut") < CUT_SHARES[0])


def _cuts(age_days: Ints, key: Ints, dice: Dice) -> Ints:
    draw = dice.uniform(key, "cut")
    steps = [(draw < share) & (age_days >= after) for after, share in zip(CUT_AFTER_DAYS, CUT_SHARES, strict=True)]
    return np.asarray(sum(step.astype(np.int64) for step in steps))


def _round_ask(ask: Floats, key: Ints, dice: Dice) -> Floats:
    """To thousands, to 900, or to 500, as people write prices."""
    thousands = np.round(ask / 1000) * 1000
    style = dice.uniform(key, "round")
    return np.asarray(
        np.select([style < 0.55, style < 0.8], [thousands, thousands - 100], default=np.round(ask / 500) * 500)
    )
