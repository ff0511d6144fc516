"""Which property of which partition a person means by an address.

Belongs here: an address as typed -> one row of listings, or an error that names the likely ones. Does
not: what an address means (storage/property_identity.py) or anything about scores.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pandas as pd

from realestate_os.discovery.frames import LISTINGS
from realestate_os.errors import RealEstateOSError
from realestate_os.storage.parquet import ParquetStore
from realestate_os.storage.property_identity import normalize_address

SUGGESTIONS = 5
_ZIP = re.compile(r"[\s,]+(\d{5})(?:-\d{4})?\s*$")


class AddressError(RealEstateOSError):
    """No property, or more than one, has the address; the message names what was near."""


@dataclass(frozen=True)
class Found:
    """One listed property of one partition."""

    property_id: str
    county: str
    day: date
    address: str


def find_property(parquet: ParquetStore, address: str, counties: tuple[str, ...], day: date | None) -> Found:
    """The listed property that `address` (or a property_id) means.

    Args:
        address: as typed: `1417 E Howell St`, with or without unit, city, state and ZIP.
        counties: where to look.
        day: the partition; without it the newest in which the address is listed.

    Raises:
        AddressError: the address is unknown or means more than one property.
    """
    seen: list[str] = []
    for found_day, listings in _newest_first(parquet, counties, day):
        hits = listings[_matches(listings, address)]
        if len(hits) == 1:
            return found(hits.iloc[0], found_day)
        if len(hits):
            each = "; ".join(f"{shown(row)} ({row['county']})" for row in hits.to_dict("records")[:SUGGESTIONS])
            raise AddressError(
                f"{address!r} means {len(hits)} properties on {found_day}: {each}. Add the ZIP or the unit"
            )
        seen += [shown(row) for row in listings.to_dict("records")]
    raise AddressError(_unknown(parquet, address, counties, day, seen))


def found(row: pd.Series, day: date) -> Found:
    """A row of listings as a result."""
    return Found(str(row["property_id"]), str(row["county"]), day, shown(row.to_dict()))


def shown(row: dict[str, object]) -> str:
    """The address on one line, without what is missing."""
    street, unit = row["street_address"], row["unit"]
    line = f"{street} Unit {unit}" if _known(unit) else f"{street}"
    return ", ".join(str(part) for part in (line, row["city"], row["zip_code"]) if _known(part))


def _newest_first(
    parquet: ParquetStore, counties: tuple[str, ...], day: date | None
) -> Iterator[tuple[date, pd.DataFrame]]:
    """Each day's listings of all the counties together, the newest first."""
    of_day: dict[date, list[str]] = {}
    for county in counties:
        days = parquet.dates(LISTINGS, county)
        for one in days if day is None else [day] if day in days else []:
            of_day.setdefault(one, []).append(county)
    for one in sorted(of_day, reverse=True):
        frames = [parquet.read(LISTINGS, f"{county}|{one.isoformat()}") for county in of_day[one]]
        yield one, pd.concat(frames, ignore_index=True)


def _matches(listings: pd.DataFrame, address: str) -> pd.Series[bool]:
    """Rows with the address; the unit and the ZIP count only where they were typed."""
    by_id = listings["property_id"].eq(address.strip().lower())
    if by_id.any():
        return by_id
    zip_code = _ZIP.search(address)
    street = (address[: zip_code.start()] if zip_code else address).split(",")
    wanted = normalize_address(street[0], None, None, None, zip_code.group(1) if zip_code else None)
    keys = listings["address_key"].fillna("||").str.split("|", expand=True).reindex(columns=range(3))
    match: pd.Series[bool] = keys[0].eq(wanted.street_address) & (wanted.street_address != "")
    if wanted.unit:
        match &= keys[1].eq(wanted.unit)
    if zip_code:
        match &= keys[2].eq(zip_code.group(1))
    return match


def _unknown(parquet: ParquetStore, address: str, counties: tuple[str, ...], day: date | None, seen: list[str]) -> str:
    where = f"{', '.join(counties) if len(counties) <= 3 else 'any county'}"
    if not seen:
        return f"no listings of {where}{_on(day)}; {_days_there(parquet, counties)}"
    by_lower = {one.lower(): one for one in seen}
    near = difflib.get_close_matches(address.lower(), by_lower, n=SUGGESTIONS, cutoff=0.4)
    like = "; nearest: " + "; ".join(by_lower[one] for one in near) if near else ""
    return f"no listing at {address!r} in {where}{_on(day)}{like}"


def _days_there(parquet: ParquetStore, counties: tuple[str, ...]) -> str:
    days = [(county, parquet.dates(LISTINGS, county)) for county in counties]
    there = [f"{county} has {len(known)} days up to {known[-1]}" for county, known in days if known]
    return ", ".join(there[:SUGGESTIONS]) or "run: realestate-os materialize --county COUNTY"


def _on(day: date | None) -> str:
    return f" on {day}" if day else ""


def _known(value: object) -> bool:
    return isinstance(value, str) and value != ""
