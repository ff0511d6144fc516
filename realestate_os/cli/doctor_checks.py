"""What a run needs on this machine and in this installation, each tried for real.

Belongs here: one function a dependency: it returns what it found, or raises Ailment with how to mend
it. Does not: how the answers are shown (doctor.py), or the state of the data (operations/).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from realestate_os.settings import PROJECT_DIR, Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

INSTALL = "run: make setup"
LOCK = PROJECT_DIR / "requirements.lock"
# Below 0.3 GB the embedded Postgres does not start (postgres_server.MIN_FREE_BYTES); the rest is room for the data.
MIN_FREE_GB = 1.0
PORTS = ("web_port", "dagster_port", "mlflow_port", "sandbox_site_port", "sandbox_records_port", "sandbox_mail_port")


class Ailment(Exception):
    """Something is missing or broken: what was found, and how to mend it."""

    def __init__(self, found: str, mend: str) -> None:
        super().__init__(found)
        self.mend = mend


def python() -> str:
    """Python 3.11 to 3.13."""
    version = ".".join(map(str, sys.version_info[:3]))
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        raise Ailment(version, "Python 3.11 to 3.13 is needed: make clean, then make setup PYTHON=/path/to/python3.12")
    return f"{version} ({sys.prefix})"


def packages(lock: Path = LOCK) -> str:
    """The direct dependencies are installed, in the versions of the lock where there is one."""
    from packaging.requirements import Requirement

    declared = [Requirement(text) for text in metadata.requires("realestate-os") or []]
    direct = [one.name for one in declared if one.marker is None or one.marker.evaluate({"extra": ""})]
    locked = _locked_versions(lock)
    wrong = []
    for name in direct:
        have, want = _installed_version(name), locked.get(_canonical(name))
        if have is None:
            wrong.append(f"{name} missing")
        elif want and have != want:
            wrong.append(f"{name} {have}, locked {want}")
    if wrong:
        raise Ailment("; ".join(wrong), INSTALL)
    return f"{len(direct)} direct dependencies" + (" as locked" if locked else ", no lock file here to compare with")


def lightgbm() -> str:
    """LightGBM loads, and with it libgomp."""
    try:
        import lightgbm as found
    except OSError as error:
        raise Ailment(str(error), "apt-get install libgomp1") from None
    return str(found.__version__)


def weasyprint() -> str:
    """WeasyPrint makes a PDF, with Pango."""
    try:
        from weasyprint import HTML, __version__
    except OSError as error:
        mend = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
        raise Ailment(str(error).splitlines()[0], mend) from None
    pdf = HTML(string="<p>doctor</p>").write_pdf()
    if not pdf.startswith(b"%PDF"):
        raise Ailment("the page did not become a PDF", INSTALL)
    return f"{__version__}, one page in {len(pdf):,} bytes"


def fonts() -> str:
    """Fontconfig knows fonts; without any the memo's letters are boxes."""
    mend = "apt-get install fontconfig fonts-dejavu-core fonts-liberation"
    count = len(_output(["fc-list"], mend).splitlines())
    if not count:
        raise Ailment("no font", mend)
    return f"{count} fonts"


def poppler() -> str:
    """pdftoppm turns memo pages into pictures."""
    return _output(["pdftoppm", "-v"], "apt-get install poppler-utils").splitlines()[0]


def chromium(settings: Settings) -> str:
    """Chromium starts and renders a page."""
    from realestate_os.discovery.browser import MISSING, find_chromium, launch_options

    found = find_chromium(settings)
    if found is None:
        raise Ailment("not found", MISSING)
    arguments = [str(one) for one in launch_options(found, (), {})["args"]]
    with tempfile.TemporaryDirectory() as profile:
        page = [f"--user-data-dir={profile}", "--headless", "--dump-dom", "data:text/html,<p>doctor</p>"]
        if "<p>doctor</p>" not in _output([str(found), *arguments, *page], MISSING):
            raise Ailment(f"{found} renders nothing", MISSING)
    return _output([str(found), "--version"], MISSING).strip()


def counties(settings: Settings) -> str:
    """Each county file is right."""
    from realestate_os.counties import CountyError, county_keys, load_county

    folder = settings.assets_config_dir / "counties"
    problems = []
    for key in county_keys(folder):
        try:
            load_county(key, folder)
        except CountyError as error:
            problems.append(str(error))
    if problems:
        raise Ailment("; ".join(problems), "correct the file; docs/extending.md explains each key")
    return ", ".join(county_keys(folder))


def time_zones(settings: Settings) -> str:
    """The time zone of each county is known."""
    from realestate_os.counties import CountyError, county_keys, load_county

    folder = settings.assets_config_dir / "counties"
    try:
        names = sorted({load_county(key, folder).timezone for key in county_keys(folder)})
    except CountyError as error:
        raise Ailment(str(error), f"apt-get install tzdata, or correct timezone in {folder}") from None
    return ", ".join(names)


