"""`db`: migrate the database up and down, and check it.

Belongs here: what the user types and what is printed. Does not: migrations (storage/migrations), the
server (storage/postgres_server.py).
"""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)


@app.command()
def upgrade() -> None:
    """Create or migrate the tables, and the default tenant if there is none.

    Example: realestate-os db upgrade
    """
    from realestate_os.cli.hold import database_server
    from realestate_os.resources.database import prepare_database
    from realestate_os.settings import get_settings

    settings = get_settings()
    with database_server(settings):
        typer.echo(f"the database is at revision {prepare_database(settings)}")


@app.command()
def downgrade(
    revision: Annotated[str, typer.Argument(help="Revision to go back to; base is an empty database.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask: the data of dropped tables is lost.")] = False,
) -> None:
    """Migrate back. The data of the tables that this drops is lost.

    Example: realestate-os db downgrade 0005
    """
    from realestate_os.cli.hold import database_server
    from realestate_os.settings import get_settings
    from realestate_os.storage import migrations
    from realestate_os.storage.postgres_server import database_urls

    if not yes:
        typer.confirm(f"Go back to {revision} and lose the data of the tables dropped on the way?", abort=True)
    settings = get_settings()
    with database_server(settings):
        reached = migrations.downgrade(database_urls(settings).owner, revision)
    typer.echo(f"the database is at revision {reached}")


@app.command()
def check() -> None:
    """Say whether tables, revision and roles are as the code expects; exit code 1 if not.

    Example: realestate-os db check
    """
    from realestate_os.cli.hold import database_server
    from realestate_os.settings import get_settings
    from realestate_os.storage import migrations
    from realestate_os.storage.postgres_server import database_urls

    settings = get_settings()
    with database_server(settings):
        urls = database_urls(settings)
        problems = migrations.check(urls.owner, urls.app)
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise typer.Exit(code=1)
    typer.echo(f"the database is as the code expects, at revision {migrations.head_revision()}")
