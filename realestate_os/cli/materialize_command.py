"""`materialize`: from options to the printed lines.

Belongs here: choosing dates and assets, showing progress. Does not: the work (materialize.py).
"""

from __future__ import annotations

from datetime import date

from rich.console import Console

from realestate_os.cli.materialize import Wanted, materialize
from realestate_os.cli.progress import StageProgress
from realestate_os.cli.runs import SelectionError, check_span, select
from realestate_os.cli.world import today
from realestate_os.settings import get_settings


def materialize_command(
    county: str,
    dates: tuple[date | None, date | None, date | None],
    stages: list[str],
    assets: list[str],
    retrain: bool,
) -> None:
    """Run and print one line an asset. `dates` are --date, --from and --to."""
    first, last = _span(county, *dates)
    check_span(county, first, last)
    wanted = Wanted(county, first, last, select(stages, assets), retrain)
    with StageProgress() as progress:
        reports = materialize(get_settings(), wanted, progress.say, progress.asset)
    console = Console()
    for report in reports:
        for asset, metadata in report.metadata.items():
            aside = metadata.get("set_aside", 0)
            console.print(
                f"{asset}: {metadata.get('rows', '-')} rows, {aside} set aside, run {report.run_id}", highlight=False
            )


def _span(county: str, day: date | None, first: date | None, last: date | None) -> tuple[date, date]:
    if day and (first or last):
        raise SelectionError("give --date, or --from and --to, not both")
    if (first is None) != (last is None):
        raise SelectionError("--from and --to go together")
    if first and last:
        return first, last
    day = day or today(county)
    return day, day
