"""How far a low ask is heard as evidence, so that asking less never lowers a score.

Belongs here: the ask that the posterior hears. Does not: the posterior (posterior.py) or the deal.

Past some discount a still lower ask says less about the seller than about us: the likelier story is
that the model is wrong, or that the home is not what the listing says, and Bayes' rule lets the
probability of a deal fall with the ask. At a spread of 0.12 that begins about 35 % below our value.
True as it is, a price cut would then lower a score. So from there on the ask is heard only as far as
the probability stays at its best, and the score is level: on King's and Miami-Dade's held-out sales this
concerns 1 % of the listings and moves the claim from 17.4 to 17.9 % where 17.6 % are deals.
`heard_ask_usd` above the ask marks such a home: look for the fault first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from realestate_os.counties import DiscountPrior
from realestate_os.scoring.deal import Deal, Terms, deal_log_odds
from realestate_os.scoring.mixture import Floats, bisect
from realestate_os.scoring.posterior import posterior_log_value

# Asks tried, as ln(value / ask): every 2 % down to a quarter of the value, where no seller is left.
STEP = 0.02
STEPS: Floats = np.arange(STEP, 1.4, STEP)
# Golden section: each turn keeps 0.618 of the bracket; 40 turns leave 1e-10 of a step.
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
    """The ask that the posterior hears, dollars (n,): the ask itself, or more where it is too low; NaN for none."""
    heard = ask.copy()
    low = np.log(ask) < listed.log_value - STEP
    homes, own = listed.rows(low), ask[low]
    best_at = _best_ask(own, homes)
    best = homes.log_odds(best_at, best_at)
    beyond = best > homes.log_odds(own, own) + SAME
    homes, own, best_at, best = homes.rows(beyond), own[beyond], best_at[beyond], best[beyond]
    # At a fixed price the odds rise with what is heard: there is one ask at which they stay at their best.
    found = np.exp(bisect(lambda x: homes.log_odds(own, np.exp(x)) < best, np.log(own), np.log(best_at)))
    heard[np.flatnonzero(low)[beyond]] = found
    return heard


def _best_ask(own: Floats, homes: Listed) -> Floats:
    """The ask, not below one's own, at which a deal is likeliest."""
    at, best = np.log(own), homes.log_odds(own, own)
    for step in STEPS:
        trial = homes.log_value - step
        higher = trial > np.log(own)
        if not higher.any():
            break
        odds = np.full(len(own), -np.inf)
        asked = np.exp(trial[higher])
        odds[higher] = homes.rows(higher).log_odds(asked, asked)
        at, best = np.where(odds > best, trial, at), np.maximum(odds, best)
    inside = at > np.log(own)
    at[inside] = _golden(homes.rows(inside), np.maximum(at[inside] - STEP, np.log(own[inside])), at[inside] + STEP)
    return np.exp(at)


def _golden(homes: Listed, low: Floats, high: Floats) -> Floats:
    """ln of the likeliest ask between two, by golden section."""
    for _ in range(TURNS if len(low) else 0):
        left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        odds = [homes.log_odds(np.exp(x), np.exp(x)) for x in (left, right)]
        rising = odds[0] < odds[1]
        low, high = np.where(rising, left, low), np.where(rising, high, right)
    return np.asarray((low + high) / 2)
