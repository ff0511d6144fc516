"""`up`: everything that a person opens in a browser, until Ctrl-C.

Belongs here: which services and in which order. Does not: how children start and stop (processes.py).
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from realestate_os.cli.demo import web_service
from realestate_os.cli.hold import database_server, holding_up
from realestate_os.cli.launcher import prepare_dagster_home
from realestate_os.cli.processes import Service, running
from realestate_os.cli.world import remembered
from realestate_os.settings import PROJECT_DIR, Settings
from realestate_os.storage.postgres_server import database_urls


class _Stopped(Exception):
    """SIGTERM or SIGINT arrived."""


def addresses(settings: Settings) -> dict[str, str]:
    """What can be opened, by name."""
    host = f"http://{settings.bind_host}"
    found = {
        "Dagster": f"{host}:{settings.dagster_port}",
        "MLflow": f"{host}:{settings.mlflow_port}",
        "web app": f"{host}:{settings.web_port}",
    }
    if settings.sources == "sandbox":
        found["sandbox site"] = f"{host}:{settings.sandbox_site_port}"
    return found


def run_up(settings: Settings, ready: Callable[[dict[str, str]], None]) -> None:
    """Start all services, call `ready` with their addresses, wait for Ctrl-C or SIGTERM, stop them.

    Raises:
        AlreadyUpError, PortTakenError, ChildFailedError.
    """
    with holding_up(settings), database_server(settings, stop_always=True):
        from realestate_os.resources.database import prepare_database

        prepare_database(settings)
        environment = prepare_dagster_home(settings) | mlflow_environment(settings)
        try:
            _on_signals(_stop)
            with running(settings, services(settings), environment):
                ready(addresses(settings))
                while True:
                    signal.pause()
        except _Stopped:
            _on_signals(signal.SIG_IGN)  # a second Ctrl-C must not interrupt the stopping


def services(settings: Settings) -> list[Service]:
    """The children of `up`, the slowest to start first."""
    chosen = [_dagster(settings), _mlflow(settings), web_service(settings)]
    if settings.sources == "sandbox":
        chosen.append(remembered(settings).service(settings))
    return chosen


def mlflow_environment(settings: Settings) -> dict[str, str]:
    """MLflow's places; by environment, since a command line with a password shows in the process list."""
    return {
        "MLFLOW_BACKEND_STORE_URI": settings.mlflow_tracking_uri or database_urls(settings).mlflow,
        "MLFLOW_DEFAULT_ARTIFACT_ROOT": str(settings.home / "mlflow"),
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # consumers for jobs that nothing here starts
    }


def _dagster(settings: Settings) -> Service:
    command = [_script("dagster"), "dev", "-w", str(PROJECT_DIR / "workspace.yaml")]
    command += ["-h", settings.bind_host, "-p", str(settings.dagster_port)]
    ready = f"http://{settings.bind_host}:{settings.dagster_port}/server_info"
    return Service("dagster", command, ready, ("dagster_port",), ready_seconds=120)


def _mlflow(settings: Settings) -> Service:
    command = [
        _script("mlflow"),
        "server",
        "--host",
        settings.bind_host,
        "--port",
        str(settings.mlflow_port),
        "--workers",
        "1",
    ]
    ready = f"http://{settings.bind_host}:{settings.mlflow_port}/health"
    return Service("mlflow", command, ready, ("mlflow_port",), ready_seconds=120)


def _script(name: str) -> str:
    """A program of this Python's environment."""
    return str(Path(sys.executable).parent / name)


def _on_signals(action: signal.Handlers | Callable[[int, FrameType | None], None]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, action)


def _stop(number: int, frame: FrameType | None) -> None:
    raise _Stopped
