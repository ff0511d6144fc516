"""One trained value model: everything that valuing a home takes, as one object and one folder.

Belongs here: predicting, saving and loading. Does not: training (train.py), the registry
(resources/model_registry.py), the table of valuations (value.py).

The folder holds LightGBM's text form of each booster and one JSON with the rest; no pickle, so that
a model can be read in years and by eyes. The same data and code give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd

from realestate_os.valuation.boosting import Boosted
from realestate_os.valuation.drift import Reference
from realestate_os.valuation.history import Days, Floats, day_numbers
from realestate_os.valuation.interval import Z_80, Calibration, Difficulty
from realestate_os.valuation.matrix import MATRIX_COLUMNS, model_matrix
from realestate_os.valuation.mixture import Mixture
from realestate_os.valuation.neighbors import EarlierSales
from realestate_os.valuation.price_level import PriceLevel
from realestate_os.valuation.scaling import RobustScale
from realestate_os.valuation.smooth import Smooth

STATE_FILE = "state.json"


@dataclass(frozen=True)
class PriceModel:
    """ln value = mixture (attributes and place, prices of one day) + index (the day)."""

    level: PriceLevel
    mixture: Mixture
    extra: tuple[str, ...] = ()

    def matrix(self, homes: pd.DataFrame, features: pd.DataFrame, as_of: Any, history: pd.DataFrame) -> pd.DataFrame:
        """The model matrix of homes; each row looks at the sales of `history` known by its as_of."""
        days = day_numbers(as_of, len(homes))
        return model_matrix(homes, features, days, EarlierSales(history, self.level), self.extra)

    def stretched(self, stretch: float) -> PriceModel:
        """The same with another stretch of its values."""
        return replace(self, mixture=self.mixture.stretched(stretch))

    def log_value(self, matrix: pd.DataFrame, days: Days) -> Floats:
        """ln USD on the days, (n,)."""
        return self.mixture.predict(matrix) + self.level.index.at(days)


@dataclass(frozen=True)
class Prediction:
    """Values of n homes with everything around them."""

    matrix: pd.DataFrame
    log_value: Floats
    difficulty: Floats
    half_width: dict[int, Floats]

    @property
    def log_sd(self) -> Floats:
        """Standard deviation of ln value, from the 80 % interval."""
        return self.half_width[80] / Z_80


@dataclass(frozen=True)
class ValueModel:
    """What serves a county: the model, its twin for fair comparison, intervals, scales.

    `evaluation` was fitted without the latest fifth of the time span. A later challenger is compared
    with it there, where neither has seen a price.
    """

    county: str
    serving: PriceModel
    evaluation: PriceModel
    difficulty: Difficulty
    calibration: Calibration
    scale: RobustScale
    trained_until: date
    sales_by_type: dict[str, int]
    reference: Reference

    def predict(self, homes: pd.DataFrame, features: pd.DataFrame, days: Days, earlier: EarlierSales) -> Prediction:
        """Value homes at the prices of their days (n,), looking at the earlier sales known at their end."""
        matrix = model_matrix(homes, features, days, earlier, self.serving.extra)
        log_value = self.serving.log_value(matrix, days)
        difficulty = self.difficulty.of(matrix, log_value)
        half = self.calibration.half_widths(difficulty, log_value)
        return Prediction(matrix, log_value, difficulty, half)

    def save(self, folder: Path) -> None:
        """Write the files into an existing, empty folder."""
        for name, boosted in self._boosted().items():
            for number, booster in enumerate(boosted.boosters):
                text = booster.model_to_string()
                (folder / f"{name}_{number}.txt").write_text(text, encoding="utf-8")
        state = {
            "county": self.county,
            "columns": list(MATRIX_COLUMNS),
            "extra": list(self.serving.extra),
            **{f"{name}_level": model.level.to_state() for name, model in self._models().items()},
            **{f"{name}_smooth": model.mixture.smooth.to_state() for name, model in self._models().items()},
            **{f"{name}_stretch": model.mixture.stretch for name, model in self._models().items()},
            "difficulty_median": self.difficulty.median,
            "calibration": self.calibration.to_state(),
            "scale": self.scale.to_state(),
            "trained_until": self.trained_until.isoformat(),
            "sales_by_type": self.sales_by_type,
            "reference": asdict(self.reference),
        }
        (folder / STATE_FILE).write_text(json.dumps(state, indent=1, sort_keys=True), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> ValueModel:
        """Read what save() wrote.

        Raises:
            ValueError: the model was saved by another version of the code.
        """
        state = json.loads((folder / STATE_FILE).read_text(encoding="utf-8"))
        if state["columns"] != list(MATRIX_COLUMNS) or "reference" not in state:
            raise ValueError(f"{folder}: model of another code version; materialize value_model again")
        boosted = {name: _boosted_in(folder, name) for name in ("serving", "evaluation", "difficulty")}
        return cls(
            county=state["county"],
            serving=_price_model(state, "serving", boosted),
            evaluation=_price_model(state, "evaluation", boosted),
            difficulty=Difficulty(boosted["difficulty"], state["difficulty_median"]),
            calibration=Calibration.from_state(state["calibration"]),
            scale=RobustScale(**state["scale"]),
            trained_until=date.fromisoformat(state["trained_until"]),
            sales_by_type=state["sales_by_type"],
            reference=Reference(**state["reference"]),
        )

    def _models(self) -> dict[str, PriceModel]:
        return {"serving": self.serving, "evaluation": self.evaluation}

    def _boosted(self) -> dict[str, Boosted]:
        trees = {name: model.mixture.boosted for name, model in self._models().items()}
        return trees | {"difficulty": self.difficulty.booster}


def folder_digest(folder: Path) -> str:
    """SHA-256 over names and bytes of a folder's files, in order of their names."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.iterdir() if p.is_file()):
        content = path.read_bytes()
        digest.update(f"{path.name}:{len(content)}:".encode())
        digest.update(content)
    return digest.hexdigest()


def log_price_of(history: pd.DataFrame, level: PriceLevel) -> Floats:
    """The target: ln price with the time taken out."""
    days = day_numbers(history["sale_date"], len(history))
    return np.log(history["sale_price_usd"].to_numpy(dtype=float)) - level.index.at(days)


def _price_model(state: dict[str, Any], name: str, boosted: dict[str, Boosted]) -> PriceModel:
    mixture = Mixture(boosted[name], Smooth.from_state(state[f"{name}_smooth"]), state[f"{name}_stretch"])
    return PriceModel(PriceLevel.from_state(state[f"{name}_level"]), mixture, tuple(state["extra"]))


def _boosted_in(folder: Path, name: str) -> Boosted:
    files = sorted(folder.glob(f"{name}_*.txt"))
    return Boosted(tuple(lgb.Booster(model_str=path.read_text(encoding="utf-8")) for path in files))
