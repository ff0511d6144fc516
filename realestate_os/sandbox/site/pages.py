"""HTML of the site.

Belongs here: templates and the facts as label and value. Does not: routes (app.py) or what a listing
says (world/notices.py). Everything is escaped, as an honest site does; the hostile texts are for
those who read the decoded text and forget to escape it again.
"""

from __future__ import annotations

import json
import math
from datetime import date
from typing import Any

from jinja2 import DictLoader, Environment

from realestate_os.sandbox.site.templates import TEMPLATES
from realestate_os.sandbox.world.notices import BASE, TYPE_LABELS, Notice

PER_PAGE = 25
VIEWS = {1: "Fair view", 2: "Average view", 3: "Good view", 4: "Excellent view"}
SCHEMA_TYPES = {
    "single_family": "SingleFamilyResidence",
    "condo": "Apartment",
    "townhouse": "House",
    "multi_family": "Residence",
    "manufactured": "House",
}

_templates = Environment(loader=DictLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)


def facts(notice: Notice) -> list[tuple[str, str]]:
    """Label and value of what the seller states, in the order of the page."""
    address = " ".join(
        filter(None, (notice.street_address, f"#{notice.unit}" if notice.unit and notice.street_address else None))
    )
    rows = [
        ("Price", notice.price_text),
        ("Status", notice.status),
        ("Address", address),
        ("City", f"{notice.city}, {notice.state} {notice.zip_code}"),
        ("Property type", TYPE_LABELS.get(notice.property_type, "Home")),
        ("Bedrooms", _plain(notice.bedrooms)),
        ("Bathrooms", _plain(notice.bathrooms)),
        ("Living area", notice.area_text),
        ("Lot size", notice.lot_text),
        ("Year built", _plain(notice.year_built)),
        ("Renovated", _plain(notice.year_renovated)),
        ("Stories", _plain(notice.stories)),
        ("Basement", f"{notice.basement_sqft:,.0f} sq ft finished" if notice.basement_sqft else ""),
        ("Garage", f"{notice.garage_spaces:.0f} cars" if notice.garage_spaces else ""),
        ("View", VIEWS.get(int(notice.view_rank or 0), "")),
        ("Waterfront", "Yes" if notice.waterfront else ""),
        ("Condition", notice.condition_text or ""),
        ("HOA dues", f"${notice.hoa_usd_month:,.0f}/month" if notice.hoa_usd_month else ""),
        ("Parcel number", notice.apn or ""),
        ("Listed", notice.listed_text),
        ("Contact", notice.contact_name),
        ("Phone", notice.phone),
    ]
    return [(label, value) for label, value in rows if value]


def list_page(county: str, title: str, notices: list[Notice], page: int, pages: int) -> str:
    """One page of the list."""
    first = (page - 1) * PER_PAGE
    here = f"{BASE}/{county}/homes"
    return _templates.get_template("list").render(
        county=county,
        title=title,
        notices=notices[first : first + PER_PAGE],
        total=len(notices),
        page=page,
        pages=pages,
        canonical=f"{here}?page={page}",
        drawing=drawing,
        type_label=lambda n: TYPE_LABELS.get(n.property_type, "Home"),
    )


def detail_page(county: str, notice: Notice, on: date) -> str:
    """The page of one listing, of its own kind."""
    return _templates.get_template(notice.page).render(
        county=county,
        notice=notice,
        facts=facts(notice),
        canonical=notice.url(county),
        on=on.isoformat(),
        drawing=drawing(notice),
        jsonld=script_json(json_ld(county, notice)) if notice.page == "jsonld" else "",
        history=[(day.isoformat(), f"${usd:,.0f}") for day, usd in notice.price_history],
    )


def client_data(notice: Notice) -> dict[str, Any]:
    """What the browser fetches for a client-rendered page."""
    return {
        "title": notice.title,
        "facts": [list(row) for row in facts(notice)],
        "description": notice.description,
        "tour": notice.tour_url,
        "latitude": notice.latitude,
        "longitude": notice.longitude,
    }


def text_page(title: str, lines: list[str]) -> str:
    """A page of plain paragraphs."""
    return _templates.get_template("text").render(title=title, lines=lines)


