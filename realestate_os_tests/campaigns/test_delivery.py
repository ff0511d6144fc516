"""Sending to the sandbox's SendGrid over HTTP: once, whatever happens in between."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from realestate_os.campaigns.delivery import Delivery, MailProviderError, deliver_day
from realestate_os.campaigns.engagement import project_day
from realestate_os.counties import load_county
from realestate_os.resources.database import Database
from realestate_os.resources.mailer import Mailer, OutgoingMail, SendResult
from realestate_os.sandbox.faults import Fault
from realestate_os.sandbox.server import Sandbox
from realestate_os.settings import Settings
from realestate_os_tests.campaigns.scene import COUNTY, DAY, Office, buyer, contract, home, new_office, pid
from realestate_os_tests.databases import MigratedDatabase, proved_to_be_one

A, B = "1412 NE 65th St", "7731 Corliss Ave N"


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[Path]:
    """The folder of the sandbox's mails, empty at first."""
    folder = settings.home / "mails" / DAY.isoformat()
    for path in folder.glob("*"):
        path.unlink()
    yield folder


def received(mailbox: Path) -> list[dict]:
    return [json.loads(path.read_text()) for path in sorted(mailbox.glob("*.json"))]


def deliver(office: Office, on: date = DAY, limit: int | None = None, **changes: object) -> Delivery:
    settings = office.settings.model_copy(update=changes)
    mailer = Mailer.from_settings(settings)
    return deliver_day(office.database, mailer, settings, office.tenant_id, (COUNTY, on), limit)


