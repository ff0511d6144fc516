"""The whole loop over sockets: plan, send, events to the running web app, engagement; and its own process."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn

from realestate_os.campaigns.delivery import deliver_day
from realestate_os.campaigns.engagement import project_day
from realestate_os.resources.mailer import Mailer
from realestate_os.sandbox.server import start_sandbox
from realestate_os.sandbox.world import World
from realestate_os.settings import Settings
from realestate_os.web.app import create_app
from realestate_os_tests.campaigns.scene import COUNTY, DAY, Office, buyer, contract, home
from realestate_os_tests.databases import MigratedDatabase

A, B = "1412 NE 65th St", "88 Pine Pl"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def web_app(settings: Settings) -> Iterator[None]:
    """The application on its port, in a thread."""
    server = uvicorn.Server(uvicorn.Config(create_app(settings), port=settings.web_port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def loop(settings: Settings, office: Office) -> Iterator[Office]:
    """The office with a provider of its own, whose events go to a running web app."""
    ports = dict.fromkeys(("sandbox_site_port", "sandbox_records_port", "sandbox_mail_port"), 0)
    wanted = settings.model_copy(update={"web_port": free_port(), **ports})
    with start_sandbox(wanted, World(seed=7, listings=5, on=DAY)) as running, web_app(running.settings):
        office.settings = running.settings
        yield office


def flush(office: Office) -> dict[str, int]:
    counts: dict[str, int] = httpx.post(f"{office.settings.mail_host}/_control/flush-events", timeout=30).json()
    return counts


def deliver(office: Office, on: object = DAY) -> dict[str, int]:
    mailer = Mailer.from_settings(office.settings)
    return dict(deliver_day(office.database, mailer, office.settings, office.tenant_id, (COUNTY, on)).outcomes)


def test_what_the_provider_says_ends_in_the_campaign_and_on_the_list_of_who_is_not_mailed(loop: Office) -> None:
    people = ("avery", "emery.bounce", "finley.complain", "gray.unsub", "harper.defer")
    loop.take_in([buyer(name) for name in people], [contract(A), contract(B, signed_on="2015-05-05")])
    loop.plan([home(A)])
    assert deliver(loop) == {"accepted": 6}
    counts = flush(loop)
    assert counts["failed"] == 0 < counts["accepted"]
    found = project_day(loop.database, loop.tenant_id, COUNTY, DAY).counts
    assert found["team"]["accepted"] == found["team"]["delivered"] == 1
    said = {key: found["buyers"][key] for key in ("accepted", "delivered", "bounced", "complained", "unsubscribed")}
    assert said == {"accepted": 5, "delivered": 4, "bounced": 1, "complained": 1, "unsubscribed": 1}
    assert project_day(loop.database, loop.tenant_id, COUNTY, DAY).counts == found
    # Another property the day after: who bounced, complained or opted out is left out.
    after = DAY.replace(day=5)
    assert loop.plan([home(A), home(B)], on=after).refused.counts() == {"suppressed": 3}
    assert deliver(loop, after) == {"accepted": 3}


def test_a_mails_own_link_unsubscribes_its_reader(loop: Office) -> None:
    loop.plan([home(A)])
    deliver(loop)
    (mail,) = loop.mails()
    url = mail.snapshot["unsubscribe_url"]
    assert f'href="{url}"' in mail.html_body
    assert httpx.get(url).status_code == 200
    assert loop.suppressions() == []
    assert httpx.post(url, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert [row.reason for row in loop.suppressions()] == ["unsubscribe"]


def test_its_own_process_serves_and_stops_without_a_trace(migrated: MigratedDatabase, tmp_path: Path) -> None:
    port = free_port()
    env = os.environ | migrated.env | {"REALESTATE_OS_HOME": str(tmp_path), "WEB_PORT": str(port)}
    command = [sys.executable, "-m", "realestate_os.web"]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            _until_it_answers(f"http://127.0.0.1:{port}/")
            second = subprocess.run(command, check=False, env=env, capture_output=True, text=True, timeout=60)
            assert second.returncode == 1
            assert second.stderr.strip().endswith("stop what listens there or set WEB_PORT to a free port")
            process.send_signal(signal.SIGTERM)
            said, _ = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 0, said
    assert "Traceback" not in said


def _until_it_answers(url: str) -> None:
    for _ in range(200):
        try:
            assert httpx.get(url).status_code == 200
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the web app did not start")
