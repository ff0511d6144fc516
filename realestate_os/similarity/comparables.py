"""Comparables: three to five closed sales beside each listed home, adjusted to it.

Belongs here: which candidates are kept, the rows of COMPARABLES. Does not: where candidates come from
(candidates.py), the adjustments (adjust.py).

Kept are those that need the least adjusting, are nearest and newest; an adjusted price more than two
standard deviations off the other candidates' is dropped. Sales further out count only for a home that
lacks three whose adjustments stay below the trade's 15 %.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from realestate_os.similarity.adjust import LINES, TIME, adjustments, log_differences, log_value, seen_by_model
from realestate_os.similarity.candidates import FEWEST, STEPS, TRADE_STEPS
from realestate_os.similarity.frames import COMPARABLES
from realestate_os.valuation.history import Floats, day_numbers, number
from realestate_os.valuation.model import ValueModel
from realestate_os.valuation.neighbors import EarlierSales

MOST = 5
# Of a step's candidates so many are adjusted: with all 30 the gross adjustment fell by 0.1 to 0.4 points only.
ADJUSTED_A_STEP = 12
MAX_SDS_OFF = 2.0
# The spread below which no adjusted price is odd: three that agree to the dollar would make a fourth odd.
MIN_LOG_SD = 0.05
MAX_GROSS_ADJUSTMENT_PCT = 15.0
# A fourth and a fifth are worth having only up to here: the median loses nothing, the worst lines go.
MAX_TO_ADD_PCT = 30.0
# A mile, and a year, count like another 10 % of adjustments; 5 to 20 did equally well (docs/comparables.md).
PCT_A_MILE, PCT_A_YEAR = 10.0, 10.0


@dataclass(frozen=True)
class Market:
    """What the comparables of a day are made from: the model, and the sales known on the day."""

    model: ValueModel
    history: pd.DataFrame
    day: date


def choose_comparables(market: Market, homes: pd.DataFrame, candidates: pd.DataFrame, county: str) -> pd.DataFrame:
    """COMPARABLES of a county's day.

    Args:
        homes: ENRICHMENT of the listings that are to have comparables (those with a value).
        candidates: of find_candidates, for the same homes and the market's history.
    """
    adjusted = _adjusted_by_step(market, homes, candidates)
    if adjusted.empty:
        return COMPARABLES.empty()
    adjusted = adjusted.assign(effort=_effort(adjusted, number(adjusted, "gross_adjustment_pct"), market.day))
    kept = adjusted[_not_odd(adjusted)].sort_values(["home", "effort", "sale_id"])
    kept = kept[(kept.groupby("home").cumcount() < FEWEST) | (kept["gross_adjustment_pct"] <= MAX_TO_ADD_PCT)]
    kept = kept.assign(rank=kept.groupby("home").cumcount() + 1)
    return _rows(kept[kept["rank"] <= MOST], county, market.day)


def _adjusted_by_step(market: Market, homes: pd.DataFrame, candidates: pd.DataFrame) -> pd.DataFrame:
    """Adjusted pairs, from a further step only for homes that lack FEWEST with small adjustments."""
    adjuster = _Adjuster(market, homes, EarlierSales(market.history, market.model.serving.level))
    found: list[pd.DataFrame] = []
    served = pd.Index([], dtype=int)
    for step in range(len(STEPS)):
        pairs = candidates[(candidates["step"] == step) & ~candidates["home"].isin(served)]
        if pairs.empty:
            continue
        found.append(adjuster.adjusted(pairs))
        so_far = pd.concat(found, ignore_index=True)
        small = so_far[so_far["gross_adjustment_pct"] <= MAX_GROSS_ADJUSTMENT_PCT]["home"].value_counts()
        served = small.index[small >= FEWEST]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()


@dataclass(frozen=True)
class _Adjuster:
    """Adjusts pairs of a market's homes and sales."""

    market: Market
    homes: pd.DataFrame
    earlier: EarlierSales

    def adjusted(self, pairs: pd.DataFrame) -> pd.DataFrame:
        """Pairs with the sale's columns, `lines` (dollars), adjusted_price_usd, gross and net adjustment."""
        model, day = self.market.model.serving, self.market.day
        used_homes, home_row = np.unique(pairs["home"], return_inverse=True)
        used_sales, sale_row = np.unique(pairs["sale"], return_inverse=True)
        homes = self.homes.iloc[used_homes].reset_index(drop=True)
        sold = self.market.history.iloc[used_sales].reset_index(drop=True)
        subject = seen_by_model(model, homes, day, self.earlier)
        sale = seen_by_model(model, sold, sold["as_of"], self.earlier)
        net = np.abs(log_value(model, subject)[home_row] - log_value(model, sale)[sale_row]) * 100
        least = pairs.assign(sale_date=sold["sale_date"].iloc[sale_row].to_numpy())
        near = _nearest(least, _effort(least, net, day))
        pairs, home_row, sale_row = pairs[near], home_row[near], sale_row[near]
        differences = log_differences(model, subject[home_row], sale[sale_row])
        facts = sold.iloc[sale_row].reset_index(drop=True)
        price = number(facts, "sale_price_usd")
        lines, adjusted = adjustments(self._time(facts), differences, price)
        physical = lines[:, LINES.index(TIME) + 1 :]
        facts = facts.drop(columns="property_id").assign(
            property_id=homes["property_id"].iloc[home_row].to_numpy(),
            lines=list(lines),
            adjusted_price_usd=adjusted,
            gross_adjustment_pct=np.abs(physical).sum(axis=1) / price * 100,
            net_adjustment_pct=physical.sum(axis=1) / price * 100,
        )
        return pd.concat([pairs.reset_index(drop=True), facts], axis=1)

    def _time(self, sold: pd.DataFrame) -> Floats:
        index = self.market.model.serving.level.index
        return index.at(day_numbers(self.market.day, len(sold))) - index.at(day_numbers(sold["sale_date"], len(sold)))


