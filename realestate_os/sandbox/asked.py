"""What a request asks for: which county, which day.

Belongs here: reading X-As-Of and the county, and the answers when they are wrong. Does not: routes.
"""

from __future__ import annotations

from datetime import date

from starlette.exceptions import HTTPException
from starlette.requests import Request

from realestate_os.sandbox.world import CountyWorld, World

AS_OF = "x-as-of"


def day_of(request: Request, world: World, county: str | None = None) -> date:
    """?on= or the header X-As-Of, else the world's own day. 400 when it is no date."""
    text = request.query_params.get("on") or request.headers.get(AS_OF)
    if not text:
        return world.today(county)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise HTTPException(400, f"X-As-Of: {text[:40]!r} is no date; expected YYYY-MM-DD") from None


def county_of(request: Request, world: World) -> CountyWorld:
    """The county named in the path or in ?county=, else the world's. 404 when there is none."""
    key = request.path_params.get("county") or request.query_params.get("county") or world.county
    try:
        return world.of(key)
    except KeyError:
        raise HTTPException(404, f"no county {key[:40]!r} here") from None
