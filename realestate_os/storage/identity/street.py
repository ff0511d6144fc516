"""The street line by USPS Publication 28: one spelling for number, direction, name and type.

Belongs here: scourgify, and what it cannot read or reads in two ways: fractions, ranges, "n.e.",
highways, numbered streets, Saint and St. Does not: units (unit.py). Words are never dropped, so that two
streets do not fall together.
"""

from __future__ import annotations

import re
from functools import lru_cache

from realestate_os.storage.identity.words import DIRECTIONS, STREET_TYPE_WORDS, STREET_TYPES

_TOKEN = re.compile(r"\d+[A-Z]?(?:-\d+[A-Z]?)+(?![A-Z0-9])|\d+/\d+|[A-Z0-9]+")
_PO_BOX = re.compile(
    r"\b(?:P\.?\s*O\.?\s*(?:BOX|DRAWER)|POB|POST OFFICE BOX)\b|\b(?:RR|RURAL ROUTE|HC)\s*\d+\s+BOX\b|^BOX \d"
)
_CROSSING = re.compile(r"[&@]|\bAND\b|\bAT\b")
# "123", "123A", "10-15", "123-1/2", "N6W23001", "W156N8480".
_NUMBER = re.compile(r"(?:[NSEW]\d+)?[NSEW]?\d+[A-Z]?(?:-\d+[A-Z]?)*")
_ORDINAL_END = re.compile(r"\d(?:ST|ND|RD|TH)$")

# The official name first where there are several for one numbering: a state has one set of state roads.
_ROADS = (
    (r"(?:INTERSTATE|IH|I)(?: (?:HIGHWAY|HWY))? ?-? ?(\d+[A-Z]?)", "INTERSTATE"),
    (r"(?:U ?S|UNITED STATES)(?: (?:HIGHWAY|HWY|HY|ROUTE|RTE|RT))? (\d+[A-Z]?)", "US HWY"),
    (r"(?:STATE (?:HIGHWAY|HWY|HY|ROUTE|RTE|RT|ROAD|RD)|S ?R|S ?H|ST (?:HIGHWAY|HWY|RTE|RT)) (\d+[A-Z]?)", "STATE HWY"),
    (r"(?:FARM TO MARKET(?: (?:ROAD|RD))?|F ?M(?: (?:ROAD|RD))?) (\d+[A-Z]?)", "FM"),
    (r"(?:RANCH(?: TO MARKET)?(?: (?:ROAD|RD))?|R ?M(?: (?:ROAD|RD))?|RR) (\d+[A-Z]?)", "RANCH RD"),
    (r"(?:COUNTY|CO) (?:HIGHWAY|HWY) (\d+[A-Z]?)", "COUNTY HWY"),
    (r"(?:(?:COUNTY|CO) (?:ROAD|RD)|C ?R) (\d+[A-Z]?)", "COUNTY RD"),
    (r"(?:HIGHWAY|HIWAY|HWY|HY) (\d+[A-Z]?)", "HWY"),
)
_ROADS_COMPILED = tuple(
    (re.compile(rf"(?:(?P<before>.+) )?(?:{pattern})(?: (?P<after>.+))?"), name) for pattern, name in _ROADS
)
_UNITS = "FIRST SECOND THIRD FOURTH FIFTH SIXTH SEVENTH EIGHTH NINTH".split()
_TEENS = (
    "TENTH ELEVENTH TWELFTH THIRTEENTH FOURTEENTH FIFTEENTH SIXTEENTH SEVENTEENTH EIGHTEENTH NINETEENTH TWENTIETH"
).split()
_ORDINALS = {word: number for number, word in enumerate([*_UNITS, *_TEENS], start=1)}
_NAMES = {"SAINT": "ST", "MOUNT": "MT", "FORT": "FT"}


def street_line(line: str, city: str = "") -> tuple[str, str | None]:
    """Number and street in one spelling, and why it is no address of a property, or None.

    `line` is plain() text without its unit. Reasons: no_street, po_box, intersection, no_house_number. A line with
    a reason still comes back in capitals, for people to read.
    """
    line = _without_place(line, city)
    box = _PO_BOX.search(line)
    if box and _NUMBER.match(line) and _TOKEN.findall(line[: box.start()])[1:]:
        line, box = line[: box.start()], None  # "12 Elm St, PO Box 5": the box is where its mail goes
    number, rest = _split_number(line)
    street = " ".join(part for part in (number, _street_name(rest)) if part)
    if not street:
        return "", "no_street"
    if box:
        return street, "po_box"
    if _CROSSING.search(line) and (not number or _CROSSING.match(line.removeprefix(number).strip())):
        return street, "intersection"
    # 0 is what assessors give to land that has no number yet.
    return street, None if number.strip("0") and rest else "no_house_number"


def _without_place(line: str, city: str) -> str:
    """'12 ELM ST., SEATTLE' without its city; remarks in brackets that hold no figure are dropped."""
    line = re.sub(r"\((?=[^)\d]*\))(?!REAR|FRONT|UPPER|LOWER|[NSEW]\))[^)]*\)", " ", line).strip()
    before, comma, after = line.rpartition(",")
    return before if comma and city and after.strip(" .") == city else line


