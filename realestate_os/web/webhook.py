"""POST /webhook/sendgrid: verify, store, answer.

Belongs here: the signature, the limit of a body, one transaction for a batch. Does not: reading an event
(events.py), what it means (campaigns/). There is no limit of age: SendGrid repeats a batch for 24 hours, and
a replay changes nothing, because events are stored once and judged by their own time.
"""

from __future__ import annotations

import base64
import binascii
import json
import logging
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import APIRouter, HTTPException, Request
from starlette.concurrency import run_in_threadpool

from realestate_os.settings import Settings
from realestate_os.web.events import read_event
from realestate_os.web.services import Services, WithServices

log = logging.getLogger(__name__)
router = APIRouter()

SIGNATURE_HEADER = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP_HEADER = "X-Twilio-Email-Event-Webhook-Timestamp"
# SendGrid sends batches of 768 KB; anything much larger is not from it.
MAX_BODY_BYTES = 4_000_000


@router.post(
    "/webhook/sendgrid",
    summary="Events of the mail provider",
    description="Signed by the provider; stored as they came, suppressions take effect at once.",
    responses={400: {"description": "not a JSON array"}, 403: {"description": "wrong signature"}, 413: {}, 503: {}},
)
async def receive_events(request: Request, services: WithServices) -> dict[str, int]:
    """Counts of the batch: stored, duplicates, malformed."""
    body = await _body(request)
    key = public_key(services.settings)
    if key is None:
        log.error("a webhook came, but there is no key to verify it with; set SENDGRID_WEBHOOK_PUBLIC_KEY")
        raise HTTPException(503, "no verification key is configured")
    signature, timestamp = request.headers.get(SIGNATURE_HEADER, ""), request.headers.get(TIMESTAMP_HEADER, "")
    if not signature_holds(key, signature, timestamp, body):
        raise HTTPException(403, "wrong signature")
    return await run_in_threadpool(_store, services, _array(body))


def public_key(settings: Settings) -> ec.EllipticCurvePublicKey | None:
    """The provider's key from SENDGRID_WEBHOOK_PUBLIC_KEY; the sandbox's own where no real provider is used.

    None if there is none yet, or what is configured is no such key.
    """
    if settings.sendgrid_webhook_public_key:
        return _from_base64(settings.sendgrid_webhook_public_key)
    path = settings.home / "sandbox" / "webhook_key.pem"
    if settings.sendgrid_api_key is not None or not path.is_file():
        return None
    private = serialization.load_pem_private_key(path.read_bytes(), password=None)
    return private.public_key() if isinstance(private, ec.EllipticCurvePrivateKey) else None


def signature_holds(key: ec.EllipticCurvePublicKey, signature: str, timestamp: str, body: bytes) -> bool:
    """ECDSA with SHA-256 over the timestamp header followed by the raw body; the signature is base64 of DER."""
    try:
        der = base64.b64decode(signature, validate=True)
        key.verify(der, timestamp.encode("latin-1") + body, ec.ECDSA(hashes.SHA256()))
    except (binascii.Error, ValueError, InvalidSignature):
        return False
    return True


def _from_base64(text: str) -> ec.EllipticCurvePublicKey | None:
    """SendGrid shows the key as base64 of DER; a PEM frame around it does no harm."""
    lines = [line for line in text.replace("\\n", "\n").splitlines() if not line.startswith("-----")]
    try:
        key = serialization.load_der_public_key(base64.b64decode("".join(lines)))
    except (binascii.Error, ValueError) as error:
        log.error("SENDGRID_WEBHOOK_PUBLIC_KEY: expected the base64 text that SendGrid shows: %s", error)
        return None
    return key if isinstance(key, ec.EllipticCurvePublicKey) else None


async def _body(request: Request) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY_BYTES:
            raise HTTPException(413, "body too large")
        parts.append(part)
    return b"".join(parts)


def _array(body: bytes) -> list[Any]:
    try:
        events = json.loads(body)
    except (ValueError, RecursionError):
        raise HTTPException(400, "expected JSON") from None
    if not isinstance(events, list):
        raise HTTPException(400, "expected an array of events")
    return events


def _store(services: Services, events: list[Any]) -> dict[str, int]:
    """One transaction for the batch. In the order of their content, so that two batches that touch the same
    addresses wait for each other and never deadlock."""
    read = [read_event(event, services.keys) for event in events]
    counts = {"stored": 0, "duplicates": 0, "malformed": sum(not good for _, good in read)}
    with services.database.transaction() as connection:
        for event, _ in sorted(read, key=lambda one: (one[0].email_hmac or "", one[0].content_hash)):
            new = services.database.record_webhook_event(connection, event)
            counts["stored" if new else "duplicates"] += 1
    return counts
