"""`import`: files that a user brings.

Belongs here: the options. Does not: reading a file (the stage that owns it), runs and events (import_command.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)

County = Annotated[str, typer.Option("--county", help="County key.")]
Mapping = Annotated[
    Path | None,
    typer.Option("--mapping", exists=True, help="YAML: our column -> the file's; default: guessed from the header."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would happen and write nothing.")]
Rejects = Annotated[
    Path | None,
    typer.Option("--rejects", dir_okay=False, help="Write the refused lines with their reasons to this CSV file."),
]


@app.command()
def leads(
    path: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV (also .gz), XLSX or Parquet.")],
    county: County,
    mapping: Mapping = None,
    seen: Annotated[
        datetime | None,
        typer.Option("--seen", formats=["%Y-%m-%d"], help="Day from which the list was known; default: today."),
    ] = None,
    dry_run: DryRun = False,
    rejects: Rejects = None,
) -> None:
    """Bring a lead list (PropStream, BatchLeads, unpaid taxes, any other) into a county's leads.

    Example: realestate-os import leads export.csv --county cook_il --dry-run --rejects refused.csv
    """
    from realestate_os.cli.import_command import run_import_leads
    from realestate_os.settings import get_settings

    day = seen.date() if seen else None
    _print(run_import_leads(get_settings(), path, county, mapping, seen_on=day, dry_run=dry_run, rejects=rejects))


@app.command()
def sales(
    path: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV (also .gz), XLSX or Parquet.")],
    county: County,
    mapping: Mapping = None,
    dry_run: DryRun = False,
    rejects: Rejects = None,
) -> None:
    """Bring closed sales into a county's sales.

    Example: realestate-os import sales king.csv.gz --county king_wa --dry-run
    """
    from realestate_os.cli.import_command import run_import_sales
    from realestate_os.settings import get_settings

    _print(run_import_sales(get_settings(), path, county, mapping, dry_run=dry_run, rejects=rejects))


@app.command()
def contacts(
    path: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV (also .gz), XLSX or Parquet.")],
    mapping: Mapping = None,
    dry_run: DryRun = False,
    rejects: Rejects = None,
) -> None:
    """Bring buyers who consented to be mailed; each line names the basis of consent and its day.

    Example: realestate-os import contacts buyers.csv --dry-run
    """
    from realestate_os.cli.import_command import run_import_contacts
    from realestate_os.settings import get_settings

    _print(run_import_contacts(get_settings(), path, mapping, dry_run=dry_run, rejects=rejects))


@app.command()
def parcels(
    path: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A bulk file of the county's assessor.")],
    county: County,
    dry_run: DryRun = False,
) -> None:
    """Bring an assessor's bulk file, in which the day's listings are then looked up.

    Its columns are described in assets_config/sources (kind: file); the file's name says which.

    Example: realestate-os import parcels real_acct.txt --county harris_tx
    """
    from realestate_os.counties import load_county
    from realestate_os.enrichment.parcel_imports import import_parcels
    from realestate_os.settings import get_settings

    _print(import_parcels(get_settings(), path, load_county(county), dry_run=dry_run).lines())


def _print(lines: Iterable[str]) -> None:
    """Lines quote what stands in the file: control characters must not reach the terminal."""
    from rich.console import Console

    console = Console()
    for line in lines:
        shown = "".join(char if char.isprintable() else " " for char in line)
        console.print(shown, markup=False, highlight=False, soft_wrap=True)
