"""Starting and stopping the process."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from realestate_os.sandbox.server import PortTakenError, Sandbox, open_sockets, start_sandbox
from realestate_os.sandbox.world import World
from realestate_os_tests.sandbox.conftest import DAY, settings_in


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def test_a_taken_port_is_named_with_its_setting(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortTakenError, match=f"port {port} .*SANDBOX_RECORDS_PORT"):
            open_sockets(settings_in(tmp_path, sandbox_records_port=port))


def test_the_context_stops_what_it_started(tmp_path: Path) -> None:
    with start_sandbox(settings_in(tmp_path), World(seed=1, listings=5, on=DAY)) as running:
        url = running.site_url
        assert httpx.get(f"{url}/robots.txt").status_code == 200
        assert running.settings.origins["https://fsbo.sandbox.example"] == url
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/robots.txt")


def test_every_port_says_what_it_serves(client: httpx.Client, sandbox: Sandbox) -> None:
    assert "for-sale-by-owner" in client.get(sandbox.site_url).text
    assert "Census" in client.get(sandbox.records_url).text
    assert "/v3/mail/send" in client.get(sandbox.mail_url).text


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_module_runs_and_stops_on_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    ports = {name: str(free_port()) for name in ("SANDBOX_SITE_PORT", "SANDBOX_RECORDS_PORT", "SANDBOX_MAIL_PORT")}
    environment = {**os.environ, **ports, "REALESTATE_OS_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "realestate_os.sandbox", "--listings", "5", "--date", "2026-11-24"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        wait_until_up(f"http://127.0.0.1:{ports['SANDBOX_MAIL_PORT']}/", process)
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 0 and "Traceback" not in err
    assert ports["SANDBOX_SITE_PORT"] in out


def wait_until_up(url: str, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()
        try:
            httpx.get(url)
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("did not come up")


def test_a_wrong_start_is_one_line(tmp_path: Path) -> None:
    environment = {**os.environ, "REALESTATE_OS_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "realestate_os.sandbox", "--county", "mars_xx"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1 and "mars_xx" in done.stderr and "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
