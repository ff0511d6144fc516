"""A county of its own for a benchmark: a fresh data folder, free ports, the sandbox."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from realestate_os.settings import Settings, get_settings

PORTS = ("WEB_PORT", "DAGSTER_PORT", "MLFLOW_PORT", "SANDBOX_SITE_PORT", "SANDBOX_RECORDS_PORT", "SANDBOX_MAIL_PORT")


@contextmanager
def fresh_place() -> Iterator[Settings]:
    """Settings of an empty installation, in the environment too, so that children see them."""
    home = tempfile.mkdtemp(prefix="realestate-os-bench-")
    os.chmod(home, 0o755)  # the embedded Postgres runs as a user of its own
    before = dict(os.environ)
    os.environ["REALESTATE_OS_HOME"] = home
    os.environ.update({name: str(port) for name, port in zip(PORTS, _free_ports(len(PORTS)), strict=True)})
    get_settings.cache_clear()
    try:
        yield get_settings()
    finally:
        os.environ.clear()
        os.environ.update(before)
        get_settings.cache_clear()
        shutil.rmtree(home, ignore_errors=True)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
