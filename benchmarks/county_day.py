"""A county's day through Dagster against the time inside the assets: what the frame costs."""

from __future__ import annotations

import time

from benchmarks.place import fresh_place
from benchmarks.report import show
from realestate_os.cli.demo import run_demo
from realestate_os.cli.hold import database_server
from realestate_os.cli.world import DEFAULT_COUNTY, generated_world

LISTINGS = 200


def main() -> None:
    """The demo twice (cold, then with the day's pages and the month's model there)."""
    with fresh_place() as settings, database_server(settings):
        world = generated_world(DEFAULT_COUNTY, None, LISTINGS)
        for turn in ("first run", "second run"):
            started = time.perf_counter()
            result = run_demo(settings, world, lambda part: None, lambda asset, state: None)
            whole = time.perf_counter() - started
            inside = sum(sum(run.seconds.values()) for run in result.runs)
            runs = sum(run.wall_seconds for run in result.runs)
            show(
                f"county day, {LISTINGS} listings, {turn}: wall time of {len(result.runs)} runs",
                [runs],
                "inside the assets",
                [inside],
                aim=1.3,
            )
            print(f"  the whole demo with services: {whole:.1f} s", flush=True)
