"""SendGrid's stand-in over real HTTP, with a real webhook that verifies signatures."""

from __future__ import annotations

import base64
import json
import stat
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from realestate_os.sandbox.mail.events import Sent, Suppressed, plan_events
from realestate_os.sandbox.mail.mailbox import store
from realestate_os.sandbox.mail.signing import (
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    load_or_make_key,
    public_key_base64,
    sign,
)
from realestate_os.sandbox.server import Sandbox, start_sandbox
from realestate_os.sandbox.world import World
from realestate_os.sandbox.world.dice import Dice
from realestate_os_tests.sandbox.conftest import DAY, settings_in

AUTH = {"Authorization": "Bearer SG.test"}


def mail(*emails: str, **more: Any) -> dict[str, Any]:
    """A valid body with one personalization a recipient."""
    return {
        "from": {"email": "deals@realestate-os.example", "name": "Deals"},
        "subject": "Three homes",
        "personalizations": [
            {"to": [{"email": email}], "custom_args": {"send_id": f"send-{email}"}} for email in emails
        ],
        "content": [
            {"type": "text/plain", "value": "Hello"},
            {
                "type": "text/html",
                "value": '<a href="https://x.example/unsubscribe/t">out</a><a href="https://x.example/m?a=1&amp;b=2">memo</a>',
            },
        ],
        **more,
    }


@dataclass
class Webhook:
    """What arrived: (headers, body); refuse makes it answer 500 that often."""

    url: str = ""
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    refuse: int = 0

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for _, body in self.requests for event in json.loads(body)]


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    received = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            refused = received.refuse > 0
            received.refuse -= refused
            if not refused:
                received.requests.append((dict(self.headers), body))
            self.send_response(500 if refused else 204)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    received.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield received
    server.shutdown()
    server.server_close()


