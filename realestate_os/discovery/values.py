"""The ways in which people write prices, areas, counts, dates and phone numbers.

Belongs here: text -> number, date or clean text; None for what cannot be read. Nothing here raises,
whatever the text. Does not: which values are possible (rules.py) or what a seller means by them
(seller_text.py).
"""

from __future__ import annotations

import html
import re
import unicodedata
from datetime import UTC, date, datetime, timedelta

SQFT_PER_ACRE = 43_560.0
SQFT_PER_SQM = 10.7639
# Unit -> square feet; the longest word that fits is taken.
_SQFT = {
    r"acres?\b|ac\b": SQFT_PER_ACRE,
    r"hectares?\b|ha\b": 10_000 * SQFT_PER_SQM,
    r"m²|m2\b|sqm\b|sq\.?\s?m\b|sq(?:uare|\.)?\s?met(?:er|re)s?\b": SQFT_PER_SQM,
    r"sq(?:uare|\.)?\s?y(?:ar)?ds?\b|yd²": 9.0,
}
# Longer than any honest description; a page can hold megabytes of text.
MAX_TEXT_CHARS = 5_000
# A lot of 0.25 or 3 "nothing" is one of acres: none has so few square feet.
BARE_ACRES_BELOW = 50.0

_NUMBER = r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
_SCALES = r"(k\b|m\b|mm\b|mil(?:l(?:ion)?)?\b|thousand\b|grand\b)"
_SCALE = {"k": 1e3, "thousand": 1e3, "grand": 1e3, "m": 1e6, "mm": 1e6, "mil": 1e6, "mill": 1e6, "million": 1e6}
_PRICE = re.compile(rf"(?:\$|USD|US\$)?\s*{_NUMBER}\s*{_SCALES}?", re.IGNORECASE)
_MONEY = re.compile(rf"(?:\$|USD)\s*{_NUMBER}\s*{_SCALES}?", re.IGNORECASE)
_RANGE = re.compile(rf"{_NUMBER}\s*(?:-|to)\s*\$?\s*{_NUMBER}\s*{_SCALES}", re.IGNORECASE)
_NOW = re.compile(
    rf"\b(?:now|reduced to|new price:?|lowered to)\s*((?:\$|USD)\s*{_NUMBER}\s*{_SCALES}?)", re.IGNORECASE
)
# Thousands by points, spaces or apostrophes, as typed by some: 512.000, 512 000, 1'250'000.
_OTHER_THOUSANDS = re.compile(
    rf"(?<![\d.,])([1-9]\d{{0,2}})((?:[ .']\d{{3}})+)(?![\d.,]*\d)(?!\s*{_SCALES})", re.IGNORECASE
)
_A_RATE = re.compile(
    r"(?:/|\bper\b|\ban?\b)\s*(?:sq\w*|sf|ft|foot|mo|month|week|wk|night|year|yr|acre)\b|\b(?:monthly|weekly|pcm)\b",
    re.IGNORECASE,
)
_FOREIGN = re.compile(r"[€£¥]|\b(?:EUR|GBP|CAD|AUD|MXN)\b|\bC\$", re.IGNORECASE)
_SIDES = re.compile(rf"{_NUMBER}\s*(?:'|ft\.?|feet)?\s*(?:x|×|by)\s*{_NUMBER}", re.IGNORECASE)
_AREA = re.compile(rf"{_NUMBER}\s*(k\b)?\+?\s*({'|'.join(_SQFT)})?", re.IGNORECASE)
_BATHS = re.compile(r"(\d+)\s*(?:full|f)\b\D*(?:(\d+)\s*(?:half|partial|h)\b)?", re.IGNORECASE)
_FRACTIONS = {"¼": ".25", "½": ".5", "¾": ".75", "⅓": ".333", "⅔": ".667", "⅛": ".125"}
_WORDS = dict(
    zip("zero one two three four five six seven eight nine ten eleven twelve".split(), range(13), strict=True)
)
_WORD = re.compile(rf"\b({'|'.join(_WORDS)})\b", re.IGNORECASE)
_TAG = re.compile(r"<(?:!--.*?(?:-->|$)|[/!?]?[a-zA-Z][^<>]*(?:>|$))", re.DOTALL)
_SCRIPT = re.compile(r"<(script|style|iframe|noscript)\b.*?(?:</\1\s*>|$)", re.DOTALL | re.IGNORECASE)


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
    """'$512K', '1.2M obo', '$512.000', 'was $540k, now $512k', '$450-475k' -> dollars. A number stays what it is.

    An amount with a dollar sign wins over a bare number ('3 bed for $400k'); of a range the lower end counts. A
    price per square foot or per month is none, nor is one in other money.
    """
    if isinstance(text, bool) or text is None:
        return None
    plain = _thousands(_folded(text))
    if _A_RATE.search(plain) or _FOREIGN.search(plain):
        return None
    if now := _NOW.search(plain):
        plain = now.group(1)
    if found := _RANGE.search(plain):
        low, scale = _float(found.group(1)), _SCALE[found.group(3).lower()]
        return None if low is None else round(low * scale if low < scale else low, 2)
    return _scaled(_MONEY.search(plain) or _PRICE.search(plain))


