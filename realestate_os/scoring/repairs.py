"""What the works will cost: a range by condition, age, size and year.

Belongs here: which condition counts, and the range from it. Does not: the table (repairs.yaml) or
what the works add to the value (arv.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from realestate_os.scoring.assumptions import Repairs, Step
from realestate_os.scoring.inputs import column
from realestate_os.scoring.mixture import Floats

# A renovation counts as one for 15 years; then kitchens and baths are due again.
RENOVATION_LASTS_YEARS = 15
# The 90th percentile of a standard normal: light and heavy are 10th and 90th percentiles.
Z_90 = 1.2815515655446004


@dataclass(frozen=True)
class RepairRange:
    """(n,) each: dollars at the 10th, 50th and 90th percentile, the condition, and how it is known."""

    light: Floats
    base: Floats
    heavy: Floats
    condition: pd.Series[Any]
    basis: pd.Series[Any]

    @property
    def log_sd(self) -> Floats:
        """Standard deviation of ln cost: a log-normal with its median at base."""
        return np.log(self.heavy / self.light) / (2 * Z_90)


def recorded_level(homes: pd.DataFrame, day: date) -> pd.Series[Any]:
    """Condition by the records, which is what the value model knew: renovated, good, average, fixer, unknown."""
    grade = homes["condition_grade"].astype("float64")
    since = day.year - homes["year_renovated"].astype(float)
    level = pd.Series("unknown", index=homes.index, dtype="object")
    level[grade >= 4] = "good"
    level[(grade >= 3) & (grade < 4)] = "average"
    level[grade < 3] = "fixer"
    level[since.between(0, RENOVATION_LASTS_YEARS) & ~(grade < 3)] = "renovated"
    return level


def condition_level(homes: pd.DataFrame, day: date) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """The condition that repairs go by, and its basis: records, seller_claim or not_inspected.

    A seller who says "fixer" speaks against himself and is believed; one who says "renovated" or
    "good" is believed only where no record says poor.
    """
    level = recorded_level(homes, day)
    basis = pd.Series("records", index=homes.index, dtype="object").mask(level == "unknown", "not_inspected")
    claim = homes["condition_claimed"]
    fixer = claim.eq("fixer") & level.ne("fixer")
    better = claim.isin(["renovated", "good"]) & level.isin(["unknown", "average"])
    level = level.mask(fixer, "fixer").mask(better, claim)
    return level, basis.mask(fixer | better, "seller_claim")


def repair_range(homes: pd.DataFrame, day: date, table: Repairs) -> RepairRange:
    """Light, base and heavy cost in dollars of `day`.

    Args:
        homes: condition_grade, condition_claimed, year_renovated, year_built, square_footage.
    """
    level, basis = condition_level(homes, day)
    sqft = column(homes, "square_footage")
    sqft = np.where(sqft > 0, sqft, table.assumed_square_footage)
    age = np.clip(day.year - column(homes, "year_built"), 0, None)
    growth = (1 + table.cost_growth_pct / 100) ** (day.year - table.reference_year)
    factor = sqft * _step(age, table.age_factor) * _step(sqft, table.size_factor) * growth
    costs: dict[Any, tuple[float, float, float]] = {
        name: (row.light, row.base, row.heavy) for name, row in table.usd_per_sqft.items()
    }
    per_sqft = np.array([costs[name] for name in level], dtype=np.float64).reshape(-1, 3)
    light, base, heavy = (per_sqft * factor[:, None]).T
    return RepairRange(light, base, heavy, level, basis)


def _step(values: Floats, steps: list[Step]) -> Floats:
    """The factor of the first step whose limit is at or above the value; a missing value counts 1."""
    limits = np.array([np.inf if step.up_to is None else step.up_to for step in steps])
    factors = np.array([step.factor for step in steps])
    known = ~np.isnan(values)
    return np.where(known, factors[np.searchsorted(limits, np.where(known, values, 0.0))], 1.0)
