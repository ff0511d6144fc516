"""One line of a lead list -> one row of LEADS.

Belongs here: which parser reads which field, the signs that a line tells, why a line is refused. Does not:
which column is which field (lead_mapping.py), what several lists together say (lead_fold.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from realestate_os.discovery import values
from realestate_os.discovery.archive import Page
from realestate_os.discovery.extract import RawListing
from realestate_os.discovery.lead_mapping import ChosenColumns, LeadMapping, SignalColumns
from realestate_os.discovery.listing_row import Row, listing_row
from realestate_os.discovery.rules import Refusal, Terms, broken_rule
from realestate_os.storage.home import HOME_NAMES
from realestate_os.storage.property_identity import normalize_address

# A lead list's own word that the property is a lead no more.
_OFF = re.compile(r"sold|dead|closed|remove|do not|dnc|not interested|inactive", re.IGNORECASE)
_NO = re.compile(r"no|n|false|0|0\.0+|none|not? .*|n/a|-+|\$?0(?:\.0+)?", re.IGNORECASE)
_EARLIEST = date(1900, 1, 1)
Texts = Mapping[str, str]


@dataclass(frozen=True)
class LeadList:
    """One list as it is imported: what it is, how it is read, from which day we know it."""

    list_id: str
    sha256: str
    mapping: LeadMapping
    columns: ChosenColumns
    seen_on: date
    imported_at: datetime

    def told(self) -> list[str]:
        """Kinds of signs about which the list says yes or no of each line."""
        told = set(self.columns.signals)
        if {"owner_occupied", "mailing_street"} & set(self.columns.fields):
            told.add("absentee_owner")
        return sorted(told)


def lead_row(cells: Texts, line: int, found: LeadList, terms: Terms) -> Row | Refusal:
    """Read a line; `cells` are its texts by column, blank ones left out.

    A line without an address but with a parcel number is kept: its signs belong to the home of that number.
    """
    text = {field: cells[column] for field, column in found.columns.fields.items() if column in cells}
    row = listing_row(
        RawListing(_home_texts(text), "list"), _page(found, line), str(line), terms.county.key, found.seen_on
    )
    refusal = broken_rule(row, terms)
    if refusal is not None and refusal.reason == "missing_address" and row["apn"] is not None:
        row, refusal = _parcel_only(row), _elsewhere(row, terms)
    if refusal is not None:
        return refusal
    return {
        "list_id": found.list_id,
        "line": line,
        "county": terms.county.key,
        "source": found.mapping.source,
        "list_sha256": found.sha256,
        "imported_at": found.imported_at,
        "seen_on": found.seen_on,
        "valid_until": found.seen_on + timedelta(days=found.mapping.valid_days),
        "complete": found.mapping.complete,
        "property_id": row["property_id"],
        **{name: row[name] for name in HOME_NAMES},
        "condition_claimed": row["condition_claimed"],
        "contact_name": _owner(text),
        "contact_phone": values.parse_phone(text.get("contact_phone")),
        **_owner_facts(text, row, found.seen_on),
        # Nothing owed is known too: the owner's equity is whole.
        "liens_usd": values.parse_money(text.get("liens_usd")),
        "off_list": bool(_OFF.search(text.get("lead_status", ""))),
        "kinds_told": json.dumps(found.told()),
        "signals": json.dumps(_signals(cells, text, row, found)),
    }


def _parcel_only(row: Row) -> Row:
    """What a line without a usable address can be trusted with: the parcel's number."""
    return row | dict.fromkeys(("property_id", *HOME_NAMES)) | {"apn": row["apn"], "zip_code": row["zip_code"]}


def _elsewhere(row: Row, terms: Terms) -> Refusal | None:
    if row["zip_code"] is None or row["zip_code"] in terms.zip_codes:
        return None
    return Refusal("outside_county", "zip_code", row["zip_code"], f"a ZIP of {terms.county.name} County")


def _page(found: LeadList, line: int) -> Page:
    """A line seen as a page, so that lists and sites are read by the same parsers."""
    url = f"lead-list:{found.mapping.source}/{found.list_id}#{line}"
    return Page(
        url=url, final_url=url, status=200, headers={}, fetched_at=found.imported_at, sha256=found.sha256,
        kind="detail", source=found.mapping.source, rendered=False, body_bytes=0,
    )  # fmt: skip