def parse_money(text: object) -> float | None:
    """A dollar amount whatever it is paid for: '$1,310' -> 1310."""
    return _scaled(_PRICE.search(_thousands(_folded(text))))


def parse_monthly_usd(text: object) -> float | None:
    """Dues: '$310/month', '$3,720 a year', '$930 quarterly', 'none' -> dollars a month."""
    plain = _folded(text).strip()
    if re.fullmatch(r"none|no|n/a|no hoa", plain, re.IGNORECASE):
        return 0.0
    usd = parse_money(plain)
    if usd is None:
        return None
    for words, months in ((r"semi", 6), (r"quarter|qtr", 3), (r"year|yr|annual|p\.?a\b", 12)):
        if re.search(words, plain, re.IGNORECASE):
            return round(usd / months, 2)
    return usd


def money_amounts(text: str | None) -> list[float]:
    """Every dollar amount in a text."""
    return [amount for found in _MONEY.finditer(_folded(text)) if (amount := _scaled(found)) is not None]


def parse_area_sqft(text: object) -> float | None:
    """'1,850 sq ft', '1.2k sqft', '0.25 acres', 'half an acre', '1 1/2 ac', '120 m²', "60' x 120'" -> square feet."""
    plain = _counted(_folded(text, keep="²×").replace("’", "'"))
    if sides := _SIDES.search(plain):
        one, other = _float(sides.group(1)), _float(sides.group(2))
        return None if one is None or other is None else round(one * other, 1)
    found = _AREA.search(plain)
    number = _float(found.group(1)) if found else None
    if found is None or number is None:
        return None
    unit = found.group(3)
    per = next((sqft for words, sqft in _SQFT.items() if unit and re.fullmatch(words, unit, re.IGNORECASE)), 1.0)
    area = number * per * (1_000 if found.group(2) else 1)
    return area if per == 1.0 else round(area, 1)


def parse_lot_sqft(text: object) -> float | None:
    """An area of land: as parse_area_sqft, but a small number without unit means acres."""
    area = parse_area_sqft(text)
    bare = area is not None and re.fullmatch(r"[\d.,]+", _folded(text).strip())
    return round(area * SQFT_PER_ACRE, 1) if area is not None and bare and area < BARE_ACRES_BELOW else area


def parse_number(text: object) -> float | None:
    """The first number: '3 bedrooms' -> 3, 'three' -> 3, '2½' and '2 1/2' -> 2.5, 'Studio' -> 0."""
    plain = _counted(_folded(text))
    if re.fullmatch(r"studio|none|no", plain.strip(), re.IGNORECASE):
        return 0.0
    found = re.search(r"-?" + _NUMBER, plain)
    return _float(found.group()) if found else None


def parse_bathrooms(text: object) -> float | None:
    """'2.5', '2½ baths', 'two and a half', '2 full, 1 half' -> bathrooms; a half bath counts 0.5."""
    plain = _counted(_folded(text))
    found = _BATHS.search(plain)
    if found:
        full = _float(found.group(1)) or 0.0
        return full + 0.5 * (_float(found.group(2) or "0") or 0.0)
    return parse_number(plain)


