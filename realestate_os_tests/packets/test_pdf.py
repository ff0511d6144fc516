"""Printed pages: text, length, sameness, and what the printer refuses to fetch."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import pytest

from realestate_os.packets.make import printed
from realestate_os.packets.pdf import OwnFilesFetcher, PdfPrinter, RefusedAddressError
from realestate_os.packets.render import render_memo
from realestate_os_tests.packets.memos import CONTRACT, TEMPLATES, internal, investor, text_of

SECTIONS = (
    *("1417 E Howell St", "confidence (", "AS-IS VALUE", "bedrooms", "FINANCIALS", "LOCATION AND MARKET"),
    *("WHY THIS PROPERTY", "KEY FEATURES", "COMPARABLE SALES", "MODEL INSIGHTS", "DATA SOURCES", "NEXT STEP"),
    "DISCLAIMER",
)
LONG: dict[str, Any] = {
    "street_address": "12345 Martin Luther King Junior Memorial Boulevard Southeast Extension",
    "unit": "4417-B",
    "description": "Spacious home with many rooms and a garden. " * 40,
    "comparables": 5,
    "hoa_usd_month": 412.0,
    "waterfront": 1.0,
    "year_renovated": 2019.0,
    "owner_mailing_address": "PO Box 12345, c/o The Very Long Named Family Revocable Living Trust of 1998",
    "url": "https://fsbo.sandbox.example/king_wa/home/" + "very-long-slug-" * 10,
}


def text_and_pages(printer: PdfPrinter, memo: dict[str, Any]) -> tuple[str, int]:
    pdf = printed(memo, printer, TEMPLATES)
    return text_of(pdf.content), pdf.pages


def test_the_internal_edition_has_all_fourteen_sections_on_two_pages(printer: PdfPrinter) -> None:
    text, pages = text_and_pages(printer, internal())
    assert pages == 2
    for section in (*SECTIONS, "OWNER AND SELLER", "Maximum allowable offer", "SCORE, LINE BY LINE", "people"):
        assert section in text
    assert "Page 1 of 2" in text and "model value_king_wa v3" in text
    assert "$545,000" in text and "nan" not in text.lower().split()


def test_the_investors_edition_has_its_thirteen(printer: PdfPrinter) -> None:
    text, pages = text_and_pages(printer, investor())
    assert pages == 2
    for section in SECTIONS:
        assert section in text
    assert "OWNER" not in text and "Your ceiling" in text and "$562,222" in text


def test_long_texts_and_five_comparables_with_many_lines_stay_on_two_pages(printer: PdfPrinter) -> None:
    memo = internal(replace(CONTRACT, disclosure="Read this with care. " * 30), **LONG)
    lines = [{"line": f"Adjustment of kind {n}", "usd": 12_345} for n in range(7)]
    memo["comparables"] = [
        sale | {"lines": lines, "warnings": ["adjustments above 15 %", "radius widened to 1 mile"]}
        for sale in memo["comparables"]
    ]
    assert text_and_pages(printer, memo)[1] == 2


def test_the_same_memo_is_the_same_bytes(printer: PdfPrinter) -> None:
    html = render_memo(internal(), TEMPLATES)
    first = printer.print(html)
    time.sleep(1.1)  # a clock in the file would show by now
    assert printer.print(html).content == first.content
    assert PdfPrinter(TEMPLATES).print(html).sha256 == first.sha256


@pytest.mark.parametrize(
    "url",
    [
        *("file:///etc/passwd", "http://169.254.169.254/latest/meta-data/", "https://example.com/a.png"),
        *("ftp://example.com/x", "data:text/plain,x", "memo:../../pyproject.toml", "memo:/etc/passwd", "/etc/passwd"),
    ],
)
def test_the_fetcher_refuses_all_but_its_own_files(url: str) -> None:
    fetcher = OwnFilesFetcher({"memo.css": b"a {}"})
    with pytest.raises(RefusedAddressError, match="may not fetch"):
        fetcher(url)
    assert fetcher("memo:memo.css").read() == b"a {}"


def test_markup_that_slipped_in_reaches_neither_files_nor_hosts() -> None:
    printer = PdfPrinter(TEMPLATES)
    urls = ["file:///etc/passwd", "http://169.254.169.254/x.png", "http://127.0.0.1:9/y.css"]
    html = (
        f'<img src="{urls[0]}"><img src="{urls[1]}"><link rel="stylesheet" href="{urls[2]}">'
        f'<object data="{urls[0]}"></object><p style="background: url({urls[1]})">text</p>'
        f'<link rel="attachment" href="{urls[0]}"><svg width="9" height="9"><image href="{urls[0]}"/></svg>'
    )
    pdf = printer.print(html)
    assert set(printer.fetcher.refused) == set(urls)
    assert b"root:" not in pdf.content and "root:" not in text_of(pdf.content)
    assert "text" in text_of(pdf.content)


def test_the_snapshot_alone_prints_the_memo_again(printer: PdfPrinter) -> None:
    memo = internal()
    again = json.loads(json.dumps(memo))
    assert printer.print(render_memo(again, TEMPLATES)).sha256 == printer.print(render_memo(memo, TEMPLATES)).sha256
