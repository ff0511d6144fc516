"""Child processes of demo and up: start, wait until they answer, stop; nothing stays behind.

Belongs here: ports, process groups, waiting. Does not: what the children do.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from realestate_os.errors import RealEstateOSError
from realestate_os.settings import Settings

# Dagster takes 8 s to end its daemon, webserver and code server.
STOP_SECONDS = 20.0


class PortTakenError(RealEstateOSError):
    """Another program listens on a port that we need; names the port and the setting."""


class ChildFailedError(RealEstateOSError):
    """A child process ended or did not answer; the message holds the end of its log."""


@dataclass(frozen=True)
class Service:
    """One child: what it is called, how it starts, the URL that answers once it is up."""

    name: str
    command: list[str]
    ready_url: str
    ports: tuple[str, ...]  # settings that name its ports
    ready_seconds: float = 60


def require_free_ports(settings: Settings, names: Iterable[str]) -> None:
    """Raise PortTakenError for the first of these settings whose port is taken."""
    for name in names:
        port = getattr(settings, name)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.bind_host, port))
            except OSError as error:
                raise PortTakenError(
                    f"port {port} on {settings.bind_host} cannot be used ({error.strerror}); "
                    f"stop what listens there or set {name.upper()} to a free port"
                ) from None


@contextmanager
def running(settings: Settings, services: list[Service], environment: Mapping[str, str]) -> Iterator[None]:
    """Start the services, wait until each answers, stop them all at the end.

    Raises:
        PortTakenError: before anything starts.
        ChildFailedError: a service ended or did not answer in time.
    """
    require_free_ports(settings, (name for service in services for name in service.ports))
    children: list[subprocess.Popen[bytes]] = []
    try:
        for service in services:
            children.append(_start(settings, service, environment))
        for service, child in zip(services, children, strict=True):
            _wait(settings, service, child)
        yield
    finally:
        _stop(children)


def python_module(module: str, *arguments: str) -> list[str]:
    """A command that runs one of our modules with this Python."""
    return [sys.executable, "-m", module, *arguments]


def log_path(settings: Settings, name: str) -> Path:
    """Where a child's output goes."""
    return settings.home / "logs" / f"{name}.log"


def _start(settings: Settings, service: Service, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    path = log_path(settings, service.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as log:
        return subprocess.Popen(
            service.command,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a group of its own, so that its children end with it
        )


def _wait(settings: Settings, service: Service, child: subprocess.Popen[bytes]) -> None:
    import httpx

    deadline = time.monotonic() + service.ready_seconds
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise ChildFailedError(
                f"{service.name} ended with code {child.returncode}: {_tail(settings, service.name)}"
            )
        try:
            # Any answer will do: /health says 503 when a dependency is down, which is not our question here.
            httpx.get(service.ready_url, timeout=2)
            return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise ChildFailedError(
        f"{service.name} did not answer {service.ready_url} within {service.ready_seconds:.0f} s: "
        f"{_tail(settings, service.name)}"
    )


def _tail(settings: Settings, name: str) -> str:
    path = log_path(settings, name)
    lines = path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return f"{lines[-1] if lines else 'no output'} (all of it: {path})"


def _stop(children: list[subprocess.Popen[bytes]]) -> None:
    """SIGTERM to every group at once; SIGKILL to what is left of one after STOP_SECONDS."""
    for child in children:
        _signal_group(child, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.wait(max(0, deadline - time.monotonic()))
        while _group_alive(child.pid) and time.monotonic() < deadline:
            time.sleep(0.1)
        _signal_group(child, signal.SIGKILL)
        child.wait()


def _signal_group(child: subprocess.Popen[bytes], number: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, number)


def _group_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
