"""The webhook: signed batches are stored once, whatever is in them; everything else is turned away."""

from __future__ import annotations

import json
import time
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from realestate_os.campaigns.mail_keys import MailKeys
from realestate_os.sandbox.mail.signing import public_key_base64, sign
from realestate_os.settings import Settings
from realestate_os.web.app import create_app
from realestate_os.web.events import MALFORMED, read_event
from realestate_os.web.webhook import MAX_BODY_BYTES, SIGNATURE_HEADER, TIMESTAMP_HEADER
from realestate_os_tests.campaigns.scene import Office, home
from realestate_os_tests.web.conftest import Webhook, sent

A = "1412 NE 65th St"
READER = "reader0@acme.example"


def event(name: str = "delivered", **changes: Any) -> dict[str, Any]:
    return {
        "email": READER,
        "timestamp": int(time.time()),
        "event": name,
        "sg_event_id": uuid4().hex,
        "sg_message_id": "unknown.filter",
        **changes,
    }


def test_an_event_finds_its_mail_and_tenant_and_keeps_no_address(office: Office, webhook: Webhook, inbox: Any) -> None:
    office.plan([home(A)])
    mail = sent(office)
    posted = event(send_id=str(mail.send_id), ip="192.0.2.1", useragent="x", category=["team-daily"])
    assert webhook.post([posted]) == {"stored": 1, "duplicates": 0, "malformed": 0}
    (row,) = inbox()
    assert row[:4] == ("delivered", "new", mail.send_id, office.tenant_id)
    assert row[4] == {key: posted[key] for key in posted if key not in ("email", "ip", "useragent")}


def test_an_event_without_send_id_is_found_by_message_id_then_by_address(
    office: Office, webhook: Webhook, inbox: Any
) -> None:
    office.plan([home(A)])
    mail = sent(office)
    webhook.post([event(sg_message_id=f"{mail.provider_message_id}.filter0001.0")])
    webhook.post([event("bounce", sg_message_id=None, timestamp=int(time.time()) + 5)])
    assert [row[2] for row in inbox()] == [mail.send_id, mail.send_id]


def test_what_belongs_to_nobody_is_an_orphan(webhook: Webhook, inbox: Any) -> None:
    webhook.post([event(email="stranger@elsewhere.example"), event(send_id=str(uuid4()))])
    assert {row[1] for row in inbox()} == {"orphan"}


def test_redeliveries_are_stored_once_even_under_a_fresh_id(webhook: Webhook, inbox: Any) -> None:
    one = event()
    assert webhook.post([one, one]) == {"stored": 1, "duplicates": 1, "malformed": 0}
    assert webhook.post([{**one, "sg_event_id": uuid4().hex}]) == {"stored": 0, "duplicates": 1, "malformed": 0}
    assert webhook.post([{**one, "timestamp": one["timestamp"] - 1, "sg_event_id": uuid4().hex}])["stored"] == 1
    assert len(inbox()) == 2


@pytest.mark.parametrize(
    ("changes", "suppresses"),
    [
        ({"event": "bounce", "type": "bounce"}, True),
        ({"event": "bounce", "type": "blocked"}, False),
        ({"event": "spamreport"}, True),
        ({"event": "unsubscribe"}, True),
        ({"event": "dropped"}, False),
        ({"event": "open"}, False),
    ],
)
def test_suppression_holds_as_soon_as_the_answer_is_given(
    office: Office, webhook: Webhook, changes: dict, suppresses: bool
) -> None:
    office.plan([home(A)])
    mail = sent(office)
    webhook.post([event(send_id=str(mail.send_id), **changes)])
    found = [row.address_hmac for row in office.suppressions() if row.active]
    assert found == ([mail.address_hmac] if suppresses else [])


BAD = [
    None,
    7,
    "text",
    [],
    {},
    {"event": "open"},
    event(email="no address"),
    event(email=None),
    event(timestamp="soon"),
    event(timestamp=True),
    event(timestamp=10**30),
    event(timestamp=-5),
    event(timestamp=float("nan")),
    event(name=""),
    event(name="x" * 51),
    event(weight=1e400),
    event(event={"a": 1}),
]


