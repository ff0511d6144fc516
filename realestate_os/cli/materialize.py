"""`materialize`: a county and a date or a range, all assets or some, through Dagster.

Belongs here: the command's work. Does not: the split into runs (runs.py), starting them (launcher.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from realestate_os.cli.demo import Say
from realestate_os.cli.hold import database_server, is_up
from realestate_os.cli.launcher import Launcher, Progress, RunReport, open_instance
from realestate_os.cli.processes import running
from realestate_os.cli.runs import PlannedRun, months_between, plan_runs
from realestate_os.cli.world import remembered
from realestate_os.settings import Settings


def materialize(
    settings: Settings,
    county: str,
    first: date,
    last: date,
    assets: tuple[str, ...],
    *,
    retrain: bool,
    say: Say,
    progress: Progress,
) -> list[RunReport]:
    """Run the assets for the county's days from `first` to `last`; one report a run.

    A month that has a model keeps it unless `retrain`.
    """
    with database_server(settings):
        from realestate_os.resources.database import prepare_database

        prepare_database(settings)
        if not retrain and "value_model" in assets and _all_months_have_models(settings, county, first, last):
            assets = tuple(name for name in assets if name != "value_model")
        reports = []
        with sandbox_if_needed(settings), open_instance(settings) as instance:
            from realestate_os.build import build_definitions

            launcher = Launcher(build_definitions(), instance, progress)
            for run in plan_runs(assets, county, first, last):
                say(_words(run))
                reports.append(launcher.run(list(run.assets), run.key, until=run.until))
        return reports


@contextmanager
def sandbox_if_needed(settings: Settings) -> Iterator[None]:
    """The sandbox of the last demo, unless the sources are public or `up` already serves it."""
    if settings.sources == "public" or is_up(settings):
        yield
        return
    with running(settings, [remembered(settings).service(settings)], {}):
        yield


def _all_months_have_models(settings: Settings, county: str, first: date, last: date) -> bool:
    from realestate_os.resources.database import Database
    from realestate_os.valuation.champion import serving_record

    database = Database.from_settings(settings)
    try:
        return all(serving_record(database, county, month) for month in months_between(first, last))
    finally:
        database.dispose()


def _words(run: PlannedRun) -> str:
    span = run.key if run.key == run.until else f"{run.key} to {run.until.partition('|')[2]}"
    return f"{', '.join(run.assets)} for {span}"