def _home_texts(text: Texts) -> dict[str, str]:
    home = dict(text)
    if "street_address" not in home and "street_number" in home and "street_name" in home:
        home["street_address"] = f"{home['street_number']} {home['street_name']}"
    if "lot_size_sqft" not in home and "lot_acres" in home:
        home["lot_size_sqft"] = f"{home['lot_acres']} acres"
    # Spreadsheets drop the leading zeros of ZIP codes and write numbers with a fraction.
    postcode = re.fullmatch(r"(\d{3,5})(?:\.0+)?", home.get("zip_code", "").strip())
    if postcode:
        home["zip_code"] = postcode[1].zfill(5)
    return {field: value for field, value in home.items() if not re.fullmatch(r"0(?:\.0+)?", value.strip())}


def _owner(text: Texts) -> str | None:
    name = text.get("owner_name") or " ".join(
        text[part] for part in ("owner_first_name", "owner_last_name") if part in text
    )
    return values.clean_text(name, 80)


def _owner_facts(text: Texts, row: Row, seen_on: date) -> Row:
    parts = [text[part] for part in ("mailing_street", "mailing_unit", "mailing_city") if part in text]
    tail = " ".join(text[part] for part in ("mailing_state", "mailing_zip") if part in text)
    mailing = values.clean_text(", ".join([*parts, tail] if tail else parts), 200) if parts else None
    said = values.parse_yes_no(text.get("owner_occupied"))
    sold = _day(text.get("last_sale_date"))
    return {
        "owner_mailing_address": mailing,
        "owner_occupied": bool(said) if said is not None else _lives_there(text, row),
        "last_sale_date": sold if sold and sold <= seen_on else None,
    }


def _lives_there(text: Texts, row: Row) -> bool | None:
    """Whether the mail goes to the home itself; None where it goes to a box or is not known."""
    if "mailing_street" not in text or "mailing_zip" not in text or row["address_key"] is None:
        return None
    mailing = normalize_address(
        text["mailing_street"], text.get("mailing_unit"), text.get("mailing_city"), text.get("mailing_state"),
        text["mailing_zip"],
    )  # fmt: skip
    if mailing.address_key is None or re.search(r"\bP\.?\s*O\.?\s*BOX\b", text["mailing_street"], re.IGNORECASE):
        return None
    return bool(mailing.address_key == row["address_key"])


def _signals(cells: Texts, text: Texts, row: Row, found: LeadList) -> list[dict[str, Any]]:
    """What the line says of each kind, and absence from the home where its facts tell it."""
    said = {kind: _said(cells, columns, found.seen_on) for kind, columns in found.columns.signals.items()}
    signals = [{"kind": kind} | one for kind, one in said.items() if one is not None]
    lives = _owner_facts(text, row, found.seen_on)["owner_occupied"]
    if lives is False and "absentee_owner" not in said:
        signals.append({"kind": "absentee_owner", **dict.fromkeys(("event_date", "amount_usd", "detail", "ended_on"))})
    return sorted(signals, key=lambda one: str(one["kind"]))


def _said(cells: Texts, columns: SignalColumns, seen_on: date) -> dict[str, Any] | None:
    """One sign of a line, or None when the line does not tell it."""
    first = {
        part: next((cells[one] for one in getattr(columns, part) if one in cells), None)
        for part in ("said_by", "event_date", "amount_usd", "detail", "ended_on")
    }
    happened, amount = _day(first["event_date"]), _positive(first["amount_usd"])
    by_word = first["said_by"] is not None and not _NO.fullmatch(first["said_by"].strip())
    if columns.said_by and first["said_by"] is not None and not by_word:
        return None
    # An amount of nothing is no debt, whatever list it stands on.
    owes_nothing = first["amount_usd"] is not None and amount is None
    if owes_nothing or not (columns.every_row or by_word or happened or amount):
        return None
    ended = _day(first["ended_on"])
    if any(cells.get(column, "").strip().lower() in values_ for column, values_ in columns.ended_if.items()):
        ended = ended or seen_on
    known = happened if happened and happened <= seen_on else None
    return {
        "event_date": known.isoformat() if known else None,
        "amount_usd": amount,
        "detail": values.clean_text(first["detail"], 120),
        "ended_on": ended.isoformat() if ended else None,
    }


def _day(text: str | None) -> date | None:
    """A date in any form; a year alone is its last day, which is when its taxes are owed."""
    if text is None:
        return None
    year = re.fullmatch(r"((?:19|20)\d\d)(?:\.0+)?", text.strip())
    found = date(int(year[1]), 12, 31) if year else values.parse_date(re.sub(r"[ T]\d\d?:\d\d.*$", "", text.strip()))
    return found if found and found >= _EARLIEST else None


def _positive(text: str | None) -> float | None:
    amount = values.parse_money(text)
    return amount if amount and amount > 0 else None
