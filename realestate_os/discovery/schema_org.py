"""schema.org, as JSON-LD or as microdata: the listing that a site tells search engines.

Belongs here: its items -> field texts. Does not: labels in the page (labels.py) or what values mean
(rules.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from realestate_os.discovery.labels import field_of_label, label_key

HOME_TYPES = {
    "House": None,  # also what sites write for a townhouse: the type says nothing
    "Residence": None,
    "Accommodation": None,
    "Place": None,
    "Product": None,
    "SingleFamilyResidence": "single family",
    "Apartment": "condo",
    "ApartmentComplex": "multi-family",
    "RealEstateListing": None,
}
_AREA_UNITS = {"FTK": "sq ft", "SQF": "sq ft", "MTK": "sqm", "ACR": "acres"}
# Deeper than any listing, far from Python's limit.
MAX_DEPTH = 12


def jsonld_fields(text: str) -> dict[str, str]:
    """Field -> text, from the item of a script tag that describes a home; empty when there is none or it is broken."""
    return _fields(text, "json-ld") if "application/ld+json" in text else {}


def microdata_fields(text: str) -> dict[str, str]:
    """The same from itemscope and itemprop in the markup."""
    return _fields(text, "microdata") if "itemscope" in text else {}


def _fields(text: str, syntax: str) -> dict[str, str]:
    from extruct import extract

    try:
        # Broken JSON is common; extruct leaves it out, and the page is read in another way.
        items = extract(text, syntaxes=[syntax], uniform=True, errors="ignore").get(syntax, [])
    except ValueError:
        return {}  # no HTML at all
    homes = [node for item in items for node in _nodes(item) if HOME_TYPES.keys() & set(_types(node))]
    found: dict[str, str] = {}
    for node in homes:
        for field, value in _read(node).items():
            found.setdefault(field, value)
    return found


def _nodes(item: Any, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """The item and everything in it, outermost first."""
    if depth > MAX_DEPTH:
        return
    if isinstance(item, list):
        for one in item:
            yield from _nodes(one, depth + 1)
    elif isinstance(item, dict):
        yield item
        for key in ("@graph", "mainEntity", "mainEntityOfPage", "itemOffered", "about"):
            if key in item:
                yield from _nodes(item[key], depth + 1)


def _read(node: Mapping[str, Any]) -> dict[str, str]:
    address, geo, offer = _first(node.get("address")), _first(node.get("geo")), _first(node.get("offers"))
    person = _first(node.get("provider")) or _first(node.get("seller")) or _first(offer.get("seller"))
    kind = next((HOME_TYPES[t] for t in _types(node) if HOME_TYPES.get(t)), None)
    raw: dict[str, Any] = {
        "street_address": address.get("streetAddress"),
        "city": address.get("addressLocality"),
        "state": address.get("addressRegion"),
        "zip_code": address.get("postalCode"),
        "latitude": geo.get("latitude"),
        "longitude": geo.get("longitude"),
        "bedrooms": _value(node.get("numberOfBedrooms")),
        "bathrooms": _value(node.get("numberOfBathroomsTotal")),
        "year_built": node.get("yearBuilt"),
        "square_footage": _area(node.get("floorSize")),
        "lot_size_sqft": _area(node.get("lotSize")),
        "price": _price(offer),
        "listed_on": node.get("datePosted"),
        "description": node.get("description"),
        "contact_name": person.get("name"),
        "contact_phone": person.get("telephone"),
    }
    # additionalProperty says more than the type, so the type goes last.
    fields = _texts(raw | _properties(node.get("additionalProperty")))
    return fields | ({} if "property_type" in fields or not kind else {"property_type": kind})


def _properties(values: Any) -> dict[str, Any]:
    fields = field_of_label({})
    pairs = [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []
    named = ((fields.get(label_key(str(pair.get("name", "")))), pair.get("value")) for pair in pairs)
    return {field: value for field, value in named if field}


def _price(offer: Mapping[str, Any]) -> str | None:
    """The price with the offer's own words: "Opening bid" beside a number changes its meaning."""
    price = offer.get("price", _first(offer.get("priceSpecification")).get("price"))
    if price in (None, ""):
        return None
    words = offer.get("description")
    return f"{words} {price}" if isinstance(words, str) and words else str(price)


def _area(quantity: Any) -> str | None:
    quantity = _first(quantity) or quantity
    if not isinstance(quantity, dict):
        return None if quantity in (None, {}) else str(quantity)
    unit = str(quantity.get("unitCode") or quantity.get("unitText") or "")
    value = quantity.get("value")
    return None if value is None else f"{value} {_AREA_UNITS.get(unit.upper(), unit)}"


def _value(quantity: Any) -> Any:
    return quantity.get("value") if isinstance(quantity, dict) else quantity


def _first(value: Any) -> Mapping[str, Any]:
    """An object, or the first of a list of them, or an empty one."""
    if isinstance(value, list):
        value = value[0] if value else None
    return value if isinstance(value, dict) else {}


def _types(node: Mapping[str, Any]) -> list[str]:
    kind = node.get("@type")
    return [str(one) for one in kind] if isinstance(kind, list) else [str(kind)]


def _texts(raw: Mapping[str, Any]) -> dict[str, str]:
    return {
        key: str(value) for key, value in raw.items() if isinstance(value, (str, int, float)) and str(value).strip()
    }
