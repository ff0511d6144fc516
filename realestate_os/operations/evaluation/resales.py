"""Homes sold twice: was what looked cheap at the first sale worth more at the second?

Belongs here: finding the pairs, the market's move between the two sales, rank figures. Does not: the
values (causal.py).

The first price is taken as the asking price; predicted discount = ln value - ln ask. The gain is
ln second price - ln first price, less the market's move. The first price stands on both sides, so a
rule that knows nothing but the price ("minus the price") already ranks well: what counts is the gain over it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from realestate_os.operations.evaluation.baselines import BASELINES
from realestate_os.operations.evaluation.causal import Predicted
from realestate_os.valuation.history import Floats, day_numbers
from realestate_os.valuation.price_level import fit_price_level

MOST_MONTHS = 24
# The same price again within this time is the same sale recorded twice, or a title put right.
SAME_SALE_DAYS = 60
MINUS_PRICE = "minus_price"
RANKERS = {"ours": "ours", **BASELINES, MINUS_PRICE: "minus the price alone"}
FEWEST_PAIRS = 20


def resale_pairs(homes: pd.DataFrame, within_months: int = MOST_MONTHS) -> pd.DataFrame:
    """Each sale that was followed by another of the same home in time, on the index of its first sale.

    Returns:
        first and second price and date, months between, adjusted_gain (ln USD, less the market's move).
    """
    key = _home_key(homes)
    order = homes.assign(home=key).dropna(subset=["home"]).sort_values(["home", "sale_date"], kind="stable")
    after = order.groupby("home")[["sale_date", "sale_price_usd"]].shift(-1)
    days = (after["sale_date"] - order["sale_date"]).dt.days
    again = (after["sale_price_usd"] == order["sale_price_usd"]) & (days <= SAME_SALE_DAYS)
    in_time = after["sale_date"] <= order["sale_date"] + pd.DateOffset(months=within_months)
    chosen = after["sale_date"].notna() & (days > 0) & in_time & ~again
    pairs = pd.DataFrame(
        {
            "first_date": order["sale_date"],
            "second_date": after["sale_date"],
            "first_price_usd": order["sale_price_usd"],
            "second_price_usd": after["sale_price_usd"],
            "days_between": days,
        }
    )[chosen]
    move = market_move(homes, pairs["first_date"], pairs["second_date"])
    gain = np.log(pairs["second_price_usd"] / pairs["first_price_usd"])
    return pairs.assign(market_move=move, adjusted_gain=gain - move).sort_index()


def market_move(homes: pd.DataFrame, first: pd.Series[Any], second: pd.Series[Any]) -> Floats:
    """ln change of the price level of like homes between two days, by an index of all the file's sales.

    The yardstick of what the market did; the same for all rankers, and no ranker sees it.
    """
    index = fit_price_level(homes).index
    return index.at(day_numbers(second, len(second))) - index.at(day_numbers(first, len(first)))


def rank_figures(predicted: Predicted, pairs: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Ranker -> spearman, auc_top_third, lift_top_tenth, gain_top_tenth_pct, sales.

    auc_top_third: chance that a resale of the best third by gain ranks above one of the others.
    lift_top_tenth: share of that third among the tenth ranked highest, over a third.
    """
    pairs = pairs.loc[predicted.values.index]
    gain = pairs["adjusted_gain"].to_numpy(dtype=float)
    ask = np.log(pairs["first_price_usd"].to_numpy(dtype=float))
    scores = {"ours": np.log(predicted.values["value_usd"].to_numpy(dtype=float)) - ask, MINUS_PRICE: -ask}
    scores |= {name: np.log(predicted.values[name].to_numpy(dtype=float)) - ask for name in BASELINES}
    return {name: _ranked(scores[name], gain) for name in RANKERS}


def _ranked(score: Floats, gain: Floats) -> dict[str, float]:
    good = gain >= np.quantile(gain, 2 / 3)
    ranks = rankdata(score)
    auc = (ranks[good].sum() - good.sum() * (good.sum() + 1) / 2) / (good.sum() * (~good).sum())
    top = np.argsort(-score, kind="stable")[: max(1, len(score) // 10)]
    return {
        "sales": float(len(gain)),
        "spearman": float(np.corrcoef(ranks, rankdata(gain))[0, 1]),
        "auc_top_third": float(auc),
        "lift_top_tenth": float(good[top].mean() / good.mean()),
        "gain_top_tenth_pct": float(np.expm1(np.median(gain[top])) * 100),
    }


def _home_key(homes: pd.DataFrame) -> pd.Series[Any]:
    """The parcel, else a home of the same place, area and age; null where a ZIP's centre is all that is known."""
    facts = homes[["latitude", "longitude", "square_footage", "year_built"]]
    same = pd.Series(pd.util.hash_pandas_object(facts.round(6), index=False).astype(str), index=homes.index)
    same = same.astype(object).where(facts.notna().all(axis=1), None)
    return homes["apn"].astype(object).where(homes["apn"].notna(), same)
