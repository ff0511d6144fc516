"""Routes of the stand-in for SendGrid.

Belongs here: which URL answers what. Does not: the rules of a mail (rules.py) or its events.
"""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from realestate_os.sandbox.control import control_routes
from realestate_os.sandbox.faults import Faults
from realestate_os.sandbox.mail import mailbox, rules
from realestate_os.sandbox.mail.events import Sent, Suppressed, plan_events
from realestate_os.sandbox.mail.poster import Habits, Poster
from realestate_os.sandbox.mail.signing import load_or_make_key, public_key_base64
from realestate_os.sandbox.world import World
from realestate_os.sandbox.world.dice import Dice
from realestate_os.settings import Settings

ABOUT = """SendGrid's v3 API, stood in for. Nothing leaves this machine.

POST /v3/mail/send           202 and X-Message-Id; 401 without a bearer; 400 with an errors array; 200 in sandbox mode
GET  /_control/webhook-key   the key that verifies the signatures of the events
GET  /_control/mails         how many mails were accepted, and where they lie
GET, POST /_control/events   how events behave: duplicates, redeliveries, late_seconds, shuffle, paused
POST /_control/flush-events  post every pending event now; answers posted, accepted, failed
GET, POST, DELETE /_control/faults

Events go to {webhook}
Mails lie in {folder}
"""


class MailState:
    """Everything the mail port knows; as long-lived as the process."""

    def __init__(self, world: World, settings: Settings) -> None:
        self.world, self.settings = world, settings
        self.key = load_or_make_key(settings.home / "sandbox" / "webhook_key.pem")
        self.poster = Poster(f"{settings.public_url}/webhook/sendgrid", self.key, world.seed)
        self.suppressed = Suppressed()
        self.accepted = 0

    @property
    def folder(self) -> Path:
        """Today's mails."""
        return self.settings.home / "mails" / self.world.today().isoformat()

    def accept(self, body: dict[str, Any]) -> str:
        """Store a valid mail, plan its events, return its message id."""
        message_id = secrets.token_urlsafe(16)
        mailbox.store(self.folder, message_id, body)
        html = "".join(part["value"] for part in body.get("content", []) if part.get("type") == "text/html")
        asm = body.get("asm") or {}
        for item in body["personalizations"]:
            for address in [a for kind in ("to", "cc", "bcc") for a in item.get(kind) or []]:
                args = {**(body.get("custom_args") or {}), **(item.get("custom_args") or {})}
                sent = Sent(
                    address["email"],
                    message_id,
                    args,
                    body.get("categories") or [],
                    html,
                    int(time.time()),
                    asm.get("group_id"),
                )
                self.poster.add(plan_events(sent, Dice(self.world.seed), self.suppressed))
                self.accepted += 1
        return message_id


def mail_app(world: World, settings: Settings, faults: Faults) -> Starlette:
    """The mail API as an ASGI application; state.mail is its MailState."""
    state = MailState(world, settings)

    async def about(request: Request) -> Response:
        return PlainTextResponse(ABOUT.format(webhook=state.poster.url, folder=state.folder))

    async def send(request: Request) -> Response:
        return await _send(state, request)

    async def webhook_key(request: Request) -> Response:
        return JSONResponse({"public_key": public_key_base64(state.key)})

    async def mails(request: Request) -> Response:
        return JSONResponse(
            {"accepted": state.accepted, "pending_events": state.poster.pending, "folder": str(state.folder)}
        )

    async def flush(request: Request) -> Response:
        return JSONResponse(await state.poster.flush())

    async def events(request: Request) -> Response:
        return await _events(state, request)

    app = Starlette(
        routes=[
            Route("/", about),
            Route("/v3/mail/send", send, methods=["POST"]),
            Route("/_control/webhook-key", webhook_key),
            Route("/_control/mails", mails),
            Route("/_control/flush-events", flush, methods=["POST"]),
            Route("/_control/events", events, methods=["GET", "POST"]),
            *control_routes(world, faults),
        ],
        exception_handlers={HTTPException: _error},
    )
    app.state.mail = state
    return app


async def _send(state: MailState, request: Request) -> Response:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        return JSONResponse(rules.unauthorized(), 401)
    raw = await request.body()
    if len(raw) > rules.MAX_BODY_BYTES:
        return JSONResponse({"errors": [rules.error("Payload Too Large", None)]}, 413)
    try:
        body = json.loads(raw)
    except (ValueError, UnicodeDecodeError):
        return JSONResponse({"errors": [rules.error("Bad Request: the body is not JSON", None)]}, 400)
    errors = rules.find_errors(body)
    if errors:
        return JSONResponse({"errors": errors}, 400)
    if ((body.get("mail_settings") or {}).get("sandbox_mode") or {}).get("enable"):
        return Response(status_code=200)
    message_id = await run_in_threadpool(state.accept, body)
    return Response(status_code=202, headers={"X-Message-Id": message_id})


async def _events(state: MailState, request: Request) -> Response:
    """Read or change the habits; unknown names and values out of range are refused."""
    if request.method == "POST":
        data = await request.json()
        known = {name: type(value) for name, value in asdict(Habits()).items()}
        for name, value in data.items() if isinstance(data, dict) else [("body", data)]:
            if name not in known or not isinstance(value, (int, float)):
                return JSONResponse({"error": f"{name}: expected numbers or booleans for {', '.join(known)}"}, 400)
        for name, value in data.items():
            setattr(state.poster.habits, name, known[name](value))
    return JSONResponse({**asdict(state.poster.habits), "pending": state.poster.pending})


async def _error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"errors": [rules.error(error.detail, None)]}, error.status_code)
