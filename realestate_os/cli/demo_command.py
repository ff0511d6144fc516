"""`demo`: from options to the printed summary.

Belongs here: choosing the world, showing progress, printing. Does not: the work (demo.py) or the
summary's content (demo_report.py).
"""

from __future__ import annotations

import json
import time
from datetime import date
from pathlib import Path

from realestate_os.cli.demo import run_demo
from realestate_os.cli.demo_report import print_summary, summarize
from realestate_os.cli.hold import database_server
from realestate_os.cli.progress import StageProgress, wide_console
from realestate_os.cli.runs import check_span
from realestate_os.cli.world import generated_world, world_of_sales
from realestate_os.settings import get_settings


def demo_command(county: str, day: date | None, listings: int, sales: Path | None, as_json: bool) -> None:
    """Run the demo and print its summary to standard output."""
    settings = get_settings()
    started = time.monotonic()
    chosen = (day, listings)
    world = world_of_sales(settings, county, sales, *chosen) if sales else generated_world(county, *chosen)
    check_span(county, world.day, world.day)
    with database_server(settings):
        with StageProgress() as progress:
            result = run_demo(settings, world, progress.say, progress.asset)
        summary = summarize(settings, result, seconds=round(time.monotonic() - started, 1))
    if as_json:
        print(json.dumps(summary, indent=2, default=str))
    else:
        print_summary(wide_console(), summary)
