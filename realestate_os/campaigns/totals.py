"""How a campaign stands: counts of its mails and the status that follows from them.

Belongs here: counting the outbox rows of one campaign. Does not: changing any of them. Planning, delivery
and engagement all end by counting anew, so the figures cannot drift from the rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, func, select, update

from realestate_os.campaigns.outbox import NO_LONGER_PLANNED
from realestate_os.storage.tables import EmailCampaign, EmailQueue


def refresh_campaign(connection: Connection, campaign_id: UUID) -> dict[str, int]:
    """Count the campaign's mails, store counts and status, return the counts.

    A click counts as opened by a person; an open by a machine (Apple's mail privacy) does not.
    """
    row = EmailQueue.__table__.c
    counted = {
        "planned": row.error.is_distinct_from(NO_LONGER_PLANNED),
        **{status: row.status == status for status in ("pending", "sending", "accepted", "unknown")},
        **{status: row.status == status for status in ("failed", "suppressed")},
        "skipped": and_(row.status == "skipped", row.error.is_distinct_from(NO_LONGER_PLANNED)),
        "delivered": row.delivered_at.is_not(None),
        **{state: row.delivery_state == state for state in ("bounced", "dropped", "blocked", "deferred")},
        "opened": row.engagement_state.in_(("opened", "clicked")),
        "opened_machine": row.engagement_state == "opened_machine",
        "clicked": row.engagement_state == "clicked",
        "complained": row.suppression_state == "complained",
        "unsubscribed": row.suppression_state == "unsubscribed",
    }
    columns = [_count(rule).label(name) for name, rule in counted.items()]
    found = connection.execute(select(*columns).where(row.campaign_id == campaign_id)).one()
    counts = {name: int(value) for name, value in found._mapping.items()}
    connection.execute(
        update(EmailCampaign.__table__)
        .where(EmailCampaign.__table__.c.id == campaign_id)
        .values(counts=counts, status=campaign_status(counts))
    )
    return counts


def campaign_status(counts: Mapping[str, int]) -> str:
    """draft: no mail; scheduled: none tried yet; sending: some left; sent, failed; paused: nothing may go out."""
    tried = counts["accepted"] + counts["unknown"] + counts["failed"]
    if counts["planned"] == 0:
        return "draft"
    if counts["sending"] or counts["pending"]:
        return "sending" if tried or counts["sending"] else "scheduled"
    if counts["accepted"] + counts["unknown"]:
        return "sent"
    return "failed" if counts["failed"] else "paused"


def _count(rule: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(rule)
