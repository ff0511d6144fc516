"""build_scores(): the table SCORES of one county's day.

Belongs here: the order of the steps and the assembly of the columns. Does not: a formula (mixture,
posterior, arv, repairs, deal, underwriting, score, returns, leads), words (reasons.py, assumed.py),
the database (store.py).

A plain function of its arguments: the same inputs give the same score to the last digit, for one
home alone as for all; only lead_rank compares the leads of a day with each other.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd

from realestate_os.counties import County
from realestate_os.scoring import CODE_VERSION
from realestate_os.scoring.assumed import assumed
from realestate_os.scoring.deal import Deal, maximum_allowable_offer
from realestate_os.scoring.frames import SCORES
from realestate_os.scoring.inputs import Inputs, Setting, column, is_valued, null_reasons, plain
from realestate_os.scoring.leads import Signal, lead_log_odds, lead_ranks, lead_reasons
from realestate_os.scoring.mixture import Floats
from realestate_os.scoring.reasons import top_reasons
from realestate_os.scoring.return_ranges import return_ranges
from realestate_os.scoring.returns import returns
from realestate_os.scoring.score import LINES, band, deal_lines, market_heat, sigmoid, total_log_odds
from realestate_os.scoring.snapshots import contents, snapshot_ids
from realestate_os.scoring.underwriting import Underwriting, underwrite
from realestate_os.storage.set_aside import SetAside

# Figures that stand only where there is a score.
OF_SCORE = ["p_deal", "score_log_odds", "bird_dog_score", "band", "score_breakdown"]


def build_scores(inputs: Inputs) -> pd.DataFrame:
    """SCORES of one county's day, one row a listing, in the listings' order.

    Fake bargains and homes that were not valued carry no deal; homes that cannot be bought (pending,
    sold, off the market) carry the deal's figures but no score; leads carry the MAO as opening offer.
    """
    homes, setting = inputs.homes, inputs.setting
    reason = null_reasons(homes)
    with_deal = is_valued(homes) & homes["bargain_flag"].isna()
    scores = pd.DataFrame(
        {"property_id": homes["property_id"], "county": setting.county.key, "date": setting.day}, index=homes.index
    )
    scores = scores.join(homes[_copied()]).join(_deals(homes[with_deal], inputs.comparables, setting))
    scores["score_null_reason"] = reason
    scores.loc[reason.notna(), OF_SCORE] = None
    scores["reasons"] = _reasons(scores, homes)
    scores["assumptions"] = [json.dumps(assumed(plain(row), setting)) for row in scores.to_dict("records")]
    scores = scores.join(_leads(inputs, scores, reason))
    scores["market_heat"] = market_heat(setting.county, setting.day)
    scores["market_heat_as_of"] = setting.county.market.heat.as_of
    scores["neighborhood_multiplier"] = _multipliers(homes, setting.county)
    scores["snapshot_id"] = snapshot_ids(*contents(inputs))
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


def _deals(homes: pd.DataFrame, comparables: pd.DataFrame, setting: Setting) -> pd.DataFrame:
    """Value after the ask, ARV, repairs, MAO, spread, score and returns of homes that were valued."""
    found = underwrite(homes, comparables, setting)
    ask, deal = column(homes, "listing_price_usd"), found.deal
    mao = maximum_allowable_offer(deal.log_arv, deal.terms)
    price = np.where(np.isnan(ask), mao, ask)
    figures = _figures(homes, found).assign(mao_usd=mao, net_spread_usd=mao - ask)
    value, arv = column(figures, "posterior_value_usd"), column(figures, "arv_usd")
    rule, rental = setting.county.tax_on_sale, setting.assumptions.rental
    base = returns(homes, price, value, arv, found.repairs.base, rule, rental)
    ranges = return_ranges(homes, base, price, deal, rule, rental)
    return figures.join(_scored(homes, ask, mao, deal, setting)).join(base).join(ranges)


def _figures(homes: pd.DataFrame, found: Underwriting) -> pd.DataFrame:
    log_value, log_arv, terms, repairs = found.deal.log_value, found.deal.log_arv, found.deal.terms, found.repairs
    figures = {
        "heard_ask_usd": found.heard_ask_usd,
        "posterior_value_usd": np.exp(log_value.quantile(0.5)),
        "posterior_low_90_usd": np.exp(log_value.quantile(0.05)),
        "posterior_high_90_usd": np.exp(log_value.quantile(0.95)),
        "posterior_log_sd": log_value.overall_sd,
        "arv_usd": np.exp(log_arv.quantile(0.5)),
        "arv_low_usd": np.exp(log_arv.quantile(0.1)),
        "arv_high_usd": np.exp(log_arv.quantile(0.9)),
        "arv_basis": found.premium.basis,
        "repair_low_usd": repairs.light,
        "repair_base_usd": repairs.base,
        "repair_high_usd": repairs.heavy,
        "repair_condition": repairs.condition,
        "repair_basis": repairs.basis,
        "arv_pct": terms.arv_pct,
        "fee_usd": terms.fee_usd,
    }
    return pd.DataFrame(figures, index=homes.index)


def _scored(homes: pd.DataFrame, ask: Floats, mao: Floats, deal: Deal, setting: Setting) -> pd.DataFrame:
    """p_deal to score_breakdown of the homes with an asking price."""
    priced = ~np.isnan(ask)
    ask, mao, index = ask[priced], mao[priced], homes.index[priced]
    of_deal = deal_lines(ask, deal.rows(priced), setting.county)
    heat = np.full(len(index), np.log(market_heat(setting.county, setting.day)))
    place = np.log(_multipliers(homes, setting.county)[priced].to_numpy(dtype=np.float64))
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


def _leads(inputs: Inputs, scores: pd.DataFrame, reason: pd.Series[Any]) -> pd.DataFrame:
    """lead_rank to opening_offer_usd of homes without an asking price."""
    homes = inputs.homes
    leads = homes[reason.eq("no_asking_price") & homes["listing_status"].ne("sold")]
    signs = {key: list(rows.to_dict("records")) for key, rows in inputs.signals.groupby("property_id")}
    found: list[list[Signal]] = [
        lead_reasons(plain(row), signs.get(row["property_id"], []), inputs.setting.day)
        for row in leads.to_dict("records")
    ]
    log_odds = pd.Series([lead_log_odds(one) for one in found], index=leads.index, dtype=float)
    mao = scores.loc[leads.index, "mao_usd"]
    return pd.DataFrame(
        {
            "lead_log_odds": log_odds,
            "lead_rank": lead_ranks(log_odds, leads["confidence"].astype(float), leads["property_id"]),
            "lead_reasons": [json.dumps([one.__dict__ for one in each]) for each in found],
            "opening_offer_usd": mao.where(mao > 0),
        },
        index=leads.index,
    )
