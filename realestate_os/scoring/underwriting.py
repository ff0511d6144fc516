"""Underwriting: from a home's value and ask to its ARV, repairs and the terms of a deal.

Belongs here: the order of these steps for many homes at once. Does not: a formula (posterior, arv,
repairs, deal) or the table of scores (build.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from realestate_os.counties import County
from realestate_os.scoring.arv import ArvPremium, arv_premium
from realestate_os.scoring.deal import Deal, Terms
from realestate_os.scoring.hearing import Listed, heard_ask
from realestate_os.scoring.inputs import Setting, column
from realestate_os.scoring.mixture import Floats
from realestate_os.scoring.repairs import RepairRange, repair_range
from realestate_os.scoring.tails import tail_of


@dataclass(frozen=True)
class Underwriting:
    """What n valued homes come to, before any score."""

    deal: Deal
    listed: Listed
    heard_ask_usd: Floats
    premium: ArvPremium
    repairs: RepairRange


def underwrite(homes: pd.DataFrame, comparables: pd.DataFrame, setting: Setting) -> Underwriting:
    """Value after the ask, ARV, repairs and terms of homes that were valued.

    Args:
        homes: property_id, value_usd with its intervals and log_value_sd, listing_price_usd (NaN for a
            lead) and what repairs and ARV need.
        comparables: OF_COMPARABLE of the same homes; may be empty.
    """
    log_model = np.log(column(homes, "value_usd"))
    premium = arv_premium(homes, comparables, setting.day, setting.assumptions.repairs)
    repairs = repair_range(homes, setting.day, setting.assumptions.repairs)
    terms = deal_terms(setting.county, np.exp(log_model + premium.mean), repairs)
    listed = Listed(
        log_value=log_model,
        log_sd=column(homes, "log_value_sd"),
        tail=tail_of(*(_half_width(homes, level) for level in (80, 90))),
        premium_mean=premium.mean,
        premium_sd=premium.sd,
        terms=terms,
        prior=setting.county.discount_prior,
    )
    heard = heard_ask(column(homes, "listing_price_usd"), listed)
    return Underwriting(listed.deal(heard), listed, heard, premium, repairs)


def _half_width(homes: pd.DataFrame, level: int) -> Floats:
    """Half of the model's interval of ln V, (n,)."""
    low, high = column(homes, f"value_low_{level}_usd"), column(homes, f"value_high_{level}_usd")
    return np.asarray(np.log(high / low) / 2)


def deal_terms(county: County, model_arv_usd: Floats, repairs: RepairRange) -> Terms:
    """pct and fee of the tier that holds the ARV; p_deal and MAO use the same, so that they agree.

    The tier goes by the ARV before the ask is heard. After it, a price cut could carry a home over a
    tier's edge and lower its score.
    """
    tiers = [county.tier(float(value)) for value in model_arv_usd]
    pct = np.array([tier.arv_pct for tier in tiers], dtype=float)
    fee = np.array([tier.fee_usd for tier in tiers], dtype=float)
    return Terms(pct, fee, repairs.base, repairs.log_sd)
