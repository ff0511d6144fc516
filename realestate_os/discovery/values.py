"""The ways in which people write prices, areas, counts, dates and phone numbers.

Belongs here: text -> number, date or clean text; None for what cannot be read. Nothing here raises,
whatever the text. Does not: which values are possible (rules.py) or what a seller means by them
(seller_text.py).
"""

from __future__ import annotations

import html
import re
import unicodedata
from datetime import date, datetime

SQFT_PER_ACRE = 43_560.0
SQFT_PER_SQM = 10.7639
# Longer than any honest description; a page can hold megabytes of text.
MAX_TEXT_CHARS = 5_000

_NUMBER = r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
_PRICE = re.compile(r"(?:\$|USD)?\s*" + _NUMBER + r"\s*(k\b|m\b|mm\b|mil\b|million\b|thousand\b)?", re.IGNORECASE)
_MONEY = re.compile(r"(?:\$|USD)\s*" + _NUMBER + r"\s*(k\b|m\b|mm\b|mil\b|million\b|thousand\b)?", re.IGNORECASE)
_SCALE = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mm": 1e6, "mil": 1e6, "million": 1e6}
_AREA = re.compile(_NUMBER + r"\s*(acres?\b|ac\b|m²|sqm\b|m2\b|sq\.?\s?m\b)?", re.IGNORECASE)
_BATHS = re.compile(r"(\d+)\s*(?:full|f)\b\D*(?:(\d+)\s*(?:half|partial|h)\b)?", re.IGNORECASE)
_FRACTIONS = {"¼": ".25", "½": ".5", "¾": ".75"}
_TAG = re.compile(r"<(?:!--.*?(?:-->|$)|[/!?]?[a-zA-Z][^<>]*(?:>|$))", re.DOTALL)
_SCRIPT = re.compile(r"<(script|style|iframe|noscript)\b.*?(?:</\1\s*>|$)", re.DOTALL | re.IGNORECASE)
_DATE_FORMS = (
    "%Y-%m-%d",
    "%m/%d/%Y",
    "%m/%d/%y",
    "%m-%d-%Y",
    "%B %d, %Y",
    "%b %d, %Y",
    "%B %d %Y",
    "%b %d %Y",
    "%d %B %Y",
    "%d %b %Y",
    "%Y/%m/%d",
    "%Y%m%d",
)


def clean_text(text: object, limit: int = MAX_TEXT_CHARS) -> str | None:
    """Text on one line without markup, control characters, bidi overrides and broken bytes; None if empty."""
    plain = str(text)[: limit * 4] if text is not None else ""
    # Entities first: "&lt;script&gt;" in the source of a page is text to a browser, and markup to the next one.
    for _ in range(3):
        plain = _TAG.sub(" ", _SCRIPT.sub(" ", html.unescape(plain)))
    # Categories C*: control, format (bidi, zero width), surrogates, private use, unassigned.
    kept = (char if not unicodedata.category(char).startswith("C") else " " for char in plain)
    joined = " ".join(unicodedata.normalize("NFC", "".join(kept)).replace("\ufffd", " ").split())
    return joined[:limit].strip() or None


def parse_price(text: object) -> float | None:
    """'$512K', '1.2M obo', 'USD 512,000', 'Opening bid $90,000' -> dollars. A number stays what it is.

    An amount with a dollar sign wins over a bare number ('3 bed for $400k'). A price per square foot or
    per month is none.
    """
    if isinstance(text, bool) or text is None:
        return None
    plain = _folded(text)
    if re.search(r"/\s*(sq|sf|ft|mo)|per\s+(sq|sf|foot|month)|a month", plain, re.IGNORECASE):
        return None
    found = _MONEY.search(plain) or _PRICE.search(plain)
    return _scaled(found) if found else None


def parse_money(text: object) -> float | None:
    """A dollar amount whatever it is paid for: '$310/month' -> 310."""
    found = _PRICE.search(_folded(text))
    return _scaled(found) if found else None


def money_amounts(text: str | None) -> list[float]:
    """Every dollar amount in a text."""
    return [amount for found in _MONEY.finditer(_folded(text)) if (amount := _scaled(found)) is not None]


