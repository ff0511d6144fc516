"""Unsubscribe, memos, start page and headers."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from realestate_os.campaigns.engagement import project_day
from realestate_os.resources.object_store import ObjectStore
from realestate_os.settings import Settings
from realestate_os.storage.tables import ActionPacket
from realestate_os.web.app import create_app
from realestate_os_tests.campaigns.scene import COUNTY, DAY, Office, contract, home, pid
from realestate_os_tests.databases import MigratedDatabase
from realestate_os_tests.web.conftest import sent

A = "1412 NE 65th St"


def link(office: Office) -> str:
    office.plan([home(A)])
    return f"/unsubscribe/{office.desk.keys.unsubscribe_token(sent(office).send_id)}"


def test_a_get_asks_and_changes_nothing(client: TestClient, office: Office) -> None:
    answer = client.get(link(office))
    assert answer.status_code == 200
    assert '<form method="post">' in answer.text
    assert office.suppressions() == []


@pytest.mark.parametrize(
    "body", [{"content": b""}, {"data": {"List-Unsubscribe": "One-Click"}}, {"content": b"\xff" * 9_999}]
)
def test_a_post_unsubscribes_without_cookie_or_redirect(client: TestClient, office: Office, body: dict) -> None:
    url = link(office)
    for _ in range(2):
        answer = client.post(url, follow_redirects=False, **body)
        assert (answer.status_code, "set-cookie" in answer.headers) == (200, False)
    (row,) = office.suppressions()
    assert (row.reason, row.active) == ("unsubscribe", True)
    assert office.plan([home(A)], on=DAY.replace(day=5)).refused.counts() == {"suppressed": 1}


def test_an_opt_out_by_link_shows_in_the_campaign(client: TestClient, office: Office) -> None:
    client.post(link(office))
    assert project_day(office.database, office.tenant_id, COUNTY, DAY).counts["team"]["unsubscribed"] == 1


def test_every_wrong_link_gets_the_same_answer(client: TestClient, office: Office) -> None:
    unknown = office.desk.keys.unsubscribe_token(uuid4())
    answers = [client.post(f"/unsubscribe/{token}") for token in (unknown, "x", "%00", unknown[:-2])]
    answers.append(client.get("/unsubscribe/x"))
    answers.append(client.get("/memo/x"))
    assert {(answer.status_code, answer.text) for answer in answers} == {(404, answers[0].text)}


@pytest.fixture
def packet(office: Office, settings: Settings) -> Any:
    """A stored memo of the office."""
    office.take_in([], [contract(A)])
    row = {
        "id": uuid4(),
        "property_id": pid(A),
        "county": COUNTY,
        "as_of": DAY,
        "edition": "internal",
        "object_key": "packets/test.pdf",
        "sha256": uuid4().hex,
        "pages": 1,
        "bytes": 8,
        "snapshot": {},
        "snapshot_sha256": "s",
    }
    ObjectStore.from_settings(settings).put("packets/test.pdf", b"%PDF-1.7")
    with office.database.transaction(office.tenant_id) as connection:
        connection.execute(ActionPacket.__table__.insert(), [row])
    return row


def test_the_daily_list_links_to_the_memo_and_the_link_opens_it(
    client: TestClient, office: Office, packet: Any, settings: Settings
) -> None:
    office.plan([home(A)])
    (mail,) = office.mails()
    url = mail.snapshot["values"]["deals"][0]["memo_url"]
    assert url in mail.html_body
    answer = client.get(url.removeprefix(settings.public_url))
    assert (answer.status_code, answer.content) == (200, b"%PDF-1.7")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'inline; filename="memo-2015-05-04.pdf"'


def test_a_memo_opens_for_its_tenant_only_and_not_for_ever(
    client: TestClient, office: Office, packet: Any, migrated: MigratedDatabase
) -> None:
    token = office.desk.keys.memo_token(uuid4(), packet["id"])
    assert client.get(f"/memo/{token}").status_code == 404
    with migrated.as_superuser() as connection:
        connection.execute("UPDATE action_packets SET created_at = now() - interval '91 days'")
    token = office.desk.keys.memo_token(office.tenant_id, packet["id"])
    assert client.get(f"/memo/{token}").status_code == 410


@pytest.mark.parametrize("path", ["/", "/docs", "/site.css", "/openapi.json", "/nothing", "/unsubscribe/x", "/health"])
def test_each_answer_carries_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "strict-transport-security" not in headers


def test_over_https_browsers_are_told_to_stay_there(settings: Settings) -> None:
    public = settings.model_copy(update={"public_base_url": "https://deals.acme.example/"})
    with TestClient(create_app(public)) as client:
        assert "strict-transport-security" in client.get("/").headers


def test_the_page_of_the_api_lists_every_operation(client: TestClient) -> None:
    shown = client.get("/docs").text
    for operation in ("POST /webhook/sendgrid", "GET /unsubscribe/{token}", "POST /unsubscribe/{token}", "GET /health"):
        assert operation in shown
    assert "<script" not in shown


def test_an_error_shows_no_trace(client: TestClient, office: Office, migrated: MigratedDatabase) -> None:
    url = link(office)
    with migrated.as_superuser() as connection:
        connection.execute("ALTER FUNCTION unsubscribe_by_send_id RENAME TO hidden")
    try:
        answer = client.post(url)
    finally:
        with migrated.as_superuser() as connection:
            connection.execute("ALTER FUNCTION hidden RENAME TO unsubscribe_by_send_id")
    assert (answer.status_code, answer.json()) == (500, {"detail": "internal error"})
    assert answer.headers["x-frame-options"] == "DENY"
