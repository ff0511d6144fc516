"""`vectors`: Qdrant made anew.

Belongs here: options and the printed lines. Does not: the work (similarity/index.py).
"""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _root() -> None:
    """Keeps `rebuild` a sub-command while it is the only one."""


@app.command()
def rebuild(
    county: Annotated[str | None, typer.Option("--county", help="County key; default: all counties.")] = None,
) -> None:
    """Make Qdrant's collections anew from the Parquet of embeddings.

    For a Qdrant that is new, was lost or lags behind: nothing in it is kept that Parquet does not hold.

    Example: realestate-os vectors rebuild --county king_wa
    """
    from realestate_os.cli.score_command import counties_of
    from realestate_os.resources.object_store import ObjectStore
    from realestate_os.resources.vector_store import VectorStore
    from realestate_os.settings import get_settings
    from realestate_os.similarity import index

    settings = get_settings()
    objects = ObjectStore.from_settings(settings)
    with VectorStore.from_settings(settings) as store:
        for key in counties_of(county):
            for name, points in index.rebuild(store, objects, key).items():
                typer.echo(f"{name}: {points:,} points")
        due = store.server_is_due()
    typer.echo(due or "done")
