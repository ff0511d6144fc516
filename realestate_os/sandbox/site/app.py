"""Routes of the for-sale-by-owner site.

Belongs here: which URL answers what. Does not: markup (pages.py) or listings (world/).
"""

from __future__ import annotations

import json
import math
from xml.sax.saxutils import escape

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from realestate_os.counties import load_county
from realestate_os.sandbox.asked import county_of, day_of
from realestate_os.sandbox.control import control_routes
from realestate_os.sandbox.faults import Faults
from realestate_os.sandbox.site import pages
from realestate_os.sandbox.site.cross_posts import cross_post_routes
from realestate_os.sandbox.world import World
from realestate_os.sandbox.world.notices import BASE

ABOUT = """
A for-sale-by-owner site with invented homes: {listings} for sale on each day in each county (seed {seed}).
Lists, 25 a page: {counties}.
Details: /COUNTY/home/SLUG, as plain HTML, as JSON-LD, or rendered by the browser. Also /robots.txt and /sitemap.xml.
Labels of dl.facts: Price, Status, Address, City, Property type, Bedrooms, Bathrooms, Living area, Lot size, Year built,
Renovated, Stories, Basement, Garage, View, Waterfront, Condition, HOA dues, Parcel number, Listed, Contact, Phone.
Three more sites, on which one seller in ten posts again: /agents/COUNTY/listings (JSON-LD),
/paper/COUNTY/sitemap.xml (sitemaps, microdata), /board/COUNTY/posts (a list with a button for more).
The header X-As-Of: YYYY-MM-DD shows the site as of another day.
Control: GET /_control/planted?county=&on=; GET, POST and DELETE /_control/faults.
"""
ROBOTS = """User-agent: *
Disallow: /private/
Crawl-delay: 0

Sitemap: {base}/sitemap.xml
"""


def site_app(world: World, faults: Faults) -> Starlette:
    """The site as an ASGI application."""
    routes = _Routes(world)
    return Starlette(
        routes=[
            Route("/", routes.about),
            Route("/robots.txt", routes.robots),
            Route("/sitemap.xml", routes.sitemap),
            Route("/private/{rest:path}", routes.private),
            *cross_post_routes(world),
            Route("/{county}/homes", routes.homes),
            Route("/{county}/home/{slug}", routes.home),
            Route("/{county}/api/home/{slug}", routes.home_data),
            *control_routes(world, faults),
            Route("/{county}", routes.county),
        ],
        exception_handlers={HTTPException: _error_page},
    )


class _Routes:
    def __init__(self, world: World) -> None:
        self.world = world

    async def about(self, request: Request) -> Response:
        """What the port serves."""
        counties = ", ".join(f"/{key}/homes" for key in self.world.county_keys)
        text = ABOUT.format(listings=self.world.listings, seed=self.world.seed, counties=counties)
        lines = text.strip().splitlines()
        return _html(pages.text_page("What this port serves", lines))

    async def robots(self, request: Request) -> Response:
        """Everything but /private/ and the pages' own API may be crawled."""
        return PlainTextResponse(ROBOTS.format(base=BASE))

    async def private(self, request: Request) -> Response:
        """Disallowed by robots.txt; who comes here has not read it."""
        return _html(pages.text_page("Private", ["robots.txt asks crawlers to stay away from here."]))

    async def county(self, request: Request) -> Response:
        """The county's front door."""
        county = county_of(request, self.world).county.key
        return RedirectResponse(f"/{county}/homes", 302)

    async def homes(self, request: Request) -> Response:
        """A page of the list."""
        there = await run_in_threadpool(county_of, request, self.world)
        notices = await run_in_threadpool(there.notices, day_of(request, self.world, there.county.key))
        count = max(1, math.ceil(len(notices) / pages.PER_PAGE))
        page = _page_number(request)
        if page > count:
            raise HTTPException(404, f"the list has {count} pages")
        title = f"Homes by owner in {load_county(there.county.key).name} County"
        return _html(await run_in_threadpool(pages.list_page, there.county.key, title, notices, page, count))

    async def home(self, request: Request) -> Response:
        """The page of one listing."""
        there = await run_in_threadpool(county_of, request, self.world)
        on = day_of(request, self.world, there.county.key)
        notice = await run_in_threadpool(there.notice, request.path_params["slug"], on)
        if notice is None:
            raise HTTPException(404, "This home is no longer listed.")
        return _html(pages.detail_page(there.county.key, notice, on))

    async def home_data(self, request: Request) -> Response:
        """The data of a client-rendered page."""
        there = await run_in_threadpool(county_of, request, self.world)
        notice = await run_in_threadpool(
            there.notice, request.path_params["slug"], day_of(request, self.world, there.county.key)
        )
        if notice is None:
            raise HTTPException(404, "This home is no longer listed.")
        return Response(json.dumps(pages.client_data(notice)), media_type="application/json")

    async def sitemap(self, request: Request) -> Response:
        """The pages of the world's own county, or of ?county=."""
        there = await run_in_threadpool(county_of, request, self.world)
        notices = await run_in_threadpool(there.notices, day_of(request, self.world, there.county.key))
        rows = [
            f"<url><loc>{escape(n.url(there.county.key))}</loc><lastmod>{n.listed_on}</lastmod></url>" for n in notices
        ]
        head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        return Response("\n".join([head, *rows, "</urlset>"]), media_type="application/xml")


def _page_number(request: Request) -> int:
    text = request.query_params.get("page", "1")
    if not text.isdecimal() or not 1 <= int(text) <= 100_000:
        raise HTTPException(400, "page: a whole number from 1")
    return int(text)


def _html(text: str, status: int = 200) -> Response:
    """Lone surrogates become the broken bytes that they stand for."""
    return Response(text.encode("utf-8", "surrogateescape"), status, media_type="text/html")


async def _error_page(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _html(pages.text_page(f"Error {error.status_code}", [error.detail]), error.status_code)
