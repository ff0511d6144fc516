"""Where Postgres is: the embedded server's life, and the URLs of the four databases.

Belongs here: starting, preparing and stopping the server in home/postgres, and reading the URLs of a
server of one's own from the settings. Does not: tables and migrations (storage/migrations), queries
(resources/database.py), how Postgres's programs are run (postgres_programs.py).
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from pydantic import SecretStr

from realestate_os.settings import Settings, SettingsError
from realestate_os.storage.postgres_programs import (
    PostgresError,
    give_to_server,
    let_server_through,
    run_program,
)

# Raise it when roles.sql or the list of databases changes: a server prepared by an older version is prepared again.
BOOTSTRAP_VERSION = "1"
DATABASES = {
    "realestate_os": "realestate_owner",
    "dagster": "realestate_tools",
    "mlflow": "realestate_tools",
    "optuna": "realestate_tools",
}

ROLES_SQL = Path(__file__).parent / "migrations" / "roles.sql"
START_TIMEOUT_S = 60
# A fresh server takes 60 MB and writes 80 MB of log soon after; below this it dies in the first run.
MIN_FREE_BYTES = 300_000_000
# A server that has data writes its log in pieces of 16 MB; on a full disk it only says that it could not start.
MIN_FREE_BYTES_LATER = 50_000_000
# sockaddr_un holds 108 bytes with the final zero.
MAX_SOCKET_PATH = 107
# Dagster's webserver, daemon and runs, MLflow's workers and the web app hold pools of 5 to 15 each.
MAX_CONNECTIONS = 200


@dataclass(frozen=True)
class DatabaseUrls:
    """SQLAlchemy URLs. owner and app use psycopg 3; Dagster, MLflow and Optuna psycopg2. Hidden in repr: passwords."""

    owner: str = field(repr=False)
    app: str = field(repr=False)
    dagster: str = field(repr=False)
    mlflow: str = field(repr=False)
    optuna: str = field(repr=False)


@dataclass(frozen=True)
class _Place:
    """The folders of one embedded server."""

    home: Path

    @property
    def data(self) -> Path:
        return self.home / "postgres"

    @property
    def log(self) -> Path:
        return self.data / "server.log"

    @property
    def prepared(self) -> Path:
        return self.data / "realestate_os.prepared"


_started: set[Path] = set()


def database_urls(settings: Settings) -> DatabaseUrls:
    """The URLs of the four databases; starts and prepares the embedded server if it is used and not running.

    Raises:
        PostgresError: the embedded server cannot be started (home full, read-only, not reachable).
        SettingsError: DATABASE_URL is set and another of the URLs is missing or wrong.
    """
    if settings.database_url is not None:
        return _configured_urls(settings)
    place = _Place(settings.home.absolute())
    folder = _ready_socket(place)
    if folder is None or not _is_prepared(place):
        with _reporting(place), _lock(place):
            folder = _ready_socket(place) or _start(place)
            _prepare(place, folder)
    return _embedded_urls(folder)


def server_is_running(settings: Settings) -> bool:
    """Whether the embedded server of this home folder answers."""
    return _ready_socket(_Place(settings.home.absolute())) is not None


def server_started_here(settings: Settings) -> bool:
    """Whether this process started the embedded server (and should stop it, unless `up` holds it)."""
    return settings.home.absolute() in _started


def stop_server(settings: Settings) -> bool:
    """Stop the embedded server; open connections are ended. False if none was running.

    Raises:
        PostgresError: it does not stop.
    """
    place = _Place(settings.home.absolute())
    _started.discard(place.home)
    if not place.data.is_dir():
        return False
    with _reporting(place), _lock(place):
        folder = _ready_socket(place)
        if folder is None:
            return False
        run_program(place.home, "pg_ctl", "-D", str(place.data), "-m", "fast", "-w", "stop")
        if folder != place.data:
            shutil.rmtree(folder, ignore_errors=True)
    return True


# URLs


def _embedded_urls(folder: Path) -> DatabaseUrls:
    def url(driver: str, role: str, database: str) -> str:
        return f"postgresql+{driver}://{role}@/{database}?host={quote(str(folder))}"

    return DatabaseUrls(
        owner=url("psycopg", "realestate_owner", "realestate_os"),
        app=url("psycopg", "realestate_app", "realestate_os"),
        dagster=url("psycopg2", "realestate_tools", "dagster"),
        mlflow=url("psycopg2", "realestate_tools", "mlflow"),
        optuna=url("psycopg2", "realestate_tools", "optuna"),
    )


def _configured_urls(settings: Settings) -> DatabaseUrls:
    def url(key: str, value: SecretStr | None, driver: str) -> str:
        if value is None:
            raise SettingsError(
                f"{key}: missing; DATABASE_URL selects a Postgres of your own, which needs all five URLs"
            )
        scheme, mark, rest = value.get_secret_value().partition("://")
        if not mark or scheme.partition("+")[0] not in ("postgresql", "postgres"):
            raise SettingsError(f"{key}: expected postgresql://user:password@host/database")
        return f"postgresql+{driver}://{rest}"

    return DatabaseUrls(
        owner=url("DATABASE_URL", settings.database_url, "psycopg"),
        app=url("APP_DATABASE_URL", settings.app_database_url, "psycopg"),
        dagster=url("DAGSTER_DATABASE_URL", settings.dagster_database_url, "psycopg2"),
        mlflow=url("MLFLOW_DATABASE_URL", settings.mlflow_database_url, "psycopg2"),
        optuna=url("OPTUNA_DATABASE_URL", settings.optuna_database_url, "psycopg2"),
    )


# Is it running?


def _ready_socket(place: _Place) -> Path | None:
    """The socket's folder if the server accepts connections, by its pid file and its socket."""
    try:
        lines = (place.data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return None
    if len(lines) < 8 or lines[7].strip() != "ready":
        return None
    folder = Path(lines[4].strip())
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(folder / ".s.PGSQL.5432"))
        except OSError:
            return None
    return folder


