"""Three more sites on the same port, on which one seller in ten posts again: an agency (JSON-LD), a weekly
paper (sitemaps and microdata), a notice board (a list that grows at the press of a button).

Belongs here: their routes, and who posts where. Does not: markup (cross_templates.py). None of them says
since when a home is listed, so that of two pages of one home Doorstep's tells most.
"""

from __future__ import annotations

import gzip
import json
from typing import Any
from xml.sax.saxutils import escape

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from realestate_os.sandbox.asked import county_of, day_of
from realestate_os.sandbox.site import pages
from realestate_os.sandbox.site.cross_templates import page
from realestate_os.sandbox.world import World
from realestate_os.sandbox.world.notices import Notice

# The last digit of the slots whose sellers post on the site, too.
DIGITS = {"agents": 3, "paper": 4, "board": 5}
PAPER_BASE = "https://paper.sandbox.example"
PER_PAGE, PER_SITEMAP, PER_PRESS = 10, 50, 8


def cross_post_routes(world: World) -> list[Route]:
    """The routes of the three sites."""
    sites = _Sites(world)
    return [
        Route("/agents/{county}/listings", sites.agents_list),
        Route("/agents/{county}/listing/{slug}", sites.agents_home),
        Route("/paper/{county}/sitemap.xml", sites.paper_index),
        Route("/paper/{county}/sitemap-{number:int}.xml.gz", sites.paper_sitemap),
        Route("/paper/{county}/ad/{slug}.html", sites.paper_home),
        Route("/board/{county}/posts", sites.board_list),
        Route("/board/{county}/more", sites.board_more),
        Route("/board/{county}/post/{slug}", sites.board_home),
    ]


def posted(notices: list[Notice], site: str) -> list[Notice]:
    """The notices that are on a site, too; never none where there are homes."""
    return [notice for notice in notices if notice.slot % 10 == DIGITS[site]] or notices[:1]


class _Sites:
    def __init__(self, world: World) -> None:
        self.world = world

    async def agents_list(self, request: Request) -> Response:
        """Ten homes a page."""
        _, posts = await self._posts(request, "agents")
        number = request.query_params.get("page", "1")
        first = (int(number) - 1) * PER_PAGE if number.isdecimal() and len(number) < 6 else 0
        more = f"?page={int(number) + 1}" if first + PER_PAGE < len(posts) else None
        return _html(page("agents_list", posts=posts[first : first + PER_PAGE], more=more))

    async def agents_home(self, request: Request) -> Response:
        """Everything in a JSON-LD graph, nothing in the markup."""
        county, notice = await self._notice(request)
        return _html(page("agents_home", title=notice.title, jsonld=pages.script_json(_graph(county, notice))))

    async def paper_index(self, request: Request) -> Response:
        """The index of the county's sitemaps."""
        county, posts = await self._posts(request, "paper")
        names = [f"{county}/sitemap-{number + 1}.xml.gz" for number in range(-(-len(posts) // PER_SITEMAP))]
        return _xml("sitemapindex", "sitemap", [f"{PAPER_BASE}/{name}" for name in names])

    async def paper_sitemap(self, request: Request) -> Response:
        """Fifty advertisements, gzipped as a file is."""
        county, posts = await self._posts(request, "paper")
        first = (request.path_params["number"] - 1) * PER_SITEMAP
        urls = [f"{PAPER_BASE}/{county}/ad/{notice.slug}.html" for notice in posts[first : first + PER_SITEMAP]]
        plain = _xml("urlset", "url", [f"{PAPER_BASE}/{county}/about.html", *urls])
        return Response(gzip.compress(bytes(plain.body), mtime=0), media_type="application/gzip")

    async def paper_home(self, request: Request) -> Response:
        """Microdata."""
        _, notice = await self._notice(request)
        return _html(page("paper_home", notice=notice, facts=_words(notice), kind=pages.schema_type(notice)))

    async def board_list(self, request: Request) -> Response:
        """An empty list and a button; the posts come by fetch."""
        await self._posts(request, "board")
        return _html(page("board_list", on=request.headers.get("x-as-of", "")))

    async def board_more(self, request: Request) -> Response:
        """The posts after the first N."""
        _, posts = await self._posts(request, "board")
        text = request.query_params.get("after", "0")
        after = int(text) if text.isdecimal() and len(text) < 7 else 0
        shown = posts[after : after + PER_PRESS]
        rows = [{"href": f"post/{notice.slug}", "title": notice.title} for notice in shown]
        answer: dict[str, Any] = {"posts": rows, "more": after + PER_PRESS < len(posts)}
        return Response(json.dumps(answer), media_type="application/json")

    async def board_home(self, request: Request) -> Response:
        """Bare text in classes of the site's own: only selectors read it."""
        _, notice = await self._notice(request)
        return _html(page("board_home", notice=notice, facts=_words(notice)))

    async def _posts(self, request: Request, site: str) -> tuple[str, list[Notice]]:
        there = await run_in_threadpool(county_of, request, self.world)
        on = day_of(request, self.world, there.county.key)
        return there.county.key, posted(await run_in_threadpool(there.notices, on), site)

    async def _notice(self, request: Request) -> tuple[str, Notice]:
        there = await run_in_threadpool(county_of, request, self.world)
        on = day_of(request, self.world, there.county.key)
        notice = await run_in_threadpool(there.notice, request.path_params["slug"], on)
        if notice is None:
            raise HTTPException(404, "This home is no longer listed.")
        return there.county.key, notice


def _graph(county: str, notice: Notice) -> dict[str, Any]:
    """As agencies' programs write it: a product that is a house, in a graph."""
    listing = pages.json_ld(county, notice)
    home = {**listing["mainEntity"], "name": listing["name"], "description": listing["description"]}
    home["@type"] = ["Product", home["@type"]]
    offer = {"offers": listing["offers"]} if "offers" in listing else {}
    crumbs = {"@type": "BreadcrumbList", "itemListElement": []}
    return {"@context": "https://schema.org", "@graph": [crumbs, home | offer | {"seller": listing["provider"]}]}


def _words(notice: Notice) -> dict[str, str]:
    """The facts by their labels in small letters, without the date."""
    return {label.lower().replace(" ", "_"): value for label, value in pages.facts(notice) if label != "Listed"}


def _html(text: str) -> Response:
    """Lone surrogates become the broken bytes that they stand for."""
    return Response(text.encode("utf-8", "surrogateescape"), media_type="text/html")


def _xml(root: str, item: str, urls: list[str]) -> Response:
    rows = "".join(f"<{item}><loc>{escape(url)}</loc></{item}>\n" for url in urls)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    text = f'{head}<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{rows}</{root}>\n'
    return Response(text, media_type="application/xml")
