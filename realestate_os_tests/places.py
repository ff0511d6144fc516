"""An installation of its own for a test: data folder and free ports as environment variables."""

from __future__ import annotations

import socket
from pathlib import Path

PORTS = ("WEB_PORT", "DAGSTER_PORT", "MLFLOW_PORT", "SANDBOX_SITE_PORT", "SANDBOX_RECORDS_PORT", "SANDBOX_MAIL_PORT")


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports: list[int] = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def environment(home: Path) -> dict[str, str]:
    """Variables of a fresh installation in `home`."""
    home.mkdir(parents=True, exist_ok=True)
    ports = {name: str(port) for name, port in zip(PORTS, free_ports(len(PORTS)), strict=True)}
    return {"REALESTATE_OS_HOME": str(home), **ports}
