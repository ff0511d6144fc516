"""The day's mails, planned: who gets what.

Belongs here: putting recipients and content together, rendering. Does not: the rules of either side
(audience.py, content.py), writing the outbox (outbox.py), sending (delivery.py).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import Connection, select

from realestate_os.campaigns.audience import (
    Buyer,
    Recipient,
    buyers,
    consent_problem,
    controlled_properties,
    fits_buy_box,
    mailed_lately,
    suppressed,
    team_recipients,
)
from realestate_os.campaigns.config import BuyersCampaign, Campaigns, TeamCampaign, load_campaigns
from realestate_os.campaigns.content import (
    OURS_REASONS,
    Control,
    Home,
    best_deals,
    best_leads,
    counted,
    deal_view,
    homes_of_day,
    lead_view,
    long_date,
    offer_price_usd,
    offer_view,
)
from realestate_os.campaigns.disclosures import Disclosure, load_disclosures
from realestate_os.campaigns.mail_keys import MailKeys
from realestate_os.campaigns.outbox import write_campaign, write_mails
from realestate_os.campaigns.rendering import one_line, render, usd
from realestate_os.campaigns.totals import refresh_campaign
from realestate_os.counties import County, load_county
from realestate_os.resources.database import Database
from realestate_os.settings import Settings
from realestate_os.storage.set_aside import SetAside
from realestate_os.storage.tables import ActionPacket, Tenant

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Desk:
    """What planning needs besides the tenant and the day."""

    settings: Settings
    keys: MailKeys
    campaigns: Campaigns
    disclosures: dict[str, Disclosure]

    @classmethod
    def from_settings(cls, settings: Settings) -> Desk:
        """Read the mail secret, the campaign files and the states' texts.

        Raises:
            MailKeyError: the secret is missing. CampaignConfigError: a file is wrong.
        """
        folder = settings.assets_config_dir
        return cls(settings, MailKeys.from_settings(settings), load_campaigns(folder), load_disclosures(folder))


@dataclass(frozen=True)
class _Sender:
    """Who the mails come from, as each of them must say."""

    tenant_id: UUID
    name: str
    email: str
    postal_address: str


@dataclass
class Plan:
    """What was planned for one tenant's day: the mails, the campaigns' counts, what was set aside."""

    mails: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    already_mailed: int = 0
    outside_buy_boxes: int = 0
    refused: SetAside = field(default_factory=SetAside)


@dataclass(frozen=True)
class _Day:
    """One tenant's county and date with everything read for it."""

    desk: Desk
    sender: _Sender
    county: County
    date: date
    homes: dict[str, Home]
    packets: dict[tuple[str, str], UUID]

    def campaign_id(self, audience: str) -> UUID:
        return uuid5(NAMESPACE_URL, f"campaign:{self.sender.tenant_id}:{self.county.key}:{self.date}:{audience}")

    def memo_url(self, property_id: str, edition: str) -> str | None:
        packet = self.packets.get((property_id, edition))
        if packet is None:
            return None
        return f"{self.desk.settings.public_url}/memo/{self.desk.keys.memo_token(self.sender.tenant_id, packet)}"


def plan_day(
    database: Database,
    desk: Desk,
    tenant_id: UUID,
    county_key: str,
    on: date,
    listings: pd.DataFrame,
    scores: pd.DataFrame,
) -> Plan:
    """Plan both campaigns of one tenant, county and date, in one transaction.

    `listings` and `scores` are the day's frames.
    """
    plan = Plan()
    with database.transaction(tenant_id) as connection:
        day = _Day(
            desk=desk,
            sender=_sender(connection, tenant_id),
            county=load_county(county_key),
            date=on,
            homes=homes_of_day(listings, scores),
            packets=_memos(connection, county_key, on),
        )
        for config, mails in (
            (desk.campaigns.team, _team_mails(connection, day, plan)),
            (desk.campaigns.buyers, _buyer_mails(connection, day, plan)),
        ):
            campaign_id = day.campaign_id(config.audience)
            write_campaign(
                connection,
                {
                    "id": campaign_id,
                    "tenant_id": tenant_id,
                    "county": county_key,
                    "as_of": on,
                    "audience": config.audience,
                    "name": config.name,
                    "subject": config.subject,
                },
            )
            write_mails(connection, campaign_id, mails)
            plan.mails += [
                {"audience": config.audience, "subject": m["subject"], "send_id": str(m["send_id"])} for m in mails
            ]
            plan.counts[config.audience] = refresh_campaign(connection, campaign_id)
    return plan


