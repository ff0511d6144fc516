"""The HTTP client against a real server that misbehaves."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from realestate_os.resources.addresses import ForbiddenAddressError
from realestate_os.resources.host_gate import FAILURES_UNTIL_OPEN, GATES
from realestate_os.resources.http_client import LONGEST_WAIT_S, TRIES, HttpClient, HttpError, shown
from realestate_os.settings import Settings, load_settings

RECORDS = "https://records.sandbox.example"


class Server(ThreadingHTTPServer):
    """Answers each path with what `answers` says: (status, headers, body), one a request, the last for ever."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, list[tuple[int, dict[str, str], bytes]]] = {}
        self.seen: list[tuple[str, dict[str, str]]] = []


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.seen.append((self.path, dict(self.headers.items())))
        answers = self.server.answers[self.path.partition("?")[0]]
        status, headers, body = answers.pop(0) if len(answers) > 1 else answers[0]
        time.sleep(float(headers.get("x-delay", 0)))
        self.send_response(status)
        for name, value in ({"content-length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Keep the tests quiet."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join()
    GATES.forget()


@pytest.fixture
def settings(server: Server) -> Settings:
    port = server.server_address[1]
    return load_settings(sources="sandbox", sandbox_records_port=port, http_timeout_s=0.5, http_max_body_bytes=5000)


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def client(settings: Settings, waits: list[float]) -> Iterator[HttpClient]:
    with HttpClient(settings, sleep=waits.append) as http:
        yield http


def test_a_logical_url_is_fetched_from_its_origin_and_reported_as_logical(client, server):
    server.answers["/a"] = [(200, {"content-type": "text/plain"}, b"hello")]
    response = client.get(f"{RECORDS}/a", {"x": "1 2"}, {"X-As-Of": "2026-01-01"})
    assert (response.status, response.content, response.url) == (200, b"hello", f"{RECORDS}/a?x=1+2")
    path, headers = server.seen[0]
    assert path == "/a?x=1+2"
    assert headers["X-As-Of"] == "2026-01-01"
    assert headers["User-Agent"].startswith("RealEstateOS/")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_passing_failure_is_retried(client, server, waits, status):
    server.answers["/a"] = [(status, {}, b""), (status, {}, b""), (200, {}, b'{"ok": 1}')]
    assert client.get_json(f"{RECORDS}/a") == {"ok": 1}
    assert len(waits) == 2
    assert all(0 < wait < 2 for wait in waits)


def test_a_lasting_failure_ends_in_one_line_with_url_status_tries_and_advice(client, server):
    server.answers["/a"] = [(503, {}, b"")]
    with pytest.raises(HttpError) as caught:
        client.get(f"{RECORDS}/a", {"key": "secret-123", "zip": "98101"})
    assert str(caught.value) == (
        f"{RECORDS}/a?key=***&zip=98101: answered 503 after {TRIES} tries; the service is failing: run again later"
    )
    assert (caught.value.status, caught.value.tries, len(server.seen)) == (503, TRIES, TRIES)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_our_own_mistake_is_not_retried(client, server, status):
    server.answers["/a"] = [(status, {}, b"")]
    with pytest.raises(HttpError) as caught:
        client.get(f"{RECORDS}/a")
    assert (caught.value.status, len(server.seen)) == (status, 1)


def test_retry_after_is_honoured_in_seconds_and_as_a_date_but_capped(client, server, waits):
    server.answers["/a"] = [
        (429, {"retry-after": "7"}, b""),
        (503, {"retry-after": formatdate(time.time() + 12, usegmt=True)}, b""),
        (503, {"retry-after": "99999"}, b""),
        (200, {}, b"{}"),
    ]
    assert client.get_json(f"{RECORDS}/a") == {}
    assert waits[0] == 7
    assert 9 < waits[1] <= 12
    assert waits[2] == LONGEST_WAIT_S


def test_a_nonsense_retry_after_falls_back_to_our_own_wait(client, server, waits):
    server.answers["/a"] = [(503, {"retry-after": "soon"}, b""), (200, {}, b"{}")]
    client.get(f"{RECORDS}/a")
    assert 0 < waits[0] < 2


@pytest.mark.parametrize("body", [b'{"a": [1, 2', b"<html>busy</html>", b"", b"\xff\xfe"])
def test_a_body_that_is_not_json_is_tried_again(client, server, body):
    server.answers["/a"] = [(200, {}, body), (200, {}, b"[1]")]
    assert client.get_json(f"{RECORDS}/a") == [1]


def test_a_body_cut_short_is_tried_again(client, server):
    server.answers["/a"] = [(200, {"content-length": "400", "connection": "close"}, b'{"a"'), (200, {}, b"{}")]
    assert client.get_json(f"{RECORDS}/a") == {}


def test_an_error_body_with_status_200_is_tried_again_and_named_in_the_end(client, server):
    server.answers["/a"] = [(200, {}, b'{"error": "Invalid field"}')]
    with pytest.raises(HttpError, match=r"answered with an error: Invalid field after 4 tries"):
        client.get_json(f"{RECORDS}/a", refuse=lambda body: body.get("error"))


def test_a_silent_server_times_out_and_is_named(client, server):
    server.answers["/a"] = [(200, {"x-delay": "0.7"}, b"{}")]
    with pytest.raises(HttpError, match=r"no answer within 0.5 s after 4 tries; .*HTTP_TIMEOUT_S"):
        client.get(f"{RECORDS}/a")


def test_a_closed_port_says_how_to_start_the_sandbox(settings):
    unused = Server()
    unused.server_close()
    dead = settings.model_copy(update={"sandbox_records_port": unused.server_address[1]})
    with HttpClient(dead, sleep=lambda s: None) as http, pytest.raises(HttpError, match="realestate-os sandbox"):
        http.get(f"{RECORDS}/a")


@pytest.mark.parametrize("packed", [False, True])
def test_a_body_above_the_limit_is_refused_also_when_it_is_packed(client, server, packed):
    body = b" " * 1_000_000
    headers = {"content-encoding": "gzip"} if packed else {}
    server.answers["/a"] = [(200, headers, gzip.compress(body) if packed else body)]
    with pytest.raises(HttpError, match=r"larger than 5,000 bytes; .*HTTP_MAX_BODY_BYTES"):
        client.get(f"{RECORDS}/a")
    assert len(server.seen) == 1


def test_a_damaged_gzip_body_is_tried_again(client, server):
    server.answers["/a"] = [(200, {"content-encoding": "gzip"}, b"not gzip"), (200, {}, b"{}")]
    assert client.get_json(f"{RECORDS}/a") == {}


def test_redirects_are_followed_within_the_origin(client, server):
    server.answers["/a"] = [(302, {"location": "/b"}, b"")]
    server.answers["/b"] = [(200, {}, b"there")]
    response = client.get(f"{RECORDS}/a")
    assert (response.content, response.url) == (b"there", f"{RECORDS}/b")


@pytest.mark.parametrize("target", ["http://169.254.169.254/latest", "file:///etc/passwd", "http://127.0.0.1:1/x"])
def test_a_redirect_to_a_private_address_is_refused(client, server, target):
    server.answers["/a"] = [(302, {"location": target}, b"")]
    with pytest.raises(ForbiddenAddressError):
        client.get(f"{RECORDS}/a")
    assert len(server.seen) == 1


def test_an_endless_redirect_ends(client, server):
    server.answers["/a"] = [(302, {"location": "/a"}, b"")]
    with pytest.raises(HttpError, match="redirects more than 5 times"):
        client.get(f"{RECORDS}/a")


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "ftp://example.com/", "http://localhost:5432/"])
def test_a_private_address_is_never_asked(client, url):
    with pytest.raises(ForbiddenAddressError):
        client.get(url)


