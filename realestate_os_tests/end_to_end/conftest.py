"""The demo at small size, run once for all tests here, twice in a row, as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from realestate_os.settings import Settings, load_settings
from realestate_os.storage.postgres_server import stop_server
from realestate_os_tests.places import environment

LISTINGS = 60


@dataclass(frozen=True)
class Demo:
    """Where it ran, and what each of two runs in a row printed."""

    home: Path
    environment: dict[str, str]
    first: dict[str, Any]
    second: dict[str, Any]
    mails_after_first: int

    @property
    def settings(self) -> Settings:
        return load_settings(**{name.lower(): value for name, value in self.environment.items()})

    def mails(self) -> list[Path]:
        return sorted((self.home / "mails").rglob("*.json"))


def run_cli(variables: dict[str, str], *arguments: str, timeout_s: float = 400) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "realestate_os.cli.main", *arguments]
    return subprocess.run(
        command, env={**os.environ, **variables}, capture_output=True, text=True, timeout=timeout_s, check=False
    )


def summary_of(result: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert result.returncode == 0, result.stderr[-3000:]
    summary: dict[str, Any] = json.loads(result.stdout)
    return summary


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    with tempfile.TemporaryDirectory(prefix="reos-demo-") as folder:
        home = Path(folder)
        home.chmod(0o755)  # the embedded Postgres runs as a user of its own
        variables = environment(home / "var") | {"TUNING_TRIALS": "3"}
        arguments = ("demo", "--listings", str(LISTINGS), "--json")
        first = summary_of(run_cli(variables, *arguments))
        mails = len(list((home / "var" / "mails").rglob("*.json")))
        second = summary_of(run_cli(variables, *arguments))
        yield Demo(home / "var", variables, first, second, mails)
        stop_server(load_settings(realestate_os_home=home / "var"))
