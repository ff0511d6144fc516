"""The sandbox misbehaves when told to, and only then."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from realestate_os.sandbox.faults import Fault, changed_markup
from realestate_os.sandbox.server import Sandbox
from realestate_os.sandbox.world import CountyWorld
from realestate_os_tests.sandbox.conftest import DAY


def add(client: httpx.Client, url: str, **fault: Any) -> None:
    assert client.post(f"{url}/_control/faults", json=fault).status_code == 200


def test_status_with_retry_after_for_so_many_times(client: httpx.Client, sandbox: Sandbox) -> None:
    add(client, sandbox.site_url, rule="status:429", match="/homes", times=2, retry_after=3)
    url = f"{sandbox.site_url}/king_wa/homes"
    answers = [client.get(url) for _ in range(3)]
    assert [a.status_code for a in answers] == [429, 429, 200]
    assert answers[0].headers["retry-after"] == "3"
    assert client.get(f"{sandbox.site_url}/_control/faults").json()[0]["hits"] == 2


def test_only_what_matches_and_only_that_port(client: httpx.Client, sandbox: Sandbox) -> None:
    add(client, sandbox.records_url, rule="status:500", match=r"/Sales/.*resultOffset=1000", times=9)
    layer = f"{sandbox.records_url}/arcgis/rest/services/king_wa/Sales/MapServer/0"
    base = f"{layer}/query?f=json&where=1%3D1&returnGeometry=false"
    assert client.get(f"{base}&resultRecordCount=1").status_code == 200
    assert client.get(f"{base}&resultOffset=1000").status_code == 500
    assert client.get(f"{sandbox.site_url}/robots.txt").status_code == 200


def test_truncate_breaks_the_body(client: httpx.Client, sandbox: Sandbox) -> None:
    add(client, sandbox.site_url, rule="truncate", match="robots")
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        client.get(f"{sandbox.site_url}/robots.txt")
    assert client.get(f"{sandbox.site_url}/robots.txt").status_code == 200


def test_timeout_says_nothing(client: httpx.Client, sandbox: Sandbox) -> None:
    add(client, sandbox.site_url, rule="timeout", match="robots")
    with pytest.raises(httpx.ReadTimeout):
        client.get(f"{sandbox.site_url}/robots.txt", timeout=0.3)
    add(client, sandbox.site_url, rule="timeout", match="robots", seconds=0.1)
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(f"{sandbox.site_url}/robots.txt")


def test_slow_is_slow(client: httpx.Client, sandbox: Sandbox) -> None:
    add(client, sandbox.site_url, rule="slow", match="robots", seconds=0.3)
    started = time.monotonic()
    assert client.get(f"{sandbox.site_url}/robots.txt").status_code == 200
    assert time.monotonic() - started >= 0.3


def test_lost_does_the_work_and_hangs_up(client: httpx.Client, sandbox: Sandbox) -> None:
    mail = {
        "from": {"email": "deals@example.com"},
        "subject": "x",
        "content": [{"type": "text/plain", "value": "x"}],
        "personalizations": [{"to": [{"email": "someone@example.com"}]}],
    }
    before = client.get(f"{sandbox.mail_url}/_control/mails").json()["accepted"]
    add(client, sandbox.mail_url, rule="lost", match="/v3/mail/send")
    with pytest.raises(httpx.RemoteProtocolError):
        client.post(f"{sandbox.mail_url}/v3/mail/send", json=mail, headers={"Authorization": "Bearer x"})
    assert client.get(f"{sandbox.mail_url}/_control/mails").json()["accepted"] == before + 1


def test_markup_changes_the_site(client: httpx.Client, sandbox: Sandbox, king: CountyWorld) -> None:
    notice = next(n for n in king.notices(DAY) if n.page == "html" and n.kind == "ordinary")
    url = f"{sandbox.site_url}/king_wa/home/{notice.slug}"
    normal = client.get(url).text
    add(client, sandbox.site_url, rule="markup", match="/home/")
    changed = client.get(url).text
    assert "<dt>" in normal and "<dt>" not in changed and 'class="facts"' not in changed
    assert notice.price_text in changed
    assert changed_markup(b'<script type="application/ld+json">') == b'<script type="application/json">'


@pytest.mark.parametrize(
    "body",
    [
        {"rule": "explode"},
        {"rule": "status:99"},
        {"rule": "slow", "match": "("},
        {"match": "x"},
        {"rule": "slow", "colour": 1},
        [1],
        "x",
    ],
)
def test_wrong_rules_are_refused(client: httpx.Client, sandbox: Sandbox, body: Any) -> None:
    assert client.post(f"{sandbox.site_url}/_control/faults", json=body).status_code == 400
    assert client.get(f"{sandbox.site_url}/_control/faults").json() == []


def test_delete_clears_and_control_is_never_spoilt(client: httpx.Client, sandbox: Sandbox) -> None:
    add(client, sandbox.site_url, rule="status:500", times=99)
    assert client.get(f"{sandbox.site_url}/").status_code == 500
    assert client.request("DELETE", f"{sandbox.site_url}/_control/faults").json() == []
    assert client.get(f"{sandbox.site_url}/").status_code == 200


def test_a_fault_counts_from_zero_whatever_is_sent() -> None:
    assert Fault.from_json({"rule": "slow", "hits": 5}).hits == 0


def test_times_can_count_for_each_path(client: httpx.Client, sandbox: Sandbox) -> None:
    add(client, sandbox.site_url, rule="status:500", match="/homes", times=1, each_path=True)
    urls = [f"{sandbox.site_url}/king_wa/homes?page={page}" for page in (1, 2, 1, 2)]
    assert [client.get(url).status_code for url in urls] == [500, 500, 200, 200]
    assert client.get(f"{sandbox.site_url}/_control/faults").json()[0]["hits"] == 2


@pytest.mark.parametrize(
    ("rule", "where"),
    [("loop", "/king_wa/homes?page=1"), ("metadata", "http://169.254.169.254/"), ("file", "file:///etc/passwd")],
)
def test_redirects_to_where_no_crawler_should_go(client: httpx.Client, sandbox: Sandbox, rule: str, where: str) -> None:
    add(client, sandbox.site_url, rule=rule, match="/homes")
    answered = client.get(f"{sandbox.site_url}/king_wa/homes?page=1", follow_redirects=False)
    assert answered.status_code == 302 and answered.headers["location"].startswith(where)


@pytest.mark.parametrize("rule", ["huge", "bomb"])
def test_bodies_without_end(client: httpx.Client, sandbox: Sandbox, rule: str) -> None:
    add(client, sandbox.site_url, rule=rule, match="/homes")
    with client.stream("GET", f"{sandbox.site_url}/king_wa/homes") as answered:
        size = 0
        for chunk in answered.iter_bytes():
            size += len(chunk)
            if size > 1_000_000:
                break
    assert size > 1_000_000


def test_broken_encoding(client: httpx.Client, sandbox: Sandbox) -> None:
    add(client, sandbox.site_url, rule="garbage", match="/homes")
    with pytest.raises(UnicodeDecodeError):
        client.get(f"{sandbox.site_url}/king_wa/homes").content.decode()
