"""The words of US addresses: directions, street types, units.

Belongs here: the tables of scourgify (USPS Publication 28) as sets, and plain text. Does not: grammar
(street.py, unit.py).
"""

from __future__ import annotations

import re
import unicodedata

from scourgify.address_constants import DIRECTIONAL_REPLACEMENTS, STREET_TYPE_ABBREVIATIONS

# HY and HIGHWAY are one word; scourgify does not know the first. KEY, LAND and FALL are names as well as types.
STREET_TYPES: dict[str, str] = {
    word: short for word, short in STREET_TYPE_ABBREVIATIONS.items() if " " not in word and "." not in word
} | {"HY": "HWY", "WY": "WAY"}
STREET_TYPE_WORDS = frozenset(STREET_TYPES) | frozenset(STREET_TYPES.values())
DIRECTIONS: dict[str, str] = {
    **DIRECTIONAL_REPLACEMENTS,
    **{short: short for short in DIRECTIONAL_REPLACEMENTS.values()},
}

_APOSTROPHES = re.compile(r"['`\u2018\u2019\u02bc\u00b4]")
_VULGAR_FRACTION = re.compile(r"([\u00bc-\u00be\u2150-\u215e])")


def plain(text: str | None) -> str:
    """ASCII upper case on one line: what a postal clerk would type. 12½ is 12 1/2, Peña is PENA, O'Brien OBRIEN."""
    spaced = _VULGAR_FRACTION.sub(r" \1 ", _APOSTROPHES.sub("", text or ""))
    folded = unicodedata.normalize("NFKD", spaced.replace("ß", "ss")).replace("\u2044", "/")
    kept = folded.encode("ascii", "ignore").decode().upper()
    return " ".join(re.sub(r"[^A-Z0-9#&@,./()-]+", " ", kept).split())