def parse_area_sqft(text: object) -> float | None:
    """'1,850 sq ft', '0.25 acres', '120 m²', '7200' -> square feet."""
    found = _AREA.search(_folded(text, keep="²"))
    number = _float(found.group(1)) if found else None
    if found is None or number is None:
        return None
    unit = (found.group(2) or "").lower()
    if unit.startswith("ac"):
        return round(number * SQFT_PER_ACRE, 1)
    return round(number * SQFT_PER_SQM, 1) if unit else number


def parse_number(text: object) -> float | None:
    """The first number: '3 bedrooms' -> 3, '2½' -> 2.5, 'Studio' -> 0."""
    plain = _folded(text)
    if re.fullmatch(r"studio|none|no", plain.strip(), re.IGNORECASE):
        return 0.0
    found = re.search(r"-?" + _NUMBER, plain)
    return _float(found.group()) if found else None


def parse_bathrooms(text: object) -> float | None:
    """'2.5', '2½ baths', '2 full, 1 half' -> bathrooms; a half bath counts 0.5."""
    found = _BATHS.search(_folded(text))
    if found:
        full = _float(found.group(1)) or 0.0
        return full + 0.5 * (_float(found.group(2) or "0") or 0.0)
    return parse_number(text)


def parse_year(text: object) -> float | None:
    """The first four-digit year, 1600 to 2199."""
    found = re.search(r"(?<!\d)(1[6-9]\d\d|2[01]\d\d)(?!\d)", _folded(text))
    return float(found.group()) if found else parse_number(text)


def parse_date(text: object) -> date | None:
    """An American's date: '3/14/2026', 'March 14, 2026', '14 Mar 2026', '2026-03-14T10:00:00Z'."""
    if isinstance(text, datetime):
        return text.date()
    if isinstance(text, date):
        return text
    plain = " ".join(_folded(text).split())[:40]
    plain = re.sub(r"(?<=\d)(st|nd|rd|th)\b", "", plain.replace(".", ""), flags=re.IGNORECASE)
    plain = re.sub(r"^(\d{4}-\d\d-\d\d)[T ].*$", r"\1", plain).replace("Sept ", "Sep ")
    for form in _DATE_FORMS:
        try:
            return datetime.strptime(plain, form).date()
        except ValueError:
            continue
    return None


def parse_phone(text: object) -> str | None:
    """A North American number as E.164; extensions are dropped."""
    plain = re.split(r"(?:ext|x)\.?\s*\d", _folded(text), maxsplit=1, flags=re.IGNORECASE)[0]
    digits = re.sub(r"\D", "", plain)
    if len(digits) == 11 and digits.startswith("1"):
        digits = digits[1:]
    return f"+1{digits}" if re.fullmatch(r"[2-9]\d{2}[2-9]\d{6}", digits) else None


def parse_yes_no(text: object) -> float | None:
    """1 for yes, 0 for no, None for anything else."""
    word = _folded(text).strip().lower()
    if word in ("yes", "y", "true", "1"):
        return 1.0
    return 0.0 if word in ("no", "n", "false", "0", "none") else None


def _folded(text: object, keep: str = "") -> str:
    """Compatibility forms folded (fullwidth digits, ligatures), fractions spelt as decimals."""
    plain = str(text)[:MAX_TEXT_CHARS] if text is not None else ""
    if plain.isascii():
        return plain
    for sign, decimal in _FRACTIONS.items():
        plain = re.sub(rf"(\d?)\s*{sign}", rf"\g<1>{decimal}", plain)
    plain = "".join(char if char in keep else unicodedata.normalize("NFKC", char) for char in plain)
    # Only ASCII digits are numbers here; \d and float() would take any script's.
    return "".join(char for char in plain if char.isascii() or not char.isdigit() or char in keep)


def _scaled(found: re.Match[str]) -> float | None:
    number = _float(found.group(1))
    if number is None:
        return None
    return round(number * _SCALE.get((found.group(2) or "").lower(), 1.0), 2)


def _float(digits: str) -> float | None:
    try:
        number = float(digits.replace(",", ""))
    except ValueError:
        return None
    return number if abs(number) < 1e15 else None
