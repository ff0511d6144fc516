"""`explain`: where the figures of one property come from.

Belongs here: choosing the property and the order of the parts. Does not: the work of a part, which
lives in its stage. One function a part.
"""

from __future__ import annotations

import json
from datetime import date

from rich.console import Console

from realestate_os.cli.progress import wide_console
from realestate_os.counties import county_keys, load_county
from realestate_os.resources.object_store import ObjectStore
from realestate_os.scoring.find import Found, find_property
from realestate_os.scoring.frames import SCORES
from realestate_os.settings import get_settings


def explain_command(address: str, county: str | None, day: date | None) -> None:
    """Print every part for one property."""
    objects, console = ObjectStore.from_settings(get_settings()), wide_console()
    found = find_property(objects.parquet, address, counties_of(county), day)
    console.print(f"{found.address} ({found.county}) on {found.day}", highlight=False, markup=False)
    show_score(console, objects, found)


def show_score(console: Console, objects: ObjectStore, found: Found) -> None:
    """The score as stored: its lines in log-odds and its reasons."""
    rows = objects.parquet.read(SCORES, f"{found.county}|{found.day.isoformat()}")
    row = rows[rows["property_id"] == found.property_id].iloc[0]
    if row["score_null_reason"] is not None:
        console.print(f"no score: {row['score_null_reason']}", highlight=False, markup=False)
    else:
        console.print(f"bird_dog_score {row['bird_dog_score']:.1f}, {row['band']}", highlight=False, markup=False)
    for line in json.loads(row["score_breakdown"] or "[]"):
        console.print(f"  {line['log_odds']:+9.3f}  {line['line']}", highlight=False, markup=False)
    for reason in json.loads(row["reasons"] or "[]"):
        console.print(f"  {reason['text']}", highlight=False, markup=False)


def counties_of(county: str | None) -> tuple[str, ...]:
    """The county, checked, or all of them. Raises CountyError."""
    return county_keys() if county is None else (load_county(county).key,)
