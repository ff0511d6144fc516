"""The embedded server: started once, by whoever comes first, prepared, stopped; and what goes wrong."""

from __future__ import annotations

import os
import resource
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, make_url, text

from realestate_os.settings import PROJECT_DIR, Settings, SettingsError, load_settings
from realestate_os.storage.postgres_programs import WHEEL, PostgresError, _copy_programs, run_program
from realestate_os.storage.postgres_server import (
    MIN_FREE_BYTES,
    database_urls,
    require_space,
    server_is_running,
    server_started_here,
    stop_server,
)

START = (
    "from realestate_os.settings import load_settings; from realestate_os.storage.postgres_server import database_urls"
)
CALL = "print(database_urls(load_settings(database_url=None)).app)"


def new_home() -> Settings:
    folder = Path(tempfile.mkdtemp(prefix="reos-pg-"))
    return load_settings(realestate_os_home=folder / "private" / "it's home", database_url=None)


def remove(settings: Settings) -> None:
    stop_server(settings)
    shutil.rmtree(settings.home.parents[1])


@pytest.fixture
def settings() -> Iterator[Settings]:
    """A home without a server; a start takes seconds, so most tests share `running`."""
    settings = new_home()
    yield settings
    remove(settings)


@pytest.fixture(scope="module")
def running() -> Iterator[Settings]:
    """A home whose server this process started; a folder above it is private."""
    settings = new_home()
    settings.home.parent.mkdir(parents=True)
    settings.home.parent.chmod(0o700)
    database_urls(settings)
    assert server_started_here(settings)
    yield settings
    remove(settings)