def _effort(pairs: pd.DataFrame, adjustment_pct: Floats, day: date) -> Floats:
    """What is between sale and home, in % of the price."""
    years = (pd.Timestamp(day) - pairs["sale_date"]).dt.days.to_numpy(dtype=float) / 365
    return adjustment_pct + PCT_A_MILE * pairs["distance_miles"].to_numpy(dtype=float) + PCT_A_YEAR * years


def _nearest(pairs: pd.DataFrame, least_effort: Floats) -> npt.NDArray[np.bool_]:
    """The pairs worth adjusting. The net adjustment is known at once, and the gross is never less."""
    order = pd.Series(least_effort, index=pairs.index).groupby(pairs["home"]).rank(method="first")
    return (order <= ADJUSTED_A_STEP).to_numpy()


def _not_odd(adjusted: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Pairs whose adjusted price is within two standard deviations of the home's other candidates' mean."""
    log_price = np.log(adjusted["adjusted_price_usd"])
    group = log_price.groupby(adjusted["home"])
    count = group.transform("size")
    total, squares = group.transform("sum"), (log_price**2).groupby(adjusted["home"]).transform("sum")
    # Of the others: an odd sale would widen a deviation that it is part of until it fits.
    others = (count - 1).clip(lower=1)
    mean = (total - log_price) / others
    variance = ((squares - log_price**2) / others - mean**2).clip(lower=0)
    allowed = MAX_SDS_OFF * np.sqrt(variance).clip(lower=MIN_LOG_SD)
    return ((count <= FEWEST) | ((log_price - mean).abs() <= allowed)).to_numpy()


def _rows(kept: pd.DataFrame, county: str, day: date) -> pd.DataFrame:
    price = kept.groupby("home")["adjusted_price_usd"]
    count = price.transform("size")
    rows = kept.assign(
        county=county,
        date=day,
        sale_date=kept["sale_date"].dt.date,
        radius_miles=[STEPS[step].radius_miles for step in kept["step"]],
        price_per_sqft_usd=kept["sale_price_usd"] / kept["square_footage"],
        adjustments=[json.dumps(_grid(lines)) for lines in kept["lines"]],
        adjusted_spread_pct=(price.transform("max") - price.transform("min")) / price.transform("median") * 100,
        warnings=[
            json.dumps(_warnings(gross, int(n), step))
            for gross, n, step in zip(kept["gross_adjustment_pct"], count, kept["step"], strict=True)
        ],
    )
    return rows[COMPARABLES.names].reset_index(drop=True)


def _grid(lines: Floats) -> list[dict[str, object]]:
    """Lines of a cent and more, the largest first."""
    order = np.argsort(-np.abs(lines), kind="stable")
    return [{"line": LINES[i], "dollars": round(float(lines[i]), 2)} for i in order if abs(lines[i]) >= 0.005]


def _warnings(gross_pct: float, count: int, step: int) -> list[str]:
    found = []
    if gross_pct > MAX_GROSS_ADJUSTMENT_PCT:
        found.append(f"adjustments above {MAX_GROSS_ADJUSTMENT_PCT:.0f} % of the price")
    if count < FEWEST:
        found.append(f"only {count} comparable sales")
    if step > 0:
        found.append(_why_wider(step))
    return found


def _why_wider(step: int) -> str:
    """Why a sale of this step is there."""
    inner, wide = STEPS[step - 1].radius_miles, STEPS[step]
    if step < TRADE_STEPS:
        return f"radius widened to {wide.radius_miles:g} mile: fewer than {FEWEST} close matches within {inner:g}"
    return (
        f"widened to {wide.radius_miles:g} miles and +-{wide.sqft_share:.0%} of the size: "
        f"fewer than {FEWEST} sales within {inner:g} mile{'s' if inner > 1 else ''}"
    )
