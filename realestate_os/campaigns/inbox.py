"""Which partitions wait for the projection of new webhook events.

Belongs here: the query over the inbox. Does not: requesting runs (sensors.py), projecting (engagement.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, text

from realestate_os.resources.database import Database
from realestate_os.storage.tables import EmailCampaign, EmailQueue, WebhookEvent

# Ids are taken before commit, so a lower one can appear after a higher one; within this time all have.
LAG = text("interval '5 seconds'")
# At most so many events of a tenant a tick; the rest is seen by the next one.
MAX_EVENTS = 20_000


@dataclass(frozen=True)
class WaitingPartition:
    """A county's date with new events: the first and the last id, and since when the oldest waits."""

    county: str
    date: date
    first_id: int
    last_id: int
    waits_hours: int

    @property
    def key(self) -> str:
        """county|date"""
        return f"{self.county}|{self.date.isoformat()}"

    @property
    def run_key(self) -> str:
        """The same events ask once; if their run failed, they ask again each hour they wait."""
        return f"{self.key}:{self.first_id}-{self.last_id}:{self.waits_hours}"


def waiting_partitions(database: Database) -> list[WaitingPartition]:
    """Partitions with new events, of all tenants together, by key."""
    found: dict[tuple[str, date], list[tuple[int, datetime]]] = {}
    now: datetime | None = None
    for tenant in database.tenants():
        with database.transaction(tenant.id) as connection:
            now = now or connection.scalar(select(func.now()))
            for row in connection.execute(_new_events()):
                found.setdefault((row.county, row.as_of), []).append((row.id, row.received_at))
    return [_waiting(*key, found[key], now) for key in sorted(found)] if now else []


def _new_events() -> Any:
    inbox, queue, campaign = WebhookEvent.__table__, EmailQueue.__table__, EmailCampaign.__table__
    return (
        select(inbox.c.id, inbox.c.received_at, campaign.c.county, campaign.c.as_of)
        .join(queue, queue.c.send_id == inbox.c.send_id)
        .join(campaign, campaign.c.id == queue.c.campaign_id)
        .where(inbox.c.status == "new", inbox.c.received_at < func.now() - LAG)
        .order_by(inbox.c.id)
        .limit(MAX_EVENTS)
    )


def _waiting(county: str, on: date, events: list[tuple[int, datetime]], now: datetime) -> WaitingPartition:
    waits = now - min(received for _, received in events)
    ids = [identifier for identifier, _ in events]
    return WaitingPartition(county, on, min(ids), max(ids), int(waits.total_seconds() // 3600))
