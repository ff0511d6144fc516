"""Bad input, as a user meets it: one clear message, exit code 1, and the next run goes on from there."""

from __future__ import annotations

import re
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from realestate_os.cli.hold import holding_up
from realestate_os.discovery.archive import PageArchive
from realestate_os.resources.object_store import ObjectStore
from realestate_os.sandbox.faults import Fault
from realestate_os.sandbox.server import Sandbox, start_sandbox
from realestate_os.sandbox.world import World
from realestate_os.settings import PROJECT_DIR
from realestate_os.storage.postgres_server import server_is_running, stop_server
from realestate_os_tests.end_to_end.conftest import run_cli
from realestate_os_tests.end_to_end.installation import COUNTY, DAY, HOMES, PAGES, error_of, settings_of
from realestate_os_tests.places import environment

SALE_HEADER, SALE = "sale_date,sale_price,sqft_living,zipcode", "2026-05-02,500000,1500,98101"


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    """A fresh installation that a command may fail in."""
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)  # the embedded Postgres runs as a user of its own
    return environment(tmp_path / "var")


def own_config(folder: Path) -> Path:
    return Path(shutil.copytree(PROJECT_DIR / "assets_config", folder / "config"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("key: king_wa", "key: [king_wa", "not valid YAML"),
        ("America/Los_Angeles", "America/Seattle", "timezone: Value error, 'America/Seattle' is no time zone"),
    ],
)
def test_a_malformed_county_file(tmp_path: Path, variables: dict[str, str], old: str, new: str, message: str) -> None:
    config = own_config(tmp_path)
    path = config / "counties" / f"{COUNTY}.yaml"
    path.write_text(path.read_text().replace(old, new))
    error = error_of(run_cli(variables | {"ASSETS_CONFIG_DIR": str(config)}, *PAGES[:3]))
    assert str(path) in error
    assert message in error


def test_a_csv_with_a_wrong_header(tmp_path: Path, variables: dict[str, str]) -> None:
    path = tmp_path / "sales.csv"
    path.write_text(f"a,b,c,d\n{SALE}\n")
    importing = ("import", "sales", str(path), "--county", COUNTY)
    for command in (("demo", "--sales", str(path)), importing):
        error = error_of(run_cli(variables, *command))
        assert "sales.csv: found no column for sale_date, sale_price_usd, square_footage" in error
        assert "Columns found: a, b, c, d" in error
    assert not server_is_running(settings_of(variables))
    path.write_text(f"{SALE_HEADER}\n{SALE}\n")
    assert "1 new sales" in run_cli(variables, *importing).stdout


