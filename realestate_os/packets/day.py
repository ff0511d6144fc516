"""One county's day of packets, for all tenants: printed, put into the object store, recorded.

Belongs here: the loop over tenants, one transaction each. Does not: any step of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from realestate_os.counties import County
from realestate_os.packets.content import Setting
from realestate_os.packets.control import controls_on, sender_of
from realestate_os.packets.make import Packet, chosen, make_packets
from realestate_os.packets.pdf import PdfPrinter
from realestate_os.packets.records import Records
from realestate_os.packets.store import mark_prospects, store_packets
from realestate_os.resources.database import Database
from realestate_os.resources.object_store import ObjectStore
from realestate_os.scoring.assumptions import Assumptions
from realestate_os.settings import Settings
from realestate_os.storage.set_aside import SetAside


@dataclass
class Press:
    """What printing needs, opened once for a run, and what came of it."""

    settings: Settings
    database: Database
    objects: ObjectStore
    assumptions: Assumptions
    printer: PdfPrinter
    packets: list[Packet] = field(default_factory=list)

    def run(self, homes: Sequence[Records], county: County, day: date) -> SetAside:
        """Print the day for every tenant; returns what was set aside."""
        refused, ready = SetAside(), set()
        for tenant in self.database.tenants():
            with self.database.transaction(tenant.id) as connection:
                setting = Setting(sender_of(connection, tenant.id), county, day, self.assumptions)
                controls = controls_on(connection, county.key, day)
                picked = chosen(homes, controls, self.settings.packet_min_score, refused)
                made = list(make_packets(picked, setting, self.printer, self.settings.templates_dir, refused))
                for packet in made:
                    self.objects.put(packet.object_key, packet.pdf.content)
                store_packets(self.database, connection, tenant.id, county.key, day, made)
            self.packets += made
            ready |= {packet.property_id for packet in made}
        with self.database.transaction() as connection:
            mark_prospects(connection, county.key, day, ready)
        return refused
