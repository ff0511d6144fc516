"""Sending what is planned: claim, post, record; never twice.

Belongs here: the life of an outbox row from pending to its result, and the days that may not be mailed.
Does not: what a mail says (planning.py), what became of it afterwards (engagement.py).

The provider takes no idempotency key, so a row is claimed and committed before the request and its result
is committed after it. A crash in between leaves `sending`, later `unknown`: it may have arrived, so it is
never sent again; an event that carries its send_id settles it.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, exists, func, select, update

from realestate_os.campaigns.audience import suppressed, within_repeat_window
from realestate_os.campaigns.totals import refresh_campaign
from realestate_os.counties import load_county
from realestate_os.errors import RealEstateOSError
from realestate_os.resources.database import Database
from realestate_os.resources.mailer import Mailer, OutgoingMail, SendResult
from realestate_os.settings import Settings
from realestate_os.storage.identity.register import known_as
from realestate_os.storage.set_aside import SetAside
from realestate_os.storage.tables import AuditLog, EmailCampaign, EmailQueue, WebhookEvent

# A mail of two days ago is the latest that is still news; older partitions are backfills.
NEWS_DAYS = 2
# Longer than any request can take (a time-out of 30 s a read): its sender is dead.
ABANDONED_AFTER = timedelta(minutes=10)
# 429 and 5xx: three more tries within 4 s; a provider that refuses three mails in a row is down.
PAUSES_S = (0.5, 1.0, 2.0)
LONGEST_PAUSE_S = 30.0
DOWN_AFTER = 3

QUEUE, CAMPAIGN = EmailQueue.__table__, EmailCampaign.__table__


class MailProviderError(RealEstateOSError):
    """The provider takes no mail at the moment; what was not sent is still pending."""


@dataclass
class Delivery:
    """What a delivery did: mails by outcome, those left pending, what was held back and why."""

    outcomes: Counter[str] = field(default_factory=Counter)
    left_pending: int = 0
    refused: SetAside = field(default_factory=SetAside)

    @property
    def posted(self) -> int:
        """Requests that may have reached a reader or were refused; they count against the run's limit."""
        return self.outcomes["accepted"] + self.outcomes["unknown"] + self.outcomes["failed"]


@dataclass(frozen=True)
class _Claim:
    """A row that is ours to send."""

    id: UUID
    attempt_id: UUID
    mail: OutgoingMail


def deliver_day(
    database: Database,
    mailer: Mailer,
    settings: Settings,
    tenant_id: UUID,
    day: tuple[str, date],
    limit: int | None = None,
) -> Delivery:
    """Send the pending mails of one tenant's day (county and date), at most `limit` (default MAIL_MAX_PER_RUN).

    Raises:
        MailProviderError: the key is refused or the provider is down; every result so far is recorded.
    """
    run = _Run(database, mailer, settings, tenant_id, *day)
    run.give_up_abandoned()
    reason = run.backfill_reason()
    if reason is not None:
        run.skip_all(reason)
    try:
        if reason is None:
            run.send_up_to(settings.mail_max_per_run if limit is None else limit)
    finally:
        run.close()
    return run.delivery