def test_malformed_events_are_set_aside_and_stop_nobody(office: Office, webhook: Webhook, inbox: Any) -> None:
    counts = webhook.post([*BAD[:9], event(), *BAD[9:]])
    assert counts["malformed"] == len(BAD)
    names = [row[0] for row in inbox()]
    assert names.count(MALFORMED) == len(BAD)
    assert names.count("delivered") == 1
    assert {row[1] for row in inbox()} == {"orphan"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ("send_id", "sg_event_id", "sg_message_id", "timestamp", "event", "email", "url", "asm_group_id", "type")


@given(st.lists(st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=9), min_size=1, max_size=3))
@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_event_whatever_it_holds_fails_the_batch(webhook: Webhook, hostile: list[dict]) -> None:
    counts = webhook.post([event() | one for one in hostile])
    assert counts["stored"] + counts["duplicates"] == len(hostile)


@given(json_values)
def test_reading_never_raises(raw: Any) -> None:
    read_event(raw, MailKeys(b"k" * 32))


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"{", 400), (b"{}", 400), (b"7", 400), (b"\xff", 400), (b"[" * 100_000, 400), (b"[]", 200)],
)
def test_a_body_that_is_no_array_is_refused(webhook: Webhook, body: bytes, status: int) -> None:
    assert webhook.raw(body).status_code == status


@pytest.mark.parametrize(
    "changes",
    [
        {SIGNATURE_HEADER: ""},
        {SIGNATURE_HEADER: "!!"},
        {SIGNATURE_HEADER: "AAAA"},
        {TIMESTAMP_HEADER: "1"},
        {TIMESTAMP_HEADER: "\xe9".encode("latin-1")},
    ],
)
def test_a_wrong_signature_is_refused(webhook: Webhook, inbox: Any, changes: dict) -> None:
    body = json.dumps([event()]).encode()
    assert webhook.raw(body, **changes).status_code == 403
    assert inbox() == []


def test_a_changed_body_is_refused(client: TestClient, webhook: Webhook, settings: Settings) -> None:
    stranger = ec.generate_private_key(ec.SECP256R1())
    headers = {TIMESTAMP_HEADER: "1", SIGNATURE_HEADER: sign(stranger, "1", b"[]")}
    assert client.post("/webhook/sendgrid", content=b"[]", headers=headers).status_code == 403


def test_a_body_beyond_the_limit_is_refused(webhook: Webhook) -> None:
    assert webhook.raw(b"x" * (MAX_BODY_BYTES + 1)).status_code == 413


def test_an_old_batch_is_taken_because_the_provider_repeats_for_a_day(client: TestClient, settings: Settings) -> None:
    from realestate_os.sandbox.mail.signing import load_or_make_key

    key = load_or_make_key(settings.home / "sandbox" / "webhook_key.pem")
    yesterday = str(int(time.time()) - 86_000)
    headers = {TIMESTAMP_HEADER: yesterday, SIGNATURE_HEADER: sign(key, yesterday, b"[]")}
    assert client.post("/webhook/sendgrid", content=b"[]", headers=headers).status_code == 200


@pytest.mark.parametrize("framed", [False, True])
def test_the_configured_key_is_the_one_that_counts(settings: Settings, framed: bool) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    shown = public_key_base64(key)
    if framed:
        shown = f"-----BEGIN PUBLIC KEY-----\\n{shown}\\n-----END PUBLIC KEY-----"
    configured = settings.model_copy(update={"sendgrid_webhook_public_key": shown})
    with TestClient(create_app(configured)) as client:
        headers = {TIMESTAMP_HEADER: "1", SIGNATURE_HEADER: sign(key, "1", b"[]")}
        assert client.post("/webhook/sendgrid", content=b"[]", headers=headers).status_code == 200
        assert Webhook(client, settings).raw(b"[]").status_code == 403


@pytest.mark.parametrize("changes", [{"sendgrid_webhook_public_key": "bm9uc2Vuc2U="}, {"sendgrid_api_key": "SG.real"}])
def test_without_a_usable_key_nothing_is_taken(settings: Settings, changes: dict) -> None:
    configured = settings.model_copy(update=changes)
    with TestClient(create_app(configured)) as client:
        assert Webhook(client, settings).raw(b"[]").status_code == 503
