"""Mailer: one mail to SendGrid's v3 API, and honestly what came of it.

Belongs here: the request, its time limit, and the translation of every answer and failure into one of
five outcomes. Does not: the outbox, retries, or who is mailed (campaigns/).
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from urllib.error import URLError
from uuid import UUID

from realestate_os.settings import Settings

if TYPE_CHECKING:
    from sendgrid import SendGridAPIClient
    from sendgrid.helpers.mail import Mail

# accepted: the provider has it. refused: it never will take this mail. later: it did not take it, ask again.
# unauthorized: it takes nothing from us until the key is mended. unknown: nobody can say; never send again.
Outcome = Literal["accepted", "refused", "later", "unauthorized", "unknown"]

MAX_REASON_CHARS = 300


@dataclass(frozen=True)
class OutgoingMail:
    """One mail to one recipient. send_id comes back with every event about it."""

    send_id: UUID
    to_email: str
    to_name: str
    from_email: str
    from_name: str
    reply_to: str
    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)
    category: str
    unsubscribe_url: str = field(repr=False)


@dataclass(frozen=True)
class SendResult:
    """What came of one request."""

    outcome: Outcome
    message_id: str | None = None
    reason: str | None = None
    retry_after_s: float | None = None


class Mailer:
    """SendGrid, or the sandbox's. Holds no connection; not for use by two threads at once."""

    def __init__(self, host: str, api_key: str, timeout_s: float) -> None:
        """`host`: base of the API, without /v3; `timeout_s`: for connecting and for each read."""
        self.host = host.rstrip("/")
        self._api_key = api_key
        self._timeout_s = timeout_s

    @classmethod
    def from_settings(cls, settings: Settings) -> Mailer:
        """SENDGRID_HOST and SENDGRID_API_KEY; the sandbox takes any key."""
        key = settings.sendgrid_api_key
        return cls(settings.mail_host, key.get_secret_value() if key else "sandbox", settings.http_timeout_s)

    def send(self, mail: OutgoingMail) -> SendResult:
        """POST one mail, once. Never raises for what the network or the provider does."""
        from python_http_client.exceptions import HTTPError

        client = self._client()
        message = _message(mail).get()
        try:
            response = client.client.mail.send.post(request_body=message)
        except HTTPError as error:
            return _refusal(int(error.status_code), error.headers, error.body)
        except URLError as error:
            return _unreachable(error.reason)
        # Reading the answer failed: a time-out, a reset, half an answer. The mail may well be on its way.
        except (OSError, http.client.HTTPException) as error:
            return SendResult("unknown", reason=f"no answer: {_short(error)}")
        if response.status_code != 202:
            return SendResult("unknown", reason=f"answered {response.status_code} instead of 202")
        return SendResult("accepted", message_id=response.headers.get("X-Message-Id"))

    def _client(self) -> SendGridAPIClient:
        from sendgrid import SendGridAPIClient

        client = SendGridAPIClient(self._api_key, host=self.host)
        client.client.timeout = self._timeout_s
        return client


def _message(mail: OutgoingMail) -> Mail:
    """text/plain first, then text/html; one personalization with its own send_id and one-click headers."""
    from sendgrid.helpers import mail as sg

    message = sg.Mail()
    message.from_email = sg.From(mail.from_email, mail.from_name)
    message.reply_to = sg.ReplyTo(mail.reply_to)
    message.subject = mail.subject
    message.content = [sg.Content("text/plain", mail.text), sg.Content("text/html", mail.html)]
    message.category = sg.Category(mail.category)
    to = sg.Personalization()
    to.add_to(sg.To(mail.to_email, mail.to_name or None))
    to.add_custom_arg(sg.CustomArg("send_id", str(mail.send_id)))
    to.add_header(sg.Header("List-Unsubscribe", f"<{mail.unsubscribe_url}>"))
    to.add_header(sg.Header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    message.add_personalization(to)
    return message


def _refusal(status: int, headers: Any, body: bytes) -> SendResult:
    reason = f"{status}: {_complaints(body)}"
    if status in (401, 403):
        return SendResult("unauthorized", reason=reason)
    if status == 429 or status >= 500:
        return SendResult("later", reason=reason, retry_after_s=_wait_s(headers))
    return SendResult("refused", reason=reason)


def _complaints(body: bytes) -> str:
    """The messages of SendGrid's errors array, else the start of whatever came."""
    text = body.decode("utf-8", "replace")
    try:
        found = "; ".join(f"{e['message']} ({e.get('field')})" for e in json.loads(text)["errors"])
    except (ValueError, KeyError, TypeError, AttributeError):
        found = text
    return _short(found) or "no reason given"


def _wait_s(headers: Any) -> float | None:
    """Retry-After in seconds. X-RateLimit-Reset is a moment; the caller's own backoff is near enough."""
    try:
        return max(0.0, float(headers.get("Retry-After")))
    except (TypeError, ValueError, AttributeError):
        return None


def _unreachable(reason: object) -> SendResult:
    """urllib wraps what fails while connecting and sending. Only what surely ended before the request
    began may be tried again."""
    never_began = (ConnectionRefusedError, socket.gaierror, ssl.SSLCertVerificationError)
    if isinstance(reason, never_began):
        return SendResult("later", reason=f"not reached: {_short(reason)}")
    return SendResult("unknown", reason=f"connection lost: {_short(reason)}")


def _short(reason: object) -> str:
    return " ".join(str(reason).split())[:MAX_REASON_CHARS]
