"""LEAD_SIGNALS of a county's day: signs of lead lists and of the assessor's facts, by home.

Belongs here: which home a list's sign belongs to, and the signs that records tell (mail goes elsewhere, owned for
long). Does not: what lists say (discovery/lead_fold.py), weights (scoring), Postgres (store.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import pandas as pd

from realestate_os.discovery.lead_fold import Lead, LeadSign, SignalTerms, leads_on
from realestate_os.enrichment.frames import LEAD_SIGNALS
from realestate_os.storage.property_identity import normalize_address

ASSESSOR = "assessor"
_BOX = re.compile(r"\bP\.?\s*O\.?\s*BOX\b|\bPMB\b", re.IGNORECASE)
_LAST_ZIP = re.compile(r"(\d{5})(?:-?\d{4})?\s*$")


def signals_of_day(
    leads: pd.DataFrame, enrichment: pd.DataFrame, county: str, day: date, terms: SignalTerms
) -> pd.DataFrame:
    """One row a home, kind and source, of the signs in force at the end of the day.

    Args:
        leads: LEADS of the county; lines that became known later are passed over.
        enrichment: ENRICHMENT of the day; only its homes get rows.
    """
    homes = enrichment.astype(object).where(enrichment.notna(), None).to_dict("records")
    known = _by_home(leads_on(leads, day, terms), homes)
    rows = [
        {"property_id": home["property_id"], "county": county, "date": day, **sign.__dict__}
        for home in homes
        for sign in _signs(home, known.get(home["property_id"], []), day, terms)
    ]
    frame = pd.DataFrame(rows, columns=LEAD_SIGNALS.names)
    frame = frame.drop_duplicates(list(LEAD_SIGNALS.key)).sort_values(list(LEAD_SIGNALS.key), ignore_index=True)
    return frame.astype({"amount_usd": "float64"})


def _by_home(leads: Iterable[Lead], homes: list[dict[str, Any]]) -> dict[str, list[Lead]]:
    """A lead belongs to the home of its address or, where its address names none, of its parcel number.

    Not by the id of its lines: the property may since have been identified with one of another spelling.
    """
    of_address = {home["address_key"]: home["property_id"] for home in homes if home["address_key"]}
    of_parcel = {home["apn"]: home["property_id"] for home in homes if home["apn"]}
    found: dict[str, list[Lead]] = {}
    for lead in leads:
        by_address = (of_address.get(line["address_key"]) for line in lead.lines)
        home = next(filter(None, by_address), None) or of_parcel.get(lead.fact("apn"))
        if home is not None:
            found.setdefault(home, []).append(lead)
    return found


def _signs(home: dict[str, Any], leads: list[Lead], day: date, terms: SignalTerms) -> Iterator[LeadSign]:
    for lead in leads:
        yield from lead.signs
    if "parcel" not in json.loads(home["missing_sources"]) and _lives_elsewhere(home):
        yield _of_records("absentee_owner", ASSESSOR, None, "by the assessor's record", day, terms)
    sold, source = home["last_sale_date"], ASSESSOR
    if sold is None:
        told = [lead for lead in leads if lead.fact("last_sale_date")]
        sold, source = (told[0].fact("last_sale_date"), told[0].lines[0]["source"]) if told else (None, source)
    years = (day - sold).days / 365.25 if sold else 0.0
    if years >= terms.long_tenure_years:
        yield _of_records("long_tenure", source, sold, f"owned for {years:.0f} years", day, terms)


def _of_records(kind: str, source: str, event: date | None, detail: str, day: date, terms: SignalTerms) -> LeadSign:
    """A sign that today's records tell: known from today, and told anew each day."""
    return LeadSign(kind, source, event, day, terms.last_day(kind, event, day), None, detail)


def _lives_elsewhere(home: dict[str, Any]) -> bool:
    """By the assessor's own flag, else by comparing the mailing address with the home's; a box tells nothing."""
    if home["owner_occupied"] is not None:
        return not home["owner_occupied"]
    mailing = home["owner_mailing_address"]
    if not mailing or _BOX.search(mailing) or not home["address_key"]:
        return False
    postcode = _LAST_ZIP.search(mailing)
    street = normalize_address(mailing.split(",")[0], None, None, None, postcode[1] if postcode else None)
    if not re.match(r"\d", street.street_address):
        return False
    own_street, _, own_zip = str(home["address_key"]).split("|")
    same_street = street.street_address == own_street or mailing.upper().startswith(f"{own_street} ")
    return not same_street or (postcode is not None and postcode[1] != own_zip)
