"""Memos of small days, for the tests of packets."""

from __future__ import annotations

import subprocess
from datetime import date
from typing import Any
from uuid import UUID

from realestate_os.packets.content import Setting, internal_memo, investor_memo
from realestate_os.packets.control import Control, Sender
from realestate_os.packets.records import Records, Row, records_of
from realestate_os.settings import get_settings
from realestate_os_tests.scoring.homes import DAY, Day, assumptions, day_of, king

TEMPLATES = get_settings().templates_dir
SENDER = Sender(UUID(int=7), "default", "Evergreen Acquisitions", "deals@evergreen.example", "1 Pine St, Seattle, WA")
CONTRACT = Control(
    kind="under_contract",
    stage="under_contract",
    contract_price_usd=541_111.0,
    assignment_price_usd=562_222.0,
    expires_on=date(2027, 1, 15),
    cancellation_until=date(2026, 11, 30),
    disclosure="The seller holds an equitable interest only; this is an assignment of contract.",
)


def all_records(day: Day) -> list[Records]:
    return list(records_of(day.listings, day.enrichment, day.valuations, day.comparables, day.scores()))


def records(county: Any = None, comparables: int = 4, **home: Any) -> Records:
    facts = {"listing_price_usd": 545_000.0, "log_value_sd": 0.07}
    return all_records(day_of([facts | home], county=county, comparables=comparables))[0]


def setting(county: Any = None) -> Setting:
    return Setting(SENDER, county or king(), DAY, assumptions())


def internal(control: Control | None = None, county: Any = None, **home: Any) -> Row:
    return internal_memo(records(county, **home), control, setting(county))


def investor(control: Control = CONTRACT, county: Any = None, **home: Any) -> Row:
    memo = investor_memo(records(county, **home), control, setting(county))
    assert memo is not None
    return memo


def text_of(content: bytes) -> str:
    """The PDF's text by pdftotext, with single spaces."""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())