# The daily list


def _team_mails(connection: Connection, day: _Day, plan: Plan) -> list[dict[str, Any]]:
    config = day.desk.campaigns.team
    deals = best_deals(day.homes, day.desk.settings.mail_min_score)
    leads = best_leads(day.homes)
    if not deals and not leads:
        return []
    values = {
        "deals": [deal_view(h, day.memo_url(h["property_id"], "internal")) for h in deals[: config.max_deals]],
        "leads": [lead_view(h, day.memo_url(h["property_id"], "internal")) for h in leads[: config.max_leads]],
        "deals_in_all": len(deals),
        "leads_in_all": len(leads),
        "min_score": day.desk.settings.mail_min_score,
    }
    subject = config.subject.format(
        county=f"{day.county.name} County",
        date=long_date(day.date),
        deals=counted(len(deals), "deal"),
        leads=counted(len(leads), "lead"),
    )
    readers = _not_suppressed(connection, team_recipients(connection, day.desk.keys), plan)
    return [_mail(day, config, "team_daily", reader, subject, values, rank=n) for n, reader in enumerate(readers)]


# Offers to buyers


def _buyer_mails(connection: Connection, day: _Day, plan: Plan) -> list[dict[str, Any]]:
    config, settings = day.desk.campaigns.buyers, day.desk.settings
    offers = _offers(connection, day, plan)
    lately = mailed_lately(connection, day.campaign_id("buyers"), day.date, settings.mail_repeat_after_days)
    mails: list[dict[str, Any]] = []
    for buyer in _consenting(connection, day, plan):
        fitting = [(h, v) for h, v in offers if fits_buy_box(buyer, h, v["price_usd"])]
        fresh = [(h, v) for h, v in fitting if (buyer.recipient.address_hmac, v["property_id"]) not in lately]
        plan.outside_buy_boxes += len(offers) - len(fitting)
        plan.already_mailed += len(fitting) - len(fresh)
        for _, view in fresh[: config.max_mails_per_contact]:
            subject = config.subject.format(home=view["home"], city=view["city"], price=usd(view["price_usd"]))
            mails.append(_mail(day, config, "buyer_offer", buyer.recipient, subject, {"offer": view}, rank=len(mails)))
    return mails


def _offers(connection: Connection, day: _Day, plan: Plan) -> list[tuple[Home, dict[str, Any]]]:
    """Properties under control that may be shown to buyers, best score first; the others are set aside."""
    found = []
    for control in controlled_properties(connection, day.county.key, day.date):
        home = day.homes.get(control.property_id)
        problem = _offer_problem(day, home, control)
        if home is None or problem is not None:
            plan.refused.add(control.property_id, problem or "not_listed_that_day", detail="not offered to buyers")
            continue
        disclosure = day.desk.disclosures[day.county.state].disclosure or ""
        price = offer_price_usd(home, control) or 0.0
        found.append(
            (home, offer_view(home, control, price, disclosure, day.memo_url(control.property_id, "investor")))
        )
    return sorted(found, key=lambda one: (-_priority(one[0]), one[1]["property_id"]))


def _priority(home: Home) -> float:
    """Log-odds of the score, which do not tie at 100; a home without a score comes last."""
    return -math.inf if home["score_log_odds"] is None else float(home["score_log_odds"])


