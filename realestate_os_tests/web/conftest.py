"""Fixtures of the web tests: the application on a database of its own, with the sandbox's key."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from realestate_os.sandbox.mail.signing import load_or_make_key, sign
from realestate_os.settings import Settings
from realestate_os.web.app import create_app
from realestate_os.web.webhook import SIGNATURE_HEADER, TIMESTAMP_HEADER
from realestate_os_tests.campaigns.conftest import assets_config, home_dir, office, sandbox, settings
from realestate_os_tests.campaigns.scene import Office
from realestate_os_tests.databases import MigratedDatabase

__all__ = ["assets_config", "home_dir", "office", "sandbox", "settings"]


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    """The application in this process; what it raises is answered, not re-raised."""
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


@dataclass
class Webhook:
    """Posts signed batches."""

    client: TestClient
    settings: Settings

    def raw(self, body: bytes, **changes: Any) -> Any:
        timestamp = str(int(time.time()))
        key = load_or_make_key(self.settings.home / "sandbox" / "webhook_key.pem")
        headers = {TIMESTAMP_HEADER: timestamp, SIGNATURE_HEADER: sign(key, timestamp, body)}
        return self.client.post("/webhook/sendgrid", content=body, headers=headers | changes)

    def post(self, events: Any) -> dict[str, int]:
        answer = self.raw(json.dumps(events).encode())
        assert answer.status_code == 200, answer.text
        counts: dict[str, int] = answer.json()
        return counts


@pytest.fixture
def webhook(client: TestClient, settings: Settings) -> Webhook:
    """The webhook as the provider uses it."""
    return Webhook(client, settings)


@pytest.fixture
def inbox(migrated: MigratedDatabase) -> Any:
    """All rows of the inbox, whoever they belong to."""

    def rows() -> list[Any]:
        with migrated.as_superuser() as connection:
            return connection.execute(
                "SELECT event, status, send_id, tenant_id, payload FROM webhook_events ORDER BY id"
            ).fetchall()

    with migrated.as_superuser() as connection:
        connection.execute("TRUNCATE webhook_events")
    return rows


def sent(office: Office) -> Any:
    """The office's one mail, as if it had been sent."""
    with office.database.transaction(office.tenant_id) as connection:
        connection.execute(
            text(
                "UPDATE email_queue SET status = 'accepted', attempt_id = gen_random_uuid(), claimed_at = now(),"
                " sent_at = now(), provider_message_id = 'msg' || left(id::text, 8)"
            )
        )
    (mail,) = office.mails()
    return mail
