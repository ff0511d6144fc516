"""A detail page -> the texts of its fields, in four ways.

Belongs here: the order of the ways (JSON-LD, microdata, selectors of the source file, labels) and their merging.
Does not: what the texts mean (rules.py, seller_text.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from parsel import Selector

from realestate_os.discovery.labels import labelled_fields, plain_text
from realestate_os.discovery.schema_org import jsonld_fields, microdata_fields
from realestate_os.discovery.sources import Source

# A page on which no way finds two of these is not a listing that we can read.
TELLING = ("street_address", "address", "price", "bedrooms", "square_footage", "city", "zip_code")


@dataclass(frozen=True)
class RawListing:
    """Texts by field (sources.FIELDS), and which way gave most: jsonld, microdata, selectors or labels."""

    fields: dict[str, str]
    read_by: str


def read_page(text: str, source: Source) -> RawListing | None:
    """Read a detail page; None when it tells next to nothing about a home.

    An earlier way wins a field, a later one fills what is missing.
    """
    page = Selector(text, type="html")  # else a body of {} would be read as JSON
    root = next(iter(page.css(source.detail_page.content)), page)
    ways = {
        "jsonld": jsonld_fields(text),
        "microdata": microdata_fields(text),
        "selectors": _selected(root, source),
        "labels": labelled_fields(root, source.labels),
    }
    fields: dict[str, str] = {}
    for found in ways.values():
        for field, value in found.items():
            fields.setdefault(field, value)
    if sum(field in fields for field in TELLING) < 2:
        return None
    return RawListing(fields, max(ways, key=lambda way: len(ways[way])))


def _selected(root: Selector, source: Source) -> dict[str, str]:
    found = {}
    for field, css in source.selectors.items():
        matches = root.css(css)
        # An element's whole text, or the attribute that the selector names with ::attr().
        text = plain_text(matches[0]) if matches and "::" not in css else ""
        text = text or (matches[0].get() if matches and "::" in css else "")
        if text:
            found[field] = text
    return found
