"""One event of a batch, as JSON gave it -> what the inbox stores.

Belongs here: checking the fields that we use, the identity of an event, leaving out what we need not keep.
Does not: storing (webhook.py), meaning (campaigns/fold.py). Nothing here raises for what a sender wrote: a
malformed event is kept as one, without a mail, and stops no other.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from realestate_os.campaigns.mail_keys import MailKeys
from realestate_os.resources.database import ReceivedEvent, to_json

MALFORMED = "malformed"
MAX_EVENT_CHARS, MAX_ID_CHARS, MAX_KEPT_CHARS = 50, 100, 2_000
# 2009 to 2100: what lies outside is no time of an event.
EARLIEST_S, LATEST_S = 1_230_768_000, 4_102_444_800
# The address is kept as its hash alone; where and with what a mail was read is nobody's business.
NOT_KEPT = ("email", "ip", "useragent")
IDENTITY = ("sg_message_id", "email", "event", "timestamp", "url", "url_offset", "attempt")


def read_event(raw: Any, keys: MailKeys) -> tuple[ReceivedEvent, bool]:
    """The event as it is stored, and whether it was well formed."""
    try:
        return _read(raw, keys), True
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return _malformed(raw), False


def _read(raw: Any, keys: MailKeys) -> ReceivedEvent:
    """Raises for anything that is not an event."""
    event, email, seconds = raw["event"], raw["email"], raw["timestamp"]
    if not isinstance(event, str) or not 0 < len(event) <= MAX_EVENT_CHARS or event == MALFORMED:
        raise ValueError("event")
    if not isinstance(email, str) or "@" not in email:
        raise ValueError("email")
    if isinstance(seconds, bool) or not EARLIEST_S <= float(seconds) <= LATEST_S:
        raise ValueError("timestamp")
    kept = {str(key): value for key, value in raw.items() if key not in NOT_KEPT}
    to_json(kept)  # raises for what Postgres would refuse
    return ReceivedEvent(
        sg_event_id=_identifier(raw.get("sg_event_id")),
        content_hash=_digest([raw.get(name) for name in IDENTITY]),
        event=_clean(event),
        email_hmac=keys.address_hmac(email),
        occurred_at=datetime.fromtimestamp(float(seconds), UTC),
        send_id=_uuid(raw.get("send_id")),
        message_id=_identifier(raw.get("sg_message_id")),
        payload=kept,
    )


def _malformed(raw: Any) -> ReceivedEvent:
    text = _clean(repr(raw)[:MAX_KEPT_CHARS])
    return ReceivedEvent(
        sg_event_id=None,
        content_hash=_digest([MALFORMED, repr(raw)]),
        event=MALFORMED,
        email_hmac=None,
        occurred_at=datetime.now(UTC),
        send_id=None,
        message_id=None,
        payload={"raw": text},
    )


def _identifier(value: object) -> str | None:
    """An id as far as it can be one; None otherwise, then the content alone identifies the event."""
    return _clean(value) if isinstance(value, str) and 0 < len(value) <= MAX_ID_CHARS else None


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(str(value)) if value else None
    except ValueError:
        return None


def _clean(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _digest(parts: list[Any]) -> str:
    text = json.dumps(parts, sort_keys=True, default=repr)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
