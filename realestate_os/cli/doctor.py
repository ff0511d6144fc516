"""The command doctor: is everything there that a run needs, and if not, how to mend it.

Belongs here: running the checks and showing the answers. Does not: the checks (doctor_checks.py).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import Annotated

import typer

from realestate_os.cli import doctor_checks
from realestate_os.cli.doctor_checks import Ailment
from realestate_os.errors import RealEstateOSError
from realestate_os.settings import Settings, SettingsError, load_settings


@dataclass(frozen=True)
class Diagnosis:
    """One dependency: whether it is well, what was found, and how to mend it (empty when well)."""

    name: str
    ok: bool
    found: str
    mend: str = ""


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print the answers as JSON.")] = False) -> None:
    """Check everything that a run needs, and say how to mend what is missing. Exits with 1 if anything is.

    Examples:

      realestate-os doctor

      realestate-os doctor --json
    """
    answers = list(diagnose()) if as_json else _with_progress(diagnose())
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in answers], indent=2))
    else:
        _show(answers)
    if not all(one.ok for one in answers):
        raise typer.Exit(1)


def diagnose() -> Iterator[Diagnosis]:
    """Run every check; those of the installation only where the settings can be read."""
    for name, check in doctor_checks.MACHINE.items():
        yield examine(name, check)
    try:
        settings = load_settings()
    except SettingsError as error:
        yield Diagnosis("settings", False, str(error), "correct it; docs/operating.md lists each setting")
        return
    yield Diagnosis("settings", True, _profile(settings))
    for name, ask in doctor_checks.INSTALLATION.items():
        yield examine(name, partial(ask, settings))


def examine(name: str, check: Callable[[], str]) -> Diagnosis:
    """One check's answer. Whatever a broken dependency raises is an answer too."""
    try:
        return Diagnosis(name, True, check())
    except Ailment as ailment:
        return Diagnosis(name, False, str(ailment), ailment.mend)
    except RealEstateOSError as error:  # says itself what to do
        return Diagnosis(name, False, str(error))
    except Exception as error:  # a half-installed library fails in its own way
        return Diagnosis(name, False, f"{type(error).__name__}: {error}", doctor_checks.INSTALL)


def _profile(settings: Settings) -> str:
    used = "given by DATABASE_URL" if settings.database_url else "embedded"
    return f"Postgres {used}, objects in {settings.objects_url}, sources: {settings.sources}"


def _with_progress(answers: Iterator[Diagnosis]) -> list[Diagnosis]:
    from rich.console import Console

    collected = []
    with Console(stderr=True).status("checking (about 15 s) ...") as status:
        for one in answers:
            collected.append(one)
            status.update(f"{one.name}: {'well' if one.ok else 'ill'} ...")
    return collected


def _show(answers: list[Diagnosis]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("", "dependency", "found", box=None, pad_edge=False)
    for one in answers:
        mark = Text("ok", style="green") if one.ok else Text("ill", style="red bold")
        found = Text(one.found)
        if one.mend:
            found.append(f"\n-> {one.mend}", style="yellow")
        table.add_row(mark, one.name, found)
    console = Console()
    console.print(table)
    ill = sum(not one.ok for one in answers)
    console.print("everything is there" if not ill else f"{ill} of {len(answers)} need mending")
