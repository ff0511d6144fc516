"""Which property an address means: one key, however it is written. The front of storage/identity.

Belongs here: the key and the id made from it, ZIPs. Does not: reading streets, units and parcel numbers
(storage/identity), or any rule about which addresses a stage accepts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID, uuid5

from realestate_os.storage.identity.apn import clean_apn
from realestate_os.storage.identity.street import street_line
from realestate_os.storage.identity.unit import split_unit, unit_name
from realestate_os.storage.identity.words import plain

__all__ = ["NAMESPACE", "NormalizedAddress", "clean_apn", "normalize_address", "property_id", "split_unit", "zip5"]

# Longer ones are descriptions; the patterns that find units take quadratic time on hostile text.
LONGEST_LINE = 200
# Fixed for ever: a property keeps its id across installations.
NAMESPACE = UUID("5b0f9d0e-6a4e-5d43-9a55-0d1f6f6b3c11")


@dataclass(frozen=True)
class NormalizedAddress:
    """An address in the form of Publication 28.

    street_address: number and street, upper case, abbreviated; '' when there was none.
    unit: letters and digits of the unit without its designator ("Apt 5" and "#5" are both "5"), or None.
    address_key: `street|unit|zip`, the identity of the property; None when `problem` says why there is none.
    problem: no_street, po_box, intersection, no_house_number, no_zip; None for an address of a property.
    The city is not part of the key: assessors and sellers disagree on cities, the ZIP decides.
    """

    street_address: str
    unit: str | None
    address_key: str | None
    problem: str | None = None


@lru_cache(maxsize=65_536)
def normalize_address(
    street: str | None,
    unit: str | None,
    city: str | None,
    state: str | None,
    zip_code: str | None,
) -> NormalizedAddress:
    """Normalise one address; never raises on any text.

    PO boxes, intersections and lines without a house number name no single property: they get no key. City and
    state only help to tell a city at the end of the street line.
    """
    line, in_line = split_unit(plain(street)[:LONGEST_LINE])
    name = unit_name(in_line, plain(unit))
    line, problem = street_line(line, plain(city))
    postcode = zip5(zip_code)
    if problem is None and postcode is None:
        problem = "no_zip"
    key = f"{line}|{name}|{postcode}" if problem is None else None
    return NormalizedAddress(line, name or None, key, problem)


def property_id(county_key: str, address_key: str) -> str:
    """UUID5 of county and address key: the id of a property that was first seen under this address.

    Where it may have been seen before under another address or by its parcel number, ask
    storage.identity.register instead.
    """
    return str(uuid5(NAMESPACE, f"{county_key}|{address_key}"))


def zip5(text: object) -> str | None:
    """The first five digits of a ZIP or ZIP+4; None when it is neither."""
    found = re.fullmatch(r"\s*(\d{5})(?:-?\d{4})?\s*", str(text or ""), re.ASCII)
    return found.group(1) if found else None
