"""Comparables: three to five closed sales beside each listed home, adjusted to it.

Belongs here: which sales are asked for, which are kept, the rows of COMPARABLES. Does not: the search
itself (resources/vector_store.py), the adjustments (adjust.py).

The trade's rules: sold within 12 months before the day and known on it, within half a mile (widened to
one), +-20 % of the living area, of the same type; more than two standard deviations off is dropped.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from realestate_os.resources.vector_store import Hit, SaleQuery
from realestate_os.similarity.adjust import LINES, adjustments, split_homes
from realestate_os.similarity.frames import COMPARABLES
from realestate_os.similarity.index import Search
from realestate_os.valuation.history import Floats, day_numbers, number
from realestate_os.valuation.model import ValueModel
from realestate_os.valuation.neighbors import EarlierSales

WITHIN_DAYS = 365
RADII_MILES = (0.5, 1.0)
SQFT_SHARE = 0.20
FEWEST, MOST = 3, 5
# The search hands over this many, most similar first; what is dropped as odd is replaced from them.
CANDIDATES = 10
MAX_SDS_OFF = 2.0
MAX_GROSS_ADJUSTMENT_PCT = 15.0


@dataclass(frozen=True)
class Market:
    """What the comparables of a day are made from: the model, and the sales known on the day."""

    model: ValueModel
    history: pd.DataFrame
    day: date


def find_comparables(
    market: Market, homes: pd.DataFrame, embeddings: pd.DataFrame, search: Search, county: str
) -> pd.DataFrame:
    """COMPARABLES of a county's day.

    Args:
        homes: ENRICHMENT of the listings that are to have comparables (those with a value).
        embeddings: EMBEDDINGS of the day's listings.
        search: queries and limit -> hits, as VectorStore.search_sales of the model's collection.
    """
    candidates = _candidates(market, homes, embeddings, search)
    if candidates.empty:
        return COMPARABLES.empty()
    adjusted = _adjusted(market, homes, candidates)
    kept = adjusted[_not_odd(adjusted)]
    kept = kept.assign(rank=kept.groupby("home").cumcount() + 1)
    kept = kept[kept["rank"] <= MOST]
    return _rows(kept, county, market.day)


def _candidates(market: Market, homes: pd.DataFrame, embeddings: pd.DataFrame, search: Search) -> pd.DataFrame:
    """One row a pair: home and sale (positions), similarity, distance_miles, radius_miles; most similar first."""
    vectors = embeddings.set_index("item_id")["physical"]
    places = np.flatnonzero(homes["property_id"].isin(vectors.index).to_numpy()).tolist()
    position = pd.Series(np.arange(len(market.history)), index=market.history["sale_id"])
    found: dict[int, pd.DataFrame] = {}
    for radius in RADII_MILES:
        open_homes = [place for place in places if len(found.get(place, ())) < FEWEST]
        queries = [_query(homes.iloc[p], vectors[homes["property_id"].iloc[p]], radius, market.day) for p in open_homes]
        for place, hits in zip(open_homes, search(queries, CANDIDATES), strict=True):
            found[place] = _pairs(market.history, homes.iloc[place], place, hits, position).assign(radius_miles=radius)
    return pd.concat(found.values(), ignore_index=True) if found else pd.DataFrame()


def _query(home: pd.Series, vector: object, radius: float, day: date) -> SaleQuery:
    today = int(day_numbers(day, 1)[0])
    kind = home["property_type"]
    return SaleQuery(
        vector=np.asarray(vector, dtype=np.float32),
        latitude=float(home["latitude"]),
        longitude=float(home["longitude"]),
        radius_miles=radius,
        property_type=kind if isinstance(kind, str) else None,
        min_sqft=float(home["square_footage"]) * (1 - SQFT_SHARE),
        max_sqft=float(home["square_footage"]) * (1 + SQFT_SHARE),
        first_day=today - WITHIN_DAYS,
        last_day=today,
    )


def _pairs(history: pd.DataFrame, home: pd.Series, place: int, hits: list[Hit], position: pd.Series) -> pd.DataFrame:
    """Hits as rows. A sale that is no longer valid on the day, or is the home's own, is left out."""
    pairs = pd.DataFrame(
        [
            (place, int(position[hit.item_id]), hit.similarity, hit.distance_miles)
            for hit in hits
            if hit.item_id in position.index
        ],
        columns=["home", "sale", "similarity", "distance_miles"],
    ).astype({"home": int, "sale": int, "similarity": float, "distance_miles": float})
    own = pd.Series(False, index=pairs.index)
    for key in ("apn", "address_key"):
        if isinstance(home[key], str):
            own |= history[key].iloc[pairs["sale"]].to_numpy() == home[key]
    return pairs[~own]


