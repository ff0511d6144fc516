"""`evaluate`: from options to the printed study and the page.

Belongs here: options, progress, printing, where the page goes. Does not: the work (operations/evaluation).
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table as RichTable

from realestate_os.operations.evaluation.causal import Refit
from realestate_os.operations.evaluation.evaluate import Request, evaluate, prediction_rows
from realestate_os.operations.evaluation.page import Table, evaluation_tables, file_lines, write_page, write_rows
from realestate_os.operations.evaluation.plots import evaluation_pictures
from realestate_os.operations.evaluation.sales_file import EvaluationError
from realestate_os.settings import Settings, get_settings
from realestate_os.valuation.pictures import png
from realestate_os.valuation.tuning import Budget

REFITS: dict[str, Refit] = {"none": "none", "monthly": "monthly"}


def evaluate_command(request: Request, output: Path | None, as_json: bool) -> None:
    """Evaluate, print to standard output, leave the page; progress goes to standard error."""
    settings = get_settings()
    folder = made(output or default_folder(settings, "evaluate", request))
    found = evaluate(request, say)
    tables = evaluation_tables(found.summary)
    pictures = evaluation_pictures(found.predicted)
    pictures["Reliability: claimed and realised share of deals"] = png(found.reliability.figure())
    title = f"Value model on {found.summary['file']}, sales from {found.summary['cut']} on"
    page = write_page(folder, settings.templates_dir, found.summary, tables, pictures, title)
    write_rows(folder, "predictions.csv", prediction_rows(found))
    print_summary(found.summary, tables, page, as_json)


def print_summary(summary: dict[str, Any], tables: list[Table], page: Path, as_json: bool) -> None:
    """JSON, or facts and tables, with the page's path."""
    if as_json:
        print(json.dumps(summary | {"page": str(page)}, indent=2, default=str))
        return
    console = Console(width=150 if not Console().is_terminal else None)
    for line in file_lines(summary):
        console.print(line, markup=False, highlight=False)
    for table in tables:
        shown = RichTable(title=table.title, title_justify="left")
        for number, name in enumerate(table.header):
            shown.add_column(name, justify="right" if number else "left")
        for row in table.rows:
            shown.add_row(*row)
        console.print(shown)
    spent = ", ".join(f"{part} {seconds}" for part, seconds in summary["seconds"].items())
    console.print(f"seconds: {spent}", markup=False, highlight=False)
    console.print(f"page: {page}", markup=False, highlight=False, soft_wrap=True)


def default_folder(settings: Settings, what: str, request: Request) -> Path:
    """A folder of the data folder whose name says what was evaluated; the same request replaces its page."""
    parts = (what, request.path.name, str(request.cut or "default"), request.refit)
    name = "-".join("".join(c if c.isalnum() else "_" for c in part) for part in parts)
    return settings.home / "evaluations" / name[:120]


def made(folder: Path) -> Path:
    """The folder, made before the work begins: one that cannot be written must not cost minutes.

    Raises:
        EvaluationError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as reason:
        raise EvaluationError(f"{folder}: cannot be written: {reason.strerror}; give another with --output") from None
    return folder


def budget_of(settings: Settings) -> Budget:
    """The search that trainings of the pipeline use, in memory."""
    return Budget(settings.tuning_trials, settings.tuning_seconds, settings.random_seed)


def refit_of(text: str) -> Refit:
    """The option's value; a wrong one is one clear line."""
    if text not in REFITS:
        raise typer.BadParameter(f"{text!r}; expected one of {', '.join(REFITS)}")
    return REFITS[text]


def cut_of(text: str | None) -> date | None:
    """YYYY-MM-DD, or YYYY-MM for the first of a month."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text if len(text) > 7 else f"{text}-01")
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a date; expected YYYY-MM-DD or YYYY-MM") from None


def say(line: str) -> None:
    """Progress, to standard error, so that --json stays clean."""
    typer.echo(line, err=True)
