"""Reliability of the score on the file's sales: where p_deal is high, how many were deals.

Belongs here: its inputs from predictions and its rows for JSON. Does not: the study itself, with its simulated
asks (scoring/reliability.py).
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from realestate_os.counties import County
from realestate_os.operations.evaluation.causal import INTERVALS, Predicted
from realestate_os.scoring.assumptions import load_assumptions
from realestate_os.scoring.reliability import Reliability, reliability_of_sample
from realestate_os.settings import get_settings


def claims_study(predicted: Predicted, county: County) -> Reliability:
    """Claimed against realised share of deals on (a sample of) the predicted sales, on the county's terms."""
    sales = predicted.homes.join(predicted.values[["value_usd", *INTERVALS]])
    return reliability_of_sample(sales, county, load_assumptions(get_settings().assets_config_dir))


def reliability_rows(found: Reliability) -> list[dict[str, Any]]:
    """The table for JSON; a share of no listing is null."""
    table = found.table.astype(object)
    return table.where(pd.notna(found.table), None).to_dict("records")
