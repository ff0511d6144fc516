"""Who may be mailed what: the team's readers, opted-in buyers, properties under control.

Belongs here: reading recipients and controlled properties, the rules of consent, suppression, buy box and
repetition. Does not: what the mail says (content.py), writing the outbox (planning.py). Owners and sellers
are in none of these tables and are never mailed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, literal, or_, select

from realestate_os.campaigns.content import Control, Home
from realestate_os.storage.identity.register import by_present_id, current_ids
from realestate_os.storage.tables import Contact, Deal, EmailQueue, ProspectQueue, Suppression, UserAccount

if TYPE_CHECKING:
    from realestate_os.campaigns.mail_keys import MailKeys

# What counts as consent to commercial mail. A bought list never does.
CONSENT_BASES = frozenset({"opt_in_form", "written_agreement", "prior_transaction"})
# A right to the property that may be marketed, and the stages in which nothing is left to market.
MARKETABLE = ("under_contract", "option", "owned", "licensed_listing")
OVER = ("assigned", "closed", "dead")
# A mail in one of these states has, or may have, reached its reader.
MAY_HAVE_ARRIVED = ("sending", "accepted", "unknown")


@dataclass(frozen=True)
class Recipient:
    """One person who may be mailed; either a user of the tenant or a contact."""

    email: str
    name: str
    address_hmac: str
    user_id: UUID | None = None
    contact_id: UUID | None = None

    @property
    def label(self) -> str:
        """Names the person in logs and lists without the address, which must be erasable."""
        return f"user {self.user_id}" if self.user_id else f"contact {self.contact_id}"


@dataclass(frozen=True)
class Buyer:
    """A contact with what it said it buys. An empty list or a None sets no limit."""

    recipient: Recipient
    consent_basis: str | None
    consented_on: date | None
    min_price_usd: float | None
    max_price_usd: float | None
    counties: tuple[str, ...]
    property_types: tuple[str, ...]
    zip_codes: tuple[str, ...] = ()
    min_bedrooms: float | None = None


def team_recipients(connection: Connection, keys: MailKeys) -> list[Recipient]:
    """The tenant's own people who want the daily list, by address."""
    table = UserAccount.__table__.c
    query = select(table.id, table.email, table.name).where(table.receives_daily_list, table.active)
    return [
        Recipient(row.email, row.name, keys.address_hmac(row.email), user_id=row.id)
        for row in connection.execute(query.order_by(table.email))
    ]


def buyers(connection: Connection, keys: MailKeys) -> list[Buyer]:
    """All active buyers, by address; consent is judged by consent_problem."""
    table = Contact.__table__.c
    query = select(Contact.__table__).where(table.kind == "buyer", table.active).order_by(table.email)
    return [
        Buyer(
            recipient=Recipient(row.email, row.name, keys.address_hmac(row.email), contact_id=row.id),
            consent_basis=row.consent_basis,
            consented_on=row.consent_at.date() if row.consent_at else None,
            min_price_usd=None if row.min_price_usd is None else float(row.min_price_usd),
            max_price_usd=None if row.max_price_usd is None else float(row.max_price_usd),
            counties=tuple(row.counties),
            property_types=tuple(row.property_types),
            zip_codes=tuple(row.zip_codes),
            min_bedrooms=row.min_bedrooms,
        )
        for row in connection.execute(query)
    ]


def controlled_properties(connection: Connection, county: str, on: date) -> list[Control]:
    """Properties of the county that the tenant controls on the day, by id: signed, not expired, not over.

    A deal that was signed under an id that proved to be another property's is that property's, unless it has one.
    """
    deal, prospect = Deal.__table__.c, ProspectQueue.__table__.c
    query = (
        select(deal.property_id, deal.control, deal.assignment_price_usd, deal.disclosure)
        .join(ProspectQueue.__table__, prospect.property_id == deal.property_id)
        .where(
            prospect.county == county,
            deal.control.in_(MARKETABLE),
            deal.stage.not_in(OVER),
            or_(deal.signed_on.is_(None), deal.signed_on <= on),
            or_(deal.expires_on.is_(None), deal.expires_on >= on),
        )
    )
    found = by_present_id(connection, connection.execute(query).all())
    return [Control(str(key), row.control, row.assignment_price_usd, row.disclosure) for key, row in found.items()]


def suppressed(connection: Connection, addresses: Iterable[str]) -> set[str]:
    """Which of the hashed addresses the tenant must not mail, for whatever reason or group."""
    table = Suppression.__table__.c
    query = select(table.address_hmac).where(table.active, table.address_hmac.in_(list(addresses)))
    return set(connection.scalars(query))


def consent_problem(buyer: Buyer, on: date) -> str | None:
    """Why this buyer gave no consent that holds on the day; None when it does."""
    basis = (buyer.consent_basis or "").strip()
    if not basis:
        return "no_consent_basis"
    if basis not in CONSENT_BASES:
        return f"consent_{basis}" if basis == "purchased" else "unknown_consent_basis"
    return "consented_later" if buyer.consented_on is None or buyer.consented_on > on else None


def fits_buy_box(buyer: Buyer, home: Home, price_usd: float) -> bool:
    """Whether the buyer asked for homes like this at this price; unknown bedrooms pass, he will ask."""
    bedrooms = home["bedrooms"]
    known = bedrooms is not None and bedrooms == bedrooms
    return (
        (buyer.min_price_usd is None or price_usd >= buyer.min_price_usd)
        and (buyer.max_price_usd is None or price_usd <= buyer.max_price_usd)
        and (not buyer.counties or home["county"] in buyer.counties)
        and (not buyer.property_types or home["property_type"] in buyer.property_types)
        and (not buyer.zip_codes or home["zip_code"] in buyer.zip_codes)
        and (buyer.min_bedrooms is None or not known or bedrooms >= buyer.min_bedrooms)
    )


def within_repeat_window(day: date, repeat_after_days: int) -> ColumnElement[bool]:
    """Mails that have, or may have, reached their reader within so many days before or after the day.

    Days are the planned ones: a backfill of an old day must not repeat what a later day sent.
    """
    table = EmailQueue.__table__.c
    window = timedelta(days=max(repeat_after_days - 1, 0))
    return and_(
        table.status.in_(MAY_HAVE_ARRIVED),
        table.planned_on.between(day - window, day + window),
        literal(repeat_after_days > 0),
    )


def mailed_lately(connection: Connection, campaign_id: UUID, day: date, repeat_after_days: int) -> set[tuple[str, str]]:
    """(hashed address, present property id) of other campaigns within the window."""
    table = EmailQueue.__table__.c
    query = select(table.address_hmac, table.property_id).where(
        within_repeat_window(day, repeat_after_days),
        table.property_id.is_not(None),
        table.campaign_id != campaign_id,
    )
    rows = connection.execute(query).all()
    now = current_ids(connection, {row.property_id for row in rows})
    return {(row.address_hmac, str(now[row.property_id])) for row in rows}
