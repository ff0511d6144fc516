"""The main job, once through: services, runs, events, summary.

Belongs here: the order of things for one county and one date. Does not: how a run starts
(launcher.py), what the tables look like (demo_report.py), or any stage's work.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from realestate_os.cli.hold import database_server, is_up
from realestate_os.cli.launcher import Launcher, Progress, RunReport, open_instance, prepare_dagster_home
from realestate_os.cli.processes import Service, python_module, running
from realestate_os.cli.runs import AFTER_EVENTS, AFTER_MODEL, BEFORE_MODEL, COUNTY_ASSETS, MODEL, plan_runs
from realestate_os.cli.world import World, remember, remembered
from realestate_os.errors import RealEstateOSError
from realestate_os.settings import Settings

Say = Callable[[str], None]

PARTS = {
    COUNTY_ASSETS: "public records of the county",
    BEFORE_MODEL: "the day's listings, enriched",
    MODEL: "the value model of the month",
    AFTER_MODEL: "values, comparables, scores, memos, mails",
}


class DemoError(RealEstateOSError):
    """The demo cannot go on; the message says what to do."""


@dataclass
class DemoResult:
    """What the demo did: the reports of its runs in order, and the seconds of each part."""

    world: World
    runs: list[RunReport] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    model_reused: bool = False
    events: dict[str, int] = field(default_factory=dict)


def run_demo(settings: Settings, world: World, say: Say, progress: Progress) -> DemoResult:
    """Run the whole way for one world. `say` hears each part, `progress` each asset.

    Raises:
        DemoError: SOURCES=public.
        RealEstateOSError: a port is taken, a service does not answer, an asset failed. What was done
            is kept; the next demo goes on from there.
    """
    if settings.sources != "sandbox":
        raise DemoError(
            "demo runs on the sandbox, and SOURCES=public is set; unset it, or use realestate-os materialize"
        )
    result = DemoResult(world)
    say("Postgres and its tables")
    with database_server(settings):
        from realestate_os.resources.database import prepare_database

        with _timed(result, "Postgres and its tables"):
            prepare_database(settings)
            prepare_dagster_home(settings)
        say("the sandbox and the web app")
        with outside_world(settings, world):
            take_in(settings, world)
            with open_instance(settings) as instance:
                from realestate_os.build import build_definitions

                launcher = Launcher(build_definitions(), instance, progress)
                _run_all(settings, world, launcher, result, say)
    return result


@contextmanager
def outside_world(settings: Settings, world: World) -> Iterator[None]:
    """The sandbox and the web app; those of a running `up` are used if it serves the same world.

    Raises:
        DemoError: `up` is running with another world.
    """
    if is_up(settings):
        if remembered(settings) != world:
            raise DemoError(
                "realestate-os up is running with another county, date or number of listings; "
                "stop it (Ctrl-C) and run demo again"
            )
        yield
        return
    remember(settings, world)
    with running(settings, [world.service(settings), web_service(settings)], {}):
        yield


def web_service(settings: Settings) -> Service:
    """The web app as a child process."""
    ready = f"http://{settings.bind_host}:{settings.web_port}/health"
    return Service("web", python_module("realestate_os.web"), ready, ("web_port",))


def take_in(settings: Settings, world: World) -> None:
    """Bring the tenant's contracts and opted-in buyers in, as a user would by import."""
    from realestate_os.campaigns.intake import import_contacts, import_deals
    from realestate_os.resources.database import Database

    base = f"http://{settings.bind_host}:{settings.sandbox_records_port}/_control"
    contracts = _ask("GET", f"{base}/contracts", {"county": world.county, "on": world.day.isoformat()})
    contacts = _ask("GET", f"{base}/contacts", {"county": world.county})
    database = Database.from_settings(settings)
    try:
        tenant = next(one for one in database.tenants() if one.slug == settings.tenant_slug)
        import_contacts(database, tenant.id, contacts)
        import_deals(database, tenant.id, world.county, contracts)
    finally:
        database.dispose()


def flush_events(settings: Settings) -> dict[str, int]:
    """Let the sandbox post its pending signed events to the web app; how many were taken."""
    base = f"http://{settings.bind_host}:{settings.sandbox_mail_port}/_control"
    counts: dict[str, int] = _ask("POST", f"{base}/flush-events")
    return counts


def _run_all(settings: Settings, world: World, launcher: Launcher, result: DemoResult, say: Say) -> None:
    assets: tuple[str, ...] = COUNTY_ASSETS + BEFORE_MODEL + MODEL + AFTER_MODEL
    if month_has_model(settings, world.county, world.day.replace(day=1)):
        assets = COUNTY_ASSETS + BEFORE_MODEL + AFTER_MODEL
        result.model_reused = True
    for run in plan_runs(assets, world.county, world.day, world.day):
        part = PARTS[run.assets]
        say(part)
        with _timed(result, part):
            result.runs.append(launcher.run(list(run.assets), run.key, tags=run.tags))
    say("the mails' events")
    with _timed(result, "the mails' events"):
        result.events = flush_events(settings)
        result.runs.append(launcher.run(list(AFTER_EVENTS), f"{world.county}|{world.day}"))


def month_has_model(settings: Settings, county: str, month: date) -> bool:
    """Whether a model already serves the month (its first day)."""
    from realestate_os.resources.database import Database
    from realestate_os.valuation.champion import serving_record

    database = Database.from_settings(settings)
    try:
        return serving_record(database, county, month) is not None
    finally:
        database.dispose()


def _ask(method: str, url: str, parameters: dict[str, str] | None = None) -> Any:
    """The sandbox's answer as JSON. Raises DemoError: there is none, or an error."""
    import httpx

    try:
        response = httpx.request(method, url, params=parameters, timeout=60)
        response.raise_for_status()
    except httpx.HTTPError as error:
        raise DemoError(f"the sandbox does not answer: {error}; see sandbox.log in the data folder's logs") from None
    return response.json()


@contextmanager
def _timed(result: DemoResult, part: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    result.seconds[part] = round(time.monotonic() - started, 1)