def data_folder(settings: Settings) -> str:
    """The data folder can be written and has room."""
    home = settings.home
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=home) as probe:
            probe.write(b"doctor")
            probe.flush()
        free_gb = shutil.disk_usage(home).free / 1e9
    except OSError as error:
        mend = "make the folder writable or set REALESTATE_OS_HOME to another one"
        raise Ailment(f"{home}: {error.strerror}", mend) from None
    if free_gb < MIN_FREE_GB:
        mend = "free some space or set REALESTATE_OS_HOME to a larger disk"
        raise Ailment(f"{home}: {free_gb:.1f} GB free, {MIN_FREE_GB:.0f} GB needed", mend)
    return f"{home}, {free_gb:.0f} GB free"


def postgres(settings: Settings) -> str:
    """All four databases answer; the embedded server is started for it, and stopped if it was not running."""
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    from realestate_os.cli.hold import database_server
    from realestate_os.storage.postgres_server import database_urls

    with database_server(settings):
        urls = database_urls(settings)
        versions = {
            _server_version(create_engine(url, poolclass=NullPool))
            for url in (urls.owner, urls.app, urls.dagster, urls.mlflow, urls.optuna)
        }
    return f"{'embedded ' if settings.database_url is None else ''}{', '.join(sorted(versions))}"


def object_store(settings: Settings) -> str:
    """An object is written, read and deleted."""
    from realestate_os.resources.object_store import ObjectStore

    store = ObjectStore.from_settings(settings)
    store.put("doctor/probe.txt", b"doctor")
    same = store.get("doctor/probe.txt") == b"doctor"
    store.delete("doctor/probe.txt")
    if not same:
        raise Ailment(f"{settings.objects_url} gives back something else", "see OBJECT_STORE_URL and its keys")
    return settings.objects_url


def servers(settings: Settings) -> str:
    """The servers that the settings name answer: Qdrant, MLflow."""
    import httpx

    asked = {
        "QDRANT_URL": settings.qdrant_url and f"{settings.qdrant_url.rstrip('/')}/readyz",
        "MLFLOW_TRACKING_URI": settings.mlflow_tracking_uri and f"{settings.mlflow_tracking_uri.rstrip('/')}/health",
    }
    named = {key: url for key, url in asked.items() if url and url.startswith("http")}
    for key, url in named.items():
        try:
            httpx.get(url, timeout=settings.http_timeout_s).raise_for_status()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Ailment(f"{key}: {error}", f"start that server, or correct {key}") from None
    return ", ".join(named) or "none named: Qdrant and MLflow are embedded"


def ports(settings: Settings) -> str:
    """The ports are free, or held by our own `up`."""
    from realestate_os.cli.hold import is_up
    from realestate_os.cli.processes import PortTakenError, require_free_ports

    if is_up(settings):
        return "held by realestate-os up"
    try:
        require_free_ports(settings, PORTS)
    except PortTakenError as error:
        raise Ailment("taken", str(error)) from None
    return ", ".join(str(getattr(settings, name)) for name in PORTS) + " free"


MACHINE: dict[str, Callable[[], str]] = {
    "Python": python,
    "packages": packages,
    "LightGBM": lightgbm,
    "WeasyPrint": weasyprint,
    "fonts": fonts,
    "Poppler": poppler,
}
INSTALLATION: dict[str, Callable[[Settings], str]] = {
    "Chromium": chromium,
    "county files": counties,
    "time zones": time_zones,
    "data folder": data_folder,
    "Postgres": postgres,
    "object store": object_store,
    "servers": servers,
    "ports": ports,
}


def _locked_versions(lock: Path) -> dict[str, str]:
    """Canonical name -> version of the lock's lines that apply to this Python; empty without the file."""
    from packaging.requirements import Requirement

    if not lock.is_file():
        return {}
    lines = (line.rstrip(" \\\n") for line in lock.read_text(encoding="utf-8").splitlines())
    found = [Requirement(line) for line in lines if line and line[0] not in " #"]
    here = (one for one in found if one.marker is None or one.marker.evaluate())
    return {_canonical(one.name): str(one.specifier).removeprefix("==") for one in here}


def _canonical(name: str) -> str:
    from packaging.utils import canonicalize_name

    return canonicalize_name(name)


def _installed_version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _output(command: list[str], mend: str) -> str:
    """What a program says. Raises Ailment when it is not there, fails or hangs."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    except FileNotFoundError:
        raise Ailment(f"{command[0]} not found", mend) from None
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip().splitlines() or [f"ended with {error.returncode}"])[-1]
        raise Ailment(f"{command[0]}: {last}", mend) from None
    except subprocess.TimeoutExpired:
        raise Ailment(f"{command[0]} did not answer within 60 s", mend) from None
    return done.stdout or done.stderr


def _server_version(engine: Engine) -> str:
    from sqlalchemy import text

    with engine.connect() as connection:
        return str(connection.execute(text("SELECT 'PostgreSQL ' || current_setting('server_version')")).scalar_one())
