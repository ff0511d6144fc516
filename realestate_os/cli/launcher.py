"""Starts runs through Dagster: in this process, on the instance that the UI shows.

Belongs here: DAGSTER_HOME, the instance, one run of a selection of assets over one partition or a
range, and what came of it; an event without a run. Does not: which runs a command needs (demo.py, materialize.py).
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from realestate_os.errors import RealEstateOSError
from realestate_os.settings import PROJECT_DIR, Settings

if TYPE_CHECKING:
    from dagster import DagsterInstance, Definitions, EventLogEntry, ExecuteInProcessResult
    from dagster_shared.error import SerializableErrorInfo

Progress = Callable[[str, str], None]

RANGE_START = "dagster/asset_partition_range_start"
RANGE_END = "dagster/asset_partition_range_end"


class RunFailedError(RealEstateOSError):
    """A run failed; the message is the cause, the asset and the run id."""


@dataclass(frozen=True)
class RunReport:
    """One run: its id, its wall time, the assets' metadata by asset name, the seconds inside each asset."""

    run_id: str
    wall_seconds: float
    metadata: dict[str, dict[str, Any]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


def prepare_dagster_home(settings: Settings) -> dict[str, str]:
    """Put dagster.yaml into the data folder and name both in the environment.

    Returns:
        The variables, for child processes; they are set in this process too.
    """
    from realestate_os.storage.postgres_server import database_urls

    settings.home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(PROJECT_DIR / "dagster.yaml", settings.home / "dagster.yaml")
    variables = {
        "DAGSTER_HOME": str(settings.home.resolve()),
        "DAGSTER_POSTGRES_URL": database_urls(settings).dagster,
        "DAGSTER_DISABLE_TELEMETRY": "yes",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "true",
    }
    os.environ.update(variables)
    return variables


@contextmanager
def open_instance(settings: Settings) -> Iterator[DagsterInstance]:
    """The instance on Postgres, the same that the UI reads."""
    prepare_dagster_home(settings)
    from dagster import DagsterInstance

    with DagsterInstance.get() as instance:
        yield instance


def record_materialization(instance: DagsterInstance, asset: str, key: str, metadata: Mapping[str, Any]) -> None:
    """Tell Dagster that a partition was written outside a run, as an import does."""
    from dagster import AssetKey, AssetMaterialization

    event = AssetMaterialization(AssetKey(asset), partition=key, metadata=dict(metadata))
    instance.report_runless_asset_event(event)


class Launcher:
    """Runs of one graph on one instance."""

    def __init__(self, definitions: Definitions, instance: DagsterInstance, progress: Progress | None = None) -> None:
        """`progress(asset, state)` hears `started`, `succeeded` and `failed` of each asset."""
        self._job = definitions.resolve_implicit_global_asset_job_def()
        self._instance = instance
        self._progress = progress or (lambda asset, state: None)

    def run(
        self, assets: list[str], key: str, *, until: str | None = None, tags: Mapping[str, str] | None = None
    ) -> RunReport:
        """One run of `assets` for the partition `key`, or for the range from `key` to `until`.

        Raises:
            RunFailedError: an asset failed; what was done before it is kept.
        """
        from dagster import AssetKey

        run_id = str(uuid4())
        target: dict[str, Any] = {"partition_key": key}
        if until and until != key:
            target = {}
            tags = {**(tags or {}), RANGE_START: key, RANGE_END: until}
        self._instance.add_event_listener(run_id, self._listen)
        started = time.monotonic()
        result = self._job.execute_in_process(
            instance=self._instance,
            asset_selection=[AssetKey(name) for name in assets],  # of the run too: the UI names its assets by it
            run_id=run_id,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            tags=dict(tags or {}),
            raise_on_error=False,
            **target,
        )
        if not result.success:
            raise RunFailedError(_failure(result))
        return RunReport(run_id, time.monotonic() - started, _metadata(result), _seconds(result))

    def _listen(self, entry: EventLogEntry) -> None:
        states = {"STEP_START": "started", "STEP_SUCCESS": "succeeded", "STEP_FAILURE": "failed"}
        event = entry.dagster_event
        if event and event.event_type_value in states and event.step_key:
            self._progress(event.step_key, states[event.event_type_value])


def _failure(result: ExecuteInProcessResult) -> str:
    """`listings: <message> (run 1a2b…)`; an error that is not ours keeps its class name."""
    for checked in result.get_asset_check_evaluations():
        if checked.blocking and not checked.passed:
            return f"{checked.description} (check of {checked.asset_key.to_user_string()}, run {result.run_id})"
    for event in result.all_events:
        if event.is_step_failure:
            return f"{event.step_key}: {_message(event.step_failure_data.error)} (run {result.run_id})"
    return f"run {result.run_id} failed before its first asset; see it in the Dagster UI"


def _message(error: SerializableErrorInfo | None) -> str:
    """What our own error says, whatever caused it: it was written for people. Else the first cause."""
    own = {cls.__name__ for cls in _all_subclasses(RealEstateOSError)}
    message = "unknown error"
    while error:
        message = error.message.strip()
        if error.cls_name in own:
            return message.partition(": ")[2]
        error = error.cause
    return message


def _all_subclasses(cls: type[Exception]) -> set[type[Exception]]:
    return {cls}.union(*(_all_subclasses(derived) for derived in cls.__subclasses__()))


def _metadata(result: ExecuteInProcessResult) -> dict[str, dict[str, Any]]:
    return {
        event.materialization.asset_key.path[-1]: {k: v.value for k, v in event.materialization.metadata.items()}
        for event in result.get_asset_materialization_events()
    }


def _seconds(result: ExecuteInProcessResult) -> dict[str, float]:
    return {
        event.step_key: event.step_success_data.duration_ms / 1000
        for event in result.all_events
        if event.is_step_success and event.step_key
    }
