"""Imports of contacts and deals: what is taken, what is refused, what stays as it was."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from realestate_os.campaigns.intake import import_contacts, import_deals
from realestate_os.sandbox.server import Sandbox
from realestate_os.storage.tables import AuditLog, Contact, Deal, ProspectQueue
from realestate_os_tests.campaigns.scene import COUNTY, DAY, Office, buyer, contract, pid

A = "1412 NE 65th St"


def rows(office: Office, model: type) -> list:
    with office.database.transaction(office.tenant_id) as connection:
        return list(connection.execute(select(model.__table__)))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"consent_basis": "purchased"}, "consent_purchased"),
        ({"consent_basis": ""}, "no_consent_basis"),
        ({"consent_basis": None}, "no_consent_basis"),
        ({"consent_basis": "my cousin"}, "unknown_consent_basis"),
        ({"consented_on": None}, "no_consent_date"),
        ({"consented_on": "yesterday"}, "bad_date"),
        ({"email": "no address"}, "bad_email"),
        ({"email": "a@b.example\r\nBcc: c@d.example"}, "bad_email"),
        ({"email": None}, "bad_email"),
        ({"buy_box": {"price_max_usd": -1}}, "bad_amount"),
        ({"buy_box": {"price_max_usd": "NaN"}}, "bad_amount"),
        ({"buy_box": {"price_max_usd": "lots"}}, "bad_amount"),
        ({"buy_box": {"price_max_usd": 1, "price_min_usd": 2}}, "bad_buy_box"),
        ({"buy_box": {"property_types": ["castle"]}}, "bad_buy_box"),
        ({"buy_box": "anything"}, "bad_buy_box"),
        ({"buy_box": {"counties": "king_wa"}}, "bad_buy_box"),
    ],
)
def test_a_bad_contact_is_refused_and_the_good_one_taken(office: Office, changes: dict, reason: str) -> None:
    taken, refused = import_contacts(office.database, office.tenant_id, [buyer("bad", **changes), buyer("good")])
    assert (taken, refused.counts()) == (1, {reason: 1})
    assert [row.email for row in rows(office, Contact)] == ["good@buyers.example"]


def test_a_second_import_updates_and_who_was_switched_off_stays_off(office: Office) -> None:
    import_contacts(office.database, office.tenant_id, [buyer("avery", email="Avery@Buyers.EXAMPLE")])
    with office.database.transaction(office.tenant_id) as connection:
        connection.execute(text("UPDATE contacts SET active = false"))
    import_contacts(office.database, office.tenant_id, [buyer("avery", company="New Name", buy_box={})])
    (row,) = rows(office, Contact)
    assert (row.email, row.company, row.max_price_usd, row.active) == ("avery@buyers.example", "New Name", None, False)


def test_a_deal_finds_its_property_however_the_address_is_written(office: Office) -> None:
    taken, _ = import_deals(office.database, office.tenant_id, COUNTY, [contract("1412 NE 65TH STREET")])
    (deal,) = rows(office, Deal)
    assert (taken, str(deal.property_id)) == (1, pid(A))
    assert (deal.assignment_price_usd, deal.expires_on) == (Decimal("545000.00"), date(2015, 8, 1))


def test_a_deal_makes_its_property_known_but_never_overwrites_what_is_known(office: Office) -> None:
    street = "15 Elm St"
    import_deals(office.database, office.tenant_id, COUNTY, [contract(street)])
    found = next(row for row in rows(office, ProspectQueue) if str(row.property_id) == pid(street))
    assert (found.source, found.as_of, found.price_basis) == ("deals_import", date(2015, 4, 28), "none")
    with office.database.transaction() as connection:
        connection.execute(
            text("UPDATE prospect_queue SET source = 'site', as_of = :day WHERE property_id = :id"),
            {"day": DAY, "id": pid(street)},
        )
    import_deals(office.database, office.tenant_id, COUNTY, [contract(street, stage="assigned")])
    again = next(row for row in rows(office, ProspectQueue) if str(row.property_id) == pid(street))
    assert (again.source, again.as_of) == ("site", DAY)
    assert [row.stage for row in rows(office, Deal)] == ["assigned"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"zip_code": None}, "incomplete_address"),
        ({"street_address": ""}, "incomplete_address"),
        ({"control": "maybe"}, "unknown_control"),
        ({"stage": None}, "unknown_stage"),
        ({"signed_on": None}, "no_signing_date"),
        ({"expires_on": "2015-13-01"}, "bad_date"),
        ({"contract_price_usd": "1e40"}, "bad_amount"),
    ],
)
def test_a_bad_deal_is_refused_and_the_good_one_taken(office: Office, changes: dict, reason: str) -> None:
    rows_in = [contract("9 Bad Rd", **changes), contract(A)]
    taken, refused = import_deals(office.database, office.tenant_id, COUNTY, rows_in)
    assert (taken, refused.counts()) == (1, {reason: 1})


def test_imports_are_in_the_audit_log(office: Office) -> None:
    import_contacts(office.database, office.tenant_id, [buyer("avery"), buyer("x", consent_basis="purchased")])
    (entry,) = rows(office, AuditLog)
    assert (entry.action, entry.details) == ("contacts.imported", {"written": 1, "refused": {"consent_purchased": 1}})


def test_the_sandboxes_own_rows_are_taken(office: Office, sandbox: Sandbox) -> None:
    there = sandbox.world.of(COUNTY)
    taken, refused = import_contacts(office.database, office.tenant_id, there.contacts())
    assert (taken, refused.counts()) == (12, {"consent_purchased": 1, "no_consent_basis": 1})
    contracts = there.contracts(DAY)
    assert import_deals(office.database, office.tenant_id, COUNTY, contracts)[0] == len(contracts) > 0