def _adjusted(market: Market, homes: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Pairs with the sale's columns, `lines` (dollars), adjusted_price_usd and gross_adjustment_pct."""
    earlier = EarlierSales(market.history, market.model.serving.level)
    used_homes, home_row = np.unique(pairs["home"], return_inverse=True)
    used_sales, sale_row = np.unique(pairs["sale"], return_inverse=True)
    sold = market.history.iloc[used_sales].reset_index(drop=True)
    subjects = split_homes(market.model, homes.iloc[used_homes].reset_index(drop=True), market.day, earlier)
    sales = split_homes(market.model, sold, sold["as_of"], earlier)
    index = market.model.serving.level.index
    time = index.at(day_numbers(market.day, len(sold))) - index.at(day_numbers(sold["sale_date"], len(sold)))
    facts = sold.iloc[sale_row].reset_index(drop=True)
    price = number(facts, "sale_price_usd")
    lines, adjusted = adjustments(subjects.take(home_row), sales.take(sale_row), time[sale_row], price)
    facts = facts.drop(columns="property_id").assign(
        property_id=homes["property_id"].iloc[used_homes[home_row]].to_numpy(),
        lines=list(lines),
        adjusted_price_usd=adjusted,
        gross_adjustment_pct=np.abs(lines).sum(axis=1) / price * 100,
    )
    return pd.concat([pairs.reset_index(drop=True), facts], axis=1)


def _not_odd(adjusted: pd.DataFrame) -> Floats:
    """Pairs whose adjusted price is within two standard deviations of the home's other candidates' mean."""
    log_price = np.log(adjusted["adjusted_price_usd"])
    group = log_price.groupby(adjusted["home"])
    count = group.transform("size")
    total, squares = group.transform("sum"), (log_price**2).groupby(adjusted["home"]).transform("sum")
    # Of the others: an odd sale would widen a deviation that it is part of until it fits.
    others = (count - 1).clip(lower=1)
    mean = (total - log_price) / others
    variance = ((squares - log_price**2) / others - mean**2).clip(lower=0)
    few = count <= FEWEST
    return (few | ((log_price - mean).abs() <= MAX_SDS_OFF * np.sqrt(variance).clip(lower=0.05))).to_numpy()


def _rows(kept: pd.DataFrame, county: str, day: date) -> pd.DataFrame:
    count = kept.groupby("home")["rank"].transform("size")
    warnings = [
        json.dumps(_warnings(gross, int(n), radius))
        for gross, n, radius in zip(kept["gross_adjustment_pct"], count, kept["radius_miles"], strict=True)
    ]
    rows = kept.assign(
        county=county,
        date=day,
        sale_date=kept["sale_date"].dt.date,
        price_per_sqft_usd=kept["sale_price_usd"] / kept["square_footage"],
        adjustments=[json.dumps(_grid(lines)) for lines in kept["lines"]],
        warnings=warnings,
    )
    return rows[COMPARABLES.names].reset_index(drop=True)


def _grid(lines: Floats) -> list[dict[str, object]]:
    """Lines of a dollar and more, the largest first."""
    order = np.argsort(-np.abs(lines), kind="stable")
    return [{"line": LINES[i], "dollars": round(float(lines[i]), 2)} for i in order if abs(lines[i]) >= 0.005]


def _warnings(gross_pct: float, count: int, radius_miles: float) -> list[str]:
    found = []
    if gross_pct > MAX_GROSS_ADJUSTMENT_PCT:
        found.append(f"adjustments of {gross_pct:.0f} % of the price, above {MAX_GROSS_ADJUSTMENT_PCT:.0f} %")
    if count < FEWEST:
        found.append(f"only {count} comparable sales")
    if radius_miles > RADII_MILES[0]:
        found.append(f"radius widened to {radius_miles:.0f} mile")
    return found
