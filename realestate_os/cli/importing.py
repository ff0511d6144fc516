"""`import`: files that a user brings.

Belongs here: the options. Does not: reading a file (the stage that owns it).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _root() -> None:
    """Files that a user brings."""


@app.command()
def sales(
    path: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, CSV.gz or Parquet of closed sales.")],
    county: Annotated[str, typer.Option("--county", help="County key.")],
    mapping: Annotated[
        Path | None,
        typer.Option(
            "--mapping", exists=True, help="YAML: our column -> the file's; default: guessed from the header."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would happen and write nothing.")] = False,
) -> None:
    """Bring closed sales into a county's sales.

    Example: realestate-os import sales king.csv.gz --county king_wa --dry-run
    """
    from rich.console import Console

    from realestate_os.counties import load_county
    from realestate_os.enrichment.imports import import_sales
    from realestate_os.settings import get_settings

    report = import_sales(get_settings(), path, load_county(county), mapping, dry_run=dry_run)
    console = Console()
    for line in report.lines():
        console.print(line, markup=False, highlight=False)


@app.command()
def parcels(
    path: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A bulk file of the county's assessor.")],
    county: Annotated[str, typer.Option("--county", help="County key.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would happen and write nothing.")] = False,
) -> None:
    """Bring an assessor's bulk file, in which the day's listings are then looked up.

    Its columns are described in assets_config/sources (kind: file); the file's name says which.

    Example: realestate-os import parcels real_acct.txt --county harris_tx
    """
    from rich.console import Console

    from realestate_os.counties import load_county
    from realestate_os.enrichment.parcel_imports import import_parcels
    from realestate_os.settings import get_settings

    report = import_parcels(get_settings(), path, load_county(county), dry_run=dry_run)
    console = Console()
    for line in report.lines():
        console.print(line, markup=False, highlight=False)
