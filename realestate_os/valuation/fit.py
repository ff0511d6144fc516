"""The value model without a database: closed sales in, a model that values homes out.

Belongs here: the plain way in for whoever has a table of sales (a file to evaluate, a backtest, a
notebook). Does not: training itself (train.py), the monthly routine with its registry (monthly.py).

    homes = homes_of_sales(sales)                        # SALES columns -> homes with their prices
    model = fit_value_model(homes, date(2015, 1, 7))     # looks at what was known by that day
    values = model.predict(later_homes, later_homes["as_of"])
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from realestate_os.enrichment.frames import ZIP_DEMOGRAPHICS
from realestate_os.features.build import build_features
from realestate_os.storage.set_aside import SetAside
from realestate_os.valuation.history import day_numbers, sale_history
from realestate_os.valuation.interval import value_columns
from realestate_os.valuation.model import ValueModel
from realestate_os.valuation.neighbors import EarlierSales
from realestate_os.valuation.train import Trained, train
from realestate_os.valuation.tuning import Budget

# The whole fit took 50 s of processor time with twelve trials at 14,778 sales, on a machine busy with other work.
BUDGET = Budget(trials=12, seconds=30.0, seed=7)
ALL_MONTHS = 12 * 100


@dataclass(frozen=True)
class FittedValueModel:
    """A model, what its hold-out says of it (`trained.metrics`), and the sales that it looks at."""

    trained: Trained
    homes: pd.DataFrame

    def predict(
        self, homes: pd.DataFrame, as_of: date | pd.Series[Any], *, earlier: pd.DataFrame | None = None
    ) -> pd.DataFrame:
        """Value homes at the prices of a day.

        Args:
            homes: ENRICHMENT's columns as far as known; square_footage, latitude, longitude are needed.
            as_of: the day, one for all or one a row; nothing dated later is looked at.
            earlier: sales to find neighbours among, in the columns of `fit_value_model`; each row uses
                those with known_on up to its day. By default those that the model was fitted on.

        Returns:
            On the index of `homes`, USD: value_usd, value_low_80_usd, value_high_80_usd,
            value_low_90_usd, value_high_90_usd.
        """
        sold = self.homes if earlier is None else with_known_on(earlier)
        return values_of(self.trained.model, homes.assign(as_of=as_of), sold)


def fit_value_model(
    homes: pd.DataFrame, as_of: date, *, county: str = "county", budget: Budget = BUDGET
) -> FittedValueModel:
    """Train on the sales that were known at the end of a day.

    Args:
        homes: one closed market sale a row: sale_date, sale_price_usd, square_footage, latitude,
            longitude; what else ENRICHMENT describes where known; known_on (default: sale_date) and
            as_of (default: the day before the sale).

    Raises:
        TooFewSalesError: fewer than train.MIN_SALES of them are usable (borrow.py lends where there are few).
    """
    sold = with_known_on(homes)
    known = sold[sold["known_on"] <= pd.Timestamp(as_of)].sort_values("sale_date", kind="stable", ignore_index=True)
    return FittedValueModel(train(known, county, budget, f"{county}-{as_of}-"), known)


def values_of(model: ValueModel, homes: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """value_usd and the ends of its intervals, on the index of `homes`, at the prices of each one's day `as_of`.

    Args:
        history: the sales to find neighbours among, with known_on (sale_history).
    """
    days = day_numbers(homes["as_of"], len(homes))
    found = model.predict(
        homes, build_features(homes, homes["as_of"]), days, EarlierSales(history, model.serving.level)
    )
    return pd.DataFrame(value_columns(found.log_value, found.half_width), index=homes.index)


def homes_of_sales(sales: pd.DataFrame, zip_demographics: pd.DataFrame | None = None) -> tuple[pd.DataFrame, SetAside]:
    """All market sales of a table in SALES columns as homes, whenever known; and what cannot be used."""
    figures = ZIP_DEMOGRAPHICS.empty() if zip_demographics is None else zip_demographics
    last_known = pd.to_datetime(sales["known_on"]).max().date()
    return sale_history(sales, figures, known_by=last_known, months=ALL_MONTHS)


def with_known_on(homes: pd.DataFrame) -> pd.DataFrame:
    """The homes with sale_date, known_on and as_of as datetime64, by their defaults where they are not given."""
    sold = pd.to_datetime(homes["sale_date"]).astype("datetime64[ns]")
    known = pd.to_datetime(homes["known_on"]).astype("datetime64[ns]") if "known_on" in homes else sold
    as_of = pd.to_datetime(homes["as_of"]).astype("datetime64[ns]") if "as_of" in homes else sold - pd.Timedelta(days=1)
    kind = homes.get("property_type")
    return homes.assign(sale_date=sold, known_on=known, as_of=as_of, property_type=kind)
