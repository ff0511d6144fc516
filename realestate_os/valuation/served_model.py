"""The value model as MLflow serves it: the model matrix in, value and intervals out.

Belongs here: MLflow's entry point, which it runs from this file ("models from code": no pickle). Does
not: anything the pipelines call; they read the files themselves (ValueModel.load).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel

from realestate_os.resources.model_registry import FILES
from realestate_os.valuation.interval import value_columns
from realestate_os.valuation.model import ValueModel

DAY_COLUMN = "day"


class ServedValueModel(PythonModel):
    """Columns MATRIX_COLUMNS and `day` (days since 1970) -> value_usd and the ends of the intervals."""

    def load_context(self, context: Any) -> None:
        """Read the model's files."""
        from pathlib import Path

        self.model = ValueModel.load(Path(context.artifacts[FILES]))

    def predict(self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """One row of USD figures a home."""
        return served_values(self.model, model_input)


def served_values(model: ValueModel, rows: pd.DataFrame) -> pd.DataFrame:
    """value_usd, value_low_80_usd, ... of rows in the served form."""
    matrix = rows.drop(columns=DAY_COLUMN)
    log_value = model.serving.log_value(matrix, rows[DAY_COLUMN].to_numpy(dtype=np.int64))
    difficulty = model.difficulty.of(matrix, log_value)
    half = model.calibration.half_widths(difficulty, log_value)
    return pd.DataFrame(value_columns(log_value, half), index=rows.index)


set_model(ServedValueModel())
