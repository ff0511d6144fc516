"""Hold and flip: rent, tax after the sale, NOI, cap rate, cash-on-cash, DSCR, flip profit.

Belongs here: the trade's formulas. Does not: the assumptions (rental.yaml, county files), prices and
repairs (given). All arguments are (n,) columns; a missing figure makes what needs it missing.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from realestate_os.counties import TaxOnSale
from realestate_os.scoring.assumptions import Loan, Rental
from realestate_os.scoring.inputs import column
from realestate_os.scoring.mixture import Floats


def tax_after_sale(homes: pd.DataFrame, price: Floats, value: Floats, rule: TaxOnSale) -> Floats:
    """The buyer's tax in dollars a year, by the county's rule; its rate is per cent of market value.

    Args:
        homes: annual_tax_usd, assessed_value_usd, market_value_usd (the assessor's).
        price: what the buyer pays. value: our as-is value, where the assessor's is not known.
    """
    rate = rule.rate_pct / 100
    market = column(homes, "market_value_usd")
    if rule.rule == "reassess_at_price":
        return np.asarray(price * rate)
    if rule.rule == "cap_lapses":
        return np.asarray(np.where(np.isnan(market), value, market) * rate)
    billed = column(homes, "annual_tax_usd")
    assessed = column(homes, "assessed_value_usd")
    estimated = np.where(np.isnan(assessed), value, assessed / rule.assessment_ratio) * rate
    return np.where(np.isnan(billed), estimated, billed)


def returns(
    homes: pd.DataFrame, price: Floats, value: Floats, arv: Floats, repairs: Floats, rule: TaxOnSale, terms: Rental
) -> pd.DataFrame:
    """Columns rent_low_usd_month to flip_profit_usd of SCORES, on the index of homes.

    Args:
        homes: zip_median_rent_usd (gross), hoa_usd_month (missing counts as none), and what the tax needs.
        price: the ask; the MAO for a lead. NaN or not above 0: no returns, rent alone.
    """
    price = np.where(price > 0, price, np.nan)
    rent = column(homes, "zip_median_rent_usd")
    spread = terms.rent_range_pct / 100
    tax = tax_after_sale(homes, price, value, rule)
    fees = np.nan_to_num(column(homes, "hoa_usd_month")) * 12
    insurance = value * terms.insurance_pct_of_value / 100
    noi = net_operating_income(rent * 12, tax + insurance + fees, terms)
    debt = price * terms.loan.loan_to_value_pct / 100
    service = debt * annual_constant(terms.loan)
    cash = price - debt + repairs + price * terms.closing_cost_pct / 100
    return pd.DataFrame(
        {
            "rent_low_usd_month": rent * (1 - spread),
            "rent_base_usd_month": rent,
            "rent_high_usd_month": rent * (1 + spread),
            "tax_after_sale_usd": tax,
            "noi_usd": noi,
            "cap_rate_pct": 100 * noi / (price + repairs),
            "cash_on_cash_pct": 100 * (noi - service) / cash,
            "dscr": noi / service if terms.loan.loan_to_value_pct else np.full(len(homes), np.nan),
            "flip_profit_usd": flip_profit(arv, price, repairs, tax + insurance + fees, terms),
        },
        index=homes.index,
    )


def net_operating_income(gross_rent: Floats, fixed_costs: Floats, terms: Rental) -> Floats:
    """A year's rent less vacancy, management and maintenance (shares of rent) and the fixed costs."""
    kept = 1 - (terms.vacancy_pct + terms.management_pct + terms.maintenance_pct) / 100
    return np.asarray(gross_rent * kept - fixed_costs)


def annual_constant(loan: Loan) -> float:
    """A year's payments per dollar borrowed, level monthly payments."""
    rate, months = loan.rate_pct / 100 / 12, loan.term_years * 12
    return float(12 * rate / (1 - (1 + rate) ** -months))


def flip_profit(arv: Floats, price: Floats, repairs: Floats, yearly_costs: Floats, terms: Rental) -> Floats:
    """ARV less selling cost, price, closing, repairs, and the holding cost of interest and fixed costs."""
    years = terms.flip.months_held / 12
    holding = years * (price * terms.flip.loan_rate_pct / 100 + yearly_costs)
    selling = arv * terms.flip.selling_cost_pct / 100
    closing = price * terms.closing_cost_pct / 100
    return np.asarray(arv - selling - price - closing - repairs - holding)
