"""Reliability of the score on the file's sales: where p_deal is high, how many were deals.

Belongs here: which sales it is asked of, and its rows for JSON. Does not: the study itself, with its simulated
asks (scoring/reliability.py).
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from realestate_os.counties import County
from realestate_os.operations.evaluation.causal import INTERVALS, Predicted
from realestate_os.scoring.assumptions import load_assumptions
from realestate_os.scoring.reliability import Reliability, reliability
from realestate_os.settings import get_settings

# Four asks are drawn for each in each of three worlds: more sales would add minutes and move no share by a point.
MOST_SALES = 3_000
BEST_CONDITION = 5


def claims_study(predicted: Predicted, county: County) -> Reliability:
    """Claimed against realised share of deals on (a sample of) the predicted sales, on the county's terms."""
    sales = predicted.homes.join(predicted.values[["value_usd", *INTERVALS]])
    sales = sales.sample(min(len(sales), MOST_SALES), random_state=1).sort_values("sale_date")
    if sales["condition_grade"].max() > BEST_CONDITION:  # another scale than the repairs table's
        sales = sales.assign(condition_grade=float("nan"))
    return reliability(sales, county, load_assumptions(get_settings().assets_config_dir))


def reliability_rows(found: Reliability) -> list[dict[str, Any]]:
    """The table for JSON; a share of no listing is null."""
    table = found.table.astype(object)
    return table.where(pd.notna(found.table), None).to_dict("records")
