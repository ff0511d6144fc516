"""`import`: from a file to printed lines, and to the graph: what came in is seen in Dagster.

Belongs here: starting the run or recording the event that a file makes. Does not: the options (importing.py),
reading a file (the stage that owns it).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from realestate_os.cli.hold import database_server
from realestate_os.cli.launcher import Launcher, open_instance, record_materialization
from realestate_os.counties import load_county
from realestate_os.settings import Settings


def run_import_leads(
    settings: Settings,
    path: Path,
    county: str,
    mapping: Path | None,
    *,
    seen_on: date | None,
    dry_run: bool,
    rejects: Path | None,
) -> list[str]:
    """Add the list and materialize the county's `leads`; the report, one fact a line."""
    from realestate_os.discovery.lead_import import import_leads

    report = import_leads(
        settings, path, load_county(county), mapping, seen_on=seen_on, dry_run=dry_run, rejects=rejects
    )
    if dry_run:
        return report.lines()
    with database_server(settings), open_instance(settings) as instance:
        from realestate_os.build import build_definitions

        run = Launcher(build_definitions(), instance).run(["leads"], county)
    return [
        *report.lines(),
        f"leads of {county}: {run.metadata['leads']['rows']:,} lines in all lists, run {run.run_id}; "
        f"they join the listings of each day that is materialized from {report.seen_on} on",
    ]


def run_import_sales(
    settings: Settings, path: Path, county: str, mapping: Path | None, *, dry_run: bool, rejects: Path | None
) -> Iterable[str]:
    """Add the sales and record a materialization of the county's `sales`, which a run would fetch anew."""
    from realestate_os.enrichment.imports import import_sales

    report = import_sales(settings, path, load_county(county), mapping, dry_run=dry_run, rejects=rejects)
    if not dry_run:
        metadata = {"file": report.file, "read": report.read, "new": report.new, "changed": report.changed,
                    "set_aside": len(report.refused), "set_aside_reasons": report.refused.counts()}  # fmt: skip
        with database_server(settings), open_instance(settings) as instance:
            record_materialization(instance, "sales", county, metadata)
    return report.lines()


def run_import_contacts(
    settings: Settings, path: Path, mapping: Path | None, *, dry_run: bool, rejects: Path | None
) -> Iterable[str]:
    """Add the buyers of a file to the tenant's contacts."""
    from realestate_os.campaigns.contact_files import import_contact_file

    if dry_run:
        return import_contact_file(settings, path, mapping, dry_run=True, rejects=rejects).lines()
    with database_server(settings):
        from realestate_os.resources.database import prepare_database

        prepare_database(settings)
        return import_contact_file(settings, path, mapping, rejects=rejects).lines()
