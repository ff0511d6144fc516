"""Events of one mail -> its state: a pure fold over the set of events.

Belongs here: the three axes (delivery, engagement, suppression) and the one word that a person is
shown. Does not: reading or writing tables (engagement.py). Every result is a maximum, a minimum or a
set test, so neither the order nor the repetition of events can change it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

# Weakest first; SendGrid reports these in any order and more than once.
DELIVERY = ("processed", "deferred", "blocked", "delivered", "dropped", "bounced")
ENGAGEMENT = ("opened_machine", "opened", "clicked")
# Strongest first.
DISPLAY = (
    "complained",
    "unsubscribed",
    "bounced",
    "dropped",
    "clicked",
    "opened",
    "opened_machine",
    "delivered",
    "blocked",
    "deferred",
    "processed",
    "failed",
    "suppressed",
    "skipped",
    "accepted",
    "unknown",
    "sending",
    "pending",
)


@dataclass(frozen=True)
class Event:
    """One event of the provider; `event` is SendGrid's word, `at` its own time."""

    event: str
    at: datetime
    bounce_type: str | None = None
    machine_open: bool = False
    group_id: int | None = None

    @classmethod
    def of(cls, event: str, at: datetime, payload: Mapping[str, Any]) -> Event:
        """From a stored event; whatever the payload holds besides is ignored."""
        group = payload.get("asm_group_id")
        kind = payload.get("type")
        return cls(
            event=event,
            at=at.astimezone(UTC),
            bounce_type=kind if isinstance(kind, str) else None,
            machine_open=payload.get("sg_machine_open") in (True, "true", 1),
            group_id=group if isinstance(group, int) else None,
        )


@dataclass(frozen=True)
class MailState:
    """The three axes of one mail. All None: nothing is known beyond the send itself."""

    delivery: str | None = None
    engagement: str | None = None
    suppression: str | None = None
    delivered_at: datetime | None = None
    first_event_at: datetime | None = None
    last_event_at: datetime | None = None


def fold(events: Iterable[Event]) -> MailState:
    """The state that a set of events amounts to."""
    seen = set(events)
    if not seen:
        return MailState()
    delivered = [e.at for e in seen if e.event == "delivered"] or [e.at for e in seen if e.event in ("open", "click")]
    return MailState(
        delivery=_strongest(DELIVERY, (_delivery(e) for e in seen)),
        engagement=_strongest(ENGAGEMENT, (_engagement(e) for e in seen)),
        suppression=_suppression(seen),
        delivered_at=min(delivered, default=None),
        first_event_at=min(e.at for e in seen),
        last_event_at=max(e.at for e in seen),
    )


def display_status(send_status: str, state: MailState) -> str:
    """The one word shown for a mail: the strongest of its send status and its three axes."""
    held = {send_status, state.delivery, state.engagement, state.suppression}
    return next(word for word in DISPLAY if word in held)


def _strongest(order: tuple[str, ...], found: Iterable[str | None]) -> str | None:
    ranks = [order.index(word) for word in found if word is not None]
    return order[max(ranks)] if ranks else None


def _delivery(event: Event) -> str | None:
    if event.event == "bounce":
        return "blocked" if event.bounce_type == "blocked" else "bounced"
    if event.event in ("open", "click"):  # nobody opens what did not arrive
        return "delivered"
    return event.event if event.event in ("processed", "deferred", "delivered", "dropped") else None


def _engagement(event: Event) -> str | None:
    if event.event == "open":
        return "opened_machine" if event.machine_open else "opened"
    return "clicked" if event.event == "click" else None


def _suppression(seen: set[Event]) -> str | None:
    names = {e.event for e in seen}
    if "spamreport" in names:
        return "complained"
    if "unsubscribe" in names or any(_still_out(e, seen) for e in seen if e.event == "group_unsubscribe"):
        return "unsubscribed"
    return None


def _still_out(left: Event, seen: set[Event]) -> bool:
    """Whether no newer event of the same group took it back; at the same second the opt-out wins."""
    return not any(e.event == "group_resubscribe" and e.group_id == left.group_id and e.at > left.at for e in seen)
