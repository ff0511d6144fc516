"""The start page, the style sheet and the page of the API.

Belongs here: pages without data. Does not: anything about a tenant.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from markupsafe import Markup, escape

from realestate_os.web.pages import STYLE, page

router = APIRouter(include_in_schema=False)


@router.get("/")
def start() -> HTMLResponse:
    """Where to go from here."""
    links = (("/health", "Health of each dependency"), ("/docs", "The API"), ("/openapi.json", "The API as OpenAPI"))
    items = Markup("").join(Markup('<li><a href="{}">{}</a></li>').format(*link) for link in links)
    return page(
        "Real Estate OS", Markup("<p>Receives the mail provider's events and opt-outs.</p><ul>{}</ul>").format(items)
    )


@router.get("/site.css")
def style() -> Response:
    """The style sheet of all pages."""
    return Response(STYLE, media_type="text/css", headers={"Cache-Control": "max-age=3600"})


@router.get("/docs")
def api(request: Request) -> HTMLResponse:
    """Each operation with its answers, from the OpenAPI description; no script from elsewhere."""
    schema = request.app.openapi()
    parts = [_operation(path, verb, what) for path, verbs in schema["paths"].items() for verb, what in verbs.items()]
    return page("The API", Markup("").join(parts) + Markup('<p><a href="/openapi.json">openapi.json</a></p>'))


def _operation(path: str, verb: str, what: dict[str, Any]) -> Markup:
    answers = Markup("").join(
        Markup("<li><code>{}</code> {}</li>").format(code, answer.get("description", ""))
        for code, answer in sorted(what["responses"].items())
    )
    return Markup("<h2><code>{} {}</code></h2><p>{}</p><ul>{}</ul>").format(
        verb.upper(), escape(path), what.get("summary", ""), answers
    )
