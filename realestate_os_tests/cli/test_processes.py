"""Children start, answer and end with all their own children."""

from __future__ import annotations

import os
import socket
import sys
import time
from pathlib import Path

import pytest

from realestate_os.cli.processes import ChildFailedError, PortTakenError, Service, running
from realestate_os.settings import Settings


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def settings_with(tmp_path: Path, port: int) -> Settings:
    return Settings(realestate_os_home=tmp_path, web_port=port)


def http_server(port: int) -> Service:
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    return Service("web", command, f"http://127.0.0.1:{port}/", ("web_port",), ready_seconds=20)


def test_a_child_answers_and_is_gone_afterwards(tmp_path: Path) -> None:
    port = free_port()
    settings = settings_with(tmp_path, port)
    with running(settings, [http_server(port)], {}), socket.create_connection(("127.0.0.1", port), timeout=2):
        pass
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=2)


def test_grandchildren_end_too(tmp_path: Path) -> None:
    port = free_port()
    pid_file = tmp_path / "pid"
    script = f"sleep 300 & echo $! > {pid_file}; exec {sys.executable} -m http.server {port} --bind 127.0.0.1"
    service = Service("web", ["sh", "-c", script], f"http://127.0.0.1:{port}/", ("web_port",), ready_seconds=20)
    with running(settings_with(tmp_path, port), [service], {}):
        grandchild = int(pid_file.read_text())
        os.kill(grandchild, 0)
    deadline = time.monotonic() + 5
    while Path(f"/proc/{grandchild}/stat").exists() and time.monotonic() < deadline:
        if Path(f"/proc/{grandchild}/stat").read_text().split()[2] == "Z":
            break  # ended; its new parent has not collected it yet
        time.sleep(0.05)
    else:
        assert not Path(f"/proc/{grandchild}").exists()


def test_a_taken_port_is_named_with_its_setting(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with (
            pytest.raises(PortTakenError, match=rf"port {port} .* WEB_PORT"),
            running(settings_with(tmp_path, port), [http_server(port)], {}),
        ):
            pass


def test_a_child_that_ends_says_why(tmp_path: Path) -> None:
    port = free_port()
    service = Service("web", ["sh", "-c", "echo no such table; exit 3"], f"http://127.0.0.1:{port}/", ("web_port",))
    with (
        pytest.raises(ChildFailedError, match="web ended with code 3: no such table"),
        running(settings_with(tmp_path, port), [service], {}),
    ):
        pass
