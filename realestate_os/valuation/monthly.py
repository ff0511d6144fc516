"""One county's month: train a challenger, register it, let it compete, record what serves.

Belongs here: the order of these steps and loading what serves. Does not: any of the steps.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from realestate_os.enrichment.frames import ZIP_DEMOGRAPHICS
from realestate_os.resources.model_registry import FILES, ModelRegistry, ModelRun, RegisteredVersion
from realestate_os.settings import Settings
from realestate_os.storage.postgres_server import database_urls
from realestate_os.storage.set_aside import SetAside
from realestate_os.valuation import served_model
from realestate_os.valuation.borrow import ENOUGH_SALES, with_borrowed
from realestate_os.valuation.champion import (
    ServingRecord,
    Verdict,
    champion_before,
    judge,
    model_name,
    newest_month,
    require_serving_record,
    save_record,
)
from realestate_os.valuation.history import day_numbers, sale_history
from realestate_os.valuation.hold_out import evaluation_values
from realestate_os.valuation.model import ValueModel, folder_digest
from realestate_os.valuation.report import figures, held_out_sales, source_digest, texts
from realestate_os.valuation.train import Trained, train
from realestate_os.valuation.tuning import Budget
from realestate_os.valuation.value import ServedModel

if TYPE_CHECKING:
    from realestate_os.resources.database import Database

# Raise it when code changes what a model is; it stands in the run's tags and in the study's name.
CODE_VERSION = "3"
SERVED_WITH = ("realestate-os", "lightgbm", "numpy", "pandas", "scipy")
EXAMPLE_ROWS = 3
# The table of a run that other stages read (scoring/checks.py).
HELD_OUT_SALES = "held_out_sales"


@dataclass(frozen=True)
class CountySales:
    """What a county's model may learn from: its SALES and ZIP_DEMOGRAPHICS.

    others: gives the SALES of other counties; asked only where this one has too few.
    """

    county: str
    sales: pd.DataFrame
    zip_demographics: pd.DataFrame
    others: Callable[[], list[pd.DataFrame]] = list


@dataclass(frozen=True)
class MonthResult:
    """What a month's training came to."""

    trained: Trained
    record: ServingRecord
    verdict: Verdict
    refused: SetAside


def train_month(
    settings: Settings,
    database: Database,
    registry: ModelRegistry,
    known: CountySales,
    month: date,
) -> MonthResult:
    """Train on the sales known before the month begins; register, compare, record.

    Raises:
        TooFewSalesError: see train().
    """
    county = known.county
    history, refused = sale_history(
        known.sales, known.zip_demographics, known_by=month - timedelta(days=1), months=settings.sales_history_months
    )
    if len(history) < ENOUGH_SALES:
        history = with_borrowed(history, _histories(known.others(), settings, month))
    budget = Budget(
        settings.tuning_trials, settings.tuning_seconds, settings.random_seed, database_urls(settings).optuna
    )
    study = f"{model_name(county)}-{month:%Y-%m}-{CODE_VERSION}-{settings.random_seed}-"
    trained = train(history, county, budget, study)
    champion = champion_before(database, county, month)
    verdict = _verdict(registry, trained, champion)
    registered, digest = _register(registry, trained, county, month, verdict)
    if verdict.challenger_serves or champion is None:
        serving, serving_digest = registered.version, digest
    else:
        serving, serving_digest = champion.serving_version, champion.model_digest
    record = ServingRecord(
        county=county,
        month=month,
        model_name=registered.name,
        serving_version=serving,
        challenger_version=registered.version,
        reason=verdict.reason + _borrowed(trained, county),
        model_digest=serving_digest,
        data_digest=trained.data_digest,
        run_id=registered.run_id,
        metrics=trained.metrics,
    )
    save_record(database, record)
    if newest_month(database, county) == month:  # a backfill does not move it back
        registry.set_alias(registered.name, serving)
    return MonthResult(trained, record, verdict, refused)


def serving_model(database: Database, registry: ModelRegistry, county: str, month: date) -> ServedModel:
    """The model that serves the month, by its record and never by an alias.

    Raises:
        NoModelError: value_model has not run for the month.
        ModelRegistryError: MLflow lacks the version.
    """
    record = require_serving_record(database, county, month)
    folder = registry.files(record.model_name, record.serving_version)
    newest = newest_month(database, county) == record.month
    return ServedModel(_load(folder), record.model_name, record.serving_version, record.model_digest, newest)


def _histories(others: list[pd.DataFrame], settings: Settings, month: date) -> list[pd.DataFrame]:
    known_by, months = month - timedelta(days=1), settings.sales_history_months
    return [sale_history(sales, ZIP_DEMOGRAPHICS.empty(), known_by=known_by, months=months)[0] for sales in others]


def _borrowed(trained: Trained, county: str) -> str:
    """What the record says of a model that learned from other counties."""
    count = int(trained.metrics["borrowed_sales"])
    if not count:
        return ""
    return f"; {county} has few sales of its own: {count:,} were borrowed from other counties and its interval is wider"


@lru_cache(maxsize=16)
def _load(folder: Path) -> ValueModel:
    return ValueModel.load(folder)


def _verdict(registry: ModelRegistry, trained: Trained, champion: ServingRecord | None) -> Verdict:
    if champion is None:
        return Verdict(True, "first model of the county; there is no champion before it")
    try:
        old = _load(registry.files(champion.model_name, champion.serving_version))
    except ValueError:
        return Verdict(True, f"champion {champion.serving_version} is of another code version and cannot be compared")
    values = evaluation_values(old.evaluation, trained.hold_out)
    return judge(trained.hold_out.value_usd, values, trained.hold_out.price_usd)


def _register(
    registry: ModelRegistry, trained: Trained, county: str, month: date, verdict: Verdict
) -> tuple[RegisteredVersion, str]:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / FILES
        folder.mkdir()
        trained.model.save(folder)
        digest = folder_digest(folder)
        example = _example(trained)
        run = ModelRun(
            name=model_name(county),
            folder=folder,
            code=Path(served_model.__file__),
            params={**trained.tuned.params, "rounds": trained.tuned.rounds, "trials": trained.tuned.trials},
            metrics=trained.metrics,
            tags=_tags(trained, county, month, verdict, digest),
            example=example,
            example_output=served_model.served_values(trained.model, example),
            figures=figures(trained),
            texts=texts(trained),
            tables={HELD_OUT_SALES: held_out_sales(trained)},
            requirements=[f"{name}=={version(name)}" for name in SERVED_WITH],
        )
        return registry.register(run), digest


def _tags(trained: Trained, county: str, month: date, verdict: Verdict, digest: str) -> dict[str, str]:
    return {
        "county": county,
        "month": month.isoformat(),
        "code_version": CODE_VERSION,
        "source_digest": source_digest(),
        "data_digest": trained.data_digest,
        "model_digest": digest,
        "verdict": verdict.reason,
    }


def _example(trained: Trained) -> pd.DataFrame:
    """A few held-out homes in the served form."""
    held = trained.hold_out
    few = slice(0, EXAMPLE_ROWS)
    as_of: Any = held.as_of.iloc[few]
    rows = trained.model.serving.matrix(held.homes.iloc[few], held.features.iloc[few], as_of, held.earlier)
    return rows.assign(**{served_model.DAY_COLUMN: day_numbers(as_of, len(rows)).astype(np.float64)})
