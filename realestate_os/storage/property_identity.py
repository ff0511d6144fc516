"""Which property an address means: one key, however it is written.

Belongs here: addresses to USPS Publication 28, the key and the id made from it, parcel numbers.
Does not: matching by distance or likeness, or any rule about which addresses a stage accepts.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID, uuid5

# Fixed for ever: a property keeps its id across installations.
NAMESPACE = UUID("5b0f9d0e-6a4e-5d43-9a55-0d1f6f6b3c11")

# Words that only say "a unit follows". Others (BLDG, FL, LOT) tell units apart and stay in the key.
_DESIGNATORS = re.compile(
    r"APT|APARTMENT|UNIT|STE|SUITE|NO|NUM|NUMBER|SPC|SPACE|TRLR|TRAILER|RM|ROOM|CONDO|TOWNHOUSE|DOOR"
)
# "Apt 5", "#5", "Unit 3-B", "Bldg A Apt 12" at the end of a street line.
_TRAILING_UNIT = re.compile(
    r"(?:[\s,]+(?:(?:apt|apartment|unit|ste|suite|no\.|spc|space|trlr|rm|room|bldg|building|fl|floor)\b\.?\s*#?\s*"
    r"|#\s*)[a-z0-9][a-z0-9-]*)+\s*$",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Z0-9]+")


@dataclass(frozen=True)
class NormalizedAddress:
    """An address in the form of Publication 28.

    street_address: number and street, upper case, abbreviated; '' when there was none.
    unit: letters and digits of the unit without its designator ("Apt 5" and "#5" are both "5"), or None.
    address_key: `street|unit|zip`, the identity of the property; None when street or ZIP is missing.
    The city is not part of it: assessors and sellers disagree on cities, the ZIP decides.
    """

    street_address: str
    unit: str | None
    address_key: str | None


@lru_cache(maxsize=65_536)
def normalize_address(
    street: str | None,
    unit: str | None,
    city: str | None,
    state: str | None,
    zip_code: str | None,
) -> NormalizedAddress:
    """Normalise one address; never raises on any text.

    Addresses that scourgify cannot take apart (PO boxes, intersections, missing numbers) or of which it
    drops a word are only upper-cased and abbreviated, so that two of them never fall together.
    """
    line, units = split_unit(_plain(street))
    line, more = _publication_28(line, city, state, zip_code)
    name = _unit_name(_plain(unit) or f"{units} {more}")
    postcode = zip5(zip_code)
    key = f"{line}|{name}|{postcode}" if line and postcode else None
    return NormalizedAddress(line, name or None, key)


def property_id(county_key: str, address_key: str) -> str:
    """UUID5 of county and address key: the same property keeps it for ever."""
    return str(uuid5(NAMESPACE, f"{county_key}|{address_key}"))


def clean_apn(text: object) -> str | None:
    """A parcel number without its punctuation, upper case; None when nothing is left."""
    apn = "".join(_WORD.findall(str(text or "").upper()))
    return apn if apn.strip("0") else None


def zip5(text: object) -> str | None:
    """The first five digits of a ZIP or ZIP+4; None when it is neither."""
    found = re.fullmatch(r"\s*(\d{5})(?:-?\d{4})?\s*", str(text or ""), re.ASCII)
    return found.group(1) if found else None


def split_unit(line: str) -> tuple[str, str]:
    """'12 Elm St Apt 5' -> ('12 Elm St', 'Apt 5'); the second is '' when the line names no unit."""
    found = _TRAILING_UNIT.search(line)
    # A unit needs a street before it: "UNIT 5" alone is no address.
    if not found or not any(char.isalnum() for char in line[: found.start()]):
        return line, ""
    return line[: found.start()].rstrip(" ,"), found.group().strip(" ,")


def _plain(text: str | None) -> str:
    """ASCII upper case on one line: what a postal clerk would type."""
    folded = unicodedata.normalize("NFKD", text or "").encode("ascii", "ignore").decode()
    return " ".join(re.sub(r"[^A-Za-z0-9#&,./ -]+", " ", folded).upper().split())


def _publication_28(line: str, city: str | None, state: str | None, zip_code: str | None) -> tuple[str, str]:
    """Street line and what scourgify takes for the unit."""
    from scourgify import normalize_address_record
    from scourgify.exceptions import AddressNormalizationError

    # City and state only help to parse; placeholders keep the result the same where a source has none.
    record = {
        "address_line_1": line,
        "address_line_2": None,
        "city": _plain(city) or "SEATTLE",
        "state": _plain(state) or "WA",
        "postal_code": zip5(zip_code) or "98101",
    }
    if not _WORD.search(line):
        return "", ""
    try:
        parsed = normalize_address_record(record)
    except (AddressNormalizationError, ValueError, IndexError, KeyError, TypeError):
        # scourgify 0.7.1 raises its own errors for what it cannot parse, and plain ones on odd punctuation.
        return _abbreviated(line), ""
    street, unit = parsed["address_line_1"] or "", parsed["address_line_2"] or ""
    if len(_WORD.findall(f"{street} {unit}")) < len(_WORD.findall(line)):
        return _abbreviated(line), ""
    return " ".join(_WORD.findall(street)), unit


def _abbreviated(line: str) -> str:
    from scourgify.address_constants import (
        DIRECTIONAL_REPLACEMENTS,
        STREET_TYPE_ABBREVIATIONS,
    )

    short = {**STREET_TYPE_ABBREVIATIONS, **DIRECTIONAL_REPLACEMENTS}
    return " ".join(short.get(word, word) for word in _WORD.findall(line))


def _unit_name(text: str) -> str:
    return "".join(word for word in _WORD.findall(text) if not _DESIGNATORS.fullmatch(word))
