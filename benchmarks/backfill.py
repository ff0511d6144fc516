"""Thirty days of one county from features to scores: one backfill run against thirty runs."""

from __future__ import annotations

import time
from datetime import date, timedelta

from benchmarks.place import fresh_place
from benchmarks.report import show
from realestate_os.cli.hold import database_server
from realestate_os.cli.launcher import Launcher, open_instance
from realestate_os.cli.processes import running
from realestate_os.cli.runs import COUNTY_ASSETS, months_between
from realestate_os.cli.world import DEFAULT_COUNTY, generated_world, remember

DAYS = 30
LISTINGS = 40
UPSTREAM = ["listing_pages", "listings", "parcels", "enrichment", "lead_signals"]
MEASURED = ["features", "valuations", "embeddings", "comparables", "scores"]


def main() -> None:
    """Prepare what lies before features, then measure both ways on the same partitions."""
    with fresh_place() as settings, database_server(settings):
        from realestate_os.resources.database import prepare_database

        prepare_database(settings)
        world = generated_world(DEFAULT_COUNTY, None, LISTINGS)
        remember(settings, world)
        days = [world.day - timedelta(days=back) for back in reversed(range(DAYS))]
        with running(settings, [world.service(settings)], {}), open_instance(settings) as instance:
            from realestate_os.build import build_definitions

            launcher = Launcher(build_definitions(), instance)
            _prepare(launcher, days)
            one = _seconds(launcher, [(days[0], days[-1])])
            thirty = _seconds(launcher, [(day, day) for day in days])
    show(f"{DAYS} days x {LISTINGS} listings, features to scores: one run", [one], f"{DAYS} runs", [thirty])


def _prepare(launcher: Launcher, days: list[date]) -> None:
    county = DEFAULT_COUNTY
    launcher.run(list(COUNTY_ASSETS), county)
    launcher.run(UPSTREAM, f"{county}|{days[0]}", until=f"{county}|{days[-1]}")
    for month in months_between(days[0], days[-1]):
        launcher.run(["value_model"], f"{county}|{month}")


def _seconds(launcher: Launcher, spans: list[tuple[date, date]]) -> float:
    started = time.perf_counter()
    for first, last in spans:
        launcher.run(MEASURED, f"{DEFAULT_COUNTY}|{first}", until=f"{DEFAULT_COUNTY}|{last}")
    return time.perf_counter() - started
