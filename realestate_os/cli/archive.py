"""The command `archive`: the pages that crawls have kept.

Belongs here: options and what is printed. Does not: the work (discovery/retention.py).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _archive() -> None:
    """Sub-commands of `archive`."""


@app.command()
def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
    keep_days: Annotated[int | None, typer.Option(min=1, help="Default: ARCHIVE_KEEP_DAYS.")] = None,
) -> None:
    """Remove archived pages that are older than ARCHIVE_KEEP_DAYS, and bodies that no page has any more.

    Their days can then no longer be read again. Run it when no crawl runs, for instance weekly from cron.

    Example: realestate-os archive prune --dry-run
    """
    from realestate_os.discovery.retention import prune as prune_archive
    from realestate_os.resources.object_store import ObjectStore
    from realestate_os.settings import get_settings

    settings = get_settings()
    days = keep_days or settings.archive_keep_days
    done = prune_archive(ObjectStore.from_settings(settings), datetime.now(UTC).date(), days, dry_run=dry_run)
    typer.echo(
        f"{'would remove' if dry_run else 'removed'} {done.pages} pages and {done.failures} files of failures of days "
        f"before {done.before}, and {done.bodies} bodies that no other page has"
    )
