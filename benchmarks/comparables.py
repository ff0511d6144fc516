"""Held-out sales as listings: the median adjusted comparable against the price paid, beside the model's own value.

The model knows the first four fifths of the time; each sale tried is a listing on the first day of its month, and
its comparables are sales known by then.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.data import four_fifths, markets
from benchmarks.place import fresh_place
from realestate_os.features.build import feature_rows
from realestate_os.operations.evaluation.sales_file import SalesOfFile
from realestate_os.resources.object_store import ObjectStore
from realestate_os.resources.vector_store import VectorStore
from realestate_os.similarity.candidates import find_candidates
from realestate_os.similarity.comparables import Market, choose_comparables
from realestate_os.similarity.embed import embed_listings
from realestate_os.similarity.index import fill_sales, keep_sales, sale_search
from realestate_os.valuation.fit import FittedValueModel, fit_value_model, values_of, with_known_on
from realestate_os.valuation.tuning import Budget
from realestate_os.valuation.value import ServedModel

NO_SEARCH = Budget(trials=0, seconds=0, seed=7)
TRIED = 300


def main() -> None:
    """Each market whose prices are sales."""
    for market, sales in markets():
        if "list prices" not in market.name:
            _one(market.name, sales)


def _one(name: str, sales: SalesOfFile) -> None:
    cut = pd.Timestamp(four_fifths(sales)).replace(day=1) + pd.DateOffset(months=1)
    known = sales.homes[sales.homes["sale_date"] < cut]
    later = sales.homes[(sales.homes["sale_date"] >= cut) & (sales.homes["sale_date"] < cut + pd.DateOffset(months=1))]
    model = fit_value_model(known, (cut - pd.Timedelta(days=1)).date(), budget=NO_SEARCH)
    homes = _as_listings(later.sample(min(TRIED, len(later)), random_state=1), cut)
    found = _comparables(model, homes, sales.county.key, cut)
    price = homes.set_index("property_id")["sale_price_usd"]
    value = values_of(model.trained.model, homes.assign(as_of=cut), model.homes)["value_usd"].to_numpy()
    medians = found.groupby("property_id")[["sale_price_usd", "adjusted_price_usd"]].median()
    print(f"comparables, {name}: {len(homes)} sales from {cut.date()}, {len(medians)} with comparables", flush=True)
    for label, column in (("median adjusted", "adjusted_price_usd"), ("median as sold", "sale_price_usd")):
        _show(label, medians[column] / price.loc[medians.index])
    _show("the value itself", pd.Series(value / price.to_numpy()))
    print(f"  gross adjustment, median {found['gross_adjustment_pct'].median():.1f} %", flush=True)


def _show(label: str, ratio: pd.Series) -> None:
    error = (ratio - 1).abs() * 100
    print(f"  {label}: median error {error.median():.1f} %, within 10 % {(error < 10).mean():.0%}", flush=True)


def _as_listings(sold: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """The sales as homes on the market: nothing dated on or after the day is known of them."""
    listed = sold.reset_index(drop=True)
    own = listed["last_sale_date"] >= day
    return listed.assign(
        property_id=listed["sale_id"],
        listing_price_usd=np.nan,
        last_sale_date=listed["last_sale_date"].mask(own),
        last_sale_price_usd=listed["last_sale_price_usd"].mask(own),
    )


def _comparables(model: FittedValueModel, homes: pd.DataFrame, county: str, day: pd.Timestamp) -> pd.DataFrame:
    history, today = with_known_on(model.homes), day.date()
    served = ServedModel(model.trained.model, f"value-{county}", "1", "benchmark", newest=True)
    embeddings = embed_listings(served, homes, feature_rows(homes, county, today), today)
    with fresh_place() as settings:
        objects = ObjectStore.from_settings(settings)
        keep_sales(objects, served, history, county, today)
        with VectorStore.from_settings(settings) as store:
            fill_sales(store, objects, county, "1")
            found = find_candidates(homes, embeddings, history, today, sale_search(store, county, "1"))
    return choose_comparables(Market(served.model, history, today), homes, found, county)
