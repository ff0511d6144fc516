"""build_scores(): the table SCORES of one county's day.

Belongs here: the order of the steps and the assembly of the columns. Does not: a formula (mixture,
posterior, arv, repairs, deal, score, returns, leads), words (reasons.py), the database (store.py).

A plain function of its arguments: the same inputs give the same score to the last digit, for one
home alone as for all; only lead_rank compares the leads of a day with each other.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from realestate_os.counties import County
from realestate_os.scoring import CODE_VERSION
from realestate_os.scoring.arv import arv_premium
from realestate_os.scoring.assumptions import Assumptions
from realestate_os.scoring.deal import Deal, Terms, maximum_allowable_offer
from realestate_os.scoring.frames import SCORES
from realestate_os.scoring.inputs import column, is_valued, joined, null_reasons, plain, snapshot_ids
from realestate_os.scoring.leads import lead_ranks, lead_signals
from realestate_os.scoring.mixture import Floats
from realestate_os.scoring.posterior import posterior_log_value
from realestate_os.scoring.reasons import top_reasons
from realestate_os.scoring.repairs import RepairRange, repair_range
from realestate_os.scoring.returns import returns
from realestate_os.scoring.score import LINES, band, deal_lines, market_heat, sigmoid, total_log_odds
from realestate_os.storage.set_aside import SetAside

# Figures that stand only where there is a score.
OF_SCORE = ["p_deal", "score_log_odds", "bird_dog_score", "band", "score_breakdown"]


def build_scores(
    listings: pd.DataFrame,
    enrichment: pd.DataFrame,
    valuations: pd.DataFrame,
    comparables: pd.DataFrame,
    county: County,
    day: date,
    assumptions: Assumptions,
) -> pd.DataFrame:
    """SCORES of one county's day, one row a listing, in the listings' order.

    Fake bargains and homes that were not valued carry no deal; homes that cannot be bought (pending,
    sold, off the market) carry the deal's figures but no score; leads carry the MAO as opening offer.
    """
    homes = joined(listings, enrichment, valuations)
    reason = null_reasons(homes)
    with_deal = is_valued(homes) & homes["bargain_flag"].isna()
    scores = pd.DataFrame({"property_id": homes["property_id"], "county": county.key, "date": day})
    scores = scores.join(homes[_copied()]).join(_deals(homes[with_deal], comparables, county, day, assumptions))
    scores["score_null_reason"] = reason
    scores.loc[reason.notna(), OF_SCORE] = None
    scores["reasons"] = _reasons(scores, homes)
    scores = scores.join(_leads(homes, scores, reason, day))
    scores["market_heat"] = market_heat(county, day)
    scores["market_heat_as_of"] = county.market.heat.as_of
    scores["neighborhood_multiplier"] = _multipliers(homes, county)
    scores["snapshot_id"] = snapshot_ids(homes, comparables, county, day, assumptions)
    scores["code_version"] = CODE_VERSION
    return scores[SCORES.names]


def set_aside(scores: pd.DataFrame) -> SetAside:
    """What was not scored and is no lead: fake bargains, homes that cannot be bought or were not valued."""
    refused = SetAside()
    left_out = scores["score_null_reason"].notna() & scores["score_null_reason"].ne("no_asking_price")
    for row in scores[left_out].itertuples():
        refused.add(str(row.property_id), str(row.score_null_reason), detail="kept without a score")
    return refused


def _copied() -> list[str]:
    """Columns that scores repeats as they are."""
    value = ["value_usd", "value_low_90_usd", "value_high_90_usd", "confidence", "confidence_band"]
    return ["listing_price_usd", "price_basis", *value, "model_name", "model_version", "model_digest"]


def _deals(
    homes: pd.DataFrame, comparables: pd.DataFrame, county: County, day: date, assumptions: Assumptions
) -> pd.DataFrame:
    """Value after the ask, ARV, repairs, MAO, spread, score and returns of homes that were valued."""
    ask = column(homes, "listing_price_usd")
    log_value = posterior_log_value(
        np.log(column(homes, "value_usd")),
        column(homes, "log_value_sd"),
        np.log(ask),
        county.discount_prior,
    )
    premium = arv_premium(homes, comparables, day, assumptions.repairs)
    log_arv = log_value.shifted(premium.mean, premium.sd)
    repairs = repair_range(homes, day, assumptions.repairs)
    arv = np.exp(log_arv.quantile(0.5))
    terms = _terms(county, arv, repairs)
    mao = maximum_allowable_offer(log_arv, terms)
    posterior = np.exp(log_value.quantile(0.5))
    figures = {
        "posterior_value_usd": posterior,
        "posterior_low_90_usd": np.exp(log_value.quantile(0.05)),
        "posterior_high_90_usd": np.exp(log_value.quantile(0.95)),
        "posterior_log_sd": log_value.overall_sd,
        "arv_usd": arv,
        "arv_low_usd": np.exp(log_arv.quantile(0.1)),
        "arv_high_usd": np.exp(log_arv.quantile(0.9)),
        "arv_basis": premium.basis,
        "repair_low_usd": repairs.light,
        "repair_base_usd": repairs.base,
        "repair_high_usd": repairs.heavy,
        "repair_basis": repairs.basis,
        "arv_pct": terms.arv_pct,
        "fee_usd": terms.fee_usd,
        "mao_usd": mao,
        "net_spread_usd": mao - ask,
    }
    price = np.where(np.isnan(ask), mao, ask)
    of_hold = returns(homes, price, posterior, arv, repairs.base, county.tax_on_sale, assumptions.rental)
    of_score = _scored(homes, ask, mao, Deal(log_value, log_arv, terms), county, day)
    return pd.DataFrame(figures, index=homes.index).join(of_score).join(of_hold)


def _terms(county: County, arv: Floats, repairs: RepairRange) -> Terms:
    """pct and fee of the tier that holds the ARV; p_deal and MAO use the same, so that they agree."""
    tiers = [county.tier(float(value)) for value in arv]
    pct = np.array([tier.arv_pct for tier in tiers], dtype=float)
    fee = np.array([tier.fee_usd for tier in tiers], dtype=float)
    return Terms(pct, fee, repairs.base, repairs.log_sd)


def _scored(homes: pd.DataFrame, ask: Floats, mao: Floats, deal: Deal, county: County, day: date) -> pd.DataFrame:
    """p_deal to score_breakdown of the homes with an asking price."""
    priced = ~np.isnan(ask)
    ask, mao, index = ask[priced], mao[priced], homes.index[priced]
    of_deal = deal_lines(ask, deal.rows(priced), county)
    heat = np.full(len(index), np.log(market_heat(county, day)))
    place = np.log(_multipliers(homes, county)[priced].to_numpy(dtype=np.float64))
    lines = np.column_stack([of_deal, heat, place])
    log_odds = total_log_odds(lines)
    score = 100 * sigmoid(log_odds)
    return pd.DataFrame(
        {
            "p_deal": sigmoid(total_log_odds(of_deal)),
            "score_log_odds": log_odds,
            "bird_dog_score": score,
            "band": [band(*one) for one in zip(score, ask, mao, strict=True)],
            "score_breakdown": [_breakdown(row) for row in lines.tolist()],
        },
        index=index,
    ).astype({"band": object, "score_breakdown": object})


def _breakdown(row: list[float]) -> str:
    return json.dumps([{"line": name, "log_odds": value} for name, value in zip(LINES, row, strict=True)])


def _multipliers(homes: pd.DataFrame, county: County) -> pd.Series[float]:
    return homes["zip_code"].map(county.multiplier, na_action="ignore").astype(float).fillna(1.0)


def _reasons(scores: pd.DataFrame, homes: pd.DataFrame) -> list[str]:
    return [
        json.dumps(top_reasons(plain(row), text if isinstance(text, str) else None))
        for row, text in zip(scores.to_dict("records"), homes["reasons"], strict=True)
    ]


def _leads(homes: pd.DataFrame, scores: pd.DataFrame, reason: pd.Series[Any], day: date) -> pd.DataFrame:
    """lead_rank, lead_reasons, opening_offer_usd of homes without an asking price."""
    leads = homes[reason.eq("no_asking_price") & homes["listing_status"].ne("sold")]
    signals = [lead_signals(plain(row), day) for row in leads.to_dict("records")]
    weights = pd.Series([sum(one.weight for one in found) for found in signals], index=leads.index, dtype=float)
    mao = scores.loc[leads.index, "mao_usd"]
    return pd.DataFrame(
        {
            "lead_rank": lead_ranks(weights, leads["confidence"].astype(float), leads["property_id"]),
            "lead_reasons": [json.dumps([one.__dict__ for one in found]) for found in signals],
            "opening_offer_usd": mao.where(mao > 0),
        },
        index=leads.index,
    )
