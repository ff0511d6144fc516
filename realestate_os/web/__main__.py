"""python -m realestate_os.web: the web app on BIND_HOST and WEB_PORT until it is told to stop.

Belongs here: the port, the server, a clean end. Does not: the application (app.py).
"""

from __future__ import annotations

import contextlib
import logging
import signal
import socket
import sys

import uvicorn

from realestate_os.errors import RealEstateOSError
from realestate_os.settings import Settings, get_settings
from realestate_os.storage.postgres_server import server_started_here, stop_server
from realestate_os.web.app import create_app


class PortTakenError(RealEstateOSError):
    """The port is in use; the message names the setting."""


def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; requests that run are finished first.

    Raises:
        PortTakenError: the port is in use.
    """
    listening = _listen(settings)
    config = uvicorn.Config(
        create_app(settings),
        log_level=settings.log_level.lower(),
        access_log=False,  # paths hold tokens
        server_header=False,
        timeout_graceful_shutdown=5,
        h11_max_incomplete_event_size=64_000,
    )
    # uvicorn raises the signal that stopped it once more; as an exception it lets the rest of this function run.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])
    finally:
        if settings.database_url is None and server_started_here(settings):
            stop_server(settings)


def _listen(settings: Settings) -> socket.socket:
    host, port = settings.bind_host, settings.web_port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise PortTakenError(
            f"port {port} on {host} cannot be used ({error.strerror}); "
            "stop what listens there or set WEB_PORT to a free port"
        ) from None
    return listening


if __name__ == "__main__":
    try:
        settings = get_settings()
        logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
        serve(settings)
    except RealEstateOSError as error:
        sys.exit(f"web: {error}")
