"""The for-sale-by-owner site over real HTTP."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from urllib.parse import urlsplit

import httpx
import pytest
from lxml import html

from realestate_os.sandbox.server import Sandbox
from realestate_os.sandbox.world import CountyWorld
from realestate_os.sandbox.world.notices import Notice
from realestate_os_tests.sandbox.conftest import DAY


def page_of(client: httpx.Client, sandbox: Sandbox, notice: Notice, on: date = DAY) -> httpx.Response:
    path = urlsplit(notice.url("king_wa")).path
    return client.get(f"{sandbox.site_url}{path}", headers={"X-As-Of": on.isoformat()})


def first(king: CountyWorld, page: str, kind: str = "ordinary") -> Notice:
    return next(n for n in king.notices(DAY) if n.page == page and n.kind == kind)


def some(king: CountyWorld, kind: str, page: str = "html") -> tuple[Notice, date]:
    """A notice of a kind on a page of a kind, from some day of the last two years."""
    for back in range(0, 700, 20):
        on = DAY - timedelta(days=back)
        for notice in king.notices(on):
            if notice.kind == kind and notice.page == page:
                return notice, on
    raise AssertionError(f"no {kind} on a {page} page")


def test_the_list_leads_to_every_home_once(client: httpx.Client, sandbox: Sandbox, king: CountyWorld) -> None:
    url, found, pages = "/king_wa/homes", [], 0
    while url:
        tree = html.fromstring(client.get(f"{sandbox.site_url}{url}").content)
        found += tree.xpath("//a[@class='home']/@href")
        following = tree.xpath("//a[@rel='next']/@href")
        assert tree.xpath("//link[@rel='next']/@href") == following
        url, pages = (following[0] if following else ""), pages + 1
    assert pages == 9
    assert sorted(found) == sorted(urlsplit(n.url("king_wa")).path for n in king.notices(DAY))


def test_the_list_does_not_tell_the_kind_of_a_page(client: httpx.Client, sandbox: Sandbox) -> None:
    text = client.get(f"{sandbox.site_url}/king_wa/homes").text
    assert not re.search(r"jsonld|ld\+json|data-rendered|client", text)


def test_canonical_links_are_logical(client: httpx.Client, sandbox: Sandbox, king: CountyWorld) -> None:
    for kind in ("html", "jsonld", "client"):
        notice = first(king, kind)
        tree = html.fromstring(page_of(client, sandbox, notice).content)
        assert tree.xpath("//link[@rel='canonical']/@href") == [
            f"https://fsbo.sandbox.example/king_wa/home/{notice.slug}"
        ]


def test_plain_pages_state_facts_as_label_and_value(client: httpx.Client, sandbox: Sandbox, king: CountyWorld) -> None:
    notice = first(king, "html")
    tree = html.fromstring(page_of(client, sandbox, notice).content)
    labels = [node.text for node in tree.xpath("//dl[@class='facts']/dt")]
    values = [node.text for node in tree.xpath("//dl[@class='facts']/dd")]
    facts = dict(zip(labels, values, strict=True))
    assert facts["Price"] == notice.price_text
    assert facts["City"] == f"{notice.city}, WA {notice.zip_code}"
    assert facts["Living area"] == notice.area_text
    assert facts["Year built"] == f"{notice.year_built:.0f}"
    assert not tree.xpath("//script")


def test_jsonld_pages_hold_schema_org(client: httpx.Client, sandbox: Sandbox, king: CountyWorld) -> None:
    notice = first(king, "jsonld")
    tree = html.fromstring(page_of(client, sandbox, notice).content)
    data = json.loads(tree.xpath("//script[@type='application/ld+json']/text()")[0])
    assert data["@type"] == "RealEstateListing"
    assert data["mainEntity"]["address"]["postalCode"] == notice.zip_code
    assert data["mainEntity"]["floorSize"] == {
        "@type": "QuantitativeValue",
        "value": notice.square_footage,
        "unitCode": "FTK",
    }
    assert data["offers"]["price"] in (notice.price_usd, notice.price_text)
    assert not tree.xpath("//dl")


def test_client_pages_are_shells_and_their_data_is_elsewhere(
    client: httpx.Client, sandbox: Sandbox, king: CountyWorld
) -> None:
    notice = first(king, "client")
    answer = page_of(client, sandbox, notice)
    shell = html.fromstring(answer.content).xpath("//*[@id='home'][@data-rendered='client']")[0]
    assert notice.price_text not in answer.text
    data = client.get(sandbox.site_url + shell.get("data-source")).json()
    facts = dict(data["facts"])
    assert facts["Price"] == notice.price_text and data["title"] == notice.title
    assert (data["latitude"], data["longitude"]) == (notice.latitude, notice.longitude)


def test_a_lead_shows_no_price(client: httpx.Client, sandbox: Sandbox, king: CountyWorld) -> None:
    notice, on = some(king, "lead", "jsonld")
    assert "offers" not in json.loads(
        re.findall(r"ld\+json\">(.*?)</script>", page_of(client, sandbox, notice, on).text)[0]
    )


def test_hostile_text_is_escaped_by_the_site(client: httpx.Client, sandbox: Sandbox, king: CountyWorld) -> None:
    for page in ("html", "jsonld"):
        seen = set()
        for back in range(0, 900, 25):
            on = DAY - timedelta(days=back)
            for notice in (n for n in king.notices(on) if n.kind == "dirt:hostile" and n.page == page):
                answer = page_of(client, sandbox, notice, on)
                seen.add(notice.description[:20])
                tree = html.fromstring(answer.content.replace(b"\x00", b""), parser=html.HTMLParser(encoding="utf-8"))
                assert not tree.xpath("//img") and "owned" not in "".join(tree.xpath("//script[not(@type)]/text()"))
                assert tree.xpath("//a[@class='tour']/@href") == ["javascript:alert(document.cookie)"]
        if not seen:
            pytest.fail(f"no hostile {page} page in 900 days")


def test_broken_bytes_arrive_broken(client: httpx.Client, sandbox: Sandbox, king: CountyWorld) -> None:
    for back in range(0, 2000, 20):
        on = DAY - timedelta(days=back)
        broken = [n for n in king.notices(on) if "\udcff" in n.description and n.page == "html"]
        if broken:
            body = page_of(client, sandbox, broken[0], on).content
            assert b"\xff\xfe" in body
            with pytest.raises(UnicodeDecodeError):
                body.decode("utf-8")
            return
    raise AssertionError("no page with broken bytes in 2000 days")


def test_the_site_of_another_day(client: httpx.Client, sandbox: Sandbox, king: CountyWorld) -> None:
    past = DAY - timedelta(days=200)
    gone = king.notices(past)[0]
    assert page_of(client, sandbox, gone, past).status_code == 200
    assert page_of(client, sandbox, gone).status_code == 404
    assert client.get(f"{sandbox.site_url}/king_wa/homes", headers={"X-As-Of": "soon"}).status_code == 400


def test_robots_and_sitemap(client: httpx.Client, sandbox: Sandbox, king: CountyWorld) -> None:
    robots = client.get(f"{sandbox.site_url}/robots.txt").text
    assert "Disallow: /private/" in robots and "Crawl-delay: 0" in robots
    tree = html.fromstring(client.get(f"{sandbox.site_url}/sitemap.xml").content)
    assert sorted(tree.xpath("//loc/text()")) == sorted(n.url("king_wa") for n in king.notices(DAY))
    assert client.get(f"{sandbox.site_url}/private/list").status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/king_wa", 302),
        ("/mars/homes", 404),
        ("/king_wa/homes?page=0", 400),
        ("/king_wa/homes?page=x", 400),
        ("/king_wa/homes?page=10", 404),
        ("/king_wa/home/none", 404),
        ("/king_wa/api/home/none", 404),
    ],
)
def test_status(client: httpx.Client, sandbox: Sandbox, path: str, status: int) -> None:
    assert client.get(f"{sandbox.site_url}{path}").status_code == status


def test_prices_are_written_in_many_ways_and_mean_the_number(king: CountyWorld) -> None:
    forms = set()
    for back in range(0, 400, 50):
        for notice in king.notices(DAY - timedelta(days=back)):
            if notice.price_usd is None or notice.kind.startswith("fake"):
                continue
            digits = float(re.sub(r"[^0-9.]", "", notice.price_text))
            factor = (
                1e6 if re.search(r"\dM", notice.price_text) else 1e3 if re.search(r"\d[Kk]", notice.price_text) else 1
            )
            assert digits * factor == pytest.approx(notice.price_usd)
            forms.add(re.sub(r"[\d,.]+", "9", notice.price_text))
    assert len(forms) >= 8
