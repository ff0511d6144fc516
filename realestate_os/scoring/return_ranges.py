"""How sure hold and flip are: 80 % intervals of what returns.py figures.

Belongs here: rent, value, ARV and repairs as distributions, carried through the trade's formulas.
Does not: the formulas themselves (returns.py) or the base figures, which stand at the medians.

Rent is normal with low and high as its 10th and 90th percentile; the value enters through insurance
and, where neither bill nor roll is known, tax, and counts as normal about its median; ln repairs is
normal and ln ARV a mixture, as in the deal. All are taken as independent. Repairs are integrated over
the deal's nodes, the rest is closed form: no random noise.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtr

from realestate_os.counties import TaxOnSale
from realestate_os.scoring.assumptions import Rental
from realestate_os.scoring.deal import LOG_SHARE, Deal
from realestate_os.scoring.inputs import column
from realestate_os.scoring.mixture import REACH_SD, Floats, bisect
from realestate_os.scoring.repairs import Z_90
from realestate_os.scoring.returns import (
    cash_in,
    debt_service,
    flip_outlay,
    kept_share,
    other_fixed_costs,
    tax_per_value,
)

LOW, HIGH = 0.1, 0.9
SHARE: Floats = np.exp(LOG_SHARE)


def return_ranges(
    homes: pd.DataFrame, base: pd.DataFrame, price: Floats, deal: Deal, rule: TaxOnSale, terms: Rental
) -> pd.DataFrame:
    """Columns tax_after_sale_low_usd to p_flip_profit of SCORES, on the index of homes.

    Args:
        base: what returns() found for the same homes and price.
        price: the ask; the MAO for a lead. NaN or not above 0: no interval.
    """
    price = np.where(price > 0, price, np.nan)
    value, value_sd = np.exp(deal.log_value.quantile(0.5)), _dollar_sd(deal)
    tax, tax_sd = column(base, "tax_after_sale_usd"), tax_per_value(homes, rule) * value_sd
    rent_sd = (column(base, "rent_high_usd_month") - column(base, "rent_low_usd_month")) / (2 * Z_90)
    costs_sd = (tax_per_value(homes, rule) + terms.insurance_pct_of_value / 100) * value_sd
    noi, noi_sd = column(base, "noi_usd"), np.hypot(12 * kept_share(terms) * rent_sd, costs_sd)
    service = debt_service(price, terms)
    repairs = deal.terms.repairs()
    outlay = flip_outlay(price, tax + other_fixed_costs(homes, value, terms), terms)
    columns = {
        **_normal("tax_after_sale_{}_usd", tax, tax_sd),
        **_normal("noi_{}_usd", noi, noi_sd),
        **_ratio("cap_rate_{}_pct", noi, noi_sd, price[:, None] + repairs),
        **_ratio("cash_on_cash_{}_pct", noi - service, noi_sd, cash_in(price, terms)[:, None] + repairs),
        **_normal("dscr_{}", noi / np.where(service > 0, service, np.nan), noi_sd / service),
        **_flip(outlay[:, None] + repairs, deal, 1 - terms.flip.selling_cost_pct / 100),
    }
    return pd.DataFrame(columns, index=homes.index)


def _dollar_sd(deal: Deal) -> Floats:
    """Standard deviation of the value in dollars, from its 80 % interval."""
    return np.asarray((np.exp(deal.log_value.quantile(HIGH)) - np.exp(deal.log_value.quantile(LOW))) / (2 * Z_90))


def _normal(name: str, mean: Floats, sd: Floats) -> dict[str, Floats]:
    return {name.format("low"): mean - Z_90 * sd, name.format("high"): mean + Z_90 * sd}


def _ratio(name: str, mean: Floats, sd: Floats, cash: Floats) -> dict[str, Floats]:
    """Per cent of income over cash: the income normal, the cash (n, nodes) with the repairs' shares."""
    ends = np.stack([mean - REACH_SD * sd, mean + REACH_SD * sd])[:, :, None] / cash
    low, high = ends.min(axis=(0, 2)), ends.max(axis=(0, 2))
    spread = np.where(sd > 0, sd, np.nan)[:, None]

    def quantile(share: float) -> Floats:
        def below(x: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
            cdf = (ndtr((x[:, None] * cash - mean[:, None]) / spread) * SHARE).sum(axis=1)
            return np.asarray(cdf < share)

        return np.where(np.isnan(mean), np.nan, 100 * bisect(below, low, high))

    return {name.format("low"): quantile(LOW), name.format("high"): quantile(HIGH)}


def _flip(outlay: Floats, deal: Deal, kept: float) -> dict[str, Floats]:
    """Profit = kept x ARV - outlay; outlay with repairs is (n, nodes)."""
    arv = deal.log_arv
    low = -outlay.max(axis=1)
    high = kept * np.exp((arv.mean + REACH_SD * arv.sd).max(axis=1))

    def below(profit: Floats) -> Floats:
        """P(profit below), (n,)."""
        with np.errstate(divide="ignore"):
            needed = np.log(np.maximum((profit[:, None] + outlay) / kept, 0.0))
        z = (needed[:, None, :] - arv.mean[:, :, None]) / arv.sd[:, :, None]
        return np.asarray((arv.weight[:, :, None] * SHARE * ndtr(z)).sum(axis=(1, 2)))

    return {
        "flip_profit_low_usd": bisect(lambda x: below(x) < LOW, low, high),
        "flip_profit_high_usd": bisect(lambda x: below(x) < HIGH, low, high),
        "p_flip_profit": 1 - below(np.zeros(len(outlay))),
    }