def json_ld(county: str, notice: Notice) -> dict[str, Any]:
    """schema.org: a RealEstateListing about a home, with an Offer when a price is shown."""
    home = {
        "@type": schema_type(notice),
        "address": _address(notice),
        "geo": {"@type": "GeoCoordinates", "latitude": notice.latitude, "longitude": notice.longitude},
        "numberOfBedrooms": notice.bedrooms,
        "numberOfBathroomsTotal": notice.bathrooms,
        "yearBuilt": notice.year_built,
        "floorSize": _quantity(notice.square_footage, "FTK"),
        "lotSize": _lot(notice.lot_size_sqft),
        "additionalProperty": [_property(label, value) for label, value in facts(notice) if label in ADDITIONAL],
    }
    return _without_none(
        {
            "@context": "https://schema.org",
            "@type": "RealEstateListing",
            "url": notice.url(county),
            "name": notice.title,
            "description": notice.description,
            "datePosted": notice.listed_on.isoformat(),
            "mainEntity": _without_none(home),
            "offers": _offer(notice),
            "provider": {"@type": "Person", "name": notice.contact_name, "telephone": notice.phone},
        }
    )


def schema_type(notice: Notice) -> str:
    """schema.org's word for the home."""
    return SCHEMA_TYPES.get(notice.property_type, "Residence")


ADDITIONAL = (
    "Property type",
    "Renovated",
    "Stories",
    "Basement",
    "Garage",
    "View",
    "Waterfront",
    "Condition",
    "HOA dues",
    "Parcel number",
    "Status",
)


def _address(notice: Notice) -> dict[str, Any]:
    street = notice.street_address
    if street and notice.unit:
        street = f"{street} Unit {notice.unit}"
    return _without_none(
        {
            "@type": "PostalAddress",
            "streetAddress": street,
            "addressLocality": notice.city,
            "addressRegion": notice.state,
            "postalCode": notice.zip_code,
            "addressCountry": "US",
        }
    )


def _offer(notice: Notice) -> dict[str, Any] | None:
    """A price is a number for half of the sellers and a text for the others."""
    if notice.price_usd is None:
        return None
    plain = notice.slot % 2 == 0 and "fake" not in notice.kind
    offer: dict[str, Any] = {
        "@type": "Offer",
        "price": notice.price_usd if plain else notice.price_text,
        "priceCurrency": "USD",
    }
    if notice.kind == "fake_bargain:auction":
        offer["description"] = "Opening bid"
    return offer


def _quantity(value: float | None, unit: str) -> dict[str, Any] | None:
    return None if value is None else {"@type": "QuantitativeValue", "value": value, "unitCode": unit}


def _lot(sqft: float | None) -> dict[str, Any] | None:
    """Acres (ACR) for large lots, square feet (FTK) else."""
    if sqft is not None and sqft >= 30_000:
        return _quantity(round(sqft / 43560, 2), "ACR")
    return _quantity(sqft, "FTK")


def _property(label: str, value: str) -> dict[str, str]:
    return {"@type": "PropertyValue", "name": label, "value": value}


def _without_none(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value is not None}


def script_json(data: dict[str, Any]) -> str:
    """JSON that cannot close its script element."""
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")


def _plain(value: float | None) -> str:
    if value is None or math.isnan(value):
        return ""
    return f"{value:.0f}" if value == int(value) else f"{value:g}"


def drawing(notice: Notice) -> dict[str, Any]:
    """Numbers of the drawn photo: colours and storeys from the home, so that each differs."""
    hue = (notice.home * 47) % 360
    floors = int(min(notice.stories or 1, 3)) + (2 if notice.property_type == "condo" else 0)
    windows = max(2, min(5, int((notice.square_footage or 1500) / 600)))
    return {
        "wall": f"hsl({hue} 35% 72%)",
        "roof": f"hsl({(hue + 180) % 360} 30% 35%)",
        "door": f"hsl({(hue + 60) % 360} 50% 35%)",
        "height": 26 * floors + 14,
        "flat": notice.property_type == "condo",
        "windows": [
            (24 + column * (152 / windows), 26 * floor + 8) for floor in range(floors) for column in range(windows)
        ],
    }