def start_elsewhere(settings: Settings, limit_bytes: int | None = None) -> subprocess.Popen[str]:
    """Another process that asks for the URLs; with a limit, no file of its can grow beyond it."""
    code = f"{START}\n"
    if limit_bytes:
        code += f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit_bytes}, {limit_bytes}))\n"
    env = {**os.environ, "REALESTATE_OS_HOME": str(settings.home)}
    command = [sys.executable, "-c", code + CALL]
    return subprocess.Popen(
        command, env=env, cwd=PROJECT_DIR, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def ask(url: str, question: str) -> object:
    engine = create_engine(url)
    with engine.connect() as connection:
        answer: object = connection.execute(text(question)).scalar_one()
    engine.dispose()
    return answer


def connect(url: str, database: str = "realestate_os") -> psycopg.Connection[tuple[object, ...]]:
    parts = make_url(url)
    return psycopg.connect(host=str(parts.query["host"]), user=parts.username, dbname=database)


@pytest.mark.parametrize(
    ("name", "driver", "role", "database"),
    [
        ("owner", "psycopg", "realestate_owner", "realestate_os"),
        ("app", "psycopg", "realestate_app", "realestate_os"),
        ("dagster", "psycopg2", "realestate_tools", "dagster"),
        ("mlflow", "psycopg2", "realestate_tools", "mlflow"),
        ("optuna", "psycopg2", "realestate_tools", "optuna"),
    ],
)
def test_each_url_leads_to_its_database_by_its_driver_as_its_role(running, name, driver, role, database):
    url = getattr(database_urls(running), name)
    assert ask(url, "SELECT current_user || ' ' || current_database()") == f"{role} {database}"
    assert make_url(url).drivername == f"postgresql+{driver}"


def test_it_listens_on_a_socket_that_only_its_user_can_open_and_opens_no_folder_for_reading(running):
    urls = database_urls(running)
    assert ask(urls.app, "SELECT current_setting('listen_addresses')") == ""
    socket = Path(str(make_url(urls.app).query["host"])) / ".s.PGSQL.5432"
    assert stat.S_IMODE(socket.stat().st_mode) & 0o077 == 0
    assert stat.S_IMODE(running.home.parent.stat().st_mode) & 0o044 == 0
    assert stat.S_IMODE((running.home / "postgres").stat().st_mode) & 0o077 == 0


def test_tools_may_not_enter_our_database(running):
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        connect(database_urls(running).dagster)


def test_what_is_kept_survives_a_restart_and_a_pid_file_whose_number_is_another_process(running):
    """After a crash and a restart of the machine the number in the pid file may belong to anything."""
    with connect(database_urls(running).owner) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    pid_file = running.home / "postgres" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    assert stop_server(running)
    assert not server_is_running(running)
    assert not server_started_here(running)
    assert not stop_server(running)
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert not server_is_running(running)
    assert ask(database_urls(running).owner, "SELECT answer FROM kept") == 42
    assert server_is_running(running)
    assert server_started_here(running)


def test_several_processes_at_once_share_one_server_that_outlives_them(settings):
    others = [start_elsewhere(settings) for _ in range(2)]
    said = []
    for other in others:
        out, error = other.communicate(timeout=120)
        assert other.returncode == 0, error
        said.append(out.strip())
    assert server_is_running(settings)
    assert said == [database_urls(settings).app] * 2
    assert not server_started_here(settings)


def test_a_home_too_deep_for_a_socket_uses_a_short_folder_and_clears_it(settings):
    deep = load_settings(realestate_os_home=settings.home / ("d" * 60) / ("e" * 60), database_url=None)
    url = database_urls(deep).app
    folder = Path(str(make_url(url).query["host"]))
    assert not folder.is_relative_to(settings.home)
    assert ask(url, "SELECT 1") == 1
    stop_server(deep)
    assert not folder.exists()


@pytest.mark.parametrize("home", ["/proc/realestate-os", "/dev/null/realestate-os"])
def test_a_home_that_cannot_be_written_is_one_clear_error(home):
    with pytest.raises(PostgresError, match=f"{home}.*REALESTATE_OS_HOME") as raised:
        database_urls(load_settings(realestate_os_home=Path(home), database_url=None))
    assert "\n" not in str(raised.value)


def test_a_disk_that_fills_up_during_the_first_start_is_one_clear_error_and_the_next_start_goes_on(settings):
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    other = start_elsewhere(settings, limit_bytes=2_000_000)
    _, error = other.communicate(timeout=120)
    last = error.strip().splitlines()[-1]
    assert last.startswith("realestate_os.storage.postgres_programs.PostgresError: "), error
    assert str(settings.home) in last
    assert "REALESTATE_OS_HOME" in last
    # as a machine that lost power would leave it
    (settings.home / "postgres.unfinished" / "base").mkdir(parents=True, exist_ok=True)
    (settings.home / "postgres").mkdir()
    assert ask(database_urls(settings).app, "SELECT 1") == 1
    assert not (settings.home / "postgres.unfinished").exists()


def test_a_nearly_full_disk_is_refused_before_anything_is_written():
    require_space(Path("/data"), MIN_FREE_BYTES)
    with pytest.raises(PostgresError, match=r"/data has 12 MB free.*REALESTATE_OS_HOME"):
        require_space(Path("/data"), 12_000_000)


def test_a_persons_home_folder_is_never_opened():
    """As root it is refused, as anybody else it cannot be written: one message either way."""
    home = Path("/root/realestate-os-test-home")
    before = os.stat("/root").st_mode
    try:
        with pytest.raises(PostgresError, match=r"/root.*REALESTATE_OS_HOME"):
            database_urls(load_settings(realestate_os_home=home, database_url=None))
        assert os.stat("/root").st_mode == before
    finally:
        shutil.rmtree(home, ignore_errors=True)


def test_a_copy_of_the_programs_runs_and_can_be_read_by_all(tmp_path):
    spec = find_spec(WHEEL)
    assert spec is not None
    package = Path(str(spec.origin)).parent
    copy = tmp_path / "programs"
    _copy_programs(package, copy)
    initdb = copy / package.name / "pginstall18" / "bin" / "initdb"
    assert "18." in subprocess.run([initdb, "--version"], check=True, capture_output=True, text=True).stdout
    assert all(path.stat().st_mode & 0o004 for path in copy.rglob("*"))


def test_a_failing_program_says_why(tmp_path):
    with pytest.raises(subprocess.CalledProcessError) as raised:
        run_program(tmp_path, "pg_ctl", "-D", str(tmp_path / "nowhere"), "status")
    assert "nowhere" in raised.value.stderr


# A server of one's own

OWN = {
    "database_url": "postgresql://owner:secret@db:5432/realestate_os",
    "app_database_url": "postgres://app:secret@db/realestate_os?sslmode=require",
    "dagster_database_url": "postgresql+psycopg2://tools:secret@db/dagster",
    "mlflow_database_url": "postgresql+psycopg://tools:secret@db/mlflow",
    "optuna_database_url": "postgresql://tools:secret@db/optuna",
}


def test_urls_of_ones_own_server_get_the_driver_that_each_part_needs():
    urls = database_urls(load_settings(**OWN))
    assert urls.owner == "postgresql+psycopg://owner:secret@db:5432/realestate_os"
    assert urls.app == "postgresql+psycopg://app:secret@db/realestate_os?sslmode=require"
    assert urls.dagster == "postgresql+psycopg2://tools:secret@db/dagster"
    assert urls.mlflow == "postgresql+psycopg2://tools:secret@db/mlflow"
    assert urls.optuna == "postgresql+psycopg2://tools:secret@db/optuna"
    assert "secret" not in repr(urls)


@pytest.mark.parametrize("key", [key for key in OWN if key != "database_url"])
def test_a_missing_url_names_its_setting(key):
    with pytest.raises(SettingsError, match=key.upper()):
        database_urls(load_settings(**{**OWN, key: None}))


def test_a_wrong_url_names_its_setting_and_not_its_password():
    with pytest.raises(SettingsError, match="APP_DATABASE_URL: expected postgresql") as raised:
        database_urls(load_settings(**{**OWN, "app_database_url": "mysql://app:secret@db/x"}))
    assert "secret" not in str(raised.value)
