"""The deal: net spread, its probability, and the maximum allowable offer.

Belongs here: pct x ARV - repairs - fee - price as a distribution. Does not: where ARV, repairs and
terms come from.

ln ARV is a mixture of normals, ln repairs is normal and independent of it. Repairs are integrated by
the trapezoid rule over 81 nodes, the rest is closed form, so there is no random noise: the same
inputs give the same digits. (Gauss-Hermite with 24 nodes was off by 0.06 where the works are dear
and the ARV is sure: there the integrand is nearly a step.)

The MAO is the price at which the median spread is 0, with the ask heard as evidence once, as it was
asked: an offer of ours tells us nothing new about the home. So P(spread >= 0) >= 0.5 exactly where
the ask is at or below the MAO, and MAO - ask is the median spread. (A MAO that let the evidence move
with the offer would have none or two solutions: the lower the imagined ask, the worse the home.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from realestate_os.scoring.mixture import REACH_SD, Floats, Mixture, bisect

# From -5 to 5 standard deviations: all but 6e-7 of the repairs.
NODES: Floats = np.linspace(-5, 5, 81)
LOG_SHARE: Floats = -0.5 * NODES**2 - np.log(np.exp(-0.5 * NODES**2).sum())


@dataclass(frozen=True)
class Terms:
    """What is taken off the ARV, (n,) each: pct, fee in dollars, median repairs and their log sd."""

    arv_pct: Floats
    fee_usd: Floats
    repair_usd: Floats
    repair_log_sd: Floats

    def rows(self, chosen: npt.NDArray[np.bool_]) -> Terms:
        """The terms of the chosen rows."""
        return Terms(self.arv_pct[chosen], self.fee_usd[chosen], self.repair_usd[chosen], self.repair_log_sd[chosen])

    def repairs(self) -> Floats:
        """Repairs at each node, (n, 81)."""
        return np.asarray(self.repair_usd[:, None] * np.exp(self.repair_log_sd[:, None] * NODES))

    def costs(self) -> Floats:
        """Repairs and fee at each node, (n, 81)."""
        return self.repairs() + self.fee_usd[:, None]


@dataclass(frozen=True)
class Deal:
    """What n deals hang on: ln value after the ask, ln ARV, terms."""

    log_value: Mixture
    log_arv: Mixture
    terms: Terms

    def rows(self, chosen: npt.NDArray[np.bool_]) -> Deal:
        """The deals of the chosen rows."""
        return Deal(self.log_value.rows(chosen), self.log_arv.rows(chosen), self.terms.rows(chosen))


def deal_log_odds(price: Floats, log_arv: Mixture, terms: Terms) -> Floats:
    """ln P/(1-P) of spread >= 0 at each price, (n,); price above 0."""
    return log_arv.log_odds_above(_needed(price, terms), LOG_SHARE)


def deal_log_odds_before_costs(price: Floats, log_value: Mixture, arv_pct: Floats) -> Floats:
    """The same with neither repairs nor fee: P(pct x value >= price)."""
    return log_value.log_odds_above(np.log(price / arv_pct)[:, None], np.zeros(1))


def maximum_allowable_offer(log_arv: Mixture, terms: Terms) -> Floats:
    """The price at which the median of pct x ARV - repairs - fee - price is 0, (n,).

    Below 0 where the works cost more than the home would be worth.
    """
    costs = terms.costs()
    share = np.exp(LOG_SHARE)
    low = -costs.max(axis=1)
    high = terms.arv_pct * np.exp((log_arv.mean + REACH_SD * log_arv.sd).max(axis=1))

    def worth_more(price: Floats) -> npt.NDArray[np.bool_]:
        z = (log_arv.mean[:, :, None] - _needed(price, terms)[:, None, :]) / log_arv.sd[:, :, None]
        p: Floats = (log_arv.weight[:, :, None] * share * ndtr(z)).sum(axis=(1, 2))
        return p >= 0.5

    return bisect(worth_more, low, high)


def _needed(price: Floats, terms: Terms) -> Floats:
    """ln of the ARV that pays for price, repairs and fee, (n, 81); -inf where nothing is needed."""
    needed = (price[:, None] + terms.costs()) / terms.arv_pct[:, None]
    with np.errstate(divide="ignore"):
        return np.log(np.maximum(needed, 0.0))