def test_a_port_that_is_taken(variables: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", int(variables["WEB_PORT"]))):
        error = error_of(run_cli(variables, "demo", "--listings", "5"))
    assert f"port {variables['WEB_PORT']} on 127.0.0.1 cannot be used" in error
    assert "set WEB_PORT to a free port" in error
    assert not server_is_running(settings_of(variables))


@pytest.mark.parametrize("command", ["demo", "materialize", "up"])
def test_a_data_folder_that_cannot_be_written(command: str, tmp_path: Path) -> None:
    """Under a file, since root may write everywhere else."""
    (tmp_path / "file").write_text("in the way")
    error = error_of(run_cli({"REALESTATE_OS_HOME": str(tmp_path / "file" / "var")}, command))
    assert str(tmp_path / "file" / "var") in error
    assert "set REALESTATE_OS_HOME to a folder that can be written" in error


def test_the_demo_refuses_public_sources(variables: dict[str, str]) -> None:
    assert "demo runs on the sandbox" in error_of(run_cli(variables | {"SOURCES": "public"}, "demo"))


@dataclass(frozen=True)
class Installation:
    """A data folder whose Postgres and sandbox run for all tests of a module, as under `up`."""

    variables: dict[str, str]
    box: Sandbox

    def archive(self) -> PageArchive:
        return PageArchive(ObjectStore.from_settings(settings_of(self.variables)))

    def pages(self) -> dict[str, str]:
        """When each archived page of the day was fetched, by URL."""
        return {page.url: str(page.fetched_at) for page in self.archive().pages(COUNTY, DAY)}


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    home = tmp_path_factory.mktemp("installation")
    for folder in (home, *home.parents[:2]):
        folder.chmod(0o755)
    variables = environment(home / "var")
    settings = settings_of(variables)
    world = World(seed=settings.random_seed, county=COUNTY, listings=HOMES, on=DAY)
    with holding_up(settings), start_sandbox(settings, world) as box:
        yield Installation(variables, box)
    stop_server(settings)


@pytest.fixture(autouse=True)
def calm(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "installation" in request.fixturenames:
        request.getfixturevalue("installation").box.faults["site"].clear()


@pytest.mark.drill
def test_a_failing_site_then_no_chromium_then_the_rest(installation: Installation) -> None:
    """Each run keeps what it got; the next fetches only what is missing."""
    site = installation.box.faults["site"]
    site.add(Fault("status:500", times=10_000))
    error = error_of(run_cli(installation.variables, *PAGES))
    assert f"no home of {COUNTY} could be fetched for {DAY} (1 x http_500)" in error
    assert "run again later: realestate-os materialize" in error
    assert installation.pages() == {}
    site.clear()

    error = error_of(run_cli(installation.variables | {"CHROMIUM_PATH": "/nonexistent"}, *PAGES))
    plain = installation.pages()
    assert "need a browser and no Chromium was found; install Chromium (apt-get install chromium) or set" in error
    told = re.findall(r"(\w+): \d+ pages of king_wa need a browser.*?(\d+) other pages of it are archived", error)
    kept = {source: len(installation.archive().pages(COUNTY, DAY, source)) for source, _ in told}
    assert {source: int(pages) for source, pages in told} == kept
    assert 1 < max(kept.values()) <= len(plain)

    done = run_cli(installation.variables, *PAGES)
    whole = installation.pages()
    assert f"listing_pages: {len(whole)} rows" in done.stdout, done.stderr
    assert plain.items() < whole.items()


@pytest.mark.drill
def test_an_empty_site_is_asked_again(installation: Installation) -> None:
    """A list page without a single link is no answer to go on with: it is not archived."""
    day = "2025-06-01"
    command = [day if word == str(DAY) else word for word in PAGES]
    with empty_site() as port:
        error = error_of(run_cli(installation.variables | {"SANDBOX_SITE_PORT": str(port)}, *command))
    assert f"sandbox_fsbo: no home of {COUNTY} could be fetched for {day} (1 x unreadable_list)" in error
    assert "https://fsbo.sandbox.example/king_wa/homes?page=1 not a single link" in error
    assert "If a browser shows homes there, mend list_page in sandbox_fsbo.yaml" in error
    done = run_cli(installation.variables, *command)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[1]) > HOMES


@pytest.mark.drill
def test_an_object_store_that_cannot_be_written(installation: Installation, tmp_path: Path) -> None:
    store = tmp_path / "objects"
    store.write_text("in the way")
    error = error_of(run_cli(installation.variables | {"OBJECT_STORE_URL": str(store)}, *PAGES))
    assert str(store) in error
    assert "OBJECT_STORE_URL" in error


@pytest.mark.parametrize("asset", [pytest.param("listing_pages", marks=pytest.mark.drill), "sales"])
def test_no_network(installation: Installation, tmp_path: Path, asset: str) -> None:
    """Public sources whose hosts have no address, as where there is no name service."""
    config = own_config(tmp_path)
    unreachable = {
        "sandbox_fsbo": {"profile": "public", "start_urls": ["https://nowhere.invalid/homes"]},
        "king_wa_sales": {"url": "https://nowhere.invalid/arcgis/rest/services/Sales/MapServer/0"},
    }
    for name, changes in unreachable.items():
        path = config / "sources" / f"{name}.yaml"
        path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | changes))
    public = {"SOURCES": "public", "ASSETS_CONFIG_DIR": str(config), "OBJECT_STORE_URL": str(tmp_path / "objects")}
    error = error_of(run_cli(installation.variables | public, "materialize", "--county", COUNTY, "--assets", asset))
    assert "https://nowhere.invalid" in error
    assert "run again" in error


@contextmanager
def empty_site() -> Iterator[int]:
    """A site that is up and has nothing; its port."""

    class Nothing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<html><body><h1>Homes</h1></body></html>")

        def log_message(self, format: str, *arguments: object) -> None:
            """Silence."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Nothing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()