def parse_year(text: object) -> float | None:
    """The first four-digit year, 1600 to 2199."""
    found = re.search(r"(?<!\d)(1[6-9]\d\d|2[01]\d\d)(?!\d)", _folded(text))
    return float(found.group()) if found else parse_number(text)


_MONTHS = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_MONTH = r"(?P<month>(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*)\.?"
_DAY, _YEAR = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?", r"(?P<year>\d{4}|'?\d\d)(?!\d)"
_DATE_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?<!\d)(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)",
        rf"(?<![\d/])(?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}})[-/.]{_YEAR}",
        rf"\b{_MONTH}\s*{_DAY}\s*,?\s+{_YEAR}",
        rf"\b{_DAY}[\s-]+(?:of\s+)?{_MONTH},?[\s-]+{_YEAR}",
        r"(?<!\d)(?P<year>20\d\d)(?P<month>\d\d)(?P<day>\d\d)(?!\d)",
    )
)
_DAY_OF_MONTH = (
    re.compile(rf"\b{_MONTH}\s*{_DAY}\b", re.IGNORECASE),
    re.compile(rf"\b{_DAY}\s+{_MONTH}", re.IGNORECASE),
)
_AGO = re.compile(r"\b(\d{1,3}|an?)\+?\s*(minute|min|hour|hr|day|week|month)s?\s*(?:ago|old|on)\b", re.IGNORECASE)
_DAYS_OF = {"minute": 0, "min": 0, "hour": 0, "hr": 0, "day": 1, "week": 7, "month": 30}


def parse_date(text: object, today: date | None = None) -> date | None:
    """An American's date: '3/14/2026', 'Listed March 14th, 2026', '14-Mar-26', '2026-03-14T10:00:00Z', seconds since
    1970. With `today` also 'yesterday', '3 weeks ago' and, as the last one before it, 'Mar 14'.
    """
    if isinstance(text, datetime):
        return text.date()
    if isinstance(text, date):
        return text
    plain = " ".join(_folded(text).split())[:80]
    if re.fullmatch(r"1\d{9}(?:\d{3})?", plain):
        return datetime.fromtimestamp(int(plain[:10]), UTC).date()
    for form in _DATE_FORMS:
        if found := form.search(plain):
            return _calendar(found["year"], found["month"], found["day"])
    return _near(plain, today) if today else None


def _near(plain: str, today: date) -> date | None:
    """A date that is told by its distance, or without its year."""
    for word, days in (("today", 0), ("just", 0), ("yesterday", 1)):
        if re.search(rf"\b{word}\b", plain, re.IGNORECASE):
            return today - timedelta(days=days)
    if ago := _AGO.search(plain):
        count = int(ago.group(1)) if ago.group(1).isdecimal() else 1
        return today - timedelta(days=count * _DAYS_OF[ago.group(2).lower()])
    for form in _DAY_OF_MONTH:
        if found := form.search(plain):
            this = _calendar(str(today.year), found["month"], found["day"])
            return _calendar(str(today.year - 1), found["month"], found["day"]) if this and this > today else this
    return None


def _calendar(year: str, month: str, day: str) -> date | None:
    number = int(year.lstrip("'"))
    if number < 100:
        number += 2000 if number < 70 else 1900
    first = int(month) if month.isdecimal() else _MONTHS[month[:3].lower()]
    second = int(day)
    if first > 12 >= second:  # nobody has a 24th month: 24/11/2026 is a day in November
        first, second = second, first
    try:
        return date(number, first, second)
    except ValueError:
        return None


_KEYPAD = {
    letter: str(digit)
    for digit, letters in enumerate("abc def ghi jkl mno pqrs tuv wxyz".split(), 2)
    for letter in letters
}
_PHONE = re.compile(r"(?<![\d])(?:\+?1[\s./-]*)?\(?([2-9]\d\d)\)?[\s./-]*([2-9]\d\d)[\s./-]*(\d{4})(?!\d)")
_VANITY = re.compile(r"(?<!\d)(?:1[\s.-]*)?\(?(8\d\d)\)?[\s.-]+([a-z\d]{3}[\s.-]?[a-z\d]{4,})\b", re.IGNORECASE)
_SPELT = re.compile(rf"\b({'|'.join([*list(_WORDS)[:10], 'oh'])})\b[\s-]*", re.IGNORECASE)


