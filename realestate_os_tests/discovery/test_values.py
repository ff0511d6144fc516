"""Prices, areas, counts, dates and phones in the ways people write them; no text makes a parser raise."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta
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
        ("$512 000", 512_000),
        ("$512\u00a0000", 512_000),
        ("$512.000", 512_000),
        ("$1'250'000", 1_250_000),
        ("499.9k", 499_900),
        ("1.2 mill", 1_200_000),
        ("450 grand", 450_000),
        ("$450-475k", 450_000),
        ("$450K to $475K", 450_000),
        ("$450,000 - $475,000", 450_000),
        ("was $540,000, now $512,000", 512_000),
        ("Reduced to $499k!", 499_000),
        ("A motivated seller asks $499k", 499_000),
        ("Available now, 3 bed, $400k", 400_000),
        ("€512,000", None),
        ("C$512,000", None),
        ("$900 weekly", None),
        ("$150 a night", None),
        ("$200,000 per acre", None),
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
        ("1.2k sqft", 1200),
        ("1/4 acre", 10_890),
        ("1 1/2 acres", 65_340),
        ("quarter acre lot", 10_890),
        ("a quarter of an acre", 10_890),
        ("half an acre", 21_780),
        ("Half-acre lot", 21_780),
        ("one acre", 43_560),
        ("5+ acres", 217_800),
        ("¼ acre", 10_890),
        ("2 hectares", 215_278),
        ("120 square meters", 1291.7),
        ("800 sq yd", 7200),
        ("60' x 120'", 7200),
        ("60 ft by 120 ft", 7200),
        ("60×120", 7200),
        ("1,850 sq ft (172 m²)", 1850),
        ("large", None),
    ],
)
def test_areas(text: str, sqft: float | None) -> None:
    assert values.parse_area_sqft(text) == sqft


@pytest.mark.parametrize(
    ("text", "baths"),
    [
        ("two and a half", 2.5),
        ("2 1/2", 2.5),
        ("1 full 1 half", 1.5),
        ("two full", 2),
        ("2.5", 2.5),
        ("2½ baths", 2.5),
        ("2 full, 1 half", 2.5),
        ("3 full", 3),
        ("1 ¾", 1.75),
        ("x", None),
    ],
)
def test_bathrooms(text: str, baths: float | None) -> None:
    assert values.parse_bathrooms(text) == baths


@pytest.mark.parametrize(
    ("text", "count"),
    [("3 bedrooms", 3), ("Three", 3), ("2½", 2.5), ("3+", 3), ("Studio", 0), ("None", 0), ("-1", -1), ("many", None)],
)
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
        "Listed 3/4/2026",
        "Wednesday, March 4, 2026",
        "4-Mar-26",
        "the 4th of March, 2026",
        "03.04.2026",
        "20260304",
        "1772582400",
        "1772582400000",
        "Mar 4 '26",
    ],
)
def test_dates(text: str) -> None:
    assert values.parse_date(text) == date(2026, 3, 4)


@pytest.mark.parametrize("text", ["", "soon", "13/13/2026", "February 30, 2026", "٠٣/٠٤/٢٠٢٦"])
def test_no_dates(text: str) -> None:
    assert values.parse_date(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "206/555-0123",
        "tel:+1-206-555-0123",
        "1 (206) 555.0123",
        "call or text 206-555-0123 after 5pm",
        "206 555 0123 or 206 555 0199",
        "two oh six 555 0123",
        "two zero six five five five zero one two three",
        "206-555-0123x4",
        "(206) 555-0123",
        "206.555.0123",
        "206-555-0123 ext. 4",
        "+1 206 555 0123",
        "12065550123",
        "call 206 555 0123",
    ],
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
    values.parse_monthly_usd,
    values.parse_area_sqft,
    values.parse_lot_sqft,
    values.parse_number,
    values.parse_bathrooms,
    values.parse_year,
    values.parse_date,
    values.parse_phone,
    values.parse_yes_no,
]


@given(
    st.one_of(
        st.text(max_size=80), st.text(alphabet="0123456789.,$¼½kKmM/-+x' \u202e²", max_size=40), st.floats(), st.none()
    )
)
def test_no_text_makes_a_parser_raise(text: Any) -> None:
    for parse in PARSERS:
        parse(text)
    values.parse_date(text, date(2026, 2, 28))


@given(st.text(max_size=200))
def test_clean_text_holds_no_control_characters_and_no_tags(text: str) -> None:
    clean = values.clean_text(text)
    if clean is not None:
        assert not [char for char in clean if unicodedata.category(char).startswith("C")]
        assert values.clean_text(clean) is not None or "<" in clean or "&" in clean


@given(st.integers(1_000, 99_999_999))
def test_every_way_of_writing_a_price_is_read_back(usd: int) -> None:
    spaced, pointed = f"{usd:,}".replace(",", " "), f"{usd:,}".replace(",", ".")
    forms = [f"${usd:,}", f"${usd}", f"USD {usd:,}", f"{usd:,}", f"Asking ${usd:,} obo", f"${usd:,}.00", f"$ {usd:,}+"]
    forms += [f"${spaced}", f"${pointed}", f"was ${usd + 1000:,}, now ${usd:,}", f"${usd:,} - ${usd * 2:,}"]
    for form in forms:
        assert values.parse_price(form) == usd, form


@given(st.integers(10, 9_999), st.sampled_from(["k", "K", " thousand", " grand"]))
def test_every_way_of_writing_thousands_is_read_back(thousands: int, word: str) -> None:
    assert values.parse_price(f"${thousands}{word}") == thousands * 1_000
    assert values.parse_price(f"{thousands / 1_000:.3f}M") == thousands * 1_000


@given(st.integers(1, 50_000), st.sampled_from(["sq ft", "sqft", "SF", "s.f.", "square feet", "ft²", "SQ. FT."]))
def test_every_way_of_writing_square_feet_is_read_back(sqft: int, unit: str) -> None:
    for form in (f"{sqft:,} {unit}", f"{sqft}{unit}", f"approx. {sqft:,} {unit}", f"{sqft:,}+ {unit}"):
        assert values.parse_area_sqft(form) == sqft, form


@given(st.integers(5, 50_000), st.sampled_from(["acres", "acre lot", "ac", "Acres", "AC."]))
def test_acres_become_square_feet(hundredths: int, unit: str) -> None:
    for form in (f"{hundredths / 100} {unit}", f"~{hundredths / 100}{unit}", f"{hundredths / 100}+ {unit}"):
        assert values.parse_area_sqft(form) == pytest.approx(hundredths * 435.6, abs=0.1), form


@given(st.dates(date(1990, 1, 1), date(2069, 12, 31)))
def test_every_way_of_writing_a_date_is_read_back(day: date) -> None:
    forms = ["%Y-%m-%d", "%m/%d/%Y", "%m-%d-%Y", "%B %d, %Y", "%b %d %Y", "%d %B %Y", "%d-%b-%Y", "%A, %B %d, %Y"]
    forms += [
        "%Y-%m-%dT00:00:00+00:00",
        "%Y/%m/%d",
        "Posted: %b. %d, %Y",
        f"%B {day.day}, %Y",
        f"{day.month}/{day.day}/%Y",
    ]
    for form in forms:
        assert values.parse_date(day.strftime(form)) == day, form


@given(st.dates(date(2015, 1, 1), date(2030, 12, 31)), st.integers(0, 90))
def test_a_date_told_by_its_distance(today: date, days: int) -> None:
    day = today - timedelta(days=days)
    assert values.parse_date(f"Posted {days} days ago", today) == day
    assert values.parse_date(f"{day:%b} {day.day}", today) == day
    assert values.parse_date(f"Posted {days} days ago") is None


@pytest.mark.parametrize(
    ("text", "days"), [("today", 0), ("Just listed", 0), ("yesterday", 1), ("2 weeks ago", 14), ("an hour ago", 0)]
)
def test_near_dates(text: str, days: int) -> None:
    assert values.parse_date(text, date(2026, 3, 4)) == date(2026, 3, 4) - timedelta(days=days)


@given(st.integers(201, 989), st.integers(200, 999), st.integers(0, 9999))
def test_every_way_of_writing_a_phone_is_read_back(area: int, exchange: int, line: int) -> None:
    a, e, n = str(area), str(exchange), f"{line:04}"
    forms = (f"({a}) {e}-{n}", f"{a}-{e}-{n}", f"{a}.{e}.{n}", f"{a}{e}{n}", f"+1 {a} {e} {n}", f"1-{a}-{e}-{n} x12")
    for form in forms:
        for written in (form, f"Call Bo at {form} or text", f"tel:{form}"):
            assert values.parse_phone(written) == f"+1{a}{e}{n}", written


def test_a_number_in_letters() -> None:
    assert values.parse_phone("1-800-GOT-LAND") == "+18004685263"


@pytest.mark.parametrize(
    ("text", "usd"),
    [("$310/month", 310), ("310", 310), ("$3,720 a year", 310), ("$930 quarterly", 310), ("None", 0), ("ask", None)],
)
def test_dues(text: str, usd: float | None) -> None:
    assert values.parse_monthly_usd(text) == usd


@pytest.mark.parametrize(("text", "sqft"), [("0.25", 10_890), ("3", 130_680), ("7,200", 7200), ("40 sq ft", 40)])
def test_a_small_lot_without_unit_is_one_of_acres(text: str, sqft: float) -> None:
    assert values.parse_lot_sqft(text) == sqft