def test_a_mail_arrives_as_the_law_and_the_mailboxes_want_it(office: Office, mailbox: Path) -> None:
    office.take_in([buyer("avery")], [contract(A)])
    office.plan([home(A, bird_dog_score=None, score_null_reason="pending")])
    assert deliver(office).outcomes == {"accepted": 1}
    (row,) = office.mails()
    (mail,) = received(mailbox)
    body = mail.get("body", mail)
    (to,) = body["personalizations"]
    assert to["to"] == [{"email": "avery@buyers.example", "name": "Avery"}]
    assert to["custom_args"] == {"send_id": str(row.send_id)}
    token = office.desk.keys.unsubscribe_token(row.send_id)
    assert to["headers"] == {
        "List-Unsubscribe": f"<{office.settings.public_url}/unsubscribe/{token}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert [part["type"] for part in body["content"]] == ["text/plain", "text/html"]
    assert body["from"] == {"email": "deals@acme.example", "name": "Acme Homes"}
    assert body["reply_to"]["email"] == "deals@acme.example"
    assert body["categories"] == ["buyers-offer"]
    assert "avery" not in str(body["custom_args"] if "custom_args" in body else to["custom_args"])
    assert (row.status, bool(row.provider_message_id), row.sent_at is not None) == ("accepted", True, True)
    assert office.campaign("buyers").status == "sent"


def test_a_second_delivery_sends_nothing(office: Office, mailbox: Path) -> None:
    office.plan([home(A)])
    assert deliver(office).outcomes == {"accepted": 1}
    office.plan([home(A, listing_price_usd=1.0)])
    assert deliver(office).outcomes == {}
    assert len(received(mailbox)) == 1


class Crash(BaseException):
    """The process dies."""


class DyingMailer(Mailer):
    """Sends, and dies before the answer can be recorded."""

    def send(self, mail: OutgoingMail) -> SendResult:
        super().send(mail)
        raise Crash


def test_a_crash_between_claim_and_result_never_sends_twice(office: Office, mailbox: Path) -> None:
    office.plan([home(A)])
    dying = DyingMailer(office.settings.mail_host, "key", 3)
    with pytest.raises(Crash):
        deliver_day(office.database, dying, office.settings, office.tenant_id, (COUNTY, DAY))
    assert [mail.status for mail in office.mails()] == ["sending"]
    assert deliver(office).outcomes == {}
    office.plan([home(A)])
    with office.database.transaction(office.tenant_id) as connection:
        connection.execute(text("UPDATE email_queue SET claimed_at = now() - interval '11 minutes'"))
    assert deliver(office).outcomes == {}
    assert [mail.status for mail in office.mails()] == ["unknown"]
    assert len(received(mailbox)) == 1
    assert office.campaign("team").counts["unknown"] == 1


@pytest.mark.parametrize("rule", ["lost", "timeout", "truncate"])
def test_no_answer_means_unknown_and_is_never_tried_again(
    office: Office, sandbox: Sandbox, mailbox: Path, rule: str
) -> None:
    office.plan([home(A)])
    sandbox.faults["mail"].add(Fault(rule, match="/v3/mail/send", seconds=1.5))
    deliver(office, http_timeout_s=1)
    status = "accepted" if rule == "truncate" else "unknown"  # 202 has no body to cut
    assert [mail.status for mail in office.mails()] == [status]
    assert deliver(office).outcomes == {}
    assert len(received(mailbox)) == (0 if rule == "timeout" else 1)


@pytest.mark.parametrize("code", [429, 500, 503])
def test_a_busy_provider_is_asked_again(office: Office, sandbox: Sandbox, mailbox: Path, code: int) -> None:
    office.plan([home(A)])
    sandbox.faults["mail"].add(Fault(f"status:{code}", match="/v3/mail/send", times=2, retry_after=0))
    assert deliver(office).outcomes == {"accepted": 1}
    assert len(received(mailbox)) == 1


def test_a_provider_that_stays_down_leaves_all_pending_and_stops_the_run(
    migrated: MigratedDatabase, database: Database, settings: Settings, sandbox: Sandbox, mailbox: Path
) -> None:
    office = new_office(migrated, database, settings, readers=5)
    office.plan([home(A)])
    sandbox.faults["mail"].add(Fault("status:503", match="/v3/mail/send", times=99, retry_after=0))
    with pytest.raises(MailProviderError, match="stays pending"):
        deliver(office)
    assert {mail.status for mail in office.mails()} == {"pending"}
    assert office.campaign("team").counts["pending"] == 5
    sandbox.faults["mail"].clear()
    assert deliver(office).outcomes == {"accepted": 5}
    assert len(received(mailbox)) == 5


def test_a_wrong_key_stops_the_run_with_a_clear_word(office: Office, sandbox: Sandbox) -> None:
    office.plan([home(A)])
    sandbox.faults["mail"].add(Fault("status:401", match="/v3/mail/send", times=9))
    with pytest.raises(MailProviderError, match="SENDGRID_API_KEY"):
        deliver(office)
    assert [mail.status for mail in office.mails()] == ["pending"]


def test_a_provider_that_is_not_there_was_never_reached(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.plan([home(A)])
    done = deliver(office, sendgrid_host="http://127.0.0.1:9")
    assert (done.outcomes, done.left_pending) == ({"pending": 1}, 1)
    assert deliver(office).outcomes == {"accepted": 1}


def test_a_refused_mail_fails_with_its_reason_and_the_others_go(
    migrated: MigratedDatabase, database: Database, settings: Settings, sandbox: Sandbox
) -> None:
    office = new_office(migrated, database, settings, readers=3)
    office.plan([home(A)])
    sandbox.faults["mail"].add(Fault("status:400", match="/v3/mail/send"))
    done = deliver(office)
    assert done.outcomes == {"failed": 1, "accepted": 2}
    assert done.refused.counts() == {"refused_by_provider": 1}
    failed = next(mail for mail in office.mails() if mail.status == "failed")
    assert failed.error.startswith("400: ")
    assert deliver(office).outcomes == {}


def test_suppression_is_checked_again_when_a_mail_is_claimed(office: Office, mailbox: Path) -> None:
    office.plan([home(A)])
    office.suppress("reader0@acme.example")
    assert deliver(office).outcomes == {"suppressed": 1}
    assert received(mailbox) == []
    assert office.campaign("team").status == "paused"


def test_a_buyer_who_got_the_property_since_it_was_planned_is_skipped(office: Office, mailbox: Path) -> None:
    office.take_in([buyer("avery")], [contract(A, signed_on="2015-01-01")])
    homes = [home(A, bird_dog_score=None, score_null_reason="pending")]
    before = DAY - timedelta(days=3)
    office.plan(homes)
    office.plan(homes, on=before)
    with office.database.transaction(office.tenant_id) as connection:
        connection.execute(
            text("UPDATE email_queue SET status = 'unknown', attempt_id = gen_random_uuid() WHERE planned_on = :day"),
            {"day": before},
        )
    assert deliver(office).refused.counts() == {"mailed_lately": 1}
    assert received(mailbox) == []


def test_a_buyer_who_got_it_under_another_id_is_skipped(office: Office, mailbox: Path) -> None:
    office.take_in([buyer("avery")], [contract(A, signed_on="2015-01-01"), contract(B, signed_on="2015-01-01")])
    before = DAY - timedelta(days=3)
    office.plan([home(A)], on=before)
    office.plan([home(B, bird_dog_score=None, score_null_reason="pending")])
    with office.database.transaction(office.tenant_id) as connection:
        connection.execute(
            text("UPDATE email_queue SET status = 'accepted', attempt_id = gen_random_uuid() WHERE planned_on = :day"),
            {"day": before},
        )
    with proved_to_be_one(office.database, pid(B), pid(A)):
        assert deliver(office).refused.counts() == {"mailed_lately": 1}
    assert received(mailbox) == []


def test_the_limit_of_a_run_leaves_the_rest_pending(
    migrated: MigratedDatabase, database: Database, settings: Settings
) -> None:
    office = new_office(migrated, database, settings, readers=5)
    office.plan([home(A)])
    first = deliver(office, mail_max_per_run=3)
    assert (first.outcomes, first.left_pending) == ({"accepted": 3}, 2)
    assert office.campaign("team").status == "sending"
    assert deliver(office, mail_max_per_run=3).outcomes == {"accepted": 2}


def test_an_older_day_than_the_newest_planned_one_never_mails(office: Office, mailbox: Path) -> None:
    office.plan([home(A)], on=DAY + timedelta(days=1))
    office.plan([home(A)])
    done = deliver(office)
    assert done.outcomes == {"skipped": 1}
    assert done.refused.counts() == {"backfill": 1}
    assert received(mailbox) == []
    assert "backfill" in office.mails()[0].error


def test_with_public_sources_only_todays_news_is_mailed(office: Office, mailbox: Path) -> None:
    office.plan([home(A)])
    assert deliver(office, sources="public").outcomes == {"skipped": 1}
    today = load_county("king_wa").today()
    office.plan([home(A)], on=today)
    changes = {"sources": "public", "sendgrid_host": office.settings.mail_host}
    assert deliver(office, on=today, **changes).outcomes == {"accepted": 1}


def test_fifty_mails_in_five_seconds(
    migrated: MigratedDatabase, database: Database, settings: Settings, mailbox: Path
) -> None:
    office = new_office(migrated, database, settings, readers=50)
    office.plan([home(A)])
    started = time.monotonic()
    assert deliver(office).outcomes == {"accepted": 50}
    assert time.monotonic() - started < 5
    assert len({mail.provider_message_id for mail in office.mails()}) == 50


def test_an_event_settles_an_unknown_mail_and_one_that_was_said_to_be_refused(office: Office) -> None:
    office.plan([home(A)])
    (mail,) = office.mails()
    with office.database.transaction(office.tenant_id) as connection:
        connection.execute(
            text("UPDATE email_queue SET status = 'pending', attempt_id = gen_random_uuid(), claimed_at = now()")
        )
        connection.execute(
            text("SELECT record_webhook_event('e1', 'h1', 'delivered', :hmac, now(), :send_id, NULL, '{}'::jsonb)"),
            {"hmac": mail.address_hmac, "send_id": mail.send_id},
        )
    assert deliver(office).outcomes == {}
    found = project_day(office.database, office.tenant_id, COUNTY, DAY)
    assert found.mails == {"delivered": 1}
    (after,) = office.mails()
    assert (after.status, after.sent_at) == ("accepted", after.claimed_at)
