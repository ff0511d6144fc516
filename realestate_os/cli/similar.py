"""`similar`: properties like a listed one.

Belongs here: options and the printed table. Does not: the search (similarity/alike.py).
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import pandas as pd


class By(StrEnum):
    """Which vector."""

    physical = "physical"
    profile = "profile"


def similar(
    address: Annotated[str, typer.Argument(help="Street address (unit, ZIP where needed) or property_id.")],
    county: Annotated[str | None, typer.Option("--county", help="County key; default: all counties.")] = None,
    day: Annotated[
        datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="Default: the newest day that lists it.")
    ] = None,
    sales: Annotated[bool, typer.Option("--sales", help="Closed sales instead of the day's listings.")] = False,
    by: Annotated[By, typer.Option("--by", help="physical: no money in it; profile: all 35 features.")] = By.physical,
    zip_code: Annotated[str | None, typer.Option("--zip", help="Only this ZIP.")] = None,
    kind: Annotated[str | None, typer.Option("--type", help="Only this property type, e.g. condo.")] = None,
    min_price: Annotated[float | None, typer.Option("--min-price", help="USD.")] = None,
    max_price: Annotated[float | None, typer.Option("--max-price", help="USD.")] = None,
    min_sqft: Annotated[float | None, typer.Option("--min-sqft")] = None,
    max_sqft: Annotated[float | None, typer.Option("--max-sqft")] = None,
    miles: Annotated[float | None, typer.Option("--miles", min=0, help="Only within this distance.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for a program.")] = False,
) -> None:
    """List the properties most like a listed one, among the day's listings or closed sales.

    Examples:

      realestate-os similar "1417 E Howell St, 98122" --date 2026-11-24 --max-price 700000

      realestate-os similar "1417 E Howell St" --county king_wa --sales --miles 2 --limit 20
    """
    from realestate_os.cli.score_command import counties_of
    from realestate_os.resources.object_store import ObjectStore
    from realestate_os.resources.vector_store import VectorStore
    from realestate_os.scoring.find import find_property
    from realestate_os.settings import get_settings
    from realestate_os.similarity.alike import Wanted, properties_like

    wanted = Wanted(
        kind="sale" if sales else "listing",
        using=by.value,
        zip_code=zip_code,
        property_type=kind,
        price_usd=(min_price, max_price),
        square_footage=(min_sqft, max_sqft),
        radius_miles=miles,
        limit=limit,
    )
    settings = get_settings()
    objects = ObjectStore.from_settings(settings)
    found = find_property(objects.parquet, address, counties_of(county), day.date() if day else None)
    with VectorStore.from_settings(settings) as store:
        rows = properties_like(store, objects, found.county, found.day, found.property_id, wanted)
    if as_json:
        typer.echo(rows.to_json(orient="records", date_format="iso"))
    else:
        _print(f"like {found.address} ({found.county}) on {found.day}", rows)


def _print(title: str, rows: pd.DataFrame) -> None:
    from rich.markup import escape
    from rich.table import Table

    from realestate_os.cli.progress import wide_console

    console = wide_console()
    if rows.empty:
        console.print(f"nothing {title} fits; widen the filters", highlight=False, markup=False)
        return
    table = Table("address", "ZIP", "type", "price", "sqft", "on", "miles", "similarity", title=escape(title))
    for row in rows.astype(object).where(rows.notna(), None).to_dict("records"):
        table.add_row(
            *(escape(row[name] or "-") for name in ("street_address", "zip_code", "property_type")),
            *(f"{row[name]:,.0f}" if row[name] is not None else "-" for name in ("price_usd", "square_footage")),
            f"{row['on']}",
            f"{row['distance_miles']:.2f}",
            f"{row['similarity']:.3f}",
        )
    console.print(table)
