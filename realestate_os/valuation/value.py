"""The table of valuations: as-is value, interval and reasons of each listed home.

Belongs here: which homes can be valued and the columns of VALUATIONS. Does not: the model (model.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from realestate_os.valuation.frames import VALUATIONS
from realestate_os.valuation.history import day_numbers, has_coordinates, number
from realestate_os.valuation.interval import value_columns
from realestate_os.valuation.model import PriceModel, ValueModel
from realestate_os.valuation.neighbors import EarlierSales
from realestate_os.valuation.reasons import dollars, reason_lists

# A type with fewer sales in training is a guess; a home further from every sale lies outside the county.
MIN_SALES_OF_TYPE = 20
MAX_MILES_TO_SALE = 10.0
# Relative width of the 90 % interval: +-15 % is a close appraisal, +-30 % still sorts deals.
HIGH_CONFIDENCE_WIDTH, MEDIUM_CONFIDENCE_WIDTH = 0.35, 0.65


@dataclass(frozen=True)
class ServedModel:
    """A model with the name, version and digest that a valuation must carry; whether its month is the newest."""

    model: ValueModel
    name: str
    version: str
    digest: str
    newest: bool


def value_homes(
    served: ServedModel, homes: pd.DataFrame, features: pd.DataFrame, history: pd.DataFrame, day: date
) -> pd.DataFrame:
    """VALUATIONS of a county's day.

    Args:
        homes: ENRICHMENT of the day.
        features: FEATURES of the day; matched by property_id.
        history: sales known at the end of the day (sale_history).
    """
    features = features.set_index("property_id").reindex(homes["property_id"]).set_axis(homes.index)
    earlier = EarlierSales(history, served.model.serving.level)
    why_not = not_valued_reasons(served.model, homes, earlier)
    usable = np.array([reason is None for reason in why_not], dtype=bool)
    rows = pd.DataFrame({name: None for name in VALUATIONS.names}, index=homes.index)
    rows = rows.astype({column.name: "float64" for column in VALUATIONS.columns if column.dtype == "float64"})
    for name in ("property_id", "county"):
        rows[name] = homes[name]
    rows["date"], rows["not_valued_reason"] = day, why_not
    rows["model_name"], rows["model_version"], rows["model_digest"] = served.name, served.version, served.digest
    if usable.any():
        found = _figures(served.model, homes[usable], features[usable], earlier, day)
        rows.loc[usable, list(found)] = found
    return rows.reset_index(drop=True)


def not_valued_reasons(model: ValueModel, homes: pd.DataFrame, earlier: EarlierSales) -> list[str | None]:
    """Why each home cannot be valued; None where it can."""
    miles = earlier.nearest_miles(homes)
    kinds = homes["property_type"].where(homes["property_type"].notna(), None).tolist()
    rules = [
        (~(number(homes, "square_footage") > 0), "no square footage"),
        (~has_coordinates(homes), "no coordinates"),
        (_is_rare(model, kinds), f"fewer than {MIN_SALES_OF_TYPE} sales of its property type in training"),
        (np.nan_to_num(miles) > MAX_MILES_TO_SALE, f"no sale within {MAX_MILES_TO_SALE:.0f} miles"),
    ]
    reasons: list[str | None] = [None] * len(homes)
    for broken, reason in reversed(rules):
        reasons = [reason if is_broken else old for is_broken, old in zip(broken, reasons, strict=True)]
    return reasons


def _is_rare(model: ValueModel, kinds: list[str | None]) -> npt.NDArray[np.bool_]:
    return np.array([kind is not None and model.sales_by_type.get(kind, 0) < MIN_SALES_OF_TYPE for kind in kinds])


def _figures(
    model: ValueModel, homes: pd.DataFrame, features: pd.DataFrame, earlier: EarlierSales, day: date
) -> pd.DataFrame:
    predicted = model.predict(homes, features, day_numbers(day, len(homes)), earlier)
    columns: dict[str, object] = {**value_columns(predicted.log_value, predicted.half_width)}
    columns["log_value_sd"] = predicted.log_sd
    width = np.exp(predicted.half_width[90]) - np.exp(-predicted.half_width[90])
    columns["relative_width_90"] = width
    columns["confidence"] = 1 / (1 + width)
    bands = np.where(width <= MEDIUM_CONFIDENCE_WIDTH, "medium", "low")
    columns["confidence_band"] = np.where(width <= HIGH_CONFIDENCE_WIDTH, "high", bands)
    base, by_column = _dollars_of(model.serving, predicted.matrix, day)
    columns["base_value_usd"] = base
    columns["reasons"] = reason_lists(predicted.matrix, by_column)
    return pd.DataFrame(columns, index=homes.index)


def _dollars_of(model: PriceModel, matrix: pd.DataFrame, day: date) -> tuple[object, npt.NDArray[np.float64]]:
    """The level of prices on the day belongs to V0: it is the same for every home."""
    contributions = model.mixture.contributions(matrix)
    contributions[:, -1] += model.level.index.at(day_numbers(day, len(matrix)))
    return dollars(contributions)
