"""How far an odd ask is heard as evidence, so that asking less never lowers a score.

Belongs here: the ask that the posterior hears. Does not: the posterior (posterior.py) or the deal.

Past some discount a still lower ask says less about the seller than about us: the likelier story is
that the model is wrong, or that the home is not what the listing says, and Bayes' rule lets the
probability of a deal fall with the ask. At a spread of 0.12 that begins about 35 % below our value.
True as it is, a price cut would then lower a score. So from there on the ask is heard only as far as
the probability stays at its best, and the score is level: on King's and Miami-Dade's held-out sales this
concerns 1 % of the listings and moves the claim from 17.4 to 17.9 % where 17.6 % are deals. In the
same way an ask far above our value, which says that we are too low, is heard only as far as the
probability stays at its least. `heard_ask_usd` above the ask marks the first: look for the fault.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from realestate_os.counties import DiscountPrior
from realestate_os.scoring.deal import Deal, Terms, deal_log_odds
from realestate_os.scoring.mixture import Floats, bisect
from realestate_os.scoring.posterior import posterior_log_value

# Asks tried, as the distance of ln ask from ln value: every 5 %, as far as any listing lies.
STEP = 0.05
STEPS: Floats = np.arange(0, 4, STEP)
# A step of which the sign of a slope can be told.
NUDGE = 1e-4
# Golden section: each turn keeps 0.618 of the bracket; 40 turns leave 1e-8 of a step.
GOLDEN, TURNS = (np.sqrt(5) - 1) / 2, 40
# Below it a difference of log-odds is rounding.
SAME = 1e-9


@dataclass(frozen=True)
class Listed:
    """What n homes are before the ask is heard: the model's ln value, spread and tail, premium, terms."""

    log_value: Floats
    log_sd: Floats
    tail: Floats
    premium_mean: Floats
    premium_sd: Floats
    terms: Terms
    prior: DiscountPrior

    def rows(self, chosen: npt.NDArray[np.bool_]) -> Listed:
        """The chosen homes."""
        return Listed(
            self.log_value[chosen],
            self.log_sd[chosen],
            self.tail[chosen],
            self.premium_mean[chosen],
            self.premium_sd[chosen],
            self.terms.rows(chosen),
            self.prior,
        )

    def deal(self, heard: Floats) -> Deal:
        """The deal when `heard` (dollars, NaN for none) is taken for the ask."""
        log_value = posterior_log_value(self.log_value, self.log_sd, self.tail, np.log(heard), self.prior)
        return Deal(log_value, log_value.shifted(self.premium_mean, self.premium_sd), self.terms)

    def log_odds(self, price: Floats, heard: Floats) -> Floats:
        """Of a deal at `price`, when `heard` was taken for the ask, (n,)."""
        return deal_log_odds(price, self.deal(heard).log_arv, self.terms)


def heard_ask(ask: Floats, listed: Listed) -> Floats:
    """The ask that the posterior hears, dollars (n,); NaN for none.

    Below our value the ask itself, or more where it is too low; above it the ask itself, or less.
    """
    heard = ask.copy()
    for side in (1, -1):
        ours = side * (listed.log_value - np.log(ask)) > 0
        heard[ours] = np.exp(_heard(np.log(ask[ours]), listed.rows(ours), side))
    return heard


def _heard(own: Floats, homes: Listed, side: int) -> Floats:
    """ln of the ask heard, for asks that lie below our value (side 1) or above it (side -1)."""
    at = _turning_point(own, homes, side)
    odds = _own_odds(at, homes)
    beyond = side * (odds - _own_odds(own, homes)) > SAME
    heard, homes, mine, at, odds = own.copy(), homes.rows(beyond), own[beyond], at[beyond], odds[beyond]
    price = np.exp(mine)
    # At a fixed price the odds rise with what is heard: one ask between them gives those of the turning point.
    ends = np.minimum(mine, at), np.maximum(mine, at)
    heard[beyond] = bisect(lambda x: homes.log_odds(price, np.exp(x)) < odds, *ends)
    return heard


def _turning_point(own: Floats, homes: Listed, side: int) -> Floats:
    """ln of the ask between our value and one's own at which a deal is likeliest (side 1) or least likely (-1)."""
    ends = np.minimum(own, homes.log_value), np.maximum(own, homes.log_value)
    nudged = np.clip(own + side * NUDGE, *ends)
    at, best = nudged.copy(), side * _own_odds(nudged, homes)
    turned = best > side * _own_odds(own, homes)
    at = np.where(turned, at, own)
    for step in STEPS:
        trial = homes.log_value - side * step
        between = side * (trial - own) > NUDGE
        if not between.any():
            break
        odds = np.full(len(own), -np.inf)
        odds[between] = side * _own_odds(trial[between], homes.rows(between))
        at, best = np.where(odds > best, trial, at), np.maximum(odds, best)
    inside = at != own
    within = ends[0][inside], ends[1][inside]
    low, high = (np.clip(at[inside] + reach, *within) for reach in (-STEP, STEP))
    at[inside] = _golden(homes.rows(inside), low, high, side)
    return at


def _golden(homes: Listed, low: Floats, high: Floats, side: int) -> Floats:
    """ln of the ask with the highest (side 1) or lowest (-1) odds between two, by golden section."""
    for _ in range(TURNS if len(low) else 0):
        left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        rising = side * _own_odds(left, homes) < side * _own_odds(right, homes)
        low, high = np.where(rising, left, low), np.where(rising, high, right)
    return np.asarray((low + high) / 2)


def _own_odds(log_ask: Floats, homes: Listed) -> Floats:
    """Log-odds of a deal at an ask that is heard as it is."""
    ask = np.exp(log_ask)
    return homes.log_odds(ask, ask)
