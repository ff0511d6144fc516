"""`explain`: where the figures of one property come from, and why its score changed.

Belongs here: choosing the property and the order of the parts. Does not: the work of a part, which
lives in its stage. One function a part.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from rich.console import Console
from rich.table import Table
from rich.text import Text

from realestate_os.cli.hold import database_server
from realestate_os.cli.progress import wide_console
from realestate_os.cli.score_command import counties_of
from realestate_os.discovery.events import property_history
from realestate_os.enrichment.origins import FieldOrigin, field_origins
from realestate_os.resources.database import Database
from realestate_os.resources.object_store import ObjectStore
from realestate_os.scoring.change import ScoreChange, printed_lines, score_change
from realestate_os.scoring.find import Found, find_property
from realestate_os.scoring.recompute import recompute, stored_score
from realestate_os.settings import get_settings

DIGITS = 3


def explain_command(address: str, county: str | None, day: date | None, other: date | None) -> None:
    """Print every part for one property; with `other` only why its score is not what it was on that day."""
    objects, console = ObjectStore.from_settings(get_settings()), wide_console()
    found = find_property(objects.parquet, address, counties_of(county), day)
    console.print(f"{found.address} ({found.county}) on {found.day}", highlight=False, markup=False)
    if other is not None:
        show_change(console, objects, found, other)
        return
    show_origins(console, found)
    show_score(console, objects, found)
    show_history(console, objects, found)


def show_origins(console: Console, found: Found) -> None:
    """For each enriched field who said it, how it was read and when, and what others said."""
    settings = get_settings()
    with database_server(settings):
        database = Database.from_settings(settings)
        try:
            origins = field_origins(database, found.property_id, found.day)
        finally:
            database.dispose()
    if not origins:
        how = f"realestate-os materialize --county {found.county} --date {found.day} --assets enrichment"
        console.print(f"nothing is stored on where its fields came from; run: {how}", highlight=False, markup=False)
        return
    table, places = origins_table(origins)
    console.print(table)
    for number, url in enumerate(places, 1):
        console.print(Text(f"[{number}] ") + _plain(url), soft_wrap=True)


def origins_table(origins: Sequence[FieldOrigin]) -> tuple[Table, list[str]]:
    """One row a field; below the value that won, each that lost. URLs are too long for it: they are numbered."""
    table = Table(title="Where each field came from", title_justify="left")
    for head in ("Field", "Value", "Source", "Read by", "Version", "Seen", "Trust", "Where"):
        table.add_column(head, overflow="fold")
    places: dict[str, int] = {}

    def where(url: object) -> str:
        return f"[{places.setdefault(str(url), len(places) + 1)}]" if url else ""

    for one in origins:
        seen, trust = one.observed_at.date().isoformat(), "" if one.confidence is None else f"{one.confidence:.2f}"
        cells = (one.field, _figure(one.value), one.source, one.method, one.version, seen, trust, where(one.url))
        table.add_row(*map(_plain, cells))
        for lost in one.lost:
            others = (lost.get(name) for name in ("source", "method", "version"))
            beside = ("  not", _figure(lost.get("value")), *others, "", "", where(lost.get("url")))
            table.add_row(*map(_plain, beside), style="dim")
    return table, list(places)


def _figure(value: object) -> str:
    """0.9299999999999999 and 4929.0 as a person writes them; a parcel number, which has no point, is left alone."""
    text = "" if value is None else str(value)
    return f"{float(text):.10g}" if re.fullmatch(r"-?\d+\.\d+", text) else text


def _plain(value: object) -> Text:
    """Outside text as text: no markup, no control characters."""
    return Text("".join(char if char.isprintable() else " " for char in str(value or "")))


def show_score(console: Console, objects: ObjectStore, found: Found) -> None:
    """The score as stored: its lines in log-odds and its reasons."""
    row = stored_score(objects, found)
    if row["score_null_reason"] is not None:
        console.print(f"no score: {row['score_null_reason']}", highlight=False, markup=False)
    else:
        console.print(f"bird_dog_score {row['bird_dog_score']:.1f}, {row['band']}", highlight=False, markup=False)
    for line in json.loads(row["score_breakdown"] or "[]"):
        console.print(f"  {line['log_odds']:+9.3f}  {line['line']}", highlight=False, markup=False)
    for reason in json.loads(row["reasons"] or "[]"):
        console.print(f"  {reason['text']}", highlight=False, markup=False)


def show_history(console: Console, objects: ObjectStore, found: Found) -> None:
    """What happened to its listing, oldest first, up to the day."""
    events = property_history(objects.parquet, found.county, found.property_id, found.day)
    console.print("history", highlight=False, markup=False)
    for row in events.itertuples():
        price = "" if row.listing_price_usd != row.listing_price_usd else f"${row.listing_price_usd:,.0f}"
        before = f"(before ${row.previous_price_usd:,.0f})" if str(row.event).startswith("price_") else ""
        line = f"  {row.date}  {row.event:10} {price:>12} {before} {row.detail or row.url}"
        console.print(line, highlight=False, markup=False)


def show_change(console: Console, objects: ObjectStore, found: Found, other: date) -> None:
    """Why the score is not what it was on the other day, line by line in log-odds, from the earlier to the later."""
    first, second = sorted((other, found.day))
    change = score_change(*(recompute(objects, replace(found, day=day)) for day in (first, second)))
    console.print(change_table(change, first, second))


def change_table(change: ScoreChange, first: date, second: date) -> Table:
    """The lines; the printed figures add up to the printed digit."""
    table = Table("Line", "Log-odds", str(first), str(second), title="Why the score changed", title_justify="left")
    for line, log_odds in zip(change.lines, printed_lines(change, DIGITS), strict=True):
        table.add_row(line.line, f"{log_odds:+.{DIGITS}f}", line.before, line.after)
    scores = (f"{one.stored['bird_dog_score']:.2f} {one.stored['band']}" for one in (change.before, change.after))
    table.add_section()
    table.add_row("bird_dog_score", f"{change.log_odds:+.{DIGITS}f}", *scores)
    return table
