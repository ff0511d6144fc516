"""Labelled text: "Bedrooms: 3" in whatever elements a site uses.

Belongs here: the words that sites use for each field, and finding the value beside a label. Does not:
turning values into numbers (rules.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from parsel import Selector

# Field -> the labels of the trade. A source file adds its own under `labels`.
LABELS: dict[str, tuple[str, ...]] = {
    "price": ("price", "asking price", "list price", "listing price", "asking"),
    "listing_status": ("status", "listing status"),
    "address": ("address", "property address", "full address", "location"),
    "street_address": ("street", "street address"),
    "unit": ("unit", "apt", "unit number"),
    "city": ("city", "town", "city state zip"),
    "state": ("state",),
    "zip_code": ("zip", "zip code", "postal code"),
    "property_type": ("property type", "type", "home type", "style"),
    "bedrooms": ("bedrooms", "beds", "bedroom", "bed", "br"),
    "bathrooms": ("bathrooms", "baths", "bathroom", "bath", "ba", "total baths"),
    "square_footage": ("living area", "square feet", "square footage", "sq ft", "sqft", "size", "interior area"),
    "lot_size_sqft": ("lot size", "lot", "lot area", "acreage", "land"),
    "year_built": ("year built", "built", "built in", "construction year"),
    "year_renovated": ("renovated", "year renovated", "remodeled", "updated"),
    "stories": ("stories", "floors", "levels"),
    "basement_sqft": ("basement", "finished basement"),
    "garage_spaces": ("garage", "parking", "garage spaces"),
    "view": ("view", "views"),
    "waterfront": ("waterfront",),
    "condition": ("condition", "home condition"),
    "hoa_usd_month": ("hoa dues", "hoa", "hoa fee", "association fee", "monthly hoa"),
    "apn": ("parcel number", "apn", "parcel", "parcel id", "tax id", "parcel no"),
    "listed_on": ("listed", "list date", "date listed", "posted", "date posted", "listed on"),
    "contact_name": ("contact", "seller", "owner", "contact name"),
    "contact_phone": ("phone", "telephone", "call", "contact phone"),
    "description": ("description", "about this home", "remarks"),
}
# Labels are short; long text is a sentence that happens to begin with one.
MAX_LABEL_CHARS = 40
_LABEL_ELEMENTS = (
    ".//dt|.//th|.//td|.//b|.//strong|.//label|.//span|.//h2|.//h3|.//h4|.//div[not(*)]|.//li[not(*)]|.//p[not(*)]"
)


def labelled_fields(root: Selector, extra: Mapping[str, list[str]]) -> dict[str, str]:
    """Field -> text of the value that stands beside its label; the first one on the page wins."""
    fields = field_of_label(extra)
    found: dict[str, str] = {}
    for element in root.xpath(_LABEL_ELEMENTS):
        own = plain_text(element)
        label, _, inline = own.partition(":")
        field = fields.get(label_key(label)) if len(label) <= MAX_LABEL_CHARS else None
        if field is None or field in found:
            continue
        value = inline.strip() or _beside(element)
        if value:
            found[field] = value
    return found


def field_of_label(extra: Mapping[str, list[str]]) -> dict[str, str]:
    """Label in its plain form -> field; a source's own labels win."""
    own = {label_key(label): field for field, labels in extra.items() for label in labels}
    return _known_labels() | own


@cache
def _known_labels() -> dict[str, str]:
    return {label_key(label): field for field, labels in LABELS.items() for label in labels}


def label_key(label: str) -> str:
    """'Sq. Ft.:' -> 'sq ft'."""
    return " ".join(re.findall(r"[a-z0-9]+", label.lower()))


def plain_text(element: Selector) -> str:
    """What a reader sees of an element, on one line: no scripts, no styles."""
    seen = element.xpath("descendant-or-self::text()[not(parent::script or parent::style)]").getall()
    return " ".join(" ".join(seen).split())


def _beside(element: Selector) -> str:
    """The next element's text (dd, td, i, span ...), else the text that follows within the parent."""
    following = element.xpath("following-sibling::*[1]")
    text = plain_text(following[0]) if following else ""
    return text or " ".join(" ".join(element.xpath("following-sibling::text()").getall()).split()).lstrip(": ")
