"""assets_config/repairs.yaml and rental.yaml -> strict models.

Belongs here: what an operator may set and the errors when it is wrong. Does not: the formulas that
use it (repairs.py, arv.py, returns.py) or anything that differs by county (counties.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from realestate_os.errors import RealEstateOSError
from realestate_os.yaml_files import read_model

Level = Literal["renovated", "good", "average", "unknown", "fixer"]
LEVELS: tuple[Level, ...] = ("renovated", "good", "average", "unknown", "fixer")


class AssumptionsError(RealEstateOSError):
    """A file of assumptions is wrong; the message names the file, the key and what was expected."""


class Strict(BaseModel):
    """Unknown keys are refused: a typo must not silently change a deal."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CostRange(Strict):
    """Dollars per square foot: 10th percentile, median, 90th percentile."""

    light: float = Field(gt=0)
    base: float = Field(gt=0)
    heavy: float = Field(gt=0)

    @model_validator(mode="after")
    def _ordered(self) -> CostRange:
        if not self.light < self.base < self.heavy:
            raise ValueError("expected light < base < heavy")
        return self


class Step(Strict):
    """A factor for everything up to a limit (null: no limit)."""

    up_to: float | None
    factor: float = Field(gt=0)


class Premium(Strict):
    """A normal distribution of ln(ARV / as-is value)."""

    mean: float = Field(ge=0, le=0.5)
    sd: float = Field(gt=0, le=0.5)


class Repairs(Strict):
    """repairs.yaml: what works cost, and what they add before any comparable is seen."""

    reference_year: int = Field(ge=2000, le=2100)
    cost_growth_pct: float = Field(ge=-10, le=20)
    usd_per_sqft: dict[Level, CostRange]
    age_factor: list[Step] = Field(min_length=1)
    size_factor: list[Step] = Field(min_length=1)
    assumed_square_footage: float = Field(gt=0)
    arv_log_premium: dict[Level, Premium]

    @model_validator(mode="after")
    def _complete(self) -> Repairs:
        for key in ("usd_per_sqft", "arv_log_premium"):
            missing = sorted(set(LEVELS) - set(getattr(self, key)))
            if missing:
                raise ValueError(f"{key}: missing {', '.join(missing)}")
        for key in ("age_factor", "size_factor"):
            limits = [step.up_to for step in getattr(self, key)]
            rising = [limit for limit in limits[:-1] if limit is not None]
            if limits[-1] is not None or len(rising) != len(limits) - 1 or rising != sorted(rising):
                raise ValueError(f"{key}: up_to must rise and only the last must be null")
        return self


class Loan(Strict):
    """The loan of a hold."""

    loan_to_value_pct: float = Field(ge=0, lt=100)
    rate_pct: float = Field(gt=0, lt=30)
    term_years: int = Field(gt=0, le=50)


class Flip(Strict):
    """The terms of a flip."""

    months_held: float = Field(ge=0)
    selling_cost_pct: float = Field(ge=0, lt=30)
    loan_rate_pct: float = Field(ge=0, lt=50)


class Rental(Strict):
    """rental.yaml: operating and financing assumptions."""

    rent_range_pct: float = Field(ge=0, lt=100)
    vacancy_pct: float = Field(ge=0, lt=100)
    management_pct: float = Field(ge=0, lt=100)
    maintenance_pct: float = Field(ge=0, lt=100)
    insurance_pct_of_value: float = Field(ge=0, lt=10)
    loan: Loan
    closing_cost_pct: float = Field(ge=0, lt=20)
    flip: Flip


@dataclass(frozen=True)
class Assumptions:
    """Both files."""

    repairs: Repairs
    rental: Rental


Model = TypeVar("Model", bound=Strict)


def load_assumptions(folder: Path) -> Assumptions:
    """Read repairs.yaml and rental.yaml of assets_config.

    Raises:
        AssumptionsError: a file is missing or wrong; one line for each key.
    """
    return Assumptions(_load(folder / "repairs.yaml", Repairs), _load(folder / "rental.yaml", Rental))


def _load(path: Path, model: type[Model]) -> Model:
    if not path.is_file():
        raise AssumptionsError(f"{path}: not found; restore it from the project")
    return read_model(path, model, AssumptionsError)
