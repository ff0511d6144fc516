"""Which properties a tenant controls on a day, and at which price.

Belongs here: reading the table deals as of a day. Does not: who may be mailed (campaigns).

A scraped listing is not ours to sell: without control there is no investor edition.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Connection, or_, select

from realestate_os.storage.identity.register import by_present_id
from realestate_os.storage.tables import Deal, ProspectQueue, Tenant

# Assigned: a buyer has the contract; to offer it again would sell it twice.
OVER = ("assigned", "closed", "dead")


@dataclass(frozen=True)
class Sender:
    """The tenant as the memo names it."""

    id: UUID
    slug: str
    name: str
    email: str
    postal_address: str


@dataclass(frozen=True)
class Control:
    """A tenant's hold on one property, with its prices in dollars."""

    kind: str
    stage: str
    contract_price_usd: float | None
    assignment_price_usd: float | None
    expires_on: date | None
    cancellation_until: date | None
    disclosure: str | None

    def price_to_buyer(self, asking_usd: float | None) -> float | None:
        """What a buyer pays us: the assignment price; for our own or a listed property else its ask.

        None for a contract without one: its own price would print our spread.
        """
        if self.assignment_price_usd is not None:
            return self.assignment_price_usd
        return asking_usd if self.kind in ("owned", "licensed_listing") else None


def sender_of(connection: Connection, tenant_id: UUID) -> Sender:
    """The tenant's name and address; the transaction is the tenant's."""
    columns = (Tenant.id, Tenant.slug, Tenant.name, Tenant.mail_from_email, Tenant.postal_address)
    return Sender(*connection.execute(select(*columns).where(Tenant.id == tenant_id)).one())


def controls_on(connection: Connection, county: str, day: date) -> dict[str, Control]:
    """property_id -> control of the tenant's properties in the county that holds on the day.

    Signed by then, not expired, and the deal not over: neither assigned nor closed nor dead. A deal that was
    signed under an id that proved to be another property's is that property's, unless it has one.
    """
    statement = (
        select(Deal)
        .join(ProspectQueue, ProspectQueue.property_id == Deal.property_id)
        .where(ProspectQueue.county == county, Deal.control != "none", Deal.stage.not_in(OVER))
        .where(or_(Deal.signed_on.is_(None), Deal.signed_on <= day))
        .where(or_(Deal.expires_on.is_(None), Deal.expires_on >= day))
    )
    return {
        str(key): Control(
            kind=row.control,
            stage=row.stage,
            contract_price_usd=_dollars(row.contract_price_usd),
            assignment_price_usd=_dollars(row.assignment_price_usd),
            expires_on=row.expires_on,
            cancellation_until=row.cancellation_until,
            disclosure=row.disclosure,
        )
        for key, row in by_present_id(connection, connection.execute(statement).all()).items()
    }


def _dollars(amount: object) -> float | None:
    return None if amount is None else float(str(amount))
