"""Which version serves a county's month: the challenger, or the champion where the challenger loses.

Belongs here: the comparison, the record in ml_models, reading it. Does not: training (train.py), the
store of models (resources/model_registry.py). Losing is no failure: the champion serves on, and the
record says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import Select, desc, func, select

from realestate_os.errors import RealEstateOSError
from realestate_os.storage.tables import MlModel

if TYPE_CHECKING:
    from realestate_os.resources.database import Database
    from realestate_os.valuation.history import Floats


class NoModelError(RealEstateOSError):
    """No model serves the month; the message says which command trains it."""


@dataclass(frozen=True)
class ServingRecord:
    """The row of ml_models: what serves, and why."""

    county: str
    month: date
    model_name: str
    serving_version: str
    challenger_version: str | None
    reason: str
    model_digest: str
    data_digest: str
    run_id: str
    metrics: dict[str, float]


@dataclass(frozen=True)
class Verdict:
    """Whether the challenger serves, and the sentence that is kept."""

    challenger_serves: bool
    reason: str


def model_name(county: str) -> str:
    """Name of the county's registered model."""
    return f"value-{county}"


def judge(challenger: Floats, champion: Floats, price_usd: Floats) -> Verdict:
    """Compare values (USD) on the same sales, which neither model has seen.

    The challenger loses when its mean absolute error of ln price is larger by more than one standard
    error of the paired difference: less is noise, and the newer model knows more sales.
    """
    log_price = np.log(price_usd)
    worse = np.abs(np.log(challenger) - log_price) - np.abs(np.log(champion) - log_price)
    noise = float(np.std(worse) / np.sqrt(len(worse)))
    difference = float(np.mean(worse))
    figures = f"mean absolute error {difference * 100:+.2f} points against the champion's, noise {noise * 100:.2f}"
    if difference > noise:
        return Verdict(False, f"challenger lost on {len(worse)} held-out sales: {figures}; the champion serves on")
    return Verdict(True, f"challenger is no worse on {len(worse)} held-out sales: {figures}")


def serving_record(database: Database, county: str, month: date) -> ServingRecord | None:
    """What serves the month; None when value_model has not run for it."""
    wanted = select(MlModel).where(MlModel.county == county, MlModel.month == month.replace(day=1))
    return _first(database, wanted)


def champion_before(database: Database, county: str, month: date) -> ServingRecord | None:
    """What served the latest month before this one; a re-run of a month does not compete with itself."""
    earlier = select(MlModel).where(MlModel.county == county, MlModel.month < month.replace(day=1))
    return _first(database, earlier.order_by(desc(MlModel.month)))


def newest_month(database: Database, county: str) -> date | None:
    """The latest month that has a record."""
    with database.transaction() as connection:
        month: date | None = connection.execute(
            select(func.max(MlModel.month)).where(MlModel.county == county)
        ).scalar()
    return month


def require_serving_record(database: Database, county: str, month: date) -> ServingRecord:
    """What serves the month.

    Raises:
        NoModelError: nothing does.
    """
    record = serving_record(database, county, month)
    if record is None:
        raise NoModelError(
            f"no value model serves {county} in {month:%Y-%m}; run: realestate-os materialize --county {county} "
            f"--date {month.isoformat()} --assets value_model"
        )
    return record


def save_record(database: Database, record: ServingRecord) -> None:
    """Write the month's record, replacing an earlier one."""
    row = {
        "county": record.county,
        "month": record.month,
        "model_name": record.model_name,
        "challenger_version": record.challenger_version,
        "serving_version": record.serving_version,
        "serving_reason": record.reason,
        "metrics": record.metrics,
        "data_digest": record.data_digest,
        "model_digest": record.model_digest,
        "run_id": record.run_id,
        "trained_at": datetime.now(UTC),
    }
    with database.transaction() as connection:
        database.upsert(connection, MlModel, [row], ["county", "month"])


def _first(database: Database, statement: Select[Any]) -> ServingRecord | None:
    with database.transaction() as connection:
        row = connection.execute(statement).mappings().first()
    if row is None:
        return None
    return ServingRecord(
        county=row["county"],
        month=row["month"],
        model_name=row["model_name"],
        serving_version=row["serving_version"],
        challenger_version=row["challenger_version"],
        reason=row["serving_reason"],
        model_digest=row["model_digest"] or "",
        data_digest=row["data_digest"] or "",
        run_id=row["run_id"] or "",
        metrics=row["metrics"],
    )
