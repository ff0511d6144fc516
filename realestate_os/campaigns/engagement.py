"""The inbox of events -> the state of each mail and the counts of its campaign.

Belongs here: reading the events of one day's mails, folding them, writing the result. Does not: the fold
itself (fold.py), receiving events (web/). All events of a mail are folded each time, so it does not matter
which of them were seen before.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, func, select, update

from realestate_os.campaigns.fold import Event, MailState, display_status, fold
from realestate_os.campaigns.totals import refresh_campaign
from realestate_os.resources.database import Database
from realestate_os.storage.tables import EmailCampaign, EmailQueue, WebhookEvent

CAMPAIGN, QUEUE, INBOX = EmailCampaign.__table__, EmailQueue.__table__, WebhookEvent.__table__


@dataclass
class Engagement:
    """What one tenant's day has come to: mails by the word that is shown, counts by audience, events folded."""

    mails: Counter[str] = field(default_factory=Counter)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    events: int = 0


def project_day(database: Database, tenant_id: UUID, county: str, on: date) -> Engagement:
    """Fold the events of all mails planned for the county and date, in one transaction."""
    found = Engagement()
    with database.transaction(tenant_id) as connection:
        campaigns = connection.execute(
            select(CAMPAIGN.c.id, CAMPAIGN.c.audience)
            .where(CAMPAIGN.c.county == county, CAMPAIGN.c.as_of == on)
            .order_by(CAMPAIGN.c.id)
            # Two projections of a day one after the other: the later one sees every event of the earlier.
            .with_for_update()
        ).all()
        mails = connection.execute(
            select(QUEUE.c.send_id, QUEUE.c.status).where(QUEUE.c.campaign_id.in_([c.id for c in campaigns]))
        ).all()
        events = _events(connection, [mail.send_id for mail in mails])
        states = {send_id: fold(_folded(rows)) for send_id, rows in events.items()}
        _write_states(connection, states)
        _mark_projected(connection, [row.id for rows in events.values() for row in rows])
        found.counts = {c.audience: refresh_campaign(connection, c.id) for c in campaigns}
    found.events = sum(len(rows) for rows in events.values())
    found.mails.update(display_status(mail.status, states.get(mail.send_id, MailState())) for mail in mails)
    return found


def _events(connection: Connection, send_ids: Sequence[UUID]) -> dict[UUID, list[Row[Any]]]:
    query = select(INBOX.c.id, INBOX.c.send_id, INBOX.c.event, INBOX.c.occurred_at, INBOX.c.payload)
    by_mail: dict[UUID, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(query.where(INBOX.c.send_id.in_(send_ids))):
        by_mail[row.send_id].append(row)
    return by_mail


def _folded(rows: list[Row[Any]]) -> list[Event]:
    return [Event.of(row.event, row.occurred_at, row.payload) for row in rows]


def _write_states(connection: Connection, states: dict[UUID, MailState]) -> None:
    """Set the three axes. A mail that has events was taken by the provider, whatever we had noted."""
    if not states:
        return
    connection.execute(
        update(QUEUE)
        .where(QUEUE.c.send_id.in_(list(states)), QUEUE.c.status.in_(("pending", "sending", "unknown")))
        .values(status="accepted", sent_at=func.coalesce(QUEUE.c.sent_at, QUEUE.c.claimed_at))
    )
    statement = (
        update(QUEUE)
        .where(QUEUE.c.send_id == bindparam("mail"))
        .values(
            delivery_state=bindparam("delivery"),
            engagement_state=bindparam("engagement"),
            suppression_state=bindparam("suppression"),
            delivered_at=bindparam("delivered"),
            first_event_at=bindparam("first"),
            last_event_at=bindparam("last"),
        )
    )
    connection.execute(
        statement,
        [
            {
                "mail": send_id,
                "delivery": state.delivery,
                "engagement": state.engagement,
                "suppression": state.suppression,
                "delivered": state.delivered_at,
                "first": state.first_event_at,
                "last": state.last_event_at,
            }
            for send_id, state in states.items()
        ],
    )


def _mark_projected(connection: Connection, ids: list[int]) -> None:
    connection.execute(
        update(INBOX)
        .where(INBOX.c.id.in_(ids), INBOX.c.status == "new")
        .values(status="projected", processed_at=func.now())
    )
