"""Packets -> action_packets and prospect_queue.

Belongs here: the rows. Does not: PDFs or their place.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Connection, Uuid, any_, func, literal, select, tuple_, update

from realestate_os.packets.make import Packet
from realestate_os.resources.database import Database
from realestate_os.scoring.snapshot import digest
from realestate_os.storage.tables import ActionPacket, PropertyScore, ProspectQueue

KEYS = ["tenant_id", "property_id", "as_of", "edition", "sha256"]
# What a memo showed never changes; only its status does.
FIXED = ["snapshot", "snapshot_sha256", "object_key", "pages", "bytes", "county", "score_id"]


def store_packets(
    database: Database, connection: Connection, tenant_id: UUID, county: str, day: date, packets: Sequence[Packet]
) -> None:
    """Make these the tenant's current packets of a county's day; earlier ones that differ are retired."""
    of_day = (ActionPacket.county == county, ActionPacket.as_of == day)
    kept = [(UUID(one.property_id), one.edition, one.pdf.sha256) for one in packets]
    same = tuple_(ActionPacket.property_id, ActionPacket.edition, ActionPacket.sha256).in_(kept)
    retire = update(ActionPacket).where(*of_day, ActionPacket.status == "current")
    retire = retire.where(~same) if kept else retire
    connection.execute(retire.values(status="retired", retired_at=func.now()))
    scores = _score_ids(connection, county, day)
    rows = [_row(one, tenant_id, county, day, scores.get(one.property_id)) for one in packets]
    database.upsert(connection, ActionPacket, rows, KEYS, keep=FIXED)


def mark_prospects(connection: Connection, county: str, day: date, property_ids: Collection[str]) -> None:
    """packet_ready for those with a packet of any tenant, where the day is the prospect's newest.

    One that lost its packet goes back to scored.
    """
    ready = literal([UUID(one) for one in property_ids], ARRAY(Uuid()))
    of_day = (ProspectQueue.county == county, ProspectQueue.as_of == day)
    has = ProspectQueue.property_id == any_(ready)
    lost = update(ProspectQueue).where(*of_day, ~has, ProspectQueue.status == "packet_ready")
    gained = update(ProspectQueue).where(*of_day, has, ProspectQueue.status.not_in(["rejected", "packet_ready"]))
    connection.execute(lost.values(status="scored"))
    connection.execute(gained.values(status="packet_ready"))


def _score_ids(connection: Connection, county: str, day: date) -> dict[str, UUID]:
    query = select(PropertyScore.property_id, PropertyScore.id).where(
        PropertyScore.county == county, PropertyScore.as_of == day
    )
    return {str(row.property_id): row.id for row in connection.execute(query)}


def _row(packet: Packet, tenant_id: UUID, county: str, day: date, score_id: UUID | None) -> dict[str, Any]:
    return {
        "tenant_id": tenant_id,
        "property_id": UUID(packet.property_id),
        "county": county,
        "as_of": day,
        "edition": packet.edition,
        "object_key": packet.object_key,
        "sha256": packet.pdf.sha256,
        "pages": packet.pdf.pages,
        "bytes": len(packet.pdf.content),
        "snapshot": packet.snapshot,
        "snapshot_sha256": digest(packet.snapshot),
        "score_id": score_id,
        "status": "current",
        "retired_at": None,
    }
