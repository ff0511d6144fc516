"""Every way in which SendGrid, or the way to it, can answer, over real sockets."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

import pytest

from realestate_os.resources.mailer import Mailer, OutgoingMail
from realestate_os.settings import load_settings

Answer = Callable[[BaseHTTPRequestHandler], None]


class Provider(ThreadingHTTPServer):
    """Answers each POST as it is told and keeps what it got."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer: Answer = say(202, headers={"X-Message-Id": "abc"})
        self.got: list[tuple[str, dict, dict]] = []
        self.release = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), json.loads(body)))
        self.server.answer(self)

    def log_message(self, *args: object) -> None:
        """Quiet."""


def say(status: int, body: bytes = b"", headers: dict[str, str] | None = None, promised: int | None = None) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body) if promised is None else promised))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def hang(handler: BaseHTTPRequestHandler) -> None:
    handler.server.release.wait(5)


@pytest.fixture
def provider() -> Iterator[Provider]:
    server = Provider()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.release.set()
    server.shutdown()
    thread.join()
    server.server_close()


def mail(**changes: object) -> OutgoingMail:
    fields = {
        "send_id": uuid4(),
        "to_email": "avery@buyers.example",
        "to_name": 'Avery "A" Ö',
        "from_email": "deals@acme.example",
        "from_name": "Acme",
        "reply_to": "reply@acme.example",
        "subject": "A house",
        "text": "Hello",
        "html": "<p>Hello</p>",
        "category": "buyers-offer",
        "unsubscribe_url": "https://acme.example/unsubscribe/tok",
    }
    return OutgoingMail(**fields | changes)


def test_the_request_is_what_sendgrid_wants(provider: Provider) -> None:
    one = mail()
    result = Mailer(provider.url + "/", "SG.key", 2).send(one)
    assert (result.outcome, result.message_id) == ("accepted", "abc")
    ((path, headers, body),) = provider.got
    assert path == "/v3/mail/send"
    assert headers["Authorization"] == "Bearer SG.key"
    assert body == {
        "from": {"email": "deals@acme.example", "name": "Acme"},
        "reply_to": {"email": "reply@acme.example"},
        "subject": "A house",
        "content": [{"type": "text/plain", "value": "Hello"}, {"type": "text/html", "value": "<p>Hello</p>"}],
        "categories": ["buyers-offer"],
        "personalizations": [
            {
                "to": [{"email": "avery@buyers.example", "name": 'Avery "A" Ö'}],
                "custom_args": {"send_id": str(one.send_id)},
                "headers": {
                    "List-Unsubscribe": "<https://acme.example/unsubscribe/tok>",
                    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                },
            }
        ],
    }


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (400, "refused"),
        (404, "refused"),
        (413, "refused"),
        (401, "unauthorized"),
        (403, "unauthorized"),
        (429, "later"),
        (500, "later"),
        (503, "later"),
        (200, "unknown"),
    ],
)
def test_each_status_has_its_outcome(provider: Provider, status: int, outcome: str) -> None:
    provider.answer = say(status)
    assert Mailer(provider.url, "key", 2).send(mail()).outcome == outcome
    assert len(provider.got) == 1


def test_the_reason_is_the_providers_own(provider: Provider) -> None:
    provider.answer = say(400, b'{"errors": [{"message": "bad address", "field": "to.email"}]}')
    assert Mailer(provider.url, "key", 2).send(mail()).reason == "400: bad address (to.email)"
    provider.answer = say(400, b'{"errors": "all wrong"}' + b"x" * 9_999)
    assert len(Mailer(provider.url, "key", 2).send(mail()).reason or "") < 400


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("-3", 0.0), ("soon", None), (None, None)])
def test_retry_after_is_heard(provider: Provider, header: str | None, seconds: float | None) -> None:
    provider.answer = say(429, headers={"Retry-After": header} if header else {})
    assert Mailer(provider.url, "key", 2).send(mail()).retry_after_s == seconds


@pytest.mark.parametrize(
    "answer",
    [hang_up, hang, say(202, b"half", promised=100), say(500, b"half", promised=100)],
    ids=["hung up", "silent", "half a 202", "half a 500"],
)
def test_without_a_whole_answer_nobody_knows(provider: Provider, answer: Answer) -> None:
    provider.answer = answer
    result = Mailer(provider.url, "key", 0.5).send(mail())
    assert result.outcome == "unknown"
    assert result.reason
    assert len(provider.got) == 1


def test_who_was_never_reached_got_nothing() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
        assert Mailer(nobody, "key", 1).send(mail()).outcome == "later"


def test_settings_choose_the_provider() -> None:
    sandbox = Mailer.from_settings(load_settings(sendgrid_api_key=None, sendgrid_host=None, sandbox_mail_port=8803))
    assert sandbox.host == "http://127.0.0.1:8803"
    real = Mailer.from_settings(load_settings(sendgrid_api_key="SG.secret", sendgrid_host=None))
    assert real.host == "https://api.sendgrid.com"
    assert "SG.secret" not in repr(real)
