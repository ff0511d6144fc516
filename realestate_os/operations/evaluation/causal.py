"""Values that saw only the past: the split in time, refits, ours beside the baselines.

Belongs here: which sales train and which are predicted when. Does not: what the values are worth (study.py).

A fit of a day sees the sales before it, nothing else: neighbours, price level and intervals too. The value
is at the prices of the day before each sale.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

import pandas as pd

from realestate_os.operations.evaluation.baselines import baseline_values
from realestate_os.valuation.fit import BUDGET, fit_value_model
from realestate_os.valuation.tuning import Budget

Refit = Literal["none", "monthly"]
Progress = Callable[[str], None]
INTERVALS = tuple(f"value_{end}_{level}_usd" for level in (80, 90) for end in ("low", "high"))
# A search for each of many fits would take an hour and gain a tenth of a point: they use the default parameters.
MOST_SEARCHES = 2
# The newest sales teach most: beyond this many, a fit takes minutes and gains nothing that we measured.
MOST_TRAINING_SALES = 80_000


@dataclass(frozen=True)
class Predicted:
    """Predicted sales, with their homes' columns; `values` has value_usd, INTERVALS, the baselines, trained_on."""

    homes: pd.DataFrame
    values: pd.DataFrame
    fits: int
    training_sales: int
    seconds_training: float
    seconds_predicting: float


def predict_after(
    homes: pd.DataFrame,
    cut: date,
    refit: Refit,
    *,
    wanted: pd.Series[bool] | None = None,
    budget: Budget = BUDGET,
    progress: Progress = print,
) -> Predicted:
    """Value the sales from `cut` on, each by a model of the sales before its month (refit) or before the cut.

    Args:
        homes: as read by read_homes. wanted: only these rows are predicted; all train.

    Raises:
        TooFewSalesError: not enough sales before the cut.
    """
    sold = homes["sale_date"]
    parts: list[pd.DataFrame] = []
    training = predicting = 0.0
    trained_on = 0
    stretches = spans(cut, sold.max().date(), refit)
    budget = budget if len(stretches) <= MOST_SEARCHES else replace(budget, trials=0)
    for start, end in stretches:
        now = homes[(sold >= pd.Timestamp(start)) & (sold < pd.Timestamp(end))]
        now = _before(now if wanted is None else now[wanted[now.index]], start)
        if now.empty:
            continue
        past = homes[sold < pd.Timestamp(start)].iloc[-MOST_TRAINING_SALES:]
        progress(f"training on {len(past):,} sales before {start}, predicting {len(now):,}")
        began = time.perf_counter()
        model = fit_value_model(past, start - timedelta(days=1), county="evaluated", budget=budget)
        fitted = time.perf_counter()
        parts.append(model.predict(now, now["as_of"]).join(baseline_values(past, now)).assign(trained_before=start))
        training, predicting = training + fitted - began, predicting + time.perf_counter() - fitted
        trained_on = trained_on or len(past)
    values = pd.concat(parts) if parts else pd.DataFrame()
    return Predicted(homes.loc[values.index], values, len(parts), trained_on, training, predicting)


def spans(cut: date, last: date, refit: Refit) -> list[tuple[date, date]]:
    """[start, end) of what one fit predicts: all at once, or each calendar month from the cut on."""
    end = last + timedelta(days=1)
    if refit == "none":
        return [(cut, end)]
    starts = [cut]
    while (following := _next_month(starts[-1])) < end:
        starts.append(following)
    return list(zip(starts, [*starts[1:], end], strict=True))


def _before(homes: pd.DataFrame, start: date) -> pd.DataFrame:
    """The homes without what became known of themselves from `start` on: an earlier sale in the same span."""
    later = homes["last_sale_date"] >= pd.Timestamp(start)
    hidden = {"last_sale_date": pd.NaT, "last_sale_price_usd": float("nan")}
    return homes.assign(**{name: homes[name].mask(later, value) for name, value in hidden.items()})


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
