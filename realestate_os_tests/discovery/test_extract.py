"""Reading a page in three ways, and what hostile pages cannot do."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realestate_os.discovery.extract import read_page
from realestate_os.discovery.schema_org import jsonld_fields
from realestate_os.discovery.sources import Source
from realestate_os_tests.discovery.sites import home_page


def script(data: object) -> str:
    return f'<html><head><script type="application/ld+json">{json.dumps(data)}</script></head><body></body></html>'


LISTING = {
    "@context": "https://schema.org",
    "@type": "RealEstateListing",
    "datePosted": "2026-11-01",
    "description": "Well kept.",
    "offers": {"@type": "Offer", "price": 650000, "priceCurrency": "USD"},
    "mainEntity": {
        "@type": "SingleFamilyResidence",
        "address": {"streetAddress": "12 Elm St", "addressLocality": "Seattle", "postalCode": "98105"},
        "geo": {"latitude": 47.66, "longitude": -122.3},
        "numberOfBedrooms": {"@type": "QuantitativeValue", "value": 3},
        "floorSize": {"value": 1850, "unitCode": "FTK"},
        "lotSize": {"value": 0.25, "unitCode": "ACR"},
        "additionalProperty": [{"name": "HOA dues", "value": "$200/month"}, {"name": "Colour", "value": "red"}, "odd"],
    },
}


def test_jsonld_is_read_through_the_tree(source: Source) -> None:
    raw = read_page(script(LISTING), source)
    assert raw is not None and raw.read_by == "jsonld"
    assert raw.fields["street_address"] == "12 Elm St"
    assert raw.fields["price"] == "650000"
    assert raw.fields["lot_size_sqft"] == "0.25 acres"
    assert raw.fields["bedrooms"] == "3"
    assert raw.fields["hoa_usd_month"] == "$200/month"
    assert raw.fields["property_type"] == "single family"
    assert "red" not in raw.fields.values()


@pytest.mark.parametrize("wrap", [lambda x: [x], lambda x: {"@graph": [{"@type": "WebSite"}, x]}])
def test_jsonld_in_lists_and_graphs(wrap: object) -> None:
    assert jsonld_fields(script(wrap(LISTING)))["city"] == "Seattle"  # type: ignore[operator]


def test_an_offers_words_stay_with_its_price() -> None:
    offer = {"@type": "House", "offers": [{"price": "91000", "description": "Opening bid"}]}
    assert jsonld_fields(script(offer))["price"] == "Opening bid 91000"


@pytest.mark.parametrize("text", ["{", "[1, 2]", '"x"', "null", '{"@type": 5, "offers": 7, "address": ["x"]}'])
def test_broken_jsonld_is_no_jsonld(text: str) -> None:
    page = f'<script type="application/ld+json">{text}</script>'
    assert jsonld_fields(page) == {}


def test_deep_jsonld_ends() -> None:
    deep = "{}"
    for _ in range(500):
        deep = f'{{"@type": "House", "mainEntity": {deep}}}'
    assert jsonld_fields(f'<script type="application/ld+json">{deep}</script>') == {}


def test_labels(source: Source) -> None:
    raw = read_page(home_page(HOA_dues="$310/month"), source)
    assert raw is not None and raw.read_by == "labels"
    assert raw.fields["address"] == "1204 Birch Ave NE"
    assert raw.fields["hoa_usd_month"] == "$310/month"
    assert raw.fields["description"] == "Well kept."


@pytest.mark.parametrize(
    "row",
    [
        "<tr><th>Beds:</th><td>4</td></tr>",
        "<div><b>Beds</b> <i>4</i></div>",
        "<p><strong>Beds:</strong> 4</p>",
        "<li>Beds: 4</li>",
    ],
)
def test_labels_in_any_elements(source: Source, row: str) -> None:
    page = f'<article id="home"><table>{row}</table><p>Price: $5</p></article>'
    raw = read_page(page if row.startswith("<tr") else page.replace("table", "div"), source)
    assert raw is not None and raw.fields["bedrooms"] == "4"


def test_other_parts_of_the_page_are_not_read(source: Source) -> None:
    advert = "<dl><dt>Price</dt><dd>$1</dd></dl>"
    raw = read_page(home_page().replace("<body>", f"<body>{advert}"), source)
    assert raw is not None and raw.fields["price"] == "$650,000"


def test_a_page_without_a_home_is_unreadable(source: Source) -> None:
    for page in ("", "<html>", "<p>Please log in</p>", "\x00\x01", "<article id=home>Price: lots</article>", "{}"):
        assert read_page(page, source) is None


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_no_page_makes_the_reader_raise(source: Source, text: str) -> None:
    read_page(f"<article id='home'><dl><dt>Price</dt><dd>{text}</dd></dl>{text}", source)
    read_page(f'<script type="application/ld+json">{text}</script>', source)
