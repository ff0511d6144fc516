"""GET /memo/{token}: the PDF that a mail links to.

Belongs here: the way from a signed link to the stored memo. Does not: making memos (packets/). The link names
one memo as it was printed; a newer print does not change what was mailed.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Response
from markupsafe import Markup
from sqlalchemy import select

from realestate_os.storage.tables import ActionPacket
from realestate_os.web.pages import not_found, page
from realestate_os.web.services import WithServices

router = APIRouter()

# A link may be passed on; after this time the figures are stale anyway.
VALID_FOR = timedelta(days=90)


@router.get(
    "/memo/{token}",
    response_class=Response,
    summary="A memo as PDF",
    responses={200: {"content": {"application/pdf": {}}}, 404: {}, 410: {}},
)
def memo(token: str, services: WithServices) -> Response:
    """The PDF; 404 for a token that is not ours, 410 for a memo that is too old."""
    named = services.keys.read_memo_token(token)
    if named is None:
        return not_found()
    tenant_id, packet_id = named
    table = ActionPacket.__table__.c
    with services.database.transaction(tenant_id) as connection:
        row = connection.execute(
            select(table.object_key, table.created_at, table.as_of).where(table.id == packet_id)
        ).one_or_none()
    if row is None or not services.objects.exists(row.object_key):
        return not_found()
    if row.created_at < datetime.now(UTC) - VALID_FOR:
        return page("Expired", Markup("<p>This memo is no longer current. Please ask for a new one.</p>"), 410)
    headers = {
        "Content-Disposition": f'inline; filename="memo-{row.as_of.isoformat()}.pdf"',
        # Browsers' PDF viewers do not work under default-src 'none'.
        "Content-Security-Policy": "frame-ancestors 'none'",
    }
    return Response(services.objects.get(row.object_key), media_type="application/pdf", headers=headers)