def parse_phone(text: object) -> str | None:
    """The first North American number as E.164: '(206) 555-0123 ext 4', 'tel:+1-206-555-0123', '800-GOT-LAND',
    'two oh six 555 0123'. Extensions are dropped.
    """
    plain = _folded(text)
    if found := _PHONE.search(plain):
        return f"+1{''.join(found.groups())}"
    if vanity := _VANITY.search(plain):
        letters = re.sub(r"[\s.-]", "", vanity.group(2)).lower()[:7]
        return f"+1{vanity.group(1)}{''.join(_KEYPAD.get(char, char) for char in letters)}"
    spelt = _SPELT.sub(lambda word: str(_WORDS.get(word.group(1).lower(), 0)), plain)
    found = _PHONE.search(spelt) if spelt != plain else None
    return f"+1{''.join(found.groups())}" if found else None


def parse_yes_no(text: object) -> float | None:
    """1 for yes, 0 for no, None for anything else."""
    word = _folded(text).strip().lower()
    if re.fullmatch(r"(?:yes|y|true|1)(?:[,;:. -].*)?", word):
        return 1.0
    return 0.0 if re.fullmatch(r"(?:no|n|false|0|none)(?:[,;:. -].*)?", word) else None


def _folded(text: object, keep: str = "") -> str:
    """Compatibility forms folded (fullwidth digits, ligatures, hard spaces), fractions spelt as decimals."""
    plain = str(text)[:MAX_TEXT_CHARS] if text is not None else ""
    if plain.isascii():
        return plain
    for sign, decimal in _FRACTIONS.items():
        plain = re.sub(rf"(\d?)\s*{sign}", rf"\g<1>{decimal}", plain)
    plain = "".join(char if char in keep else unicodedata.normalize("NFKC", char) for char in plain)
    plain = re.sub(r"[\u2010-\u2015\u2212]", "-", plain)
    # Only ASCII digits are numbers here; \d and float() would take any script's.
    return "".join(char for char in plain if char.isascii() or not char.isdigit() or char in keep)


def _thousands(plain: str) -> str:
    return _OTHER_THOUSANDS.sub(lambda found: found.group(1) + re.sub(r"\D", "", found.group(2)), plain)


def _counted(plain: str) -> str:
    """Words and fractions as figures: 'two and a half' -> '2.5', '1 1/2' -> '1.5', 'half an acre' -> '0.5 acre'."""
    plain = _WORD.sub(lambda word: str(_WORDS[word.group(1).lower()]), plain)
    plain = re.sub(r"(\d+)\s*(?:and|&)\s*(?:a|1)\s*half\b", r"\1.5", plain, flags=re.IGNORECASE)
    plain = re.sub(r"\bhalf[\s-]*(?:an?\s*)?(?=acre)", "0.5 ", plain, flags=re.IGNORECASE)
    plain = re.sub(r"\b(?:a\s*)?quarter[\s-]*(?:of\s*)?(?:an?\s*)?(?=acre)", "0.25 ", plain, flags=re.IGNORECASE)

    def decimal(found: re.Match[str]) -> str:
        whole, top, bottom = int(found.group(1) or 0), int(found.group(2)), int(found.group(3))
        return f"{whole + top / bottom:g}"

    return re.sub(r"(?<![\d./])(?:(\d{1,4})[\s-]+)?([1-9])/([2-9])(?![\d/])", decimal, plain)


def _scaled(found: re.Match[str] | None) -> float | None:
    number = _float(found.group(1)) if found else None
    if found is None or number is None:
        return None
    return round(number * _SCALE.get((found.group(2) or "").lower(), 1.0), 2)


def _float(digits: str) -> float | None:
    try:
        number = float(digits.replace(",", ""))
    except ValueError:
        return None
    return number if abs(number) < 1e15 else None
