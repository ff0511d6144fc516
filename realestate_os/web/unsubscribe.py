"""GET and POST /unsubscribe/{token}: the way out of every mail (RFC 8058, CAN-SPAM).

Belongs here: the confirmation page and the one-click POST. Does not: tokens (campaigns/mail_keys.py), who is
suppressed (the database). A GET changes nothing: link scanners follow it. No cookie, no login, no redirect.
"""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from realestate_os.web.pages import not_found, page
from realestate_os.web.services import WithServices

router = APIRouter()

ASK = Markup(
    "<p>You get no more mails from this sender once you confirm.</p>"
    '<form method="post"><button type="submit">Unsubscribe</button></form>'
)
DONE = Markup("<p>You are unsubscribed and get no more mails from this sender. Nothing else is needed.</p>")


@router.get("/unsubscribe/{token}", response_class=HTMLResponse, summary="Asks before it unsubscribes")
def ask(token: str, services: WithServices) -> HTMLResponse:
    """The confirmation page; 404 for a token that is not ours."""
    if services.keys.read_unsubscribe_token(token) is None:
        return not_found()
    return page("Unsubscribe?", ASK)


@router.post("/unsubscribe/{token}", response_class=HTMLResponse, summary="Unsubscribes, as often as it is asked")
def unsubscribe(token: str, services: WithServices) -> HTMLResponse:
    """From the page's button or a mailbox's one-click button, whose body is not looked at."""
    send_id = services.keys.read_unsubscribe_token(token)
    if send_id is None:
        return not_found()
    with services.database.transaction() as connection:
        found = services.database.unsubscribe(connection, send_id, datetime.now(UTC), "link")
    return page("Unsubscribed", DONE) if found else not_found()