def _split_number(line: str) -> tuple[str, str]:
    """'0123-A ELM' -> ('123A', 'ELM'); ('', line) when it begins with no house number."""
    line = re.sub(r"^(\d+)\s*-\s*(\d+/\d+)", r"\1 \2", line)
    line = re.sub(r"^(\d+)\s*-\s*([A-Z])(?=\s)", r"\1\2", line)
    line = re.sub(r"^(\d+)\s+-\s+(\d+)\b", r"\1-\2", line)
    tokens = _TOKEN.findall(_joined_directions(line))
    if not tokens or not _NUMBER.fullmatch(tokens[0]) or _ORDINAL_END.search(tokens[0]):
        return "", " ".join(tokens)
    number, rest = tokens[0].lstrip("0") or "0", tokens[1:]
    if rest and "/" in rest[0] and len(rest) > 1:
        number, rest = f"{number} {rest[0]}", rest[1:]
    return number, " ".join(rest)


def _joined_directions(line: str) -> str:
    """'N.E. 45TH' -> 'NE 45TH'."""
    return re.sub(r"\b([NS])\.\s*([EW])\b\.?", r"\1\2", line)


@lru_cache(maxsize=65_536)
def _street_name(name: str) -> str:
    """One spelling of a street's name, with its directions and type; the same for every house in it."""
    words = _two_word_directions(name.split())
    road = _numbered_road(" ".join(words))
    return road or _settled(_one_spelling(words))


def _two_word_directions(words: list[str]) -> list[str]:
    """'NORTH EAST 45TH ST' and 'N E 45TH ST' are NE 45TH ST; 'N E ST' is E Street and 'N EAST AVE' East Avenue."""
    short = [DIRECTIONS.get(word, "") for word in words]
    if len(words) > 3 and _is_pair(short[0], short[1]) and words[2] not in STREET_TYPE_WORDS:
        words, short = [short[0] + short[1], *words[2:]], ["", *short[2:]]
    if len(words) > 3 and _is_pair(short[-2], short[-1]) and words[-3] in STREET_TYPE_WORDS:
        words = [*words[:-2], short[-2] + short[-1]]
    return words


def _is_pair(first: str, second: str) -> bool:
    return first in ("N", "S") and second in ("E", "W")


def _numbered_road(name: str) -> str | None:
    for pattern, official in _ROADS_COMPILED:
        found = pattern.fullmatch(name)
        if found:
            before, after = (_directed(found[side] or "") for side in ("before", "after"))
            number = next(group for group in found.groups()[1:] if group)
            return " ".join(part for part in (before, official, number, after) if part)
    return None


def _directed(words: str) -> str:
    return " ".join(DIRECTIONS.get(word, word) for word in words.split())


def _one_spelling(words: list[str]) -> list[str]:
    """Saint and St, First and 1st, Mc Donald and McDonald, MLK; '45 ST' is 45TH ST."""
    out: list[str] = []
    for i, word in enumerate(words):
        following = words[i + 1] if i + 1 < len(words) else ""
        is_name = not out or all(w in DIRECTIONS for w in out)
        ends = not following or following in STREET_TYPE_WORDS or following in DIRECTIONS
        if word == "MLK":
            out += ["MARTIN", "LUTHER", "KING"]
        elif out and out[-1] == "MC":
            out[-1] += word
        elif is_name and ends and word in _ORDINALS:
            out.append(_ordinal(_ORDINALS[word]))
        elif is_name and word.isdigit() and following in STREET_TYPE_WORDS:
            out.append(_ordinal(int(word)))
        elif is_name and following and word in _NAMES and following not in STREET_TYPE_WORDS:
            out.append(_NAMES[word])
        else:
            out.append(word)
    return out


def _ordinal(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return f"{number}TH"
    return f"{number}{ {1: 'ST', 2: 'ND', 3: 'RD'}.get(number % 10, 'TH') }"


def _settled(words: list[str]) -> str:
    """Publication 28 until it changes nothing more, so that an address that was normalised keeps its key.

    Scourgify reads SOUTHWEST AVENUE REAR as SW AVENUE REAR, and that as SW AVE REAR.
    """
    line = _publication_28(words)
    for _ in words:
        again = _publication_28(line.split())
        if again == line:
            break
        line = again
    return line


def _publication_28(words: list[str]) -> str:
    """Scourgify's directions and types, if it kept every word; else ours.

    It reads the name with a plain number before it and a fixed place after it, so that a street has one
    spelling whatever its houses are numbered and wherever a seller thinks that it lies.
    """
    from scourgify import normalize_address_record
    from scourgify.exceptions import AddressNormalizationError

    if not words:
        return ""
    place = {"address_line_2": None, "city": "SEATTLE", "state": "WA", "postal_code": "98101"}
    try:
        parsed = normalize_address_record({"address_line_1": f"100 {' '.join(words)}", **place})
    except (AddressNormalizationError, ValueError, IndexError, KeyError, TypeError):
        # scourgify 0.7.1 raises its own errors for what it cannot parse, and plain ones on odd words.
        return _abbreviated(words)
    read = (parsed["address_line_1"] or "").split()
    kept = len(read) == len(words) + 1 and all(map(_same_word, words, read[1:]))
    return _abbreviated(read[1:]) if kept and not parsed["address_line_2"] else _abbreviated(words)


def _same_word(written: str, read: str) -> bool:
    return read in (written, STREET_TYPES.get(written), DIRECTIONS.get(written))


def _abbreviated(words: list[str]) -> str:
    """Direction before, type and direction after; a name that is itself such a word stays."""
    words, end = list(words), len(words) - 1
    if end >= 2 and words[end] in DIRECTIONS and words[end - 1] in STREET_TYPE_WORDS:
        words[end] = DIRECTIONS[words[end]]
        end -= 1
    if end >= 1 and words[end] in STREET_TYPES:
        words[end] = STREET_TYPES[words[end]]
    if end >= 2 or (end == 1 and words[1] not in STREET_TYPE_WORDS):
        words[0] = DIRECTIONS.get(words[0], words[0])
    return " ".join(words)
