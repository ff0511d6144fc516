"""What the UI shows of a run's packets.

Belongs here: one table for metadata. Does not: the packets.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from realestate_os.packets.make import Packet

COLUMNS = ["address", "edition", "as_of", "pages", "kilobytes", "uri"]


def packet_table(packets: Sequence[Packet], uri: Callable[[str], str]) -> pd.DataFrame:
    """One row a packet, in the order in which they were printed."""
    rows = [
        (
            packet.snapshot["property"]["street"],
            packet.edition,
            packet.snapshot["as_of"],
            packet.pdf.pages,
            round(len(packet.pdf.content) / 1000),
            uri(packet.object_key),
        )
        for packet in packets
    ]
    return pd.DataFrame(rows, columns=COLUMNS)
