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
    if rule.rule == "reassess_at_price":
        return np.asarray(price * rate)
    market = column(homes, "market_value_usd")
    if rule.rule == "cap_lapses":
        return np.asarray(np.where(np.isnan(market), value, market) * rate)
    billed = column(homes, "annual_tax_usd")
    assessed = column(homes, "assessed_value_usd")
    estimated = np.where(np.isnan(assessed), value, assessed / rule.assessment_ratio) * rate
    return np.where(np.isnan(billed), estimated, billed)


def tax_per_value(homes: pd.DataFrame, rule: TaxOnSale) -> Floats:
    """By how much tax_after_sale moves with our value, dollars a dollar: 0 where price, bill or roll decide."""
    known = {
        "reassess_at_price": np.ones(len(homes), dtype=bool),
        "cap_lapses": homes["market_value_usd"].notna().to_numpy(),
        "unchanged": (homes["annual_tax_usd"].notna() | homes["assessed_value_usd"].notna()).to_numpy(),
    }[rule.rule]
    return np.where(known, 0.0, rule.rate_pct / 100)


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
    costs = tax + other_fixed_costs(homes, value, terms)
    noi = net_operating_income(rent * 12, costs, terms)
    service = debt_service(price, terms)
    cash = cash_in(price, terms) + repairs
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
            "flip_profit_usd": flip_profit(arv, price, repairs, costs, terms),
        },
        index=homes.index,
    )


def other_fixed_costs(homes: pd.DataFrame, value: Floats, terms: Rental) -> Floats:
    """A year's insurance and association fee; a fee that is not known counts as none."""
    fees = np.nan_to_num(column(homes, "hoa_usd_month")) * 12
    return np.asarray(value * terms.insurance_pct_of_value / 100 + fees)


def net_operating_income(gross_rent: Floats, fixed_costs: Floats, terms: Rental) -> Floats:
    """A year's rent less vacancy, management and maintenance (shares of rent) and the fixed costs."""
    return np.asarray(gross_rent * kept_share(terms) - fixed_costs)


def kept_share(terms: Rental) -> float:
    """What vacancy, management and maintenance leave of a dollar of rent."""
    return 1 - (terms.vacancy_pct + terms.management_pct + terms.maintenance_pct) / 100


def debt_service(price: Floats, terms: Rental) -> Floats:
    """A year's payments on the loan."""
    return np.asarray(price * terms.loan.loan_to_value_pct / 100 * annual_constant(terms.loan))


def cash_in(price: Floats, terms: Rental) -> Floats:
    """Down payment and closing; repairs come on top."""
    return np.asarray(price * (1 - terms.loan.loan_to_value_pct / 100 + terms.closing_cost_pct / 100))


def annual_constant(loan: Loan) -> float:
    """A year's payments per dollar borrowed, level monthly payments."""
    rate, months = loan.rate_pct / 100 / 12, loan.term_years * 12
    return float(12 * rate / (1 - (1 + rate) ** -months))


def flip_profit(arv: Floats, price: Floats, repairs: Floats, yearly_costs: Floats, terms: Rental) -> Floats:
    """ARV less selling cost, price, closing, repairs, and the holding cost of interest and fixed costs."""
    return np.asarray(arv * (1 - terms.flip.selling_cost_pct / 100) - flip_outlay(price, yearly_costs, terms) - repairs)


def flip_outlay(price: Floats, yearly_costs: Floats, terms: Rental) -> Floats:
    """What a flip costs besides repairs and selling: price, closing, and the holding cost."""
    years = terms.flip.months_held / 12
    holding = years * (price * terms.flip.loan_rate_pct / 100 + yearly_costs)
    return np.asarray(price * (1 + terms.closing_cost_pct / 100) + holding)
