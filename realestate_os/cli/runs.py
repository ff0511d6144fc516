"""Which runs bring a county to a date: as few as Dagster allows.

Belongs here: the order of the assets and how a selection splits into runs, since one run holds only
assets with the same partitions. Does not: starting them (launcher.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from realestate_os.counties import load_county
from realestate_os.errors import RealEstateOSError
from realestate_os.partitions import AS_OF_TAG, FIRST_DAY

COUNTY_ASSETS = ("sales", "zip_demographics", "leads")
BEFORE_MODEL = ("listing_pages", "listings", "parcels", "enrichment", "lead_signals", "features")
MODEL = ("value_model",)
AFTER_MODEL = ("valuations", "embeddings", "comparables", "scores", "packets", "campaigns", "deliveries")
AFTER_EVENTS = ("engagement",)
ALL_ASSETS = COUNTY_ASSETS + BEFORE_MODEL + MODEL + AFTER_MODEL + AFTER_EVENTS

STAGES: dict[str, tuple[str, ...]] = {
    "discovery": ("leads", "listing_pages", "listings"),
    "enrichment": ("sales", "zip_demographics", "parcels", "enrichment", "lead_signals"),
    "features": ("features",),
    "valuation": ("value_model", "valuations"),
    "similarity": ("embeddings", "comparables"),
    "scoring": ("scores",),
    "packets": ("packets",),
    "campaigns": ("campaigns", "deliveries", "engagement"),
}


class SelectionError(RealEstateOSError):
    """A stage or asset is unknown, or there are no partitions for the dates."""


@dataclass(frozen=True)
class PlannedRun:
    """Assets with the same partitions, the key (or first and last key) they run for, and the run's tags."""

    assets: tuple[str, ...]
    key: str
    until: str
    tags: dict[str, str] = field(default_factory=dict)


def select(stages: list[str], assets: list[str]) -> tuple[str, ...]:
    """Asset names in the order of the data; both empty means all. Raises SelectionError."""
    wrong = [name for name in stages if name not in STAGES] + [name for name in assets if name not in ALL_ASSETS]
    if wrong:
        raise SelectionError(
            f"unknown {', '.join(wrong)}; stages: {', '.join(STAGES)}; assets: {', '.join(ALL_ASSETS)}"
        )
    chosen = {asset for stage in stages for asset in STAGES[stage]} | set(assets)
    return tuple(name for name in ALL_ASSETS if not chosen or name in chosen)


def check_span(county: str, first: date, last: date) -> None:
    """Whether there are partitions for these days, before anything is started for them.

    Raises:
        CountyError: the county is unknown.
        SelectionError: last lies before first, or a day is outside the calendar of the graph.
    """
    load_county(county)
    if last < first:
        raise SelectionError(f"--to {last} lies before --from {first}")
    today = datetime.now(UTC).date()
    for day in (first, last):
        if not date.fromisoformat(FIRST_DAY) <= day <= today:
            raise SelectionError(f"{day}: there are days from {FIRST_DAY} to {today} (today, UTC) only")


def plan_runs(assets: tuple[str, ...], county: str, first: date, last: date) -> list[PlannedRun]:
    """Runs in order: the county's assets, the days up to features, the months' models, the rest."""
    days = (f"{county}|{first}", f"{county}|{last}")
    months = (f"{county}|{first.replace(day=1)}", f"{county}|{last.replace(day=1)}")
    parts = [
        (COUNTY_ASSETS, (county, county)),
        (BEFORE_MODEL, days),
        (MODEL, months),
        (AFTER_MODEL + AFTER_EVENTS, days),
    ]
    runs = []
    for members, (key, until) in parts:
        chosen = tuple(name for name in members if name in assets)
        if chosen:
            tags = {AS_OF_TAG: last.isoformat()} if members == COUNTY_ASSETS else {}
            runs.append(PlannedRun(chosen, key, until, tags))
    return runs


def months_between(first: date, last: date) -> list[date]:
    """First days of the months from that of `first` to that of `last`."""
    months = [first.replace(day=1)]
    while (following := (months[-1] + timedelta(days=32)).replace(day=1)) <= last:
        months.append(following)
    return months
