"""`materialize`: a county and a date or a range, all assets or some, through Dagster.

Belongs here: the command's work. Does not: the split into runs (runs.py), starting them (launcher.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from realestate_os.cli.demo import Say, month_has_model
from realestate_os.cli.hold import database_server, is_up
from realestate_os.cli.launcher import Launcher, Progress, RunReport, open_instance
from realestate_os.cli.processes import running
from realestate_os.cli.runs import PlannedRun, months_between, plan_runs
from realestate_os.cli.world import remembered
from realestate_os.settings import Settings


@dataclass(frozen=True)
class Wanted:
    """Which assets for which days of a county. A month that has a model keeps it unless `retrain`."""

    county: str
    first: date
    last: date
    assets: tuple[str, ...]
    retrain: bool = False


def materialize(settings: Settings, wanted: Wanted, say: Say, progress: Progress) -> list[RunReport]:
    """Run what is wanted; one report a run.

    Raises:
        RealEstateOSError: a run failed; what was done before it is kept.
    """
    with database_server(settings):
        from realestate_os.resources.database import prepare_database

        prepare_database(settings)
        assets = _without_trained_months(settings, wanted)
        reports = []
        with sandbox_if_needed(settings), open_instance(settings) as instance:
            from realestate_os.build import build_definitions

            launcher = Launcher(build_definitions(), instance, progress)
            for run in plan_runs(assets, wanted.county, wanted.first, wanted.last):
                say(_words(run))
                reports.append(launcher.run(list(run.assets), run.key, until=run.until, tags=run.tags))
        return reports


@contextmanager
def sandbox_if_needed(settings: Settings) -> Iterator[None]:
    """The sandbox of the last demo, unless the sources are public or `up` already serves it."""
    if settings.sources == "public" or is_up(settings):
        yield
        return
    with running(settings, [remembered(settings).service(settings)], {}):
        yield


def _without_trained_months(settings: Settings, wanted: Wanted) -> tuple[str, ...]:
    months = months_between(wanted.first, wanted.last)
    if wanted.retrain or not all(month_has_model(settings, wanted.county, month) for month in months):
        return wanted.assets
    return tuple(name for name in wanted.assets if name != "value_model")


def _words(run: PlannedRun) -> str:
    span = run.key if run.key == run.until else f"{run.key} to {run.until.partition('|')[2]}"
    return f"{', '.join(run.assets)} for {span}"
