"""What happens to a mail after it was accepted: the events SendGrid would post.

Belongs here: the plan of events for one recipient. Does not: signing and posting (poster.py).
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Any

from realestate_os.sandbox.world.dice import Dice, hash64

SMTP_OK = "250 2.0.0 OK"
_LINK = re.compile(r"""href=["'](https?://[^"']+)["']""", re.IGNORECASE)


@dataclass(frozen=True)
class Sent:
    """One recipient of one accepted mail."""

    email: str
    message_id: str
    custom_args: dict[str, str]
    categories: list[str]
    html: str
    accepted_at: int
    asm_group_id: int | None = None


class Suppressed:
    """Addresses that this process has seen bounce, complain or leave; further mail is dropped."""

    def __init__(self) -> None:
        self.reasons: dict[str, str] = {}

    def add(self, email: str, reason: str) -> None:
        """Remember an address."""
        self.reasons.setdefault(email.lower(), reason)

    def reason(self, email: str) -> str | None:
        """Why mail to the address is dropped; None if it is not."""
        return self.reasons.get(email.lower())


def plan_events(sent: Sent, dice: Dice, suppressed: Suppressed) -> list[dict[str, Any]]:
    """Events for a recipient in the order in which they happen.

    The address decides: bounce, complain, unsub and defer in its local part do what they say. All
    others are delivered; half are opened by a machine, a third by a person, a sixth click.
    """
    local, key = sent.email.split("@")[0].lower(), hash64(sent.email.lower(), sorted(sent.custom_args.items())) >> 1
    reason = suppressed.reason(sent.email)
    if reason:
        return [_event(sent, 0, "processed"), _event(sent, 1, "dropped", reason=reason, status="5.0.0")]
    events = [_event(sent, 0, "processed")]
    if "defer" in local or dice.one(key, "defer") < 0.05:
        events.append(_event(sent, 1, "deferred", response="451 4.7.1 try again later", attempt="1"))
    if "bounce" in local:
        suppressed.add(sent.email, "Bounced Address")
        bounce = {
            "reason": "550 5.1.1 no such user",
            "status": "5.1.1",
            "type": "bounce",
            "bounce_classification": "Invalid Address",
        }
        return [*events, _event(sent, 2, "bounce", **bounce)]
    events.append(_event(sent, 2, "delivered", response=SMTP_OK, ip="198.51.100.7", tls=1))
    events += _engagement(sent, dice, key)
    if "complain" in local:
        suppressed.add(sent.email, "Spam Reporting Address")
        events.append(_event(sent, 90, "spamreport"))
    if "unsub" in local:
        suppressed.add(sent.email, "Unsubscribed Address")
        events.append(_event(sent, 95, "unsubscribe"))
    return events


def _engagement(sent: Sent, dice: Dice, key: int) -> list[dict[str, Any]]:
    events = []
    if dice.one(key, "machine") < 0.5:
        events.append(_event(sent, 4, "open", sg_machine_open=True, ip="203.0.113.9", useragent="Mozilla/5.0"))
    reads = dice.one(key, "opens")
    if reads < 0.34:
        events.append(_event(sent, 40, "open", sg_machine_open=False, ip="192.0.2.44", useragent="Thunderbird"))
    links = [link for link in _LINK.findall(sent.html) if "unsubscribe" not in link]
    if reads < 0.17 and links:
        index = int(dice.one(key, "link") * len(links))
        where = {"url": links[index].replace("&amp;", "&"), "url_offset": {"index": index, "type": "html"}}
        events.append(_event(sent, 60, "click", ip="192.0.2.44", useragent="Thunderbird", **where))
    return events


def _event(sent: Sent, after: int, event: str, **details: Any) -> dict[str, Any]:
    """custom_args stand at the top level, as SendGrid flattens them; its own names win."""
    message = f"{sent.message_id}.filter0001.16648.5515E0B88.0"
    asm = {"asm_group_id": sent.asm_group_id} if sent.asm_group_id is not None else {}
    return {
        **sent.custom_args,
        **asm,
        "email": sent.email,
        "timestamp": sent.accepted_at + after,
        "event": event,
        "category": sent.categories,
        "sg_event_id": secrets.token_urlsafe(22),
        "sg_message_id": message,
        "smtp-id": f"<{sent.message_id}@sandbox.example>",
        **details,
    }