def _offer_problem(day: _Day, home: Home | None, control: Control) -> str | None:
    if day.county.state not in day.desk.disclosures:
        return "state_without_disclosure"
    if home is None:
        return "not_listed_that_day"
    score, reason = home["bird_dog_score"], home["score_null_reason"]
    if score is None and reason not in OURS_REASONS:
        return f"not_scored_{reason}"
    if score is not None and score < day.desk.settings.mail_min_score:
        return "score_below_minimum"
    if home["arv_usd"] is None:
        return "not_valued"
    return "no_offer_price" if offer_price_usd(home, control) is None else None


def _consenting(connection: Connection, day: _Day, plan: Plan) -> list[Buyer]:
    willing = []
    for buyer in buyers(connection, day.desk.keys):
        problem = consent_problem(buyer, day.date)
        if problem is None:
            willing.append(buyer)
        else:
            plan.refused.add(buyer.recipient.label, problem, field="consent_basis", value=buyer.consent_basis)
    kept = {r.address_hmac for r in _not_suppressed(connection, [b.recipient for b in willing], plan)}
    return [buyer for buyer in willing if buyer.recipient.address_hmac in kept]


# Both


def _not_suppressed(connection: Connection, people: list[Recipient], plan: Plan) -> list[Recipient]:
    out = suppressed(connection, [person.address_hmac for person in people])
    for person in people:
        if person.address_hmac in out:
            plan.refused.add(person.label, "suppressed", detail="the address bounced, complained or opted out")
    return [person for person in people if person.address_hmac not in out]


def _mail(
    day: _Day,
    config: TeamCampaign | BuyersCampaign,
    template: str,
    to: Recipient,
    subject: str,
    values: dict[str, Any],
    rank: int,
) -> dict[str, Any]:
    """One row of the outbox, rendered. The same plan gives the same row, send_id included."""
    property_id = values["offer"]["property_id"] if "offer" in values else None
    campaign_id = day.campaign_id(config.audience)
    send_id = uuid5(campaign_id, f"{to.address_hmac}|{property_id}|0")
    unsubscribe_url = f"{day.desk.settings.public_url}/unsubscribe/{day.desk.keys.unsubscribe_token(send_id)}"
    frame = {
        "greeting": one_line(to.name),
        "county": f"{day.county.name} County",
        "state": day.county.state,
        "date": long_date(day.date),
        "sender": day.sender.name,
        "postal_address": day.sender.postal_address,
        "unsubscribe_url": unsubscribe_url,
    }
    content = render(day.desk.settings.templates_dir, template, subject, frame | values)
    snapshot = {
        "rank": rank,
        "template": template,
        "to_name": one_line(to.name),
        "from_email": day.sender.email,
        "from_name": day.sender.name,
        "reply_to": config.reply_to or day.sender.email,
        "category": config.category,
        "unsubscribe_url": unsubscribe_url,
        "values": values,
    }
    return {
        "tenant_id": day.sender.tenant_id,
        "campaign_id": campaign_id,
        "contact_id": to.contact_id,
        "user_id": to.user_id,
        "property_id": property_id,
        "packet_id": day.packets.get((str(property_id), "investor")),
        "send_id": send_id,
        "recipient_email": to.email,
        "address_hmac": to.address_hmac,
        "planned_on": day.date,
        "status": "pending",
        "error": None,
        "subject": content.subject,
        "html_body": content.html,
        "text_body": content.text,
        "html_sha256": content.html_sha256,
        "text_sha256": content.text_sha256,
        "snapshot": snapshot,
    }


def _sender(connection: Connection, tenant_id: UUID) -> _Sender:
    table = Tenant.__table__.c
    query = select(table.mail_from_name, table.mail_from_email, table.postal_address).where(table.id == tenant_id)
    row = connection.execute(query).one()
    return _Sender(tenant_id, row.mail_from_name, row.mail_from_email, row.postal_address)


def _memos(connection: Connection, county: str, on: date) -> dict[tuple[str, str], UUID]:
    """(property, edition) -> the day's current memo."""
    table = ActionPacket.__table__.c
    query = select(table.id, table.property_id, table.edition).where(
        table.county == county, table.as_of == on, table.status == "current"
    )
    return {(str(row.property_id), row.edition): row.id for row in connection.execute(query)}
