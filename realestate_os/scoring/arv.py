"""After-repair value: what the home is worth when renovated, relative to as it stands.

Belongs here: the premium of renovated over as-is, and how sure it is. Does not: the as-is value
(posterior.py), the comparables themselves (similarity), repair costs (repairs.py).

The comparables are adjusted to the subject as it stands, save for the lines on condition, which are
taken back: they are what a renovation buys. ln(adjusted price / value) of the renovated ones, or
else of the top quartile, is an observation of ln(ARV / value) with noise; the prior of repairs.yaml
is another. Joined by precision, few comparables move it little.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from realestate_os.scoring.assumptions import Repairs
from realestate_os.scoring.inputs import column
from realestate_os.scoring.mixture import Floats
from realestate_os.scoring.repairs import RENOVATION_LASTS_YEARS, recorded_level

# One adjusted sale is off by about 10 % (COD of a good hold-out: 9 to 12, and sales have noise of their own).
COMPARABLE_LOG_SD = 0.10
# The best of three to five homes looks better than it is: the mean of the largest of four normals is 1.03 sd.
TOP_QUARTILE_BIAS_SD = 1.03
TOP_QUARTILE_MIN = 3
# A renovated home 40 % above the subject is another home, not a renovation.
OBSERVED_LIMITS = (-0.20, 0.35)
RENOVATED_GRADE = 4
CONDITION_WORDS = ("condition", "renovat")
NOTHING_SEEN = (np.nan, np.nan, "value_only")


@dataclass(frozen=True)
class ArvPremium:
    """ln(ARV / as-is value) ~ N(mean, sd^2), (n,) each, and where it comes from."""

    mean: Floats
    sd: Floats
    basis: pd.Series[str]


def arv_premium(homes: pd.DataFrame, comparables: pd.DataFrame, day: date, table: Repairs) -> ArvPremium:
    """The premium for each home; never below 0: nobody is made to renovate at a loss.

    Args:
        homes: property_id, value_usd, condition_grade, year_renovated.
        comparables: COMPARABLES of the same homes.
    """
    prior = [table.arv_log_premium[level] for level in recorded_level(homes, day)]
    mean = np.array([one.mean for one in prior], dtype=float)
    variance = np.array([one.sd for one in prior], dtype=float) ** 2
    seen = observed_premiums(homes, comparables)
    noise = seen["log_sd"].to_numpy() ** 2
    known = ~np.isnan(noise)
    share = np.where(known, variance / (variance + np.where(known, noise, 1.0)), 0.0)
    mean = mean + share * (np.where(known, seen["log_premium"].to_numpy(), mean) - mean)
    return ArvPremium(np.maximum(mean, 0.0), np.sqrt(variance * (1 - share)), seen["basis"])


def observed_premiums(homes: pd.DataFrame, comparables: pd.DataFrame) -> pd.DataFrame:
    """log_premium, log_sd, basis on the index of homes; NaN and value_only without usable comparables."""
    value = dict(zip(homes["property_id"], column(homes, "value_usd"), strict=True))
    price, renovated = as_if_renovated(comparables), is_renovated(comparables).to_numpy()
    found = {
        property_id: _observe(np.log(price[rows] / value[property_id]), renovated[rows])
        for property_id, rows in comparables.groupby("property_id", sort=False).indices.items()
        if value.get(property_id, 0) > 0
    }
    seen = [found.get(property_id, NOTHING_SEEN) for property_id in homes["property_id"]]
    frame = pd.DataFrame(seen, index=homes.index, columns=["log_premium", "log_sd", "basis"])
    return frame.astype({"log_premium": float, "log_sd": float, "basis": object})


def _observe(log_ratio: Floats, renovated: npt.NDArray[np.bool_]) -> tuple[float, float, str]:
    if renovated.any():
        chosen, bias, basis = log_ratio[renovated], 0.0, "renovated_comparables"
    elif len(log_ratio) >= TOP_QUARTILE_MIN:
        top = int(np.ceil(len(log_ratio) / 4))
        chosen, bias, basis = np.sort(log_ratio)[-top:], TOP_QUARTILE_BIAS_SD, "top_quartile_comparables"
    else:
        return NOTHING_SEEN
    premium = float(np.clip(np.median(chosen) - bias * COMPARABLE_LOG_SD, *OBSERVED_LIMITS))
    return premium, COMPARABLE_LOG_SD / float(np.sqrt(len(chosen))), basis


def is_renovated(rows: pd.DataFrame) -> pd.Series[bool]:
    """Renovated within 15 years before its sale, or in good condition by the assessor's grade."""
    sold = pd.to_datetime(rows["sale_date"]).dt.year
    since = sold - rows["year_renovated"].astype(float)
    return since.between(0, RENOVATION_LASTS_YEARS) | (rows["condition_grade"].astype(float) >= RENOVATED_GRADE)


def as_if_renovated(rows: pd.DataFrame) -> Floats:
    """Adjusted prices without the adjustments on condition and renovation, (n,), above 0."""
    kept = [
        sum(line["dollars"] for line in json.loads(text) if _on_condition(str(line["line"])))
        for text in rows["adjustments"]
    ]
    price = column(rows, "adjusted_price_usd") - np.array(kept, dtype=float)
    return np.asarray(np.maximum(price, 1.0))


def _on_condition(line: str) -> bool:
    return any(word in line.lower() for word in CONDITION_WORDS)
