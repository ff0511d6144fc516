"""Training: from the sales that were known to a value model and the figures that speak for it.

Belongs here: the splits in time and the order of the fits. Does not: what is studied on the hold-out
(hold_out.py), where the model is kept (champion.py, resources/model_registry.py).

The time span is cut once: the first four fifths fit the `evaluation` model, whose parameters were
searched on an inner cut of the same kind; the last fifth, which neither has seen, gives the ratio
study and the conformal quantiles. The `serving` model is then fitted on all sales with the same
parameters.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from realestate_os.errors import RealEstateOSError
from realestate_os.features.build import build_features
from realestate_os.valuation.borrow import BORROWED
from realestate_os.valuation.drift import reference_of
from realestate_os.valuation.history import Floats, day_numbers
from realestate_os.valuation.hold_out import HoldOut, stretched_hold_out
from realestate_os.valuation.interval import Difficulty, fit_difficulty
from realestate_os.valuation.matrix import extra_columns, model_matrix
from realestate_os.valuation.mixture import fit_mixture
from realestate_os.valuation.model import PriceModel, ValueModel, log_price_of
from realestate_os.valuation.neighbors import EarlierSales
from realestate_os.valuation.price_level import PriceLevel, fit_price_level
from realestate_os.valuation.scaling import fit_scale
from realestate_os.valuation.tuning import Budget, Tuned, tune

# Of the county's own, borrowed ones apart. Below it a hold-out of 40 leaves 60 to learn from.
MIN_SALES = 100
HELD_OUT_SHARE = 0.2
# A hold-out must also have this many sales, or the cut moves back.
MIN_HELD_OUT = 40


class TooFewSalesError(RealEstateOSError):
    """The county has too few usable sales; the message names what to import."""


@dataclass(frozen=True)
class Trained:
    """A challenger and what is known of it."""

    model: ValueModel
    hold_out: HoldOut
    tuned: Tuned
    metrics: dict[str, float]
    data_digest: str


def train(history: pd.DataFrame, county: str, budget: Budget, study_prefix: str) -> Trained:
    """Train on sales in the columns of sale_history; nothing else is looked at.

    Raises:
        TooFewSalesError: fewer than MIN_SALES of the county's own.
    """
    own = ~history[BORROWED].to_numpy(dtype=bool) if BORROWED in history else np.ones(len(history), dtype=bool)
    if own.sum() < MIN_SALES:
        raise TooFewSalesError(
            f"{county}: {own.sum()} usable closed sales, {MIN_SALES} are needed for a value model. Import more: "
            f"realestate-os import sales FILE --county {county} (closed sales with date, price, square footage, "
            "latitude and longitude)"
        )
    digest = data_digest(history)
    features = build_features(history, history["as_of"])
    after = latest_share(history, HELD_OUT_SHARE, own)
    latest = after & own
    tuned, evaluation, difficulty = _fit_evaluation(history[~after], features[~after], budget, study_prefix + digest)
    stretch, hold_out = stretched_hold_out(evaluation, difficulty, history, features, latest)
    metrics = hold_out.metrics() | {"borrowed_sales": float((~own).sum())}
    model = ValueModel(
        county=county,
        serving=_fit(history, features, tuned, budget.seed).stretched(stretch),
        evaluation=evaluation.stretched(stretch),
        difficulty=difficulty,
        calibration=hold_out.calibration,
        scale=fit_scale(history[own]),
        trained_until=_date(history["known_on"].max()),
        reference=reference_of(features[own], metrics["median_ratio"]),
        sales_by_type={str(kind): int(n) for kind, n in history["property_type"].value_counts().items()},
    )
    return Trained(model, hold_out, tuned, metrics, digest)


def latest_share(
    history: pd.DataFrame, share: float, own: npt.NDArray[np.bool_] | None = None
) -> npt.NDArray[np.bool_]:
    """Rows in the last `share` of the time span of the county's own sales; at least MIN_HELD_OUT of those."""
    days = day_numbers(history["sale_date"], len(history))
    ours = days if own is None else days[own]
    cut = ours.min() + (1 - share) * (ours.max() - ours.min())
    cut = min(cut, float(np.sort(ours)[-MIN_HELD_OUT]) - 1)
    return np.asarray(days > cut)


def data_digest(history: pd.DataFrame) -> str:
    """SHA-256 of what the model is trained on, whatever the order of the columns."""
    digest = hashlib.sha256(",".join(sorted(history.columns)).encode())
    digest.update(pd.util.hash_pandas_object(history[sorted(history.columns)], index=False).to_numpy().tobytes())
    return digest.hexdigest()


def _fit_evaluation(
    history: pd.DataFrame, features: pd.DataFrame, budget: Budget, study: str
) -> tuple[Tuned, PriceModel, Difficulty]:
    level, matrix, target = _to_learn(history, features)
    late = latest_share(history, HELD_OUT_SHARE)
    tuned = tune((matrix[~late], target[~late]), (matrix[late], target[late]), budget, study)
    mixture = fit_mixture(matrix, target, tuned.params, tuned.rounds, budget.seed)
    difficulty = fit_difficulty(matrix, target, tuned.params, tuned.rounds, budget.seed)
    return tuned, PriceModel(level, mixture, extra_columns(history)), difficulty


def _fit(history: pd.DataFrame, features: pd.DataFrame, tuned: Tuned, seed: int) -> PriceModel:
    level, matrix, target = _to_learn(history, features)
    mixture = fit_mixture(matrix, target, tuned.params, tuned.rounds, seed)
    return PriceModel(level, mixture, extra_columns(history))


def _to_learn(history: pd.DataFrame, features: pd.DataFrame) -> tuple[PriceLevel, pd.DataFrame, Floats]:
    """The level of prices, the model matrix of the sales and ln price with the time taken out."""
    level = fit_price_level(history)
    days = day_numbers(history["as_of"], len(history))
    matrix = model_matrix(history, features, days, EarlierSales(history, level), extra_columns(history))
    return level, matrix, log_price_of(history, level)


def _date(stamp: pd.Timestamp) -> date:
    return stamp.date()
