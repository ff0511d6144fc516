"""Formats, and templates against hostile and missing input."""

from __future__ import annotations

from typing import Any

import pytest

from realestate_os.packets.render import about, change, day, number, pct, render_memo, short_usd, signed, usd
from realestate_os_tests.packets.memos import CONTRACT, TEMPLATES, internal, investor

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=y>{{ 7*7 }}"
UNKNOWN: dict[str, Any] = {
    name: None
    for name in (
        *("street_address", "city", "zip_code", "apn", "latitude", "longitude", "property_type", "bedrooms"),
        *("bathrooms", "square_footage", "lot_size_sqft", "year_built", "stories", "basement_sqft", "quality_grade"),
        *("condition_grade", "view_rank", "waterfront", "garage_spaces", "description", "contact_name"),
        *("contact_phone", "listed_on", "assessed_value_usd", "market_value_usd", "annual_tax_usd"),
        *("last_sale_date", "last_sale_price_usd", "zip_population", "zip_median_income_usd", "census_vintage"),
        *("zip_median_home_value_usd", "zip_owner_occupied_rate", "zip_unemployment_rate", "zip_median_rent_usd"),
    )
}


def test_formats() -> None:
    assert [usd(812_345.4), usd(-61_000), usd(None)] == ["$812,345", "−$61,000", "–"]
    assert [about(812_345.4), about(-49), about(None)] == ["$812,300", "$0", "–"]
    assert [change(4_000), change(-4_000), short_usd(650_000), short_usd(1_250_000)] == [
        "+$4,000",
        "−$4,000",
        "$650k",
        "$1.25M",
    ]
    assert [pct(4.12, 1), pct(-4.12, 1), pct(None), number(1850), number(2.5, 1), number(None), signed(-0.4)] == [
        *("4.1 %", "−4.1 %", "–", "1,850", "2.5", "–", "−0.40")
    ]
    assert [day("2026-11-04"), day("2024"), day(None)] == ["Nov 4, 2026", "2024", "–"]


def test_hostile_text_is_escaped_wherever_it_is_shown() -> None:
    names = ("street_address", "city", "apn", "description", "contact_name", "url", "unit")
    memo = internal(CONTRACT, **dict.fromkeys(names, HOSTILE))
    memo["comparables"][0]["street_address"] = memo["comparables"][0]["warnings"] = HOSTILE
    memo["comparables"][0]["warnings"] = [HOSTILE]
    memo["insights"]["lines"][0]["label"] = memo["reasons"][0] = memo["disclosure"] = HOSTILE
    memo["tenant"] = dict.fromkeys(memo["tenant"], HOSTILE)
    memo["bar"]["marks"][0]["label"] = HOSTILE
    html = render_memo(memo, TEMPLATES)
    assert "<script" not in html and "<img" not in html and "onerror=y>" not in html
    assert html.count("&lt;script&gt;") >= 12
    assert "49" not in html.split("</title>")[0]


@pytest.mark.parametrize("edition", ["internal", "investor"])
def test_a_home_of_which_nothing_is_known_renders_without_nan_or_none(edition: str) -> None:
    home = UNKNOWN | {"comparables": 0, "reasons": "[]", "base_value_usd": 800_000.0}
    memo = internal(**home) if edition == "internal" else investor(**home)
    html = render_memo(memo, TEMPLATES)
    for word in (">nan", "nan<", ">None", "None<", "nan %", "inf"):
        assert word not in html.replace("information", "")
    assert "Address not known" in html and "No closed sale" in html


def test_a_lead_and_a_pending_home_render_with_their_reason() -> None:
    lead = internal(listing_price_usd=None, price_basis="none", listing_status="off_market")
    assert "No asking price" in render_memo(lead, TEMPLATES) and "Opening offer" in render_memo(lead, TEMPLATES)
    assert "Pending" in render_memo(internal(CONTRACT, listing_status="pending"), TEMPLATES)