@dataclass
class _Run:
    """One tenant's county and date while it is being sent."""

    database: Database
    mailer: Mailer
    settings: Settings
    tenant_id: UUID
    county: str
    on: date
    delivery: Delivery = field(default_factory=Delivery)
    put_off: set[UUID] = field(default_factory=set)

    def backfill_reason(self) -> str | None:
        """Why this day may not be mailed: a newer day is planned, or the day is no news (see NEWS_DAYS)."""
        with self.database.transaction(self.tenant_id) as connection:
            newer = select(func.max(CAMPAIGN.c.as_of)).where(CAMPAIGN.c.county == self.county)
            newest: date | None = connection.scalar(newer)
        if newest is not None and newest > self.on:
            return f"backfill: {self.county} is planned up to {newest}"
        today = load_county(self.county).today()
        if self.settings.sources != "sandbox" and abs((today - self.on).days) > NEWS_DAYS:
            return f"backfill: more than {NEWS_DAYS} days from the county's today, {today}"
        return None

    def give_up_abandoned(self) -> None:
        """Rows whose sender died: nobody can say whether they left."""
        with self.database.transaction(self.tenant_id) as connection:
            connection.execute(
                update(QUEUE)
                .where(
                    QUEUE.c.campaign_id.in_(self._campaigns()),
                    QUEUE.c.status == "sending",
                    QUEUE.c.claimed_at < func.now() - ABANDONED_AFTER,
                )
                .values(status="unknown", error="the sender stopped before the provider's answer was recorded")
            )

    def skip_all(self, reason: str) -> None:
        """A backfill never mails."""
        with self.database.transaction(self.tenant_id) as connection:
            skipped = connection.execute(
                update(QUEUE)
                .where(QUEUE.c.campaign_id.in_(self._campaigns()), QUEUE.c.status == "pending")
                .values(status="skipped", error=reason)
                .returning(QUEUE.c.send_id)
            )
            for row in skipped:
                self._hold_back(row.send_id, "skipped", "backfill", reason)

    def send_up_to(self, limit: int) -> None:
        """Claim, post and record one mail after the other."""
        exhausted = 0
        while self.delivery.posted < limit and (claim := self._claim()) is not None:
            result = self._post(claim)
            exhausted = exhausted + 1 if result.outcome == "later" else 0
            if result.outcome == "unauthorized":
                raise MailProviderError(f"the mail provider refuses our key ({result.reason}); see SENDGRID_API_KEY")
            if exhausted == DOWN_AFTER:
                raise MailProviderError(
                    f"{self.mailer.host} takes no mail ({result.reason}); what is left stays pending, "
                    "run deliveries again later"
                )

    def close(self) -> None:
        """Count the campaigns anew, whatever happened, and note what was done."""
        with self.database.transaction(self.tenant_id) as connection:
            for campaign_id in connection.scalars(self._campaigns()).all():
                self.delivery.left_pending += refresh_campaign(connection, campaign_id)["pending"]
            if self.delivery.outcomes:
                details = {"county": self.county, "date": self.on, **self.delivery.outcomes}
                note = {"tenant_id": self.tenant_id, "actor": "deliveries", "action": "mails.sent", "details": details}
                connection.execute(AuditLog.__table__.insert(), [note])

    def _post(self, claim: _Claim) -> SendResult:
        """One mail, with a few tries while the provider says that it did not take it."""
        result = self.mailer.send(claim.mail)
        for seconds in PAUSES_S:
            if result.outcome != "later":
                break
            asked = seconds if result.retry_after_s is None else result.retry_after_s
            time.sleep(min(asked, LONGEST_PAUSE_S))
            result = self.mailer.send(claim.mail)
        self._record(claim, result)
        return result

    def _claim(self) -> _Claim | None:
        """The next row that may be sent, claimed and committed; rows that may not are settled on the way."""
        while True:
            with self.database.transaction(self.tenant_id) as connection:
                row = self._next_pending(connection)
                if row is None:
                    return None
                problem = _held_back(connection, row, self.settings.mail_repeat_after_days)
                attempt_id = uuid4()
                values: dict[str, Any] = (
                    {"status": problem[0], "error": problem[1]}
                    if problem
                    else {"status": "sending", "attempt_id": attempt_id, "claimed_at": func.now(), "error": None}
                )
                connection.execute(update(QUEUE).where(QUEUE.c.id == row.id).values(**values))
            if problem is None:
                return _Claim(row.id, attempt_id, _outgoing(row))
            self._hold_back(row.send_id, *problem, detail=None)

    def _next_pending(self, connection: Connection) -> Any:
        """Locked, so that two deliveries at once never hold the same row; the team before the buyers.

        A row that has events was taken by the provider, whatever it answered: engagement settles it.
        """
        query = (
            select(QUEUE)
            .join(CAMPAIGN, CAMPAIGN.c.id == QUEUE.c.campaign_id)
            .where(
                QUEUE.c.campaign_id.in_(self._campaigns()),
                QUEUE.c.status == "pending",
                QUEUE.c.id.not_in(self.put_off),
                ~exists().where(WebhookEvent.__table__.c.send_id == QUEUE.c.send_id),
            )
            .order_by(CAMPAIGN.c.audience.desc(), QUEUE.c.snapshot["rank"].as_integer(), QUEUE.c.id)
            .limit(1)
            .with_for_update(of=QUEUE, skip_locked=True)
        )
        return connection.execute(query).one_or_none()

    def _record(self, claim: _Claim, result: SendResult) -> None:
        """Commit the result of this attempt."""
        status = {"accepted": "accepted", "refused": "failed", "unknown": "unknown"}.get(result.outcome, "pending")
        values: dict[str, Any] = {"status": status, "error": result.reason}
        if status == "accepted":
            values |= {"sent_at": func.now(), "provider_message_id": result.message_id}
        with self.database.transaction(self.tenant_id) as connection:
            connection.execute(
                update(QUEUE).where(QUEUE.c.id == claim.id, QUEUE.c.attempt_id == claim.attempt_id).values(**values)
            )
        self.delivery.outcomes[status] += 1
        if status == "pending":
            self.put_off.add(claim.id)
        if status != "accepted":
            self.delivery.refused.add(f"mail {claim.mail.send_id}", _word(result), value=result.reason)

    def _hold_back(self, send_id: UUID, status: str, reason: str, detail: str | None) -> None:
        self.delivery.outcomes[status] += 1
        self.delivery.refused.add(f"mail {send_id}", reason, detail=detail)

    def _campaigns(self) -> Any:
        return select(CAMPAIGN.c.id).where(CAMPAIGN.c.county == self.county, CAMPAIGN.c.as_of == self.on)


def _held_back(connection: Connection, row: Any, repeat_after_days: int) -> tuple[str, str] | None:
    """(status, reason) when a row may not go out after all: things may have changed since it was planned."""
    if row.address_hmac in suppressed(connection, [row.address_hmac]):
        return "suppressed", "suppressed"
    if row.recipient_email is None:
        return "skipped", "erased"
    if row.property_id is None:
        return None
    again = select(QUEUE.c.id).where(
        within_repeat_window(row.planned_on, repeat_after_days),
        QUEUE.c.address_hmac == row.address_hmac,
        QUEUE.c.property_id.in_(known_as(connection, row.property_id)),
        QUEUE.c.id != row.id,
    )
    return ("skipped", "mailed_lately") if connection.scalar(again.limit(1)) else None


def _outgoing(row: Any) -> OutgoingMail:
    sender = row.snapshot
    return OutgoingMail(
        send_id=row.send_id,
        to_email=row.recipient_email,
        to_name=sender["to_name"],
        from_email=sender["from_email"],
        from_name=sender["from_name"],
        reply_to=sender["reply_to"],
        subject=row.subject,
        text=row.text_body,
        html=row.html_body,
        category=sender["category"],
        unsubscribe_url=sender["unsubscribe_url"],
    )


def _word(result: SendResult) -> str:
    return {"refused": "refused_by_provider", "later": "provider_busy"}.get(result.outcome, result.outcome)
