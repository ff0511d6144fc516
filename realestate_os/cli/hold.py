"""Who holds the installation: the lock of `up`, and the embedded Postgres for the time of a command.

Belongs here: one `up` at a time, and stopping the Postgres that a command started unless `up` needs
it. Does not: how Postgres starts (storage/postgres_server.py) or what the commands do.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from realestate_os.errors import RealEstateOSError
from realestate_os.settings import Settings
from realestate_os.storage.postgres_programs import PostgresError
from realestate_os.storage.postgres_server import database_urls, server_is_running, server_started_here, stop_server


class HomeError(RealEstateOSError):
    """The data folder cannot be written; the message names it and the setting."""


class AlreadyUpError(RealEstateOSError):
    """Another `up` holds this installation."""


@contextmanager
def holding_up(settings: Settings) -> Iterator[None]:
    """Hold the lock of `up`.

    Raises:
        AlreadyUpError: another process holds it.
        HomeError: there is no place for it.
    """
    path = settings.home / "up.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        opened = path.open("w")
    except OSError as error:
        raise HomeError(
            f"{settings.home} cannot be written ({error.strerror}); "
            "make room there or set REALESTATE_OS_HOME to a folder that can be written"
        ) from error
    with opened as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyUpError(
                f"realestate-os up is already running for {settings.home}; stop it with Ctrl-C there"
            ) from None
        yield


def is_up(settings: Settings) -> bool:
    """Whether an `up` holds this installation."""
    try:
        with holding_up(settings):
            return False
    except AlreadyUpError:
        return True


@contextmanager
def database_server(settings: Settings, *, stop_always: bool = False) -> Iterator[None]:
    """Postgres for the time of a command: started if it is not running, and then stopped again.

    An `up` that was started meanwhile uses the same server; then it stays. `up` itself stops the
    server whoever started it.

    Raises:
        PostgresError: it cannot be started, or gave up under the command, as on a full disk.
    """
    from sqlalchemy.exc import OperationalError

    found_running = settings.database_url is None and server_is_running(settings)  # a command around this one has it
    database_urls(settings)
    try:
        yield
    except OperationalError as error:
        said = str(error.orig).splitlines()[0]
        raise PostgresError(
            f"Postgres gave up ({said}); its data lies in {settings.home}: make room if the disk is full, then run "
            "again. What was done is kept"
        ) from error
    finally:
        ours = stop_always or (not found_running and server_started_here(settings) and not is_up(settings))
        if settings.database_url is None and ours:
            stop_server(settings)
