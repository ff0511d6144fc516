"""A county's day in small: listings, scores, people, contracts.

Belongs here: builders that several tests of campaigns and web share. Does not: fixtures (conftest.py).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pandas as pd
from sqlalchemy import select, text

from realestate_os.campaigns.intake import import_contacts, import_deals
from realestate_os.campaigns.planning import Desk, Plan, plan_day
from realestate_os.discovery.frames import LISTINGS
from realestate_os.resources.database import Database
from realestate_os.scoring.frames import SCORES
from realestate_os.settings import Settings
from realestate_os.storage.property_identity import normalize_address, property_id
from realestate_os.storage.tables import EmailCampaign, EmailQueue, Suppression
from realestate_os_tests.databases import MigratedDatabase

COUNTY = "king_wa"
DAY = date(2015, 5, 4)


def pid(street: str) -> str:
    """The property at a street address in 98115."""
    key = normalize_address(street, None, "Seattle", "WA", "98115").address_key
    assert key is not None
    return property_id(COUNTY, key)


def home(street: str, **changes: Any) -> dict[str, Any]:
    """One listed and scored property; `changes` name columns of either frame."""
    row = dict.fromkeys((*LISTINGS.names, *SCORES.names)) | {
        "property_id": pid(street),
        "county": COUNTY,
        "date": DAY,
        "source": "sandbox_fsbo",
        "listing_key": street,
        "url": "https://fsbo.sandbox.example/king_wa/home/x",
        "page_sha256": "0" * 64,
        "fetched_at": datetime(2015, 5, 4, tzinfo=UTC),
        "read_by": "labels",
        "street_address": street,
        "city": "Seattle",
        "state": "WA",
        "zip_code": "98115",
        "property_type": "single_family",
        "bedrooms": 3.0,
        "bathrooms": 2.0,
        "square_footage": 1850.0,
        "year_built": 1952.0,
        "listing_price_usd": 512_000.0,
        "price_basis": "asking",
        "listing_status": "active",
        "first_seen_on": DAY,
        "price_event": "new",
        "condition_claimed": "unknown",
        "text_flags": "[]",
        "contact_name": "Sally Seller",
        "contact_phone": "+12065550100",
        "completeness": 1.0,
        "posterior_value_usd": 640_000.0,
        "posterior_low_90_usd": 560_000.0,
        "posterior_high_90_usd": 740_000.0,
        "value_usd": 655_000.0,
        "value_low_90_usd": 560_000.0,
        "value_high_90_usd": 760_000.0,
        "arv_usd": 742_000.0,
        "arv_low_usd": 702_000.0,
        "arv_high_usd": 791_000.0,
        "repair_low_usd": 22_000.0,
        "repair_base_usd": 46_000.0,
        "repair_high_usd": 88_000.0,
        "repair_basis": "not_inspected",
        "mao_usd": 531_400.0,
        "net_spread_usd": 19_000.0,
        "p_deal": 0.78,
        "bird_dog_score": 83.2,
        "band": "excellent",
        "confidence": 0.7,
        "confidence_band": "medium",
        "rent_base_usd_month": 2450.0,
        "market_heat": 1.15,
        "market_heat_as_of": DAY,
        "neighborhood_multiplier": 1.0,
        "assumptions": "[]",
        "snapshot_id": "s",
        "model_version": "1",
        "model_digest": "d",
        "code_version": "1",
    }
    unknown = set(changes) - set(row)
    assert not unknown, unknown
    row |= changes
    share = (row["bird_dog_score"] or 0) / 100
    return row | {"score_log_odds": math.log(share / (1 - share)) if share else None}


def lead(street: str, **changes: Any) -> dict[str, Any]:
    """One property without an asking price."""
    return home(
        street,
        **{
            "listing_price_usd": None,
            "price_basis": "none",
            "bird_dog_score": None,
            "score_null_reason": "no_asking_price",
            "band": None,
            "p_deal": None,
            "net_spread_usd": None,
            "lead_rank": 1.0,
            "lead_reasons": '[{"name": "long_tenure", "weight": 0.8, "text": "Owned for 24 years"}]',
            "opening_offer_usd": 352_000.0,
            **changes,
        },
    )


def frames(homes: list[dict[str, Any]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(listings, scores) as the IO manager hands them over."""
    rows = pd.DataFrame(homes, columns=list(dict.fromkeys((*LISTINGS.names, *SCORES.names))))
    return (
        LISTINGS.to_arrow(rows[LISTINGS.names]).to_pandas(),
        SCORES.to_arrow(rows[SCORES.names]).to_pandas(),
    )


