"""The command realestate-os: its sub-commands, their options and help.

Belongs here: what the user types and how errors look. Does not: the work of a command, which lives
in the module of its name. Errors are one line; --debug shows the traceback.
"""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from realestate_os.cli import archive, importing, vectors
from realestate_os.cli.db import app as db_app
from realestate_os.cli.doctor import doctor
from realestate_os.cli.review import app as review_app
from realestate_os.cli.sandbox import sandbox
from realestate_os.cli.similar import similar
from realestate_os.cli.world import DEFAULT_COUNTY, DEFAULT_LISTINGS
from realestate_os.errors import RealEstateOSError

app = typer.Typer(
    name="realestate-os",
    help="Off-market property deal flow, county by county, as a Dagster asset graph.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.add_typer(db_app, name="db", help="The database: upgrade, downgrade, check.")
app.add_typer(archive.app, name="archive", help="The pages that crawls have kept: prune.")
app.add_typer(importing.app, name="import", help="Bring files in: lead lists, closed sales.")
app.add_typer(vectors.app, name="vectors", help="Qdrant: rebuild.")
backtest_app = typer.Typer(no_args_is_help=True)
app.add_typer(backtest_app, name="backtest", help="Scores against what happened afterwards: deals.")
app.add_typer(review_app, name="review", help="Look-alike addresses: list, accept, reject.")
app.command()(doctor)
app.command()(sandbox)
app.command()(similar)

County = Annotated[str, typer.Option("--county", help="County key, the name of its file in assets_config/counties.")]
SalesFile = Annotated[Path, typer.Argument(help="CSV, CSV.gz, XLSX or Parquet of closed sales.")]
AnyCounty = Annotated[
    str | None, typer.Option("--county", help="County key; default: where most of the sales lie, file or not.")
]
MappingFile = Annotated[
    Path | None, typer.Option("--mapping", help="YAML: our column -> the file's; default: guessed.")
]
Output = Annotated[Path | None, typer.Option("--output", help="Folder of the page; default: in the data folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the summary as JSON, for a program.")]


@backtest_app.callback()
def _backtest() -> None:
    """Keeps `deals` a sub-command while it is the only one."""


@app.callback()
def _root(debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False) -> None:
    """Read by main(): kept here so that the help lists it."""


@app.command()
def demo(
    county: County = DEFAULT_COUNTY,
    day: Annotated[str | None, typer.Option("--date", help="YYYY-MM-DD; default: the county's today.")] = None,
    listings: Annotated[int, typer.Option("--listings", min=1, help="Homes on the sandbox's site.")] = DEFAULT_LISTINGS,
    sales: Annotated[
        Path | None,
        typer.Option(
            "--sales", exists=True, dir_okay=False, help="CSV of real closed sales in place of the generator."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run the main job once, end to end, over the sandbox.

    Examples:

      realestate-os demo

      realestate-os demo --county cook_il --listings 50

      realestate-os demo --county king_wa --sales sales.csv.gz
    """
    from realestate_os.cli.demo_command import demo_command

    demo_command(county, _day(day), listings, sales, as_json)


@app.command()
def materialize(
    county: County = DEFAULT_COUNTY,
    day: Annotated[str | None, typer.Option("--date", help="One day, YYYY-MM-DD; default: the county's today.")] = None,
    first: Annotated[str | None, typer.Option("--from", help="First day of a range.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last day of a range.")] = None,
    stages: Annotated[list[str] | None, typer.Option("--stages", help="Only these stages; may be repeated.")] = None,
    assets: Annotated[list[str] | None, typer.Option("--assets", help="Only these assets; may be repeated.")] = None,
    retrain: Annotated[bool, typer.Option("--retrain", help="Train the month's model even if it has one.")] = False,
) -> None:
    """Materialize a county's day, or a range of days, through Dagster.

    Examples:

      realestate-os materialize --county king_wa

      realestate-os materialize --county king_wa --from 2026-11-01 --to 2026-11-24 --stages features

      realestate-os materialize --county king_wa --date 2026-11-24 --assets scores --assets packets
    """
    from realestate_os.cli.materialize_command import materialize_command

    materialize_command(county, (_day(day), _day(first), _day(last)), stages or [], assets or [], retrain)


@app.command()
def score(
    address: Annotated[str, typer.Argument(help="Street address (unit, ZIP where needed) or property_id.")],
    day: Annotated[
        str | None, typer.Option("--date", help="YYYY-MM-DD; default: the newest day that lists it.")
    ] = None,
    county: Annotated[str | None, typer.Option("--county", help="County key; default: all counties.")] = None,
    as_json: AsJson = False,
) -> None:
    """Compute a stored score again from its snapshot and compare it to the last digit.

    Example: realestate-os score "1417 E Howell St, 98122" --date 2026-11-24
    """
    from realestate_os.cli.score_command import score_command

    score_command(address, county, _day(day), as_json)


@app.command()
def explain(
    address: Annotated[str, typer.Argument(help="Street address (unit, ZIP where needed) or property_id.")],
    county: Annotated[str | None, typer.Option("--county", help="County key; default: all counties.")] = None,
    day: Annotated[
        str | None, typer.Option("--date", help="YYYY-MM-DD; default: the newest day that lists it.")
    ] = None,
    other: Annotated[str | None, typer.Option("--diff", help="Another day: why the score changed since.")] = None,
) -> None:
    """Say where the figures of one property come from, or why its score changed between two days.

    Examples:

      realestate-os explain "1417 E Howell St, 98122" --county king_wa

      realestate-os explain "1417 E Howell St, 98122" --date 2026-11-24 --diff 2026-11-17
    """
    from realestate_os.cli.explain_command import explain_command

    explain_command(address, county, _day(day), _day(other))


@app.command()
def up() -> None:
    """Start Postgres, Dagster, MLflow and the web app; Ctrl-C stops them all.

    Example: realestate-os up
    """
    from rich.console import Console

    from realestate_os.cli.up import run_up
    from realestate_os.settings import get_settings

    console = Console()
    console.print("starting (about 20 s) ...")

    def ready(addresses: dict[str, str]) -> None:
        for name, url in addresses.items():
            console.print(f"  {name:13} {url}", highlight=False)
        console.print("Ctrl-C stops all of it")

    run_up(get_settings(), ready)
    console.print("stopped")


@app.command()
def evaluate(
    sales: SalesFile,
    county: AnyCounty = None,
    mapping: MappingFile = None,
    cut: Annotated[
        str | None, typer.Option("--cut", help="YYYY-MM-DD: train before, predict from it on; default: last fifth.")
    ] = None,
    refit: Annotated[str, typer.Option("--refit", help="none, or monthly: a new fit for each month.")] = "none",
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """Prove the value model on a file of closed sales: ratio study, intervals, baselines, a page.

    Needs no database and stores nothing but the page.

    Examples:

      realestate-os evaluate king.csv.gz --county king_wa --cut 2015-01-06

      realestate-os evaluate sales.parquet --mapping columns.yaml --cut 2023-01 --refit monthly --json
    """
    from realestate_os.cli.evaluate_command import budget_of, cut_of, evaluate_command, refit_of
    from realestate_os.operations.evaluation.evaluate import Request
    from realestate_os.settings import get_settings

    budget = budget_of(get_settings())
    evaluate_command(Request(sales, county, mapping, cut_of(cut), refit_of(refit), budget=budget), output, as_json)


@backtest_app.command()
def deals(
    sales: SalesFile,
    county: AnyCounty = None,
    mapping: MappingFile = None,
    start: Annotated[str | None, typer.Option("--from", help="First day of first sales; default: after 1,000.")] = None,
    months: Annotated[int, typer.Option("--within-months", min=1, help="Second sale at most this much later.")] = 24,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """Would the model have found the deals? Homes sold twice, valued at the first sale by the past alone.

    Example: realestate-os backtest deals sales.csv.gz --county king_wa
    """
    from realestate_os.cli.backtest_command import deals_command
    from realestate_os.cli.evaluate_command import budget_of, cut_of
    from realestate_os.operations.evaluation.evaluate import Request
    from realestate_os.settings import get_settings

    request = Request(sales, county, mapping, cut_of(start), "monthly", budget=budget_of(get_settings()))
    deals_command(request, months, output, as_json)


@app.command()
def dictionary(
    county: Annotated[str | None, typer.Option("--county", help="With --date: the features of that partition.")] = None,
    day: Annotated[str | None, typer.Option("--date", help="YYYY-MM-DD.")] = None,
) -> None:
    """Print the data dictionary; with a county and a date, the features as they are there and how many are missing.

    Example: realestate-os dictionary > docs/data-dictionary.md
    """
    from realestate_os.cli.dictionary import data_dictionary, features_of

    of_day = _day(day)
    if (county is None) != (of_day is None):
        raise typer.BadParameter("--county and --date go together")
    typer.echo(features_of(county, of_day) if county and of_day else data_dictionary(), nl=False)


@app.command()
def version() -> None:
    """Print the version of this program and of what it stands on.

    Example: realestate-os version
    """
    from importlib.metadata import version as installed

    for package in ("realestate-os", "dagster", "lightgbm", "mlflow", "qdrant-client", "weasyprint"):
        typer.echo(f"{package} {installed(package)}")
    typer.echo(f"python {sys.version.split()[0]}")


def main(arguments: list[str] | None = None) -> None:
    """Entry point: one line for what a person can mend, a traceback only with --debug.

    `arguments` default to those of the process. Raises SystemExit with the exit code.
    """
    words = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in words
    try:
        app([word for word in words if word != "--debug"])
    except RealEstateOSError as error:
        if debug:
            raise
        typer.secho(f"error: {error}", fg="red", err=True)
        raise SystemExit(1) from None
    except OSError as error:
        if debug:
            raise
        where = f"{error.filename}: " if error.filename else ""
        typer.secho(f"error: {where}{error.strerror or error}; --debug shows where it came from", fg="red", err=True)
        raise SystemExit(1) from None


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a date; expected YYYY-MM-DD") from None


if __name__ == "__main__":
    main()
