"""MLflow as the pipelines use it: a run per training, a registered version, its files by version.

Belongs here: tracking server, artifacts, versions, aliases. Does not: what a model is (valuation).
Files are read by version, never by alias: a score must be reproducible after the alias moved.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from realestate_os.errors import RealEstateOSError
from realestate_os.settings import Settings
from realestate_os.storage.postgres_server import database_urls

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["DO_NOT_TRACK"] = "true"
os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from mlflow import MlflowClient
    from mlflow.models import ModelSignature

EXPERIMENT = "realestate-os"
# Name of the folder that holds a model's files; MLflow keeps a folder's name.
FILES = "files"
CHAMPION = "champion"
TRACKING_VARIABLE = "MLFLOW_TRACKING_URI"


class ModelRegistryError(RealEstateOSError):
    """MLflow does not answer or lacks a version; the message says what to do."""


@dataclass(frozen=True)
class RegisteredVersion:
    """One version of a registered model and the run that made it."""

    name: str
    version: str
    run_id: str


@dataclass(frozen=True)
class ModelRun:
    """What is recorded of a training."""

    name: str
    folder: Path
    code: Path
    params: Mapping[str, Any]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    example: pd.DataFrame
    example_output: pd.DataFrame
    figures: Mapping[str, Figure]
    texts: Mapping[str, str]
    tables: Mapping[str, pd.DataFrame]
    requirements: list[str]


@dataclass(frozen=True)
class ModelRegistry:
    """Runs and registered models. `artifacts` is where a new experiment keeps files; None: the server decides."""

    tracking_uri: str
    artifacts: Path | None

    @classmethod
    def from_settings(cls, settings: Settings) -> ModelRegistry:
        """MLFLOW_TRACKING_URI, else the database mlflow with artifacts in the data folder."""
        if settings.mlflow_tracking_uri:
            return cls(settings.mlflow_tracking_uri, None)
        return cls(database_urls(settings).mlflow, settings.home / "mlflow")

    def register(self, run: ModelRun) -> RegisteredVersion:
        """Log a run with its model and register the model as a new version of its name."""
        import mlflow

        with (
            _pointed_at(self.tracking_uri),
            mlflow.start_run(experiment_id=self._experiment(), run_name=run.name, tags=dict(run.tags)) as active,
        ):
            mlflow.log_params(dict(run.params))
            mlflow.log_metrics(dict(run.metrics))
            for name, figure in run.figures.items():
                mlflow.log_figure(figure, name)
            for name, text in run.texts.items():
                mlflow.log_text(text, name)
            for name, table in run.tables.items():
                _log_table(table, name)
            info = mlflow.pyfunc.log_model(
                name="model",
                python_model=str(run.code),
                artifacts={FILES: str(run.folder)},
                signature=_signature(run),
                input_example=run.example,
                pip_requirements=run.requirements,  # guessing them takes 12 s
                registered_model_name=run.name,
            )
            return RegisteredVersion(run.name, str(info.registered_model_version), active.info.run_id)

    def files(self, name: str, version: str) -> Path:
        """The folder of a version's files; fetched once a process."""
        return _files(self.tracking_uri, name, version)

    def table(self, run_id: str, name: str) -> pd.DataFrame:
        """A table of a run, as it was registered.

        Raises:
            ModelRegistryError: the run or its table is not there.
        """
        import pandas as pd
        from mlflow import artifacts
        from mlflow.exceptions import MlflowException

        try:
            with _pointed_at(self.tracking_uri):
                return pd.read_parquet(artifacts.download_artifacts(run_id=run_id, artifact_path=_table_file(name)))
        except (MlflowException, OSError) as error:
            raise ModelRegistryError(
                f"MLflow's run {run_id} has no table {name} ({type(error).__name__}); materialize value_model of "
                "the month again"
            ) from error

    def add_study(self, run_id: str, name: str, figure: Figure, metrics: Mapping[str, float]) -> None:
        """A figure and figures that a later stage found about a run; asked again, they replace the earlier."""
        client = self.client()
        client.log_figure(run_id, figure, f"{name}.png")
        for metric, number in metrics.items():
            client.log_metric(run_id, metric, number)

    def set_alias(self, name: str, version: str, alias: str = CHAMPION) -> None:
        """Let an alias point to a version. For people; no code reads it."""
        self.client().set_registered_model_alias(name, alias, version)

    def client(self) -> MlflowClient:
        """MLflow's own client on this server."""
        from mlflow import MlflowClient

        return MlflowClient(self.tracking_uri, self.tracking_uri)

    def _experiment(self) -> str:
        client = self.client()
        found = client.get_experiment_by_name(EXPERIMENT)
        if found is not None:
            return str(found.experiment_id)
        return str(client.create_experiment(EXPERIMENT, self.artifacts.as_uri() if self.artifacts else None))


@contextmanager
def _pointed_at(tracking_uri: str) -> Iterator[None]:
    """MLflow's process-wide state, which log_model and downloads need, set to this server for the block.

    set_tracking_uri also writes MLFLOW_TRACKING_URI, which is one of our settings: left there, the next
    registry of the process would open another database.
    """
    import mlflow

    before = os.environ.get(TRACKING_VARIABLE)
    mlflow.set_tracking_uri(tracking_uri)
    try:
        yield
    finally:
        mlflow.set_tracking_uri(before)  # type: ignore[arg-type]  # None takes the variable away again


def _log_table(table: pd.DataFrame, name: str) -> None:
    import mlflow

    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / _table_file(name)
        table.to_parquet(path, index=False)
        mlflow.log_artifact(str(path))


def _table_file(name: str) -> str:
    return f"{name}.parquet"


def _signature(run: ModelRun) -> ModelSignature:
    from mlflow.models import infer_signature

    return infer_signature(run.example, run.example_output)


@cache
def _files(tracking_uri: str, name: str, version: str) -> Path:
    from mlflow import MlflowClient, artifacts
    from mlflow.exceptions import MlflowException

    try:
        with _pointed_at(tracking_uri):
            source = MlflowClient().get_model_version(name, version).source
            folder = artifacts.download_artifacts(artifact_uri=source)
    except MlflowException as error:
        where = tracking_uri.rsplit("@", maxsplit=1)[-1]  # without the password
        raise ModelRegistryError(
            f"MLflow at {where} has no version {version} of {name} ({error.message}); "
            "materialize value_model of the month again"
        ) from error
    return Path(folder) / "artifacts" / FILES
