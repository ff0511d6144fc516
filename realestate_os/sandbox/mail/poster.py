"""Posts events to the webhook: small batches, out of order, some twice, again when refused.

Belongs here: the queue of pending events and its delivery. Does not: which events there are.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import secrets
import time
from dataclasses import asdict, dataclass
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric import ec

from realestate_os.sandbox.mail.signing import SIGNATURE_HEADER, TIMESTAMP_HEADER, sign

log = logging.getLogger(__name__)
BATCH = 5
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 30.0


@dataclass
class Habits:
    """How unreliable the webhook is: switched by POST /_control/events.

    duplicates: share of events posted twice with the same id; redeliveries: share posted again with
    a fresh id; late_seconds: how long every event is held back; shuffle: batches out of order;
    paused: nothing is posted until a flush.
    """

    duplicates: float = 0.12
    redeliveries: float = 0.04
    late_seconds: float = 1.0
    shuffle: bool = True
    paused: bool = False


@dataclass
class Counts:
    """What a flush did: events posted, accepted with 2xx, failed (they stay pending)."""

    posted: int = 0
    accepted: int = 0
    failed: int = 0


class Poster:
    """Pending events of this process and the task that posts them."""

    def __init__(self, url: str, key: ec.EllipticCurvePrivateKey, seed: int) -> None:
        self.url, self.key = url, key
        self.habits = Habits()
        self.posted: list[dict[str, Any]] = []
        self._random = random.Random(seed)
        self._pending: list[tuple[float, dict[str, Any]]] = []
        self._lock = asyncio.Lock()

    @property
    def pending(self) -> int:
        """Events not yet accepted by the webhook."""
        return len(self._pending)

    def add(self, events: list[dict[str, Any]]) -> None:
        """Queue events, with the repetitions that the habits ask for."""
        due = time.monotonic() + self.habits.late_seconds
        for event in events:
            self._pending.append((due, event))
            if self._random.random() < self.habits.duplicates:
                self._pending.append((due, event))
            if self._random.random() < self.habits.redeliveries:
                self._pending.append((due, {**event, "sg_event_id": secrets.token_urlsafe(22)}))

    async def flush(self) -> dict[str, int]:
        """Post everything pending, due or not, once. Refused events stay pending."""
        return asdict(await self._post_all(float("inf")))

    async def run(self) -> None:
        """Post what is due, for ever; wait longer while the webhook refuses."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            await asyncio.sleep(pause)
            if self.habits.paused or not self._pending:
                continue
            counts = await self._post_all(time.monotonic())
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS) if counts.failed else FIRST_PAUSE_SECONDS

    async def _post_all(self, until: float) -> Counts:
        async with self._lock:
            due = [event for when, event in self._pending if when <= until]
            self._pending = [entry for entry in self._pending if entry[0] > until]
            if self.habits.shuffle:
                self._random.shuffle(due)
            counts = Counts()
            async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
                for start in range(0, len(due), BATCH):
                    await self._post(client, due[start : start + BATCH], counts)
            return counts

    async def _post(self, client: httpx.AsyncClient, events: list[dict[str, Any]], counts: Counts) -> None:
        body = json.dumps(events).encode()
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            TIMESTAMP_HEADER: timestamp,
            SIGNATURE_HEADER: sign(self.key, timestamp, body),
        }
        counts.posted += len(events)
        try:
            answer = await client.post(self.url, content=body, headers=headers)
            accepted = answer.is_success
        except httpx.HTTPError as error:
            log.debug("webhook %s: %s", self.url, error)
            accepted = False
        if accepted:
            counts.accepted += len(events)
            self.posted += events
        else:
            counts.failed += len(events)
            self._pending += [(0.0, event) for event in events]
