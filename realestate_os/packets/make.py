"""The packets of a tenant's day: which homes, which editions, printed.

Belongs here: the choice and the order of the steps. Does not: what a memo says (content.py), looks
like (templates/memo), or where it is kept (store.py).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from realestate_os.packets.content import Setting, internal_memo, investor_memo
from realestate_os.packets.control import Control
from realestate_os.packets.pdf import Pdf, PdfPrinter
from realestate_os.packets.records import Records, Row
from realestate_os.packets.render import render_memo
from realestate_os.storage.set_aside import SetAside

SLUG_CHARS = 60
MAX_PAGES = 2


@dataclass(frozen=True)
class Packet:
    """One printed memo with the snapshot it shows."""

    property_id: str
    edition: str
    object_key: str
    pdf: Pdf
    snapshot: Row


def chosen(
    homes: Iterable[Records], controls: Mapping[str, Control], min_score: float, refused: SetAside
) -> Iterator[tuple[Records, Control | None]]:
    """The homes that get a memo: scored high enough, or under the tenant's control whatever the score.

    A controlled home without figures, or not among the day's listings, is set aside.
    """
    missing = dict(controls)
    for home in homes:
        control = missing.pop(home.property_id, None)
        score = home.score["bird_dog_score"]
        if control is None and (score is None or score < min_score):
            continue
        if home.score["mao_usd"] is None:
            reason = str(home.score["score_null_reason"])
            refused.add(home.property_id, reason, detail="under control, but without figures for a memo")
            continue
        yield home, control
    for property_id in missing:
        refused.add(property_id, "not_listed", detail="under control, but not among the day's listings")


def memos_of(home: Records, control: Control | None, setting: Setting, refused: SetAside) -> list[Row]:
    """The home's editions. An investor edition needs control, and a price that a buyer may be told."""
    memos = [internal_memo(home, control, setting)]
    for_buyers = investor_memo(home, control, setting) if control else None
    if for_buyers:
        memos.append(for_buyers)
    elif control:
        refused.add(home.property_id, "no_price_to_buyer", detail="no investor edition; set the assignment price")
    return memos


def make_packets(
    homes: Iterable[tuple[Records, Control | None]],
    setting: Setting,
    printer: PdfPrinter,
    templates: Path,
    refused: SetAside,
) -> Iterator[Packet]:
    """Print each home's editions, one after the other."""
    for home, control in homes:
        for memo in memos_of(home, control, setting, refused):
            pdf = printed(memo, printer, templates)
            yield Packet(home.property_id, memo["edition"], object_key(memo, setting, pdf), pdf, memo)


def printed(memo: Row, printer: PdfPrinter, templates: Path) -> Pdf:
    """The memo on two pages; set denser where it would need more, longer where even that is not enough."""
    pdf = printer.print(render_memo(memo, templates))
    return pdf if pdf.pages <= MAX_PAGES else printer.print(render_memo(memo, templates, dense=True))


def object_key(memo: Row, setting: Setting, pdf: Pdf) -> str:
    """packets/<tenant>/<county>/<date>/<slug>-<edition>-<digest>.pdf

    The digest keeps what was mailed: a changed memo is another file, the same memo the same file.
    """
    place = slug(f"{memo['property']['street']} {memo['property']['zip_code'] or ''}") or memo["property"]["id"]
    folder = f"packets/{setting.sender.slug}/{setting.county.key}/{setting.day.isoformat()}"
    return f"{folder}/{place}-{memo['edition']}-{pdf.sha256[:8]}.pdf"


def slug(text: str) -> str:
    """Lower-case letters and digits with hyphens; safe as a file name whatever the address says."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_CHARS].strip("-")
