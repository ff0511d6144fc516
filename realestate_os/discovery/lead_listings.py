"""Leads of a day -> rows of listings without an asking price.

Belongs here: which leads join the day's listings, and what a listing takes over from the lead of its property.
Does not: what lists say together (lead_fold.py), history and refusals (listings.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from realestate_os.discovery.lead_fold import Lead
from realestate_os.discovery.listing_row import Row, completeness
from realestate_os.storage.home import HOME_NAMES

# What only a list knows; a listing of the same property takes it over.
OF_LIST = ("owner_mailing_address", "liens_usd")
_NO_PAGE = (
    *("garage_spaces", "hoa_usd_month", "listing_price_usd", "quoted_price_usd", "listed_on", "description"),
    "bargain_flag",
)


def lead_rows(leads: Iterable[Lead], taken: Collection[str], apns: Collection[str], day: date) -> list[Row]:
    """LISTINGS columns but for history, of the leads on the day whose property no page of the day shows.

    `taken` and `apns` are the property ids and parcel numbers of the day's pages, kept or refused: a home that is
    offered outside the price filter, or sold, does not come back as a lead.
    """
    wanted = (lead for lead in leads if lead.on_list and lead.property_id not in taken and lead.fact("apn") not in apns)
    return [_row(lead, day) for lead in wanted]


def with_lead_facts(rows: Iterable[Row], leads: Iterable[Lead]) -> list[Row]:
    """Listings with what a lead list knows of the same property, by id or by parcel number."""
    known: dict[Any, Lead] = {}
    for lead in leads:
        known |= {key: lead for key in (lead.property_id, lead.apn) if key}
    return [row | _of_list(known.get(row["property_id"]) or known.get(row["apn"])) for row in rows]


def _of_list(lead: Lead | None) -> Row:
    return {name: lead.fact(name) if lead else None for name in OF_LIST}


def _row(lead: Lead, day: date) -> Row:
    newest = lead.lines[0]
    home = {name: lead.fact(name) for name in HOME_NAMES}
    row = {
        "property_id": lead.property_id,
        "county": newest["county"],
        "date": day,
        "source": newest["source"],
        "listing_key": home["apn"] or home["address_key"],
        "url": f"lead-list:{newest['source']}/{newest['list_id']}#{newest['line']}",
        "page_sha256": newest["list_sha256"],
        "fetched_at": newest["imported_at"],
        "read_by": "list",
        **home,
        **dict.fromkeys(_NO_PAGE),
        "price_basis": "none",
        "listing_status": "off_market",
        "condition_claimed": newest["condition_claimed"],
        "text_flags": [],
        "contact_name": lead.fact("contact_name"),
        "contact_phone": lead.fact("contact_phone"),
        **_of_list(lead),
    }
    return row | {"completeness": completeness(row)}
