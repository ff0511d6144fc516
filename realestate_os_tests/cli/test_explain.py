"""What explain prints on where fields came from, and what outside text may do to the terminal."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pandas as pd
from rich.console import Console

from realestate_os.cli.explain_command import origins_table
from realestate_os.enrichment.origins import FieldOrigin, field_origins
from realestate_os.enrichment.store import save_enrichment
from realestate_os.storage.tables import ProspectQueue
from realestate_os_tests.enrichment.rows import DAY, listing

SEEN = datetime(2026, 10, 14, 9, tzinfo=UTC)
LOST = {"source": "site", "value": "2000.0", "url": "https://site.example/1", "version": "ab", "method": "listing page"}
AREA = FieldOrigin(
    "square_footage", "1800.0", "king_wa_parcels", "assessor record", "https://gis.example/1", "cd12", SEEN, 0.7, [LOST]
)


def printed(*origins: FieldOrigin) -> str:
    console = Console(width=240, record=True, force_terminal=False)
    table, places = origins_table(origins)
    console.print(table)
    console.print("\n".join(places))
    return console.export_text()


def test_figures_are_written_as_people_write_them():
    rate, parcel = replace(AREA, value="0.9299999999999999", lost=[]), replace(AREA, value="00123456789012", lost=[])
    assert " 0.93 " in printed(rate)
    assert " 00123456789012 " in printed(parcel)


def test_a_field_shows_who_won_how_when_and_who_lost():
    text = printed(AREA)
    won, lost = (line for line in text.splitlines() if " 1800 " in line or " 2000 " in line)
    for word in ("square_footage", "king_wa_parcels", "assessor record", "cd12", "2026-10-14", "0.70", "[1]"):
        assert word in won
    for word in ("not", "site", "listing page", "[2]"):
        assert word in lost
    assert text.splitlines()[-2:] == ["https://gis.example/1", "https://site.example/1"]


def test_outside_text_is_printed_as_text():
    text = printed(FieldOrigin("city", "[red]\x1b[2JX[/red]", "s", "m", None, None, SEEN, None, []))
    assert "[red] [2JX[/red]" in text
    assert "\x1b" not in text


def test_what_enrichment_stored_is_what_is_read(database):
    home = listing()["property_id"]
    prospect = {
        "property_id": home,
        "county": "king_wa",
        "as_of": DAY,
        "source": "s",
        "first_seen_on": DAY,
        "last_seen_on": DAY,
    }
    stored = {
        "property_id": home, "as_of": DAY, "field": "square_footage", "value": "1800.0", "source": "king_wa_parcels",
        "url": "https://gis.example/1", "method": "assessor record", "version": "cd12", "observed_at": SEEN,
        "confidence": 0.7, "lost": [LOST],
    }  # fmt: skip
    row = {"property_id": home, "missing_sources": "[]", "status": "complete", "owner_occupied": None} | dict.fromkeys(
        ("apn", "assessed_value_usd", "market_value_usd", "annual_tax_usd")
    )
    with database.transaction() as connection:
        database.upsert(connection, ProspectQueue, [prospect], ["property_id"])
    save_enrichment(database, pd.DataFrame([row]), [stored], "king_wa", DAY)
    assert field_origins(database, home, DAY) == [AREA]
    assert field_origins(database, home, date(2020, 1, 1)) == []
