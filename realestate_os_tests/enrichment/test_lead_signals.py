"""Signs of a day: those of lists go to their home, those of records are read from it; in Postgres they end in time."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import select

from realestate_os.discovery.frames import LEADS
from realestate_os.discovery.lead_fold import load_signal_terms
from realestate_os.discovery.prospects import update_prospects
from realestate_os.enrichment.frames import ENRICHMENT, LEAD_SIGNALS
from realestate_os.enrichment.lead_signals import signals_of_day
from realestate_os.enrichment.store import save_lead_signals
from realestate_os.resources.database import Database
from realestate_os.settings import PROJECT_DIR
from realestate_os.storage.tables import LeadSignal
from realestate_os_tests.enrichment.rows import DAY, framed, listing, listings

TERMS = load_signal_terms(PROJECT_DIR / "assets_config")
HOME = listing()
KEY = str(HOME["address_key"])


def home(**facts: Any) -> pd.DataFrame:
    """ENRICHMENT of the one home, with facts of the records."""
    row = {name: HOME.get(name) for name in ENRICHMENT.names}
    return framed(ENRICHMENT, [row | {"status": "complete", "missing_sources": "[]", "failed_sources": "[]"} | facts])


def lead(*kinds: str, seen_on: date = DAY, **facts: Any) -> dict[str, Any]:
    """A line of a list about the home."""
    signals = [dict.fromkeys(("event_date", "amount_usd", "detail", "ended_on")) | {"kind": kind} for kind in kinds]
    row = {
        **{"list_id": f"of {seen_on}", "line": 2, "county": "king_wa", "source": "vendor", "list_sha256": "0" * 64},
        **{"imported_at": datetime(2026, 1, 1, tzinfo=UTC), "seen_on": seen_on, "off_list": False, "complete": False},
        **{"valid_until": seen_on + timedelta(days=180), "property_id": "as first spelt", "address_key": KEY},
        **{"condition_claimed": "unknown", "signals": json.dumps(signals)},
        "kinds_told": json.dumps(["vacancy", "tax_delinquency"]),
    }
    return dict.fromkeys(LEADS.names) | row | facts


def leads(*rows: dict[str, Any]) -> pd.DataFrame:
    return framed(LEADS, list(rows))


def found(lists: pd.DataFrame, homes: pd.DataFrame, day: date = DAY) -> list[tuple[str, str]]:
    rows = signals_of_day(lists, homes, "king_wa", day, TERMS)
    LEAD_SIGNALS.to_arrow(rows)
    return [(row.kind, row.source) for row in rows.itertuples()]


def test_a_lists_sign_goes_to_the_home_by_address_or_by_parcel_number() -> None:
    elsewhere = {"property_id": None, "address_key": None, "apn": "999", "line": 3}
    assert found(leads(lead("vacancy")), home()) == [("vacancy", "vendor")]
    assert found(leads(lead("vacancy", **elsewhere)), home(apn="999")) == [("vacancy", "vendor")]
    assert found(leads(lead("vacancy", **elsewhere)), home(apn="111")) == []
    assert found(leads(lead("vacancy", seen_on=DAY + timedelta(days=1))), home()) == []


@pytest.mark.parametrize(
    ("facts", "absent"),
    [
        ({"owner_occupied": False}, True),
        ({"owner_occupied": True, "owner_mailing_address": "9 Oak Ave, Kent, WA 98030"}, False),
        ({"owner_mailing_address": "9 Oak Ave, Kent, WA 98030"}, True),
        ({"owner_mailing_address": f"{KEY.split('|', maxsplit=1)[0]}, Seattle, WA {KEY.split('|')[2]}"}, False),
        ({"owner_mailing_address": f"{KEY.split('|', maxsplit=1)[0]}, Seattle, WA"}, False),
        ({"owner_mailing_address": "PO Box 12, Seattle, WA 98103"}, False),
        ({"owner_mailing_address": "c/o Trust"}, False),
        ({"owner_occupied": False, "missing_sources": json.dumps(["parcel"])}, False),
        ({}, False),
    ],
)
def test_absence_by_the_assessors_facts(facts: dict[str, Any], absent: bool) -> None:
    assert (("absentee_owner", "assessor") in found(leads(), home(**facts))) is absent


def test_tenure_by_the_assessor_and_by_a_list_only_where_the_assessor_knows_no_sale() -> None:
    long_ago, lately = date(2001, 1, 1), date(2020, 1, 1)
    assert found(leads(), home(last_sale_date=long_ago)) == [("long_tenure", "assessor")]
    assert found(leads(lead(last_sale_date=long_ago)), home(last_sale_date=lately)) == []
    assert found(leads(lead(last_sale_date=long_ago)), home()) == [("long_tenure", "vendor")]


def test_in_postgres_a_sign_ends_when_it_is_over_and_an_old_day_changes_nothing(database: Database) -> None:
    days = [DAY + timedelta(days=number) for number in range(3)]
    lists = leads(lead("vacancy", "tax_delinquency"), lead("vacancy", seen_on=days[1]))
    update_prospects(database, "king_wa", days[0], listings(HOME))

    def save(day: date) -> int:
        update_prospects(database, "king_wa", day, listings(HOME | {"date": day}))
        return save_lead_signals(database, signals_of_day(lists, home(), "king_wa", day, TERMS), "king_wa", day)

    def stored() -> dict[str, tuple[date, date | None]]:
        with database.transaction() as connection:
            rows = connection.execute(select(LeadSignal.kind, LeadSignal.seen_on, LeadSignal.expires_on)).all()
        return {row.kind: (row.seen_on, row.expires_on) for row in rows}

    assert save(days[0]) == 2
    before = stored()
    assert save(days[2]) == 1
    after = stored()
    assert after["tax_delinquency"] == (days[0], days[1])
    assert after["vacancy"][0] == days[0] and after["vacancy"][1] > before["vacancy"][1]
    assert save(days[0]) == 0 and stored() == after
    assert save(days[2]) == 1 and stored() == after
