"""Writing email_campaigns and email_queue when a day is planned.

Belongs here: what planning again replaces and what it leaves. Does not: which mails are planned
(planning.py), their later life (delivery.py). A row is replaced only as long as nobody has tried to send it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, or_, update
from sqlalchemy.dialects.postgresql import insert

from realestate_os.storage.tables import EmailCampaign, EmailQueue

NO_LONGER_PLANNED = "no longer planned"

CAMPAIGN, QUEUE = EmailCampaign.__table__, EmailQueue.__table__

# The rest of a row is its identity: campaign, address, property, step, send_id.
_REPLACED = (
    *("contact_id", "user_id", "packet_id", "recipient_email", "planned_on", "status", "error"),
    *("subject", "html_body", "text_body", "html_sha256", "text_sha256", "snapshot"),
)
# attempt_id stays when a provider did not take a mail: what was offered once keeps its content.
_UNTRIED = and_(
    QUEUE.c.attempt_id.is_(None),
    or_(QUEUE.c.status == "pending", and_(QUEUE.c.status == "skipped", QUEUE.c.error == NO_LONGER_PLANNED)),
)


def write_campaign(connection: Connection, campaign: Mapping[str, Any]) -> None:
    """Create the campaign of a county, date and audience, or rename it."""
    statement = insert(CAMPAIGN).values(**campaign)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["tenant_id", "county", "as_of", "audience"],
            set_={"name": statement.excluded.name, "subject": statement.excluded.subject},
        )
    )


def write_mails(connection: Connection, campaign_id: UUID, mails: Sequence[Mapping[str, Any]]) -> None:
    """Make the campaign's untried rows these mails; rows that are no longer planned are skipped, not deleted."""
    if mails:
        statement = insert(QUEUE)
        connection.execute(
            statement.on_conflict_do_update(
                constraint="uq_email_queue_once",
                set_={name: statement.excluded[name] for name in _REPLACED},
                where=_UNTRIED,
            ),
            mails,
        )
    planned = [mail["send_id"] for mail in mails]
    connection.execute(
        update(QUEUE)
        .where(QUEUE.c.campaign_id == campaign_id, QUEUE.c.status == "pending", QUEUE.c.send_id.not_in(planned))
        .where(QUEUE.c.attempt_id.is_(None))
        .values(status="skipped", error=NO_LONGER_PLANNED)
    )
