"""The unit of an address: where it stands in the line, and one name for its many spellings.

Belongs here: "#4", "Apt 4", "Unit 4-B", "Bldg 3 Ste 12", "2nd Floor". Does not: the street before it
(street.py). Two units of a building never get one name; when in doubt they stay two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from realestate_os.storage.identity.words import DIRECTIONS, STREET_TYPE_WORDS

# Words that only say "a unit follows": they are dropped, so that "Apt 4" and "#4" are one.
_SAYS_UNIT = frozenset(
    "APT APTS APARTMENT UNIT STE SUITE NO NUM NUMBER SPC SP SPACE TRLR TRAILER RM ROOM CONDO TOWNHOUSE TOWNHOME TH DOOR"
    " DEPT OFC OFFICE".split()
)
# Words that tell units apart and stay, in one spelling.
_TELLS_UNIT = {
    "BUILDING": "BLDG", "BLDG": "BLDG", "BLD": "BLDG", "FLOOR": "FL", "FLR": "FL", "FL": "FL", "LOT": "LOT",
    "PENTHOUSE": "PH", "PH": "PH", "BASEMENT": "BSMT", "BSMT": "BSMT", "REAR": "REAR", "FRONT": "FRNT", "FRNT": "FRNT",
    "UPPER": "UPPR", "UPPR": "UPPR", "LOWER": "LOWR", "LOWR": "LOWR", "LOBBY": "LBBY", "LBBY": "LBBY",
    "HANGAR": "HNGR", "HNGR": "HNGR", "SLIP": "SLIP", "PIER": "PIER",
}  # fmt: skip
# These stand alone as units: "12 Elm St Rear".
_ALONE = frozenset({"PH", "BSMT", "REAR", "FRNT", "UPPR", "LOWR", "LBBY"})
_NONE = frozenset({"NONE", "NULL", "NAN", "NA", "N/A"})

_BARE = re.compile(r"\d{1,5}-?[A-Z]?|[A-Z]-?\d{1,4}|[A-Z]")
_ORDINAL = re.compile(r"\d+(?:ST|ND|RD|TH)")
_TOKEN = re.compile(r"#|[A-Za-z0-9]+")
_WORD = re.compile(r"[A-Z0-9]+(?:[-/][A-Z0-9]+)*")
# A unit is told in a few words; whatever is longer is a remark.
_MOST_WORDS = 10
# After these a number is the road's, not a unit's.
_NUMBERED_ROADS = frozenset("HWY HIGHWAY HY RTE ROUTE RT LOOP FM RM RR SR CR SH INTERSTATE AVENUE CIRCLE".split())
_BEFORE_ROAD_NUMBER = frozenset("RANCH COUNTY STATE MARKET FOREST SERVICE CO US FM TO".split())


@dataclass(frozen=True)
class _Word:
    """A word of a line, in capitals, where it begins, and what stands between it and the word before."""

    text: str
    start: int
    end: int
    gap: str

    @property
    def designates(self) -> bool:
        return self.text == "#" or self.text in _SAYS_UNIT or self.text in _TELLS_UNIT

    @property
    def identifies(self) -> bool:
        """ "4B", "GARDEN"; not "DR": "12 Outer Space Dr" has no unit."""
        return self.text != "#" and (any(map(str.isdigit, self.text)) or self.text not in STREET_TYPE_WORDS)


def split_unit(line: str) -> tuple[str, str]:
    """'12 Elm St Apt 5' -> ('12 Elm St', 'Apt 5'); the second is '' when the line names no unit.

    Any letter case. A unit needs a street beside it: "UNIT 5" alone stays as it is.
    """
    words = _words(line)
    leading = _leading(line, words)
    if leading:
        return line[leading:].strip(" ,"), line[:leading].strip(" ,")
    for first in range(max(1, len(words) - _MOST_WORDS), len(words)):
        if _are_units(words[first:], line[: words[first].start]):
            return _cut(line, words[first].start)
    bare = _bare_unit(line)
    return _cut(line, bare) if bare else (line, "")


def unit_name(*texts: str) -> str:
    """Letters and digits of a unit in one spelling, '' for none. Further texts that say the same are not repeated.

    "Apt. 04-B", "#4B" and "Unit 4 B" are 4B; "Bldg 3 #41" is BLDG3-41 and "Bldg 34 #1" is BLDG34-1: a dash
    stays wherever two parts would otherwise run together.
    """
    name = ""
    for one in (_canonical(text.upper()) for text in texts):
        if not name or one == name or one.endswith(f"-{name}"):
            name = one or name
        elif one and not name.endswith(f"-{one}"):
            name = f"{name}-{one}"
    return name


def _words(line: str) -> list[_Word]:
    words, end = [], 0
    for found in _TOKEN.finditer(line):
        words.append(_Word(found.group().upper(), found.start(), found.end(), line[end : found.start()]))
        end = found.end()
    return words


def _cut(line: str, start: int) -> tuple[str, str]:
    return line[:start].rstrip(" ,(-"), line[start:].strip(" ,().")


def _leading(line: str, words: list[_Word]) -> int | None:
    """Where the street begins in "#4 12 Elm St" and "Unit 4, 12 Elm St"."""
    if not words or not words[0].designates:
        return None
    first = next((i for i, word in enumerate(words) if not word.designates), 0)
    street = first + 1
    while street < len(words) and words[street].gap.strip() in ("-", "/") and words[street].gap:
        street += 1
    if street >= len(words) or not words[street].text[0].isdigit() or not words[first].identifies:
        return None
    return words[street].start if _is_street(line[words[street].start :]) else None


def _are_units(words: list[_Word], before: str) -> bool:
    """Whether the words, to the end of the line, are nothing but units: each a designator and what it counts."""
    i = 0
    while i < len(words):
        if _ORDINAL.fullmatch(words[i].text) and _TELLS_UNIT.get(_at(words, i + 1)) == "FL":
            i += 2
            continue
        start = i
        while i < len(words) and words[i].designates:
            i += 1
        if i == start:
            return False
        if i < len(words) and words[i].identifies:
            i = _after_name(words, i)
        elif _TELLS_UNIT.get(words[i - 1].text) not in _ALONE or not (start or _ends_in_type(before)):
            return False
    return _is_street(before)


def _after_name(words: list[_Word], i: int) -> int:
    """The word after "4", "4-B", "A & B" or "4 B"."""
    i += 1
    while i < len(words) and words[i].gap.strip() in ("-", "/", "&") and not words[i].designates:
        i += 1
    lone = i < len(words) and len(words[i].text) == 1 and words[i].text != "#" and not words[i].gap.strip()
    return i + 1 if lone else i


def _at(words: list[_Word], i: int) -> str:
    return words[i].text if i < len(words) else ""


def _bare_unit(line: str) -> int | None:
    """Where the unit begins in '12 Elm St 4B' and '12 Elm, 4B'. Not the number of a road, nor a direction."""
    end = line.rstrip(" .)")
    start = max(end.rfind(char) for char in " ,(") + 1
    text, before = end[start:].upper(), line[:start].rstrip(" (")
    if not start or not _BARE.fullmatch(text) or text in DIRECTIONS:
        return None
    by_comma = before.endswith(",") and any(map(str.isdigit, text)) and _is_street(before)
    return start if by_comma or _ends_in_type(before) else None


def _ends_in_type(line: str) -> bool:
    """Whether a street type (and perhaps a direction) ends the line, with a name before it."""
    words = _WORD.findall(line.upper())
    if words and words[-1] in DIRECTIONS:
        words.pop()
    if len(words) < 3 or words[-1] not in STREET_TYPE_WORDS or words[-1] in _NUMBERED_ROADS:
        return False
    return words[-2] not in _BEFORE_ROAD_NUMBER and _is_street(" ".join(words[:-1]))


def _is_street(line: str) -> bool:
    """Whether there is a number and a name that is no mere direction, nor the fraction of "12 1/2"."""
    words = _WORD.findall(line.upper())
    return len(words) > 1 and any(word not in DIRECTIONS and "/" not in word for word in words[1:])


def _canonical(text: str) -> str:
    text = re.sub(r"\b(\d+)(?:ST|ND|RD|TH)\s+(?:FLOOR|FLR|FL)\b", r"FL \1", text)
    text = re.sub(r"\b(FLOOR|FLR|FL)\s+(\d+)(?:ST|ND|RD|TH)\b", r"FL \2", text)
    text = re.sub(r"^\s*(\d+)\.0\s*$", r"\1", text)  # a spreadsheet's number
    if text.strip() in _NONE:
        return ""
    name, apart, last = "", False, ""
    for word in re.findall(r"[A-Z0-9]+|#", text):
        if word in _SAYS_UNIT or word == "#":
            apart = True
            continue
        chunk = _TELLS_UNIT.get(word, re.sub(r"(?<!\d)0+(?=\d)", "", word))
        joined = not apart and _run_together(last, chunk)
        if last in _TELLS_UNIT.values() and last not in _ALONE - {"PH"}:
            joined = True
        name = f"{name}{'' if joined or not name else '-'}{chunk}"
        apart, last = False, chunk
    return name


def _run_together(one: str, other: str) -> bool:
    """'4' and 'B', however they were parted."""
    return (one.isdigit() and len(other) == 1 and other.isalpha()) or (
        len(one) == 1 and one.isalpha() and other.isdigit()
    )
