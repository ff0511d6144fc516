"""Misbehaviour on request: 429, 500, time-outs, truncated bodies, changed markup, answers that harm.

Belongs here: the rules and the ASGI layer that applies them to any port. Does not: what is served.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import re
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from realestate_os.sandbox.records.spoil import drifted, error_body, wrong_types

# Larger than any client's limit.
HUGE_BYTES = 100_000_000
# Where the rules `metadata` and `file` redirect to: the cloud's own service, the machine's own files.
INSIDE = {"metadata": "http://169.254.169.254/latest/meta-data/", "file": "file:///etc/passwd"}
# Longer than any client's patience; the connection is closed then.
TIMEOUT_SECONDS = 120.0
SLOW_SECONDS = 2.0


def changed_markup(body: bytes) -> bytes:
    """The site after a redesign: other elements, other classes, no JSON-LD."""
    changes = (
        (rb'<dl class="facts">', b'<div class="spec-table">'),
        (rb"</dl>", b"</div>"),
        (rb"<dt>", b"<div><b>"),
        (rb"</dt><dd>", b"</b> <i>"),
        (rb"</dd>", b"</i></div>"),
        (rb"application/ld\+json", b"application/json"),
        (rb'class="home"', b'class="teaser"'),
        (rb'class="description"', b'class="text"'),
    )
    for old, new in changes:
        body = re.sub(old, new, body)
    return body


def garbage(body: bytes) -> bytes:
    """Broken encoding and control characters."""
    return b"\xff\xfe" + body.replace(b" ", b"\xe9\x80 \x00", 50)


BODY_RULES = {
    "markup": changed_markup,
    "garbage": garbage,
    "types": wrong_types,
    "drift": drifted,
    "error200": error_body,
}
PLAIN_RULES = ("timeout", "truncate", "slow", "lost", "huge", "bomb", "loop", *INSIDE, *BODY_RULES)


@dataclass
class Fault:
    """One rule: what happens to the next `times` requests whose path and query match.

    status:N answers N (with Retry-After if given); timeout never answers; slow answers after
    `seconds`; truncate stops in the middle of the body; markup renames the site's markup; types, drift
    and error200 are what records do (records/spoil.py); lost does the work and closes the connection
    without an answer (a mail that went out, or did it?); huge sends 100 MB; bomb the same as 100 KB of
    gzip; loop redirects to itself; garbage breaks the encoding; metadata and file redirect to where no
    crawler should go. With each_path, `times` counts for every path and query by itself.
    """

    rule: str
    match: str = ".*"
    times: int = 1
    retry_after: float | None = None
    seconds: float | None = None
    each_path: bool = False
    hits: int = 0
    struck: dict[str, int] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: Any) -> Fault:
        """Check and build. Raises ValueError or TypeError, saying what was expected."""
        if not isinstance(data, dict):
            raise ValueError("expected an object with rule, match, times, retry_after, seconds, each_path")
        fault = cls(**{key: value for key, value in data.items() if key not in ("hits", "struck")})
        if fault.rule not in PLAIN_RULES and not re.fullmatch(r"status:[1-5]\d\d", fault.rule):
            raise ValueError(f"rule: {fault.rule!r}; expected status:NNN or one of {', '.join(PLAIN_RULES)}")
        try:
            re.compile(fault.match)
        except re.error as error:
            raise ValueError(f"match: not a regular expression: {error}") from None
        return fault

    def strikes(self, path: str) -> bool:
        """Whether it applies to a request, which is then counted."""
        known = self.struck.get(path, 0) if self.each_path else self.hits
        if known >= self.times or not re.search(self.match, path):
            return False
        self.hits += 1
        if self.each_path:
            self.struck[path] = known + 1
        return True


@dataclass
class Faults:
    """The rules of one port, oldest first; the first that matches and has times left applies."""

    rules: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        """Append a rule."""
        self.rules.append(fault)

    def clear(self) -> None:
        """Behave again."""
        self.rules.clear()

    def listed(self) -> list[dict[str, Any]]:
        """All rules with their hits."""
        return [{key: value for key, value in asdict(rule).items() if key != "struck"} for rule in self.rules]

    def strike(self, path: str) -> Fault | None:
        """The rule for a request, counted; None for good behaviour."""
        if path.startswith("/_control/"):
            return None
        return next((rule for rule in self.rules if rule.strikes(path)), None)


class FaultLayer:
    """ASGI layer around a port's application."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self.app, self.faults = app, faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, or spoil it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        query = scope["query_string"].decode("latin-1")
        fault = self.faults.strike(scope["path"] + (f"?{query}" if query else ""))
        if fault is None:
            await self.app(scope, receive, send)
        elif fault.rule.startswith("status:"):
            await _refuse(send, int(fault.rule[7:]), fault.retry_after)
        elif fault.rule == "huge":
            await _flood(send)
        elif fault.rule == "bomb":
            await _answer(send, 200, _bomb(), (b"content-encoding", b"gzip"))
        elif fault.rule in ("loop", *INSIDE):
            target = INSIDE.get(fault.rule) or f"{scope['path']}?{query}".rstrip("?")
            await _answer(send, 302, b"", (b"location", target.encode()))
        elif fault.rule == "timeout":
            await _hang(receive, fault.seconds or TIMEOUT_SECONDS)
            await _hang_up(send)
        elif fault.rule == "slow":
            await asyncio.sleep(fault.seconds or SLOW_SECONDS)
            await self.app(scope, receive, send)
        else:
            await self._spoil(fault.rule, scope, receive, send)

    async def _spoil(self, rule: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer, then truncate, rewrite or lose the answer."""
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        await self.app(scope, receive, keep)
        if rule == "lost":
            await _hang_up(send)
            return
        start = answer[0]
        body = b"".join(message.get("body", b"") for message in answer[1:])
        if rule in BODY_RULES:
            body = BODY_RULES[rule](body)
        headers = [(k, v) for k, v in start["headers"] if k != b"content-length"] + [
            (b"content-length", b"%d" % len(body))
        ]
        await send({**start, "headers": headers})
        if rule == "truncate":
            # The header promises the whole body; after half of it uvicorn drops the connection.
            await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        else:
            await send({"type": "http.response.body", "body": body})


async def _refuse(send: Send, status: int, retry_after: float | None) -> None:
    headers = [(b"content-type", b"application/json")]
    if retry_after is not None:
        headers.append((b"retry-after", f"{retry_after:g}".encode()))
    body = json.dumps({"error": f"the sandbox was told to answer {status}"}).encode()
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@cache
def _bomb() -> bytes:
    return gzip.compress(bytes(HUGE_BYTES), 9)


async def _answer(send: Send, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    sent = [(b"content-type", b"text/html; charset=utf-8"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": body})


async def _flood(send: Send) -> None:
    """A body that does not say how long it is."""
    chunk = b"<p>more</p>" * 10_000
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
    for _ in range(HUGE_BYTES // len(chunk)):
        await asyncio.sleep(0)  # or the loop would not hear that the client has left
        if send.__self__.disconnected:  # type: ignore[attr-defined]
            return
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _hang(receive: Receive, seconds: float) -> None:
    """Keep silent until the client leaves or the time is up."""

    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    try:
        await asyncio.wait_for(gone(), seconds)
    except TimeoutError:
        return


async def _hang_up(send: Send) -> None:
    """Close the connection without a byte.

    ASGI has no word for it: an application that returns without an answer makes uvicorn send 500.
    """
    transport: asyncio.Transport = send.__self__.transport  # type: ignore[attr-defined]
    transport.abort()
    while not send.__self__.disconnected:  # type: ignore[attr-defined]
        await asyncio.sleep(0.01)
