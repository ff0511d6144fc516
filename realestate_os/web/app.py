"""create_app(settings): the FastAPI application.

Belongs here: putting routers, security headers and error answers together, and what lives as long as the
process. Does not: what a route does (webhook.py, unsubscribe.py, memos.py, health.py, home.py).
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from realestate_os.campaigns.mail_keys import MailKeys
from realestate_os.resources.database import Database
from realestate_os.resources.object_store import ObjectStore
from realestate_os.settings import Settings
from realestate_os.storage.postgres_programs import PostgresError
from realestate_os.web import health, home, memos, unsubscribe, webhook
from realestate_os.web.services import Services

log = logging.getLogger(__name__)

CONTENT_POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
    "Content-Security-Policy": CONTENT_POLICY,
}


def create_app(settings: Settings) -> FastAPI:
    """The application; it connects when it starts and closes its connections when it stops."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        database = Database.from_settings(settings)
        app.state.services = Services(
            settings, database, MailKeys.from_settings(settings), ObjectStore.from_settings(settings)
        )
        try:
            yield
        finally:
            database.dispose()

    # The pages of FastAPI's own documentation load scripts from elsewhere; home.py has one that does not.
    app = FastAPI(title="Real Estate OS", version="0.1.0", docs_url=None, redoc_url=None, lifespan=lifespan)
    for router in (home.router, health.router, webhook.router, unsubscribe.router, memos.router):
        app.include_router(router)
    app.middleware("http")(_secure)
    app.exception_handler(PostgresError)(_database_away)
    return app


async def _secure(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Security headers on each answer, errors included; a route may set its own."""
    try:
        response = await call_next(request)
    except Exception:
        log.exception("%s %s failed", request.method, request.scope.get("route"))
        response = JSONResponse({"detail": "internal error"}, status_code=500)
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    if request.app.state.services.settings.public_url.startswith("https://"):
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


async def _database_away(request: Request, error: Exception) -> Response:
    """503, so that the mail provider sends its events again."""
    log.error("%s", error)
    return JSONResponse({"detail": "the database does not answer; try again later"}, status_code=503)
