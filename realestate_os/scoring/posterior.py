"""What a home is worth once the asking price has been heard as evidence.

Belongs here: the closed form that joins the model's value and the ask. Does not: the model's value
(valuation), the prior's numbers (county files), what follows for a deal (deal.py).

Source: normal-normal conjugacy in log space. The model says ln V ~ sum_j tail_j N(m_j, (scale_j s)^2), m_j = m +
centre_j s (tails.py). A seller asks a = V (1 - d), and ln(1 - d) is a mixture of N(-mean_k, sd_k^2) with
shares pi_k. So ln a given V is that mixture around ln V, and ln V given a is a mixture of six normals again:
    1 / var_jk = 1 / (scale_j s)^2 + 1 / sd_k^2
    mean_jk    = var_jk (m_j / (scale_j s)^2 + (ln a + mean_k) / sd_k^2)
    weight_jk  ~ tail_j pi_k N(ln a; m_j - mean_k, (scale_j s)^2 + sd_k^2)
The mixture is kept: collapsed to one normal it would give a home that is probably over-priced and
perhaps a bargain the odds of an average one.
"""

from __future__ import annotations

import numpy as np
from scipy.special import log_ndtr

from realestate_os.counties import DiscountPrior
from realestate_os.scoring.mixture import Floats, Mixture, log_sum
from realestate_os.scoring.tails import TAIL_SHARE, tail_normals


def prior_discounts(prior: DiscountPrior) -> tuple[Floats, Floats, Floats]:
    """Shares, means and standard deviations of -ln(1 - d), each (2,): typical, distressed."""
    return (
        np.array([1 - prior.distressed_share, prior.distressed_share]),
        np.array([prior.typical_mean, prior.distressed_mean]),
        np.array([prior.typical_sd, prior.distressed_sd]),
    )


def posterior_log_value(
    log_value: Floats, log_sd: Floats, tail: Floats, log_ask: Floats, prior: DiscountPrior
) -> Mixture:
    """ln V given model and ask; without an ask (NaN) it is the model's own distribution.

    Args:
        log_value, log_sd: the model's centre of ln V, and its spread: half the 80 % interval over 1.28, (n,).
        tail: how heavy its tails are (tails.py), (n,).
        log_ask: ln of the asking price, (n,), NaN where there is none.
    """
    share, mean, sd = (np.tile(each, len(TAIL_SHARE)) for each in prior_discounts(prior))
    with np.errstate(divide="ignore"):
        log_share = np.log(share) + np.log(np.repeat(TAIL_SHARE, 2))
    offset, scale = (np.repeat(each, 2, axis=1) * log_sd[:, None] for each in tail_normals(tail))
    m, s, heard = log_value[:, None] + offset, scale, ~np.isnan(log_ask[:, None])
    ask = np.where(heard, log_ask[:, None], m)
    log_weight = log_share + _log_normal(ask, m - mean, np.hypot(s, sd))
    log_weight = log_weight - log_sum(log_weight)[:, None]
    variance = 1 / (1 / s**2 + 1 / sd**2)
    centre = variance * (m / s**2 + (ask + mean) / sd**2)
    return Mixture(
        np.where(heard, log_weight, log_share),
        np.where(heard, centre, m),
        np.where(heard, np.sqrt(variance), s),
    )


def base_log_odds(prior: DiscountPrior, arv_pct: Floats) -> Floats:
    """Log-odds that a seller here asks no more than pct of the value, before any price is seen, (n,)."""
    share, mean, sd = prior_discounts(prior)
    z = (mean + np.log(arv_pct)[:, None]) / sd
    with np.errstate(divide="ignore"):
        log_share = np.log(share)
    return log_sum(log_share + log_ndtr(z)) - log_sum(log_share + log_ndtr(-z))


def _log_normal(x: Floats, mean: Floats, sd: Floats) -> Floats:
    return np.asarray(-0.5 * ((x - mean) / sd) ** 2 - np.log(sd) - 0.5 * np.log(2 * np.pi))