def _is_prepared(place: _Place) -> bool:
    return place.prepared.is_file() and place.prepared.read_text() == BOOTSTRAP_VERSION


@contextmanager
def _lock(place: _Place) -> Iterator[None]:
    """One process at a time starts, prepares or stops the server."""
    place.home.mkdir(parents=True, exist_ok=True)
    with (place.home / "postgres.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def _reporting(place: _Place) -> Iterator[None]:
    """Turn what the disk or Postgres's programs complain about into one message that names folder and setting."""
    try:
        yield
    except OSError as error:
        raise PostgresError(
            f"Postgres cannot keep its data in {place.home} ({error.strerror or error}); "
            "make room there or set REALESTATE_OS_HOME to a folder that can be written"
        ) from error
    except subprocess.CalledProcessError as error:
        said = [line for line in (error.stderr or "").splitlines() if line.strip()]
        raise PostgresError(
            f"Postgres failed in {place.home} ({Path(error.cmd[0]).name}: {' '.join(said[-2:]) or 'no message'}); "
            f"see {place.log}, or set REALESTATE_OS_HOME to another folder"
        ) from error


# Start


def _start(place: _Place) -> Path:
    """Start the server and wait until it is ready; returns the socket's folder. Needs the lock."""
    if not (place.data / "PG_VERSION").is_file():
        _initialize(place)
    require_space(place.home, shutil.disk_usage(place.home).free, MIN_FREE_BYTES_LATER)
    _forget_stale_pid(place)
    if not (place.data / "postmaster.pid").exists():
        _write_configuration(place)
        run_program(
            place.home, "pg_ctl", "-D", str(place.data), "-l", str(place.log), "-w", "-t", str(START_TIMEOUT_S), "start"
        )
        _started.add(place.home)
    deadline = time.monotonic() + START_TIMEOUT_S  # a start that another process began and did not live to see
    while (folder := _ready_socket(place)) is None:
        if time.monotonic() > deadline:
            raise PostgresError(f"Postgres in {place.home} did not become ready; see {place.log}")
        time.sleep(0.05)
    return folder


def _initialize(place: _Place) -> None:
    """Make the data folder beside its final place and move it: an interrupted initdb leaves nothing half done."""
    require_space(place.home, shutil.disk_usage(place.home).free)
    unfinished = place.home / "postgres.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.rmtree(place.data, ignore_errors=True)  # holds no PG_VERSION, so no data
    unfinished.mkdir(mode=0o700)
    let_server_through(place.home)
    give_to_server(unfinished)
    run_program(
        place.home,
        *("initdb", "-D", str(unfinished), "-U", "postgres", "--auth=trust", "--encoding=UTF8"),
        *("--locale-provider=builtin", "--locale=C.UTF-8"),
    )
    with (unfinished / "postgresql.conf").open("a") as configuration:
        configuration.write("\ninclude_if_exists 'realestate_os.conf'\n")
    unfinished.rename(place.data)


def require_space(home: Path, free_bytes: int, needed_bytes: int = MIN_FREE_BYTES) -> None:
    """Refuse to begin on a disk that is nearly full. Raises PostgresError."""
    if free_bytes < needed_bytes:
        raise PostgresError(
            f"{home} has {free_bytes / 1e6:.0f} MB free, Postgres needs {needed_bytes / 1e6:.0f} MB; "
            "make room or set REALESTATE_OS_HOME to a folder on another disk"
        )


def _write_configuration(place: _Place) -> None:
    """Settings of this start. Only a socket that nobody but the server's user (and root) can open: auth is trust."""
    folder = place.data
    if len(str(folder / ".s.PGSQL.5432")) > MAX_SOCKET_PATH:
        digest = hashlib.sha256(str(folder).encode()).hexdigest()[:8]
        folder = Path(tempfile.mkdtemp(prefix=f"realestate-os-{digest}-"))
        give_to_server(folder)
    quoted = str(folder).replace("'", "''")
    (place.data / "realestate_os.conf").write_text(
        "listen_addresses = ''\n"
        f"unix_socket_directories = '\"{quoted}\"'\n"
        "unix_socket_permissions = 0700\n"
        f"max_connections = {MAX_CONNECTIONS}\n"
        "timezone = 'UTC'\n"
        "log_timezone = 'UTC'\n"
    )


def _forget_stale_pid(place: _Place) -> None:
    """Remove a pid file whose process is gone or is something else: after a restart the number may be taken."""
    path = place.data / "postmaster.pid"
    try:
        pid = int(path.read_text().split("\n", 1)[0])
        name = Path(f"/proc/{pid}/comm").read_text().strip()
    except (OSError, ValueError):
        name = ""
    if name != "postgres":
        path.unlink(missing_ok=True)


def _prepare(place: _Place, folder: Path) -> None:
    """Create roles and databases where they are missing. Needs the lock and a running server."""
    import psycopg
    from psycopg import sql

    if _is_prepared(place):
        return
    with psycopg.connect(host=str(folder), user="postgres", dbname="postgres", autocommit=True) as connection:
        connection.execute(ROLES_SQL.read_bytes())
        there = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
        for name, owner in DATABASES.items():
            database, role = sql.Identifier(name), sql.Identifier(owner)
            if name not in there:
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        connection.execute("GRANT CONNECT ON DATABASE realestate_os TO realestate_app")
    place.prepared.write_text(BOOTSTRAP_VERSION)
