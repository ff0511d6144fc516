"""Three ports in one process.

Belongs here: sockets, the loop, starting and stopping. Does not: what the ports answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from realestate_os.errors import RealEstateOSError
from realestate_os.sandbox.faults import FaultLayer, Faults
from realestate_os.sandbox.mail.app import mail_app
from realestate_os.sandbox.records.app import records_app
from realestate_os.sandbox.site.app import site_app
from realestate_os.sandbox.world import World
from realestate_os.settings import Settings

PORT_SETTINGS = ("sandbox_site_port", "sandbox_records_port", "sandbox_mail_port")


class PortTakenError(RealEstateOSError):
    """A port cannot be used; the message names it and the setting that changes it."""


@dataclass
class Sandbox:
    """A running sandbox: its settings with the real ports, its world, its faults by port name."""

    settings: Settings
    world: World
    faults: dict[str, Faults] = field(default_factory=dict)

    @property
    def site_url(self) -> str:
        """Origin of the site."""
        return self._origin("sandbox_site_port")

    @property
    def records_url(self) -> str:
        """Origin of the records."""
        return self._origin("sandbox_records_port")

    @property
    def mail_url(self) -> str:
        """Origin of the mail API."""
        return self._origin("sandbox_mail_port")

    def _origin(self, name: str) -> str:
        return f"http://{self.settings.bind_host}:{getattr(self.settings, name)}"


class _Server(uvicorn.Server):
    """Signals belong to the process, which runs three of these."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


@contextlib.contextmanager
def start_sandbox(settings: Settings, world: World) -> Iterator[Sandbox]:
    """Run the sandbox in a thread for as long as the context lasts.

    A port setting of 0 takes a free port; the Sandbox's settings hold the real ones.

    Raises:
        PortTakenError: a port is in use.
    """
    sockets = open_sockets(settings)
    ports = {name: sock.getsockname()[1] for name, sock in zip(PORT_SETTINGS, sockets, strict=True)}
    sandbox = Sandbox(settings.model_copy(update=ports), world)
    servers, poster = _servers(sandbox)
    ready = threading.Event()
    thread = threading.Thread(
        target=lambda: asyncio.run(_serve(servers, sockets, poster, ready)), name="sandbox", daemon=True
    )
    thread.start()
    ready.wait(30)
    try:
        yield sandbox
    finally:
        for server in servers:
            server.should_exit = True
        thread.join(15)


def run_sandbox(settings: Settings, world: World) -> None:
    """Serve until SIGINT or SIGTERM. Raises PortTakenError."""
    sockets = open_sockets(settings)
    servers, poster = _servers(Sandbox(settings, world))
    asyncio.run(_serve_until_signal(servers, sockets, poster))


def open_sockets(settings: Settings) -> list[socket.socket]:
    """Bind the three ports, all or none."""
    opened: list[socket.socket] = []
    for name in PORT_SETTINGS:
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # TCP: asyncio then sets NODELAY
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.append(sock)
        try:
            sock.bind((settings.bind_host, getattr(settings, name)))
        except OSError as error:
            for one in opened:
                one.close()
            port = getattr(settings, name)
            raise PortTakenError(
                f"port {port} on {settings.bind_host} cannot be used ({error.strerror}); "
                f"stop what listens there or set {name.upper()} to a free port"
            ) from None
        sock.listen(256)
    return opened


def _servers(sandbox: Sandbox) -> tuple[list[_Server], Any]:
    """One server a port, and the poster of events. Makes the world: no request shall wait for it."""
    sandbox.world.of(sandbox.world.county)
    sandbox.faults = {name: Faults() for name in ("site", "records", "mail")}
    mail = mail_app(sandbox.world, sandbox.settings, sandbox.faults["mail"])
    apps: dict[str, ASGIApp] = {
        "site": site_app(sandbox.world, sandbox.faults["site"]),
        "records": records_app(sandbox.world, sandbox.faults["records"]),
        "mail": mail,
    }
    servers = []
    for name, app in apps.items():
        config = uvicorn.Config(
            FaultLayer(app, sandbox.faults[name]),
            log_level="warning",
            access_log=False,
            lifespan="off",
            ws="none",
            proxy_headers=False,
            timeout_graceful_shutdown=2,
        )
        servers.append(_Server(config))
    return servers, mail.state.mail.poster


async def _serve(servers: list[_Server], sockets: list[socket.socket], poster: Any, ready: threading.Event) -> None:
    posting = asyncio.create_task(poster.run())
    serving = asyncio.gather(*(server.serve(sockets=[sock]) for server, sock in zip(servers, sockets, strict=True)))
    while not all(server.started for server in servers) and not serving.done():
        await asyncio.sleep(0.01)
    ready.set()
    try:
        await serving
    finally:
        posting.cancel()


async def _serve_until_signal(servers: list[_Server], sockets: list[socket.socket], poster: Any) -> None:
    def stop() -> None:
        for server in servers:
            server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    await _serve(servers, sockets, poster, threading.Event())