@pytest.fixture
def post(webhook: Webhook, tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox of its own, whose events go to the webhook when flushed."""
    with start_sandbox(
        settings_in(tmp_path, public_base_url=webhook.url), World(seed=1, listings=5, on=DAY)
    ) as running:
        httpx.post(f"{running.mail_url}/_control/events", json={"paused": True})
        yield running


def send(sandbox: Sandbox, body: Any, headers: dict[str, str] = AUTH) -> httpx.Response:
    return httpx.post(f"{sandbox.mail_url}/v3/mail/send", json=body, headers=headers)


def flush(sandbox: Sandbox) -> dict[str, int]:
    counts: dict[str, int] = httpx.post(f"{sandbox.mail_url}/_control/flush-events", timeout=30).json()
    return counts


def test_a_mail_is_accepted_stored_and_told_about(post: Sandbox, webhook: Webhook, tmp_path: Path) -> None:
    answer = send(post, mail("ann@example.com", categories=["daily"]))
    assert answer.status_code == 202 and answer.content == b""
    message_id = answer.headers["X-Message-Id"]
    folder = tmp_path / "mails" / "2026-11-24"
    stems = {path.suffix: path for path in folder.iterdir()}
    assert set(stems) == {".json", ".html", ".txt"}
    assert json.loads(stems[".json"].read_text())["personalizations"][0]["custom_args"] == {
        "send_id": "send-ann@example.com"
    }
    assert stems[".txt"].read_text() == "Hello"
    counts = flush(post)
    assert counts["posted"] == counts["accepted"] == len(webhook.events) >= 2 and counts["failed"] == 0
    for event in webhook.events:
        assert event["send_id"] == "send-ann@example.com" and event["email"] == "ann@example.com"
        assert event["sg_message_id"].split(".")[0] == message_id.split(".")[0]
        assert event["category"] == ["daily"] and isinstance(event["timestamp"], int)
    assert {"processed", "delivered"} <= {event["event"] for event in webhook.events}
    assert flush(post) == {"posted": 0, "accepted": 0, "failed": 0}


def test_signatures_verify_and_tampering_shows(post: Sandbox, webhook: Webhook) -> None:
    send(post, mail("ann@example.com", "bob@example.com"))
    flush(post)
    encoded = httpx.get(f"{post.mail_url}/_control/webhook-key").json()["public_key"]
    key = load_der_public_key(base64.b64decode(encoded))
    assert isinstance(key, ec.EllipticCurvePublicKey)
    for headers, body in webhook.requests:
        signature, stamp = base64.b64decode(headers[SIGNATURE_HEADER]), headers[TIMESTAMP_HEADER].encode()
        key.verify(signature, stamp + body, ec.ECDSA(hashes.SHA256()))
        with pytest.raises(InvalidSignature):
            key.verify(signature, stamp + body + b" ", ec.ECDSA(hashes.SHA256()))


def test_addresses_decide_their_fate(post: Sandbox, webhook: Webhook) -> None:
    httpx.post(f"{post.mail_url}/_control/events", json={"duplicates": 0, "redeliveries": 0})
    send(
        post,
        mail("a.bounce@x.example", "b.complain@x.example", "c.unsub@x.example", "d.defer@x.example", "e@x.example"),
    )
    flush(post)
    fate = {
        email: {e["event"] for e in webhook.events if e["email"] == email}
        for email in {e["email"] for e in webhook.events}
    }
    assert "bounce" in fate["a.bounce@x.example"] and "delivered" not in fate["a.bounce@x.example"]
    assert {"delivered", "spamreport"} <= fate["b.complain@x.example"]
    assert {"delivered", "unsubscribe"} <= fate["c.unsub@x.example"]
    assert {"deferred", "delivered"} <= fate["d.defer@x.example"]
    assert not fate["e@x.example"] & {"bounce", "spamreport", "unsubscribe", "dropped"}
    webhook.requests.clear()
    send(post, mail("a.bounce@x.example"))
    flush(post)
    assert [e["event"] for e in sorted(webhook.events, key=lambda e: e["timestamp"])] == ["processed", "dropped"]


def test_events_repeat_and_come_out_of_order(post: Sandbox, webhook: Webhook) -> None:
    httpx.post(f"{post.mail_url}/_control/events", json={"duplicates": 0.5, "redeliveries": 0.5})
    send(post, mail(*(f"reader{i}@x.example" for i in range(30))))
    flush(post)
    same_id = Counter(e["sg_event_id"] for e in webhook.events)
    same_event = Counter((e["email"], e["event"], e["timestamp"], e.get("sg_machine_open")) for e in webhook.events)
    assert max(same_id.values()) == 2
    assert len(same_event) < len(same_id), "redelivered under a fresh id"
    stamps = [e["timestamp"] for e in webhook.events]
    assert stamps != sorted(stamps)
    assert all(1 <= len(json.loads(body)) <= 5 for _, body in webhook.requests)


def test_a_refused_batch_is_posted_again(post: Sandbox, webhook: Webhook) -> None:
    httpx.post(f"{post.mail_url}/_control/events", json={"duplicates": 0, "redeliveries": 0})
    send(post, mail(*(f"reader{i}@x.example" for i in range(6))))
    webhook.refuse = 1
    first = flush(post)
    assert first["failed"] > 0 and first["accepted"] + first["failed"] == first["posted"]
    second = flush(post)
    assert second == {"posted": first["failed"], "accepted": first["failed"], "failed": 0}
    assert len({e["sg_event_id"] for e in webhook.events}) == first["posted"]


def test_events_are_posted_without_being_asked(post: Sandbox, webhook: Webhook) -> None:
    httpx.post(f"{post.mail_url}/_control/events", json={"paused": False, "late_seconds": 0})
    send(post, mail("ann@example.com"))
    deadline = time.monotonic() + 10
    while not webhook.requests and time.monotonic() < deadline:
        time.sleep(0.1)
    assert webhook.events


def test_habits_refuse_nonsense(post: Sandbox) -> None:
    url = f"{post.mail_url}/_control/events"
    assert httpx.post(url, json={"duplicates": "many"}).status_code == 400
    assert httpx.post(url, json={"colour": 1}).status_code == 400
    assert httpx.post(url, json=[1]).status_code == 400
    assert httpx.get(url).json()["paused"] is True


def test_sandbox_mode_sends_nothing(post: Sandbox, tmp_path: Path) -> None:
    answer = send(post, mail("ann@example.com", mail_settings={"sandbox_mode": {"enable": True}}))
    assert answer.status_code == 200
    assert not (tmp_path / "mails").exists() and flush(post)["posted"] == 0


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic x"}, {"Authorization": "Bearer"}])
def test_no_bearer_no_entry(client: httpx.Client, sandbox: Sandbox, headers: dict[str, str]) -> None:
    answer = client.post(f"{sandbox.mail_url}/v3/mail/send", json=mail("a@x.example"), headers=headers)
    assert answer.status_code == 401 and answer.json()["errors"][0]["field"] is None


def without(key: str) -> dict[str, Any]:
    body = mail("a@x.example")
    del body[key]
    return body


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (without("from"), "from.email"),
        (mail("a@x.example", **{"from": {"email": "nobody"}}), "from.email"),
        (mail("a@x.example", reply_to={"email": "x"}), "reply_to.email"),
        (without("subject"), "subject"),
        (without("content"), "content"),
        (
            mail("a@x.example", content=[{"type": "text/html", "value": "x"}, {"type": "text/plain", "value": "x"}]),
            "content",
        ),
        (mail("a@x.example", content=[{"type": "text/plain", "value": ""}]), "content.0.value"),
        (mail(), "personalizations"),
        (mail(*(f"a{i}@x.example" for i in range(1001))), "personalizations"),
        (mail("not an address"), "personalizations.0.to.0.email"),
        (mail("a@x.example", personalizations=[{"to": []}]), "personalizations.0.to"),
        (
            mail("a@x.example", personalizations=[{"to": [{"email": "a@x.example"}, {"email": "A@x.example"}]}]),
            "personalizations.0",
        ),
        (
            mail("a@x.example", personalizations=[{"to": [{"email": "a@x.example"}], "custom_args": {"n": 1}}]),
            "personalizations.0.custom_args.n",
        ),
        (mail("a@x.example", custom_args={"n": "x" * 10_001}), "custom_args"),
        (mail("a@x.example", custom_args=[1]), "custom_args"),
        (mail("a@x.example", categories=[str(i) for i in range(11)]), "categories"),
        (mail("a@x.example", categories=["x" * 256]), "categories"),
        (mail("a@x.example", tracking_settings=[1]), "tracking_settings"),
        (mail("a@x.example", asm={"group_id": "1"}), "asm.group_id"),
        (mail("a@x.example", attachments=[{"filename": "x.pdf"}]), "attachments.0"),
        ([1], None),
    ],
)
def test_what_sendgrid_refuses(client: httpx.Client, sandbox: Sandbox, body: Any, field: str | None) -> None:
    answer = client.post(f"{sandbox.mail_url}/v3/mail/send", json=body, headers=AUTH)
    assert answer.status_code == 400
    errors = answer.json()["errors"]
    assert field in [error["field"] for error in errors] and all(error["message"] for error in errors)


def test_a_body_that_is_not_json(client: httpx.Client, sandbox: Sandbox) -> None:
    answer = client.post(f"{sandbox.mail_url}/v3/mail/send", content=b"\xff{", headers=AUTH)
    assert answer.status_code == 400 and answer.json()["errors"]


def test_names_of_files_stay_in_their_folder(tmp_path: Path) -> None:
    body = mail("../../evil@x.example")
    body["attachments"] = [
        {"filename": "../../../memo.pdf", "content": base64.b64encode(b"%PDF").decode()},
        {"filename": "broken.pdf", "content": "not base64!"},
    ]
    store(tmp_path / "mails", "id", body)
    written = [path.relative_to(tmp_path / "mails") for path in (tmp_path / "mails").rglob("*") if path.is_file()]
    assert len(written) == 4 and all(".." not in path.parts for path in written)
    assert not (tmp_path / "memo.pdf").exists()


def test_the_key_is_private_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "sandbox" / "webhook_key.pem"
    one, two = load_or_make_key(path), load_or_make_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert public_key_base64(one) == public_key_base64(two)
    assert [p.name for p in path.parent.iterdir()] == ["webhook_key.pem"]
    one.public_key().verify(base64.b64decode(sign(two, "1", b"x")), b"1x", ec.ECDSA(hashes.SHA256()))


def test_plans_are_seeded_and_ids_are_not() -> None:
    sents = [
        Sent(f"r{i}@x.example", "mid", {"send_id": str(i)}, [], '<a href="https://x.example/m?a=1&amp;b=2">', 100)
        for i in range(400)
    ]
    one, two = ([plan_events(sent, Dice(1), Suppressed()) for sent in sents] for _ in range(2))
    kinds = [[event["event"] for event in plan] for plan in one]
    assert kinds == [[event["event"] for event in plan] for plan in two]
    assert {e["sg_event_id"] for plan in one for e in plan}.isdisjoint(e["sg_event_id"] for plan in two for e in plan)
    count = Counter(kind for plan in kinds for kind in plan)
    assert count["delivered"] == 400 and 10 <= count["deferred"] <= 40
    assert 40 <= count["click"] <= 100 < count["open"]
    machine = [e for plan in one for e in plan if e.get("sg_machine_open")]
    assert 150 <= len(machine) <= 250
    clicks = [e for plan in one for e in plan if e["event"] == "click"]
    assert all(
        e["url"] == "https://x.example/m?a=1&b=2" and e["url_offset"] == {"index": 0, "type": "html"} for e in clicks
    )


def test_our_own_arguments_do_not_overwrite_sendgrids_fields() -> None:
    sent = Sent("r@x.example", "mid", {"event": "fake", "email": "x", "send_id": "1"}, [], "", 100)
    events = plan_events(sent, Dice(1), Suppressed())
    assert events[0]["event"] == "processed" and events[0]["email"] == "r@x.example" and events[0]["send_id"] == "1"
