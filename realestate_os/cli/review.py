"""`review`: pairs of addresses that may be one property, for a person to decide.

Belongs here: what the user types and what is printed. Does not: what a decision does (storage/identity).
"""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sqlalchemy import Connection

app = typer.Typer(no_args_is_help=True)

Pair = Annotated[str, typer.Argument(help="The pair's id, or as much of its beginning as tells it from the others.")]
By = Annotated[str | None, typer.Option("--by", help="Who decides; default: the user of this machine.")]


@app.command("list")
def list_pairs(
    county: Annotated[str | None, typer.Option("--county", help="County key; default: all.")] = None,
    status: Annotated[str, typer.Option("--status", help="pending, accepted or rejected.")] = "pending",
) -> None:
    """List the pairs, the likeliest first.

    Example: realestate-os review list --county king_wa
    """
    from realestate_os.storage.identity.review import pairs
    from realestate_os.storage.tables import REVIEW_STATUSES

    if status not in REVIEW_STATUSES:
        raise typer.BadParameter(f"{status!r}; expected one of {', '.join(REVIEW_STATUSES)}")
    with _transaction() as connection:
        found = pairs(connection, county, status)
    for pair in found:
        typer.echo(f"{str(pair.id)[:8]}  {pair.county}  {pair.score:5.1f}  {pair.reason}")
        typer.echo(f"          {_shown(pair.left_key)}\n          {_shown(pair.right_key)}")
    typer.echo(f"{len(found)} {status}; decide with: realestate-os review accept ID, or reject ID")


@app.command()
def accept(pair: Pair, by: By = None) -> None:
    """Both are one property: from today they have one id, and the other becomes an alias.

    Example: realestate-os review accept 3f2a91c0
    """
    _decide(pair, True, by)


@app.command()
def reject(pair: Pair, by: By = None) -> None:
    """They are two properties; the pair is not shown again.

    Example: realestate-os review reject 3f2a91c0
    """
    _decide(pair, False, by)


def _decide(beginning: str, accepted: bool, by: str | None) -> None:
    from realestate_os.storage.identity.review import decide

    with _transaction() as connection:
        pair = decide(connection, beginning, accepted, by or getpass.getuser())
    typer.echo(f"{pair.status}: {_shown(pair.left_key)} and {_shown(pair.right_key)}")


@contextmanager
def _transaction() -> Iterator[Connection]:
    """One transaction of the app's database, migrated first: a review before the first run is empty, no error."""
    from realestate_os.cli.hold import database_server
    from realestate_os.resources.database import Database, prepare_database
    from realestate_os.settings import get_settings

    settings = get_settings()
    with database_server(settings):
        prepare_database(settings)
        database = Database.from_settings(settings)
        try:
            with database.transaction() as connection:
                yield connection
        finally:
            database.dispose()


def _shown(key: str) -> str:
    """`12 ELM ST|5|98105` -> `12 ELM ST # 5 98105`; a parcel as `parcel 0148000155`."""
    if "|" not in key:
        return key.replace("apn:", "parcel ")
    street, unit, zip_code = key.split("|")
    return f"{street} # {unit} {zip_code}" if unit else f"{street} {zip_code}"