def test_keys_passwords_and_fragments_are_not_shown():
    url = "https://user:pw@api.example/a?key=1&$$app_token=2&access_token=3&where=A%20%3D%20'1'#frag"
    text = shown(url)
    assert not any(secret in text for secret in ("pw", "=1", "=2", "=3", "frag"))
    assert "where=A" in text


def test_a_host_that_keeps_failing_is_left_alone_for_all_clients_of_the_process(settings, client, server):
    server.answers["/a"] = [(503, {}, b"")]
    for _ in range(FAILURES_UNTIL_OPEN // TRIES):
        with pytest.raises(HttpError, match="answered 503"):
            client.get(f"{RECORDS}/a")
    with (
        HttpClient(settings, sleep=lambda s: None) as other,
        pytest.raises(HttpError, match=r"not asked: its host failed many times in a row; run again in \d+ s"),
    ):
        other.get(f"{RECORDS}/b")
    assert len(server.seen) == FAILURES_UNTIL_OPEN


@pytest.mark.parametrize("status", [404, 429])
def test_a_host_that_refuses_or_slows_us_down_is_not_taken_for_dead(client, server, status):
    server.answers["/a"] = [(status, {}, b"")]
    server.answers["/b"] = [(200, {}, b"{}")]
    for _ in range(FAILURES_UNTIL_OPEN):
        with pytest.raises(HttpError, match=f"answered {status}"):
            client.get(f"{RECORDS}/a")
    assert client.get_json(f"{RECORDS}/b") == {}


def test_the_pace_of_a_host_is_shared_by_the_threads_and_clients_of_the_process(settings, server):
    server.answers["/a"] = [(200, {}, b"{}")]
    slow = settings.model_copy(update={"sandbox_requests_per_s": 20})

    def ask_twenty() -> None:
        with HttpClient(slow) as http:
            for _ in range(20):
                http.get(f"{RECORDS}/a")

    threads = [threading.Thread(target=ask_twenty) for _ in range(2)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Twenty at once, the other twenty at twenty a second.
    assert 0.9 < time.monotonic() - started < 3
    assert len(server.seen) == 40


def test_no_key_is_logged_neither_by_us_nor_by_the_libraries_below(client, server, caplog):
    server.answers["/a"] = [(503, {}, b""), (200, {}, b"{}")]
    with caplog.at_level(1):
        client.get_json(f"{RECORDS}/a", {"key": "s3cr3t-1", "$$app_token": "s3cr3t-2"}, {"apikey": "s3cr3t-3"})
    assert server.seen[0][1]["apikey"] == "s3cr3t-3"
    assert "HTTP Request: GET" in caplog.text
    assert "s3cr3t" not in caplog.text


def test_the_page_of_a_missing_key_is_named_at_once(client, server):
    server.answers["/data"] = [(302, {"location": "/missing_key.html"}, b"")]
    server.answers["/missing_key.html"] = [(200, {"content-type": "text/html"}, b"<html>A valid key must be included")]
    with pytest.raises(HttpError, match="the service wants a key; set CENSUS_API_KEY"):
        client.get_json(f"{RECORDS}/data")
    assert len(server.seen) == 2


def test_an_empty_answer_and_a_refusal_that_is_an_answer(client, server):
    server.answers["/none"] = [(204, {}, b"")]
    server.answers["/a"] = [(400, {}, b'{"status": {"msg": "SuccessWithoutResult"}}')]
    assert client.get_json(f"{RECORDS}/none") is None
    document, response = client.get_document(f"{RECORDS}/a", answers={400})
    assert (document["status"]["msg"], response.status) == ("SuccessWithoutResult", 400)
