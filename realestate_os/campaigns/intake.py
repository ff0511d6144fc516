"""Contacts and deals that a tenant brings along -> contacts, deals.

Belongs here: checking rows of an import and writing the good ones. Does not: reading files (the command
line does), deciding who is mailed (audience.py). A row that cannot be taken is set aside with its reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from realestate_os.campaigns.audience import CONSENT_BASES
from realestate_os.campaigns.rendering import one_line
from realestate_os.counties import load_county
from realestate_os.resources.database import Database
from realestate_os.storage.home import PROPERTY_TYPES
from realestate_os.storage.identity.properties import Properties
from realestate_os.storage.identity.register import load
from realestate_os.storage.property_identity import clean_apn, normalize_address, zip5
from realestate_os.storage.set_aside import SetAside
from realestate_os.storage.tables import CONTROLS, DEAL_STAGES, AuditLog, Contact, Deal, ProspectQueue

MAX_USD = Decimal(10**12)  # the columns hold 12 digits before the point


class _RefusedRow(Exception):
    """A row cannot be taken: reason, field, value."""

    def __init__(self, reason: str, field: str, value: object = None) -> None:
        super().__init__(reason)
        self.reason, self.field, self.value = reason, field, value


def import_contacts(database: Database, tenant_id: UUID, rows: Iterable[Mapping[str, Any]]) -> tuple[int, SetAside]:
    """Write the buyers of checked_contacts. Of one address the newest consent stands, whichever import brought it.

    Whoever was switched off stays off. Returns how many were written, and what was refused.
    """
    good, refused = checked_contacts(rows)
    with database.transaction(tenant_id) as connection:
        written = [{"tenant_id": tenant_id, **one} for one in good]
        database.upsert(connection, Contact, written, ["tenant_id", "email"], newer_by="consent_at")
        connection.execute(AuditLog.__table__.insert(), [_audit(tenant_id, "contacts.imported", len(good), refused)])
    return len(good), refused


def checked_contacts(rows: Iterable[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], SetAside]:
    """Buyers as rows of the table contacts, one an address (the newest consent, then the later row), and the refused.

    A row: email, first_name or name, company, consent_basis, consented_on, consent_source and buy_box
    {counties, zip_codes, property_types, bedrooms_min, price_min_usd, price_max_usd}; item names it in what is set
    aside. Refused: bad address, bad buy box, no or bought consent, consent without a day or of a day to come.
    """
    refused = SetAside()
    good: dict[str, dict[str, Any]] = {}
    for row in rows:
        try:
            contact = _contact(row)
        except _RefusedRow as problem:
            item = str(row.get("item") or row.get("email") or "")
            refused.add(item, problem.reason, field=problem.field, value=problem.value)
            continue
        known = good.get(contact["email"])
        if known is None or known["consent_at"] <= contact["consent_at"]:
            good[contact["email"]] = contact
    return list(good.values()), refused


def import_deals(
    database: Database, tenant_id: UUID, county: str, rows: Iterable[Mapping[str, Any]]
) -> tuple[int, SetAside]:
    """Contracts by property; the address says which property it is.

    A row: street_address, unit, city, state, zip_code, apn, url, control, stage, contract_price_usd,
    assignment_price_usd, signed_on, expires_on, cancel_until, disclosure. A property that no source has
    listed yet becomes a prospect of its own. Returns how many were written, and what was refused.
    """
    refused, deals, prospects = SetAside(), {}, {}
    with database.transaction() as connection:
        properties = load(connection, county)
    for row in rows:
        try:
            deal, prospect = _deal(properties, row)
            deals[deal["property_id"]], prospects[deal["property_id"]] = deal, prospect
        except _RefusedRow as problem:
            item = str(row.get("street_address") or row.get("url") or "")
            refused.add(item, problem.reason, field=problem.field, value=problem.value)
    with database.transaction(tenant_id) as connection:
        # Only where it is missing: what discovery knows of a property is never overwritten from here.
        database.upsert(connection, ProspectQueue, list(prospects.values()), ["property_id"], keep=_PROSPECT_COLUMNS)
        written = [{"tenant_id": tenant_id, **one} for one in deals.values()]
        database.upsert(connection, Deal, written, ["tenant_id", "property_id"])
        connection.execute(AuditLog.__table__.insert(), [_audit(tenant_id, "deals.imported", len(deals), refused)])
    return len(deals), refused


_PROSPECT_COLUMNS = (
    *("county", "as_of", "source", "url", "street_address", "unit", "city", "state", "zip_code", "apn"),
    *("price_basis", "first_seen_on", "last_seen_on"),
)


def _contact(row: Mapping[str, Any]) -> dict[str, Any]:
    basis = str(row.get("consent_basis") or "").strip()
    if basis not in CONSENT_BASES:
        reason = "consent_purchased" if basis == "purchased" else "unknown_consent_basis"
        raise _RefusedRow(reason if basis else "no_consent_basis", "consent_basis", basis)
    box = row.get("buy_box") or {}
    if not isinstance(box, Mapping):
        raise _RefusedRow("bad_buy_box", "buy_box", box)
    low, high = _usd(box, "price_min_usd"), _usd(box, "price_max_usd")
    if low is not None and high is not None and low > high:
        raise _RefusedRow("bad_buy_box", "price_min_usd", low)
    consented = _day(row, "consented_on")
    if consented is None:
        raise _RefusedRow("no_consent_date", "consented_on")
    if consented > datetime.now(UTC).date():
        raise _RefusedRow("consent_ahead", "consented_on", consented)
    return {
        "email": _email(row.get("email")),
        "name": _text(row.get("name") or row.get("first_name")) or "",
        "company": _text(row.get("company")),
        "kind": "buyer",
        "consent_basis": basis,
        "consent_at": datetime.combine(consented, time(), tzinfo=UTC),
        "consent_source": _text(row.get("consent_source")),
        "min_price_usd": low,
        "max_price_usd": high,
        "counties": _words(box, "counties", None),
        "property_types": _words(box, "property_types", PROPERTY_TYPES),
        "zip_codes": _zip_codes(box),
        "min_bedrooms": _bedrooms(box),
    }


def _deal(properties: Properties, row: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    street, unit, city, state, postcode = (
        _text(row.get(k)) for k in ("street_address", "unit", "city", "state", "zip_code")
    )
    address = normalize_address(street, unit, city, state, postcode)
    if address.address_key is None:
        raise _RefusedRow("incomplete_address", "street_address", street)
    signed = _day(row, "signed_on")
    if signed is None:
        raise _RefusedRow("no_signing_date", "signed_on")
    apn = clean_apn(row.get("apn"), load_county(properties.county).parcel_number)
    found = properties.id_of(address.address_key, apn)
    deal = {
        "property_id": found,
        "control": _one_of(row, "control", CONTROLS),
        "stage": _one_of(row, "stage", DEAL_STAGES),
        "contract_price_usd": _usd(row, "contract_price_usd"),
        "assignment_price_usd": _usd(row, "assignment_price_usd"),
        "signed_on": signed,
        "expires_on": _day(row, "expires_on"),
        "cancellation_until": _day(row, "cancel_until"),
        "disclosure": _text(row.get("disclosure")),
    }
    prospect = dict.fromkeys(_PROSPECT_COLUMNS) | {
        "property_id": found,
        **{"county": properties.county, "source": "deals_import", "url": _text(row.get("url")), "price_basis": "none"},
        **{"as_of": signed, "first_seen_on": signed, "last_seen_on": signed},
        **{"street_address": street, "unit": address.unit, "city": city, "state": state, "zip_code": postcode},
        "apn": apn,
    }
    return deal, prospect


def _audit(tenant_id: UUID, action: str, written: int, refused: SetAside) -> dict[str, Any]:
    details = {"written": written, "refused": refused.counts()}
    return {"tenant_id": tenant_id, "actor": "import", "action": action, "details": details}


def _email(value: object) -> str:
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(str(value or ""), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise _RefusedRow("bad_email", "email", error) from None


def _text(value: object) -> str | None:
    return one_line(str(value))[:500] or None if value is not None else None


def _one_of(row: Mapping[str, Any], key: str, known: tuple[str, ...]) -> str:
    value = row.get(key)
    if value not in known:
        raise _RefusedRow(f"unknown_{key}", key, value)
    return str(value)


def _words(row: Mapping[str, Any], key: str, known: tuple[str, ...] | None) -> list[str]:
    value = row.get(key) or []
    if not isinstance(value, list) or any(not isinstance(w, str) or (known and w not in known) for w in value):
        raise _RefusedRow("bad_buy_box", key, value)
    return value


def _zip_codes(box: Mapping[str, Any]) -> list[str]:
    codes = [zip5(code) for code in _words(box, "zip_codes", None)]
    if None in codes:
        raise _RefusedRow("bad_buy_box", "zip_codes", box["zip_codes"])
    return [str(code) for code in codes]


def _bedrooms(box: Mapping[str, Any]) -> float | None:
    value = box.get("bedrooms_min")
    if value is None or value == "":
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = -1.0
    if not 0 <= number <= 30:
        raise _RefusedRow("bad_buy_box", "bedrooms_min", value)
    return number


def _usd(row: Mapping[str, Any], key: str) -> Decimal | None:
    value = row.get(key)
    if value is None or value == "":
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise _RefusedRow("bad_amount", key, value) from None
    if not amount.is_finite() or not 0 <= amount < MAX_USD:
        raise _RefusedRow("bad_amount", key, value)
    return amount


def _day(row: Mapping[str, Any], key: str) -> date | None:
    value = row.get(key)
    if value is None or value == "":
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise _RefusedRow("bad_date", key, value) from None
