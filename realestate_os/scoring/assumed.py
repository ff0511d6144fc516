"""What the figures of a score rest on, in plain words: each figure with its assumptions.

Belongs here: sentences about settings and sources. Does not: figures, or reasons for a score
(reasons.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from realestate_os.counties import TaxOnSale
from realestate_os.scoring.assumptions import Rental
from realestate_os.scoring.inputs import Setting
from realestate_os.scoring.reasons import dollars

ARV_BASES = {
    "renovated_comparables": "renovated homes sold nearby, joined with the usual premium of such works",
    "top_quartile_comparables": "the dearest quarter of the comparables, joined with the usual premium of such works",
    "value_only": "the usual premium of such works; no comparable could be used",
}
REPAIR_BASES = {
    "not_inspected": "not inspected: nobody has been inside, and no record says in which condition",
    "records": "condition by the assessor's records",
    "seller_claim": "condition by the seller's own words",
}
TAX_RULES = {
    "reassess_at_price": "the county assesses anew at the price",
    "cap_lapses": "the owner's cap ends with the sale; the next roll goes to market value",
    "unchanged": "the assessment follows its own cycle; the last bill stands",
}

Assumed = dict[str, str]


def assumed(row: Mapping[str, Any], setting: Setting) -> list[Assumed]:
    """{figure, text} of one row of SCORES; a row without a deal has none.

    Args:
        row: its columns up to flip_profit_usd as plain values, None for missing.
    """
    if row["mao_usd"] is None:
        return []
    rental = setting.assumptions.rental
    pairs = [*_of_deal(row, setting), *_of_hold(setting.county.tax_on_sale, rental), *_of_flip(rental)]
    return [{"figure": figure, "text": text} for figure, text in pairs]


def _of_deal(row: Mapping[str, Any], setting: Setting) -> Iterator[tuple[str, str]]:
    prior, repairs = setting.county.discount_prior, setting.assumptions.repairs
    yield "value_usd", f"{row['model_name']} version {row['model_version']}; the interval is its 90 % interval"
    if row["listing_price_usd"] is not None:
        yield (
            "posterior_value_usd",
            f"the ask heard as evidence: {prior.distressed_share:.0%} of sellers here ask about "
            f"{prior.distressed_mean:.0%} below value, the others near it".replace("%", " %"),
        )
    yield "arv_usd", f"{ARV_BASES[row['arv_basis']]}; 80 % interval"
    cost = repairs.usd_per_sqft[row["repair_condition"]]
    yield (
        "repair_base_usd",
        f"{REPAIR_BASES[row['repair_basis']]}; ${cost.light:g}, ${cost.base:g}, ${cost.heavy:g} a square foot "
        f"({row['repair_condition']}) in {repairs.reference_year}, by age and size; 10th, 50th, 90th percentile",
    )
    yield (
        "mao_usd",
        f"{row['arv_pct'] * 100:.0f} % of the ARV, less repairs, less a fee of {dollars(row['fee_usd'])}; the median "
        "over uncertain value, ARV and repairs",
    )


def _of_hold(rule: TaxOnSale, rental: Rental) -> Iterator[tuple[str, str]]:
    loan = rental.loan
    yield (
        "rent_base_usd_month",
        f"ACS median gross rent of the ZIP for the bedrooms, lagged; low and high are {rental.rent_range_pct:g} % off",
    )
    yield "tax_after_sale_usd", f"{TAX_RULES[rule.rule]}; {rule.rate_pct:g} % of market value ({rule.source})"
    yield (
        "noi_usd",
        f"vacancy {rental.vacancy_pct:g} %, management {rental.management_pct:g} %, maintenance "
        f"{rental.maintenance_pct:g} % of rent; insurance {rental.insurance_pct_of_value:g} % of value; tax; fees",
    )
    yield "cap_rate_pct", "NOI over price and medium repairs"
    yield (
        "cash_on_cash_pct",
        f"loan of {loan.loan_to_value_pct:g} % of the price at {loan.rate_pct:g} % over {loan.term_years} years; "
        f"closing {rental.closing_cost_pct:g} %; repairs paid in cash",
    )
    yield "dscr", "NOI over the year's payments on that loan"


def _of_flip(rental: Rental) -> Iterator[tuple[str, str]]:
    flip = rental.flip
    yield (
        "flip_profit_usd",
        f"sold at the ARV after {flip.months_held:g} months at a cost of {flip.selling_cost_pct:g} %; the price "
        f"borrowed at {flip.loan_rate_pct:g} % a year; closing {rental.closing_cost_pct:g} %",
    )
