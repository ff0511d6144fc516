"""doctor: well where everything is there, and a way to mend what is not. Nothing is faked but what is broken."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from pathlib import Path
from threading import Thread

import pytest
import typer
from typer.testing import CliRunner

from realestate_os.cli import doctor_checks as checks
from realestate_os.cli.doctor import doctor, examine
from realestate_os.cli.doctor_checks import PORTS, Ailment
from realestate_os.counties import CountyError
from realestate_os.settings import PROJECT_DIR, Settings, load_settings

runner = CliRunner()
app = typer.Typer()
app.command()(doctor)


def free_ports(count: int) -> list[int]:
    """Different ports that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    found = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return found


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation of its own, without a .env, on free ports; by environment, since the command reads that."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REALESTATE_OS_HOME", str(tmp_path / "home"))
    for name, port in zip(PORTS, free_ports(len(PORTS)), strict=True):
        monkeypatch.setenv(name.upper(), str(port))
    return load_settings()


class Answer(BaseHTTPRequestHandler):
    """200 for health questions, 500 below /broken."""

    def do_GET(self) -> None:
        """Answer by the path alone."""
        self.send_response(500 if self.path.startswith("/broken") else 200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing to say."""


@pytest.fixture
def server() -> Iterator[str]:
    """The base URL of a server that answers."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as running:
        Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def ill(name: str, settings: Settings) -> Ailment:
    """What a check of the installation complains about."""
    with pytest.raises(Ailment) as caught:
        checks.INSTALLATION[name](settings)
    assert caught.value.mend
    return caught.value


def test_everything_is_there(settings: Settings) -> None:
    """The whole command, with Chromium, Postgres and a PDF; the server that it starts it also stops."""
    result = runner.invoke(app, ["--json"])
    answers = {one["name"]: one for one in json.loads(result.stdout)}
    assert {name for name, one in answers.items() if not one["ok"]} == set()
    assert result.exit_code == 0
    assert set(answers) == {*checks.MACHINE, "settings", *checks.INSTALLATION}
    assert "PostgreSQL" in answers["Postgres"]["found"]
    assert not (settings.home / "postgres" / "postmaster.pid").exists()


def test_a_wrong_setting_is_named_and_the_machine_still_examined(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The checks that need settings wait; the exit code says that something is wrong."""
    monkeypatch.setenv("WEB_PORT", "eighty")
    result = runner.invoke(app, [])
    assert result.exit_code == 1
    assert "WEB_PORT" in result.stdout
    assert "Python" in result.stdout
    assert "1 of 7 need mending" in result.stdout
    assert "Traceback" not in result.stdout


def test_what_a_check_raises_is_an_answer() -> None:
    """Our own errors say themselves what to do; a half-installed library fails in its own way."""

    def county_file_wrong() -> str:
        raise CountyError("king_wa.yaml: state: wrong")

    def broken_library() -> str:
        raise AttributeError("no attribute 'core'")

    assert examine("counties", county_file_wrong).found == "king_wa.yaml: state: wrong"
    answer = examine("pandas", broken_library)
    assert not answer.ok
    assert answer.found == "AttributeError: no attribute 'core'"
    assert answer.mend == checks.INSTALL


def test_packages_differing_from_the_lock_are_named(tmp_path: Path) -> None:
    """By name, with what is there and what should be; markers of another Python do not count."""
    lock = tmp_path / "requirements.lock"
    pandas = metadata.version("pandas")
    lock.write_text(
        f"pandas=={pandas} \\\n    --hash=sha256:00\n    # via us\n"
        "rich==1.0 ; python_version >= '3.11' \\\n    --hash=sha256:00\n"
        "typer==0.1 ; python_version < '3.11' \\\n    --hash=sha256:00\n"
        "not-ours==1.0 \\\n    --hash=sha256:00\n"
    )
    with pytest.raises(Ailment) as caught:
        checks.packages(lock)
    assert str(caught.value) == f"rich {metadata.version('rich')}, locked 1.0"


def test_packages_without_a_lock_are_only_counted(tmp_path: Path) -> None:
    """An image holds no lock."""
    assert "no lock file" in checks.packages(tmp_path / "none")


@pytest.mark.parametrize(("name", "package"), [("fonts", "fonts-dejavu-core"), ("Poppler", "poppler-utils")])
def test_a_missing_program_names_its_package(
    name: str, package: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As apt-get wants it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Ailment) as caught:
        checks.MACHINE[name]()
    assert package in caught.value.mend


def test_a_machine_without_fonts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """fc-list is there and lists nothing."""
    script(tmp_path / "fc-list", "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Ailment, match="no font"):
        checks.fonts()


def script(path: Path, body: str) -> Path:
    """A program that does what the body says."""
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def test_chromium_is_missing(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither on the PATH nor where CHROMIUM_PATH says."""
    absent = settings.model_copy(update={"chromium_path": tmp_path / "absent"})
    assert "CHROMIUM_PATH" in ill("Chromium", absent).mend
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "apt-get install chromium" in ill("Chromium", settings).mend


def test_chromium_is_there_but_does_not_start(settings: Settings, tmp_path: Path) -> None:
    """Its last words are shown."""
    broken = script(tmp_path / "chromium", "echo 'libnss3.so: cannot open' >&2; exit 127")
    found = ill("Chromium", settings.model_copy(update={"chromium_path": broken}))
    assert "libnss3.so: cannot open" in str(found)


def test_chromium_starts_but_renders_nothing(settings: Settings, tmp_path: Path) -> None:
    """A version number alone is no proof."""
    empty = script(tmp_path / "chromium", "echo Chromium 1.0")
    assert "renders nothing" in str(ill("Chromium", settings.model_copy(update={"chromium_path": empty})))


def test_wrong_county_files_are_all_named(settings: Settings, tmp_path: Path) -> None:
    """One look, all mistakes."""
    shutil.copytree(PROJECT_DIR / "assets_config" / "counties", tmp_path / "counties")
    for key in ("king_wa", "cook_il"):
        (tmp_path / "counties" / f"{key}.yaml").write_text("key: x\n")
    found = str(ill("county files", settings.model_copy(update={"assets_config_dir": tmp_path})))
    assert "king_wa.yaml" in found
    assert "cook_il.yaml" in found


def test_an_unknown_time_zone(settings: Settings, tmp_path: Path) -> None:
    """tzdata is missing, or the file is wrong."""
    (tmp_path / "counties").mkdir()
    text = (PROJECT_DIR / "assets_config" / "counties" / "king_wa.yaml").read_text()
    (tmp_path / "counties" / "king_wa.yaml").write_text(text.replace("Los_Angeles", "Los_Diablos"))
    found = ill("time zones", settings.model_copy(update={"assets_config_dir": tmp_path}))
    assert "America/Los_Diablos" in str(found)
    assert "tzdata" in found.mend


def test_a_data_folder_that_cannot_be_made(settings: Settings, tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "file").write_text("")
    found = ill("data folder", settings.model_copy(update={"realestate_os_home": tmp_path / "file" / "home"}))
    assert "Not a directory" in str(found)
    assert "REALESTATE_OS_HOME" in found.mend


def test_a_data_folder_in_a_read_only_place(settings: Settings) -> None:
    """/proc takes no files, not even root's."""
    assert (
        "REALESTATE_OS_HOME"
        in ill("data folder", settings.model_copy(update={"realestate_os_home": Path("/proc/x")})).mend
    )


def test_a_taken_port_names_its_setting(settings: Settings) -> None:
    """And says what to do."""
    with socket.create_server(("127.0.0.1", settings.mlflow_port)):
        assert "MLFLOW_PORT" in ill("ports", settings).mend
    assert "free" in checks.ports(settings)


def test_ports_held_by_our_own_up_are_well(settings: Settings) -> None:
    """Otherwise doctor would be useless while the product runs."""
    from realestate_os.cli.hold import holding_up

    with holding_up(settings), socket.create_server(("127.0.0.1", settings.web_port)):
        assert "realestate-os up" in checks.ports(settings)


def test_servers_of_ones_own_are_asked(settings: Settings, server: str) -> None:
    """An answer is well; an error or silence names the setting."""
    own = {"qdrant_url": server, "mlflow_tracking_uri": f"{server}/"}
    assert checks.servers(settings.model_copy(update=own)) == "QDRANT_URL, MLFLOW_TRACKING_URI"
    broken = settings.model_copy(update=own | {"qdrant_url": f"{server}/broken"})
    assert "QDRANT_URL" in ill("servers", broken).mend
    [port] = free_ports(1)
    silent = settings.model_copy(update=own | {"mlflow_tracking_uri": f"http://127.0.0.1:{port}"})
    assert "MLFLOW_TRACKING_URI" in ill("servers", silent).mend


def test_the_embedded_parts_need_no_server(settings: Settings) -> None:
    """Nothing is asked."""
    assert "embedded" in checks.servers(settings)