def contract(street: str, **changes: Any) -> dict[str, Any]:
    """A row as import_deals takes it."""
    return {
        "street_address": street,
        "city": "Seattle",
        "state": "WA",
        "zip_code": "98115",
        "control": "under_contract",
        "stage": "under_contract",
        "contract_price_usd": 500_123.0,
        "assignment_price_usd": 545_000.0,
        "signed_on": "2015-04-28",
        "expires_on": "2015-08-01",
        **changes,
    }


def buyer(name: str, **changes: Any) -> dict[str, Any]:
    """A row as import_contacts takes it."""
    return {
        "email": f"{name}@buyers.example",
        "first_name": name.capitalize(),
        "consent_basis": "opt_in_form",
        "consented_on": "2014-01-15",
        "buy_box": {"counties": [COUNTY], "property_types": [], "price_max_usd": 900_000},
        **changes,
    }


@dataclass
class Office:
    """One tenant with an empty book, and short ways to plan and to look."""

    database: Database
    settings: Settings
    tenant_id: UUID

    @property
    def desk(self) -> Desk:
        return Desk.from_settings(self.settings)

    def take_in(self, contacts: list[dict[str, Any]], contracts: list[dict[str, Any]]) -> None:
        """Import both; nothing may be refused."""
        assert not import_contacts(self.database, self.tenant_id, contacts)[1].rows
        assert not import_deals(self.database, self.tenant_id, COUNTY, contracts)[1].rows

    def plan(self, homes: list[dict[str, Any]], on: date = DAY, **changes: Any) -> Plan:
        """Plan a day; `changes` are settings."""
        desk = Desk.from_settings(self.settings.model_copy(update=changes))
        return plan_day(self.database, desk, self.tenant_id, COUNTY, on, *frames(homes))

    def mails(self, on: date = DAY) -> list[Any]:
        """All rows of the outbox for a day, by audience and address."""
        with self.database.transaction(self.tenant_id) as connection:
            return list(
                connection.execute(
                    select(EmailQueue.__table__, EmailCampaign.__table__.c.audience)
                    .join(EmailCampaign.__table__, EmailCampaign.__table__.c.id == EmailQueue.__table__.c.campaign_id)
                    .where(EmailQueue.__table__.c.planned_on == on)
                    .order_by(EmailCampaign.__table__.c.audience, EmailQueue.__table__.c.recipient_email)
                )
            )

    def campaign(self, audience: str, on: date = DAY) -> Any:
        """One row of email_campaigns."""
        table = EmailCampaign.__table__
        with self.database.transaction(self.tenant_id) as connection:
            query = select(table).where(table.c.as_of == on, table.c.audience == audience)
            return connection.execute(query).one()

    def suppressions(self) -> list[Any]:
        """All rows of suppressions."""
        with self.database.transaction(self.tenant_id) as connection:
            return list(connection.execute(select(Suppression.__table__)))

    def suppress(self, email: str) -> None:
        """Put an address on the list by hand."""
        row = {
            "address_hmac": self.desk.keys.address_hmac(email),
            "reason": "manual",
            "suppressed_at": datetime.now(UTC),
        }
        with self.database.transaction(self.tenant_id) as connection:
            connection.execute(Suppression.__table__.insert(), [{"tenant_id": self.tenant_id, **row}])


def new_office(migrated: MigratedDatabase, database: Database, settings: Settings, readers: int = 1) -> Office:
    """A tenant of its own, so that tests of one module do not see each other's rows."""
    tenant_id = uuid4()
    with migrated.as_superuser() as connection:
        connection.execute(
            "INSERT INTO tenants (id, slug, name, mail_from_name, mail_from_email, postal_address)"
            " VALUES (%s, %s, 'Acme', 'Acme Homes', 'deals@acme.example', '1 Main Street, Seattle, WA 98101')",
            (tenant_id, f"acme-{tenant_id.hex[:8]}"),
        )
    with database.transaction(tenant_id) as connection:
        for number in range(readers):
            connection.execute(
                text("INSERT INTO user_accounts (email, name, receives_daily_list) VALUES (:email, 'Reader', true)"),
                {"email": f"reader{number}@acme.example"},
            )
    return Office(database, settings, tenant_id)
