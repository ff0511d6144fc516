"""The command `sandbox`: its options, for the command line and for `python -m realestate_os.sandbox`.

Belongs here: options and help. Does not: servers or the world. Heavy imports stay inside, so that the
command line loads quickly.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer


def sandbox(
    county: Annotated[
        str, typer.Option(help="County of the page and of --sales-parquet; the others are there too.")
    ] = "king_wa",
    date: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The world's own day; default: today in the county.")
    ] = None,
    listings: Annotated[int, typer.Option(min=1, max=20000, help="Homes for sale on a day.")] = 200,
    seed: Annotated[int | None, typer.Option(help="Another seed is another world; default: RANDOM_SEED.")] = None,
    sales_parquet: Annotated[
        Path | None,
        typer.Option(
            "--sales-parquet",
            exists=True,
            dir_okay=False,
            help="Real closed sales in place of the generator (columns as the table sales).",
        ),
    ] = None,
    assessor_values: Annotated[bool, typer.Option(help="Whether the assessor publishes values.")] = True,
) -> None:
    """Serve the outside world on loopback until Ctrl-C.

    Ports: SANDBOX_SITE_PORT, SANDBOX_RECORDS_PORT, SANDBOX_MAIL_PORT. The page / of each says what it serves.

    Example: realestate-os sandbox --county king_wa --listings 50 --date 2026-11-24
    """
    from realestate_os.counties import load_county
    from realestate_os.sandbox.server import run_sandbox
    from realestate_os.sandbox.world import World
    from realestate_os.settings import get_settings

    settings = get_settings()
    load_county(county)
    world = World(
        seed=settings.random_seed if seed is None else seed,
        county=county,
        listings=listings,
        on=date.date() if date else None,
        sales_parquet=sales_parquet,
        assessor_values=assessor_values,
    )
    for name in ("site", "records", "mail"):
        typer.echo(f"{name}: http://{settings.bind_host}:{getattr(settings, f'sandbox_{name}_port')}/")
    run_sandbox(settings, world)
