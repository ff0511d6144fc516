"""What a user types and reads: help, one clear line for what can be mended, tracebacks on demand."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from realestate_os.cli.main import app, main
from realestate_os.settings import PROJECT_DIR, get_settings

COMMANDS = {
    "archive",
    "demo",
    "up",
    "doctor",
    "db",
    "import",
    "sandbox",
    "materialize",
    "score",
    "explain",
    "similar",
    "vectors",
    "review",
    "dictionary",
    "version",
    "evaluate",
    "backtest",
}


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def line(self) -> str:
        """The one line of its error."""
        (line,) = self.err.splitlines()
        assert line.startswith("error: ")
        return line


Run = Callable[..., Ended]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "var"


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """The command on a fresh data folder, in this process."""

    def run_it(*arguments: str, **variables: str) -> Ended:
        for name, value in {"REALESTATE_OS_HOME": str(home), "COLUMNS": "200", **variables}.items():
            monkeypatch.setenv(name, value)
        get_settings.cache_clear()
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        return Ended(int(ended.value.code or 0), *capsys.readouterr())

    yield run_it
    get_settings.cache_clear()


def in_a_process(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "realestate_os.cli.main", *arguments]
    return subprocess.run(command, cwd=PROJECT_DIR, capture_output=True, text=True, timeout=120, check=False)


def leaf_commands() -> list[tuple[str, ...]]:
    """Every command one can type: ("demo",), ("db", "upgrade"), ..."""
    root = typer.main.get_command(app)
    found: list[tuple[str, ...]] = []
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", None)
        found += [(name, inner) for inner in below] if below else [(name,)]
    return found


def test_help_lists_every_command() -> None:
    result = CliRunner().invoke(app, ["--help"])
    assert result.exit_code == 0
    listed = {words[1] for line in result.output.splitlines() if len(words := line.split()) > 2}
    assert listed >= COMMANDS
    assert {path[0] for path in leaf_commands()} == COMMANDS


@pytest.mark.parametrize("path", leaf_commands(), ids=" ".join)
def test_each_commands_help_has_an_example_that_can_be_typed(path: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, [*path, "--help"])
    assert result.exit_code == 0
    assert "Example" in result.output
    assert f"realestate-os {' '.join(path)}" in result.output


def test_version_names_the_program_and_what_it_stands_on(run: Run) -> None:
    result = run("version")
    assert result.code == 0
    named = dict(line.split(" ", 1) for line in result.out.splitlines())
    assert {"realestate-os", "dagster", "lightgbm", "mlflow", "python"} <= set(named)


def test_the_dictionary_goes_to_standard_output_alone() -> None:
    result = in_a_process("dictionary")
    assert result.stdout.startswith("# Data dictionary")
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["materialize", "--county", "nowhere"], ["no county 'nowhere'", "known:", "king_wa"]),
        (["materialize", "--county", "nowhere", "--date", "2026-01-05"], ["no county 'nowhere'"]),
        (["demo", "--county", "nowhere", "--date", "2026-01-05"], ["no county 'nowhere'"]),
        (["materialize", "--stages", "valuing"], ["unknown valuing", "valuation"]),
        (["materialize", "--assets", "score"], ["unknown score", "scores"]),
        (["materialize", "--date", "2013-12-31"], ["2013-12-31", "2014-01-01"]),
        (["demo", "--date", "2999-01-01"], ["2999-01-01", "today"]),
        (["materialize", "--from", "2026-01-05"], ["--from and --to go together"]),
        (["materialize", "--from", "2026-01-05", "--to", "2026-01-01"], ["lies before"]),
        (["materialize", "--date", "2026-01-05", "--from", "2026-01-01", "--to", "2026-01-05"], ["not both"]),
    ],
    ids=" ".join,
)
def test_what_a_user_can_mend_is_one_line(run: Run, home: Path, arguments: list[str], words: list[str]) -> None:
    result = run(*arguments)
    assert result.code == 1
    assert all(word in result.line for word in words), result.line
    assert result.out == ""
    assert not (home / "postgres").exists(), "refused before anything was started"


def test_a_wrong_date_says_what_a_date_looks_like(run: Run) -> None:
    for arguments in (("demo", "--date", "24.11.2026"), ("materialize", "--from", "2026-13-01", "--to", "2026-01-01")):
        result = run(*arguments)
        assert result.code == 2
        assert "is not a date; expected YYYY-MM-DD" in result.err
        assert "Traceback" not in result.err


def test_a_wrong_option_is_no_traceback(run: Run) -> None:
    for arguments in (("demo", "--sales", "/no/such.csv"), ("demo", "--listings", "0"), ("dance",)):
        result = run(*arguments)
        assert result.code == 2
        assert "Traceback" not in result.err


def test_a_wrong_setting_is_one_line_with_its_name(run: Run) -> None:
    result = run("materialize", "--county", "king_wa", WEB_PORT="many")
    assert result.code == 1
    assert "WEB_PORT" in result.line


def test_debug_shows_the_traceback_wherever_it_stands() -> None:
    for arguments in (("--debug", "import", "sales"), ("import", "sales", "--debug")):
        result = in_a_process(*arguments, str(PROJECT_DIR / "pyproject.toml"), "--county", "nowhere")
        assert result.returncode == 1
        assert "Traceback" in result.stderr
        assert result.stderr.splitlines()[-1].startswith("realestate_os.counties.CountyError: no county 'nowhere'")


def test_a_data_folder_that_cannot_be_made_is_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    result = run("db", "check", REALESTATE_OS_HOME=str(tmp_path / "file" / "var"))
    assert result.code == 1
    assert "file/var" in result.line


def test_a_sales_file_with_a_wrong_header_is_one_line(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "colours.csv"
    path.write_text("red,green\n1,2\n")
    for arguments in (("demo", "--sales", str(path)), ("import", "sales", str(path), "--county", "king_wa")):
        result = run(*arguments)
        assert result.code == 1
        assert "colours.csv" in result.line
