"""Prices, areas, counts, dates and phones in the ways people write them; no text makes a parser raise."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realestate_os.discovery import values


@pytest.mark.parametrize(
    ("text", "usd"),
    [
        ("$512,000", 512_000),
        ("$512K", 512_000),
        ("512k firm", 512_000),
        ("$1.2M obo", 1_200_000),
        ("1.25 million", 1_250_000),
        ("USD 512,000", 512_000),
        ("Asking $512,000.00", 512_000),
        ("Opening bid $91,000", 91_000),
        ("3 bed for $400k", 400_000),
        ("＄512,000", 512_000),
        (512000.0, 512_000),
        ("$512 000", 512),
        ("Call for price", None),
        ("", None),
        (None, None),
        (True, None),
        ("$210/sqft", None),
        ("$210 per sq ft", None),
        ("$3,100/mo", None),
    ],
)
def test_prices(text: object, usd: float | None) -> None:
    assert values.parse_price(text) == usd


@pytest.mark.parametrize(
    ("text", "sqft"),
    [
        ("1,850 sq ft", 1850),
        ("1850 SF", 1850),
        ("2,000 ft²", 2000),
        ("0.25 acres", 10_890),
        (".5 ac", 21_780),
        ("0.46 acre lot", 20_037.6),
        ("120 m²", 1291.7),
        ("120 sqm", 1291.7),
        ("7200", 7200),
        ("large", None),
    ],
)
def test_areas(text: str, sqft: float | None) -> None:
    assert values.parse_area_sqft(text) == sqft


@pytest.mark.parametrize(
    ("text", "baths"),
    [("2.5", 2.5), ("2½ baths", 2.5), ("2 full, 1 half", 2.5), ("3 full", 3), ("1 ¾", 1.75), ("x", None)],
)
def test_bathrooms(text: str, baths: float | None) -> None:
    assert values.parse_bathrooms(text) == baths


@pytest.mark.parametrize(("text", "count"), [("3 bedrooms", 3), ("Studio", 0), ("None", 0), ("-1", -1), ("many", None)])
def test_numbers(text: str, count: float | None) -> None:
    assert values.parse_number(text) == count


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-04",
        "03/04/2026",
        "3/4/26",
        "March 4, 2026",
        "Mar 4, 2026",
        "Mar. 4th, 2026",
        "4 Mar 2026",
        "4 March 2026",
        "2026-03-04T10:00:00Z",
        " 2026/03/04 ",
    ],
)
def test_dates(text: str) -> None:
    assert values.parse_date(text) == date(2026, 3, 4)


@pytest.mark.parametrize("text", ["", "soon", "13/13/2026", "February 30, 2026", "٠٣/٠٤/٢٠٢٦"])
def test_no_dates(text: str) -> None:
    assert values.parse_date(text) is None


@pytest.mark.parametrize(
    "text",
    ["(206) 555-0123", "206.555.0123", "206-555-0123 ext. 4", "+1 206 555 0123", "12065550123", "call 206 555 0123"],
)
def test_phones(text: str) -> None:
    assert values.parse_phone(text) == "+12065550123"


@pytest.mark.parametrize("text", ["911", "", "+44 20 7946 0018", "106 555 0123", "206 155 0123"])
def test_no_phones(text: str) -> None:
    assert values.parse_phone(text) is None


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("<script>document.title='owned'</script><img src=x onerror=alert(1)> Nice", "Nice"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;Nice", "Nice"),
        ("&amp;lt;b&amp;gt;Nice", "Nice"),
        ("<style>p{}</style>Nice<!-- hidden -->", "Nice"),
        ("<script>never closed", None),
        ("Quiet \u202egnp\u202c with a \x00-free\u200b view", "Quiet gnp with a -free view"),
        ("Caf\udce9 \ufffd bytes", "Caf bytes"),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("{{7*7}} ${7*7}", "{{7*7}} ${7*7}"),
        ("  a \n\t b  ", "a b"),
        (None, None),
    ],
)
def test_clean_text(text: object, clean: str | None) -> None:
    assert values.clean_text(text) == clean


def test_long_text_is_cut() -> None:
    assert len(values.clean_text("x" * 10_000_000) or "") == values.MAX_TEXT_CHARS


PARSERS = [
    values.clean_text,
    values.parse_price,
    values.parse_money,
    values.money_amounts,
    values.parse_area_sqft,
    values.parse_number,
    values.parse_bathrooms,
    values.parse_year,
    values.parse_date,
    values.parse_phone,
    values.parse_yes_no,
]


@given(
    st.one_of(
        st.text(max_size=80), st.text(alphabet="0123456789.,$¼½kKmM/-+ \u202e²", max_size=40), st.floats(), st.none()
    )
)
def test_no_text_makes_a_parser_raise(text: Any) -> None:
    for parse in PARSERS:
        parse(text)


@given(st.text(max_size=200))
def test_clean_text_holds_no_control_characters_and_no_tags(text: str) -> None:
    clean = values.clean_text(text)
    if clean is not None:
        assert not [char for char in clean if unicodedata.category(char).startswith("C")]
        assert values.clean_text(clean) is not None or "<" in clean or "&" in clean


@given(st.integers(1_000, 99_999_999))
def test_every_way_of_writing_a_price_is_read_back(usd: int) -> None:
    for form in (f"${usd:,}", f"${usd}", f"USD {usd:,}", f"{usd:,}", f"Asking ${usd:,} obo"):
        assert values.parse_price(form) == usd
