"""ATTOM's property API: property/expandedprofile, in the shape of its documentation.

Belongs here: finding the property, the answer, errors. Does not: HTTP. Lower case inside assessment and
sale, camel case elsewhere, as ATTOM writes them; figures stray a little from the assessor's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from realestate_os.sandbox.records.layers import Row
from realestate_os.sandbox.world import CountyWorld, World
from realestate_os.sandbox.world.dice import hash64

TYPES = {"single_family": "SFR", "condo": "CONDOMINIUM", "townhouse": "TOWNHOUSE", "multi_family": "DUPLEX"}
SQFT_PER_ACRE = 43_560.0


def profile(
    world: World, params: Mapping[str, str], key: str, day: Callable[[str], date]
) -> tuple[int, dict[str, Any]]:
    """HTTP status and body. `day` gives the day to answer as of, in a county."""
    if not key:
        return 401, _status(-1, "Unauthorized: no apikey in the request header")
    county = _county(world, params)
    if county is None:
        return 400, _status(-4, "Invalid Parameter Combination in the request")
    there = world.of(county)
    rows = [row for row in there.parcels(day(county)) if _is_asked(row, params)]
    if len(rows) != 1:
        return 400, _status(400, "SuccessWithoutResult")
    return 200, _status(0, "SuccessWithResult", total=1) | {"property": [_property(rows[0], there)]}


def _county(world: World, params: Mapping[str, str]) -> str | None:
    """By FIPS, or by the ZIP at the end of address2."""
    for key in world.county_keys:
        county = world.of(key).county
        if params.get("fips") == county.fips:
            return str(key)
    code = re.search(r"(\d{5})\s*$", params.get("address2", ""))
    if not code or not params.get("address1"):
        return None
    from realestate_os.sandbox.records.census import county_by_zip

    return county_by_zip().get(code.group(1))


def _is_asked(row: Row, params: Mapping[str, str]) -> bool:
    if params.get("apn"):
        return bool(row["apn"] == params["apn"])
    unit = f" #{row['unit']}" if row.get("unit") else ""
    line = _plain(f"{row['street_address']}{unit}")
    return line == _plain(params["address1"]) and row["zip_code"] == params["address2"].strip()[-5:]


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[A-Z0-9]+", text.upper()))


def _property(row: Row, there: CountyWorld) -> dict[str, Any]:
    stray = 0.97 + 0.06 * (hash64(row["apn"], "attom") % 1000) / 1000
    return {
        "identifier": {"Id": hash64(row["apn"]) % 10**9, "fips": there.county.fips, "apn": row["apn"]},
        "lot": {"lotSize1": _over(row.get("lot_size_sqft"), SQFT_PER_ACRE), "lotSize2": row.get("lot_size_sqft")},
        "address": {
            "country": "US",
            "countrySubd": there.county.state,
            "line1": row["street_address"].upper() + (f" UNIT {row['unit']}" if row.get("unit") else ""),
            "locality": str(row["city"]).upper(),
            "postal1": row["zip_code"],
        },
        "location": {"latitude": str(row["latitude"]), "longitude": str(row["longitude"])},
        "summary": {
            "proptype": TYPES.get(row["property_type"], "RESIDENTIAL (NEC)"),
            "yearbuilt": _whole(row.get("year_built")),
            "absenteeInd": "ABSENTEE OWNER" if row.get("owner_absentee") else "OWNER OCCUPIED",
        },
        "building": {
            "size": {"livingsize": _whole(_times(row.get("square_footage"), stray))},
            "rooms": {"beds": _whole(row.get("bedrooms")), "bathstotal": row.get("bathrooms")},
            "summary": {"levels": _whole(row.get("stories"))},
        },
        "assessment": {
            "assessed": {"assdttlvalue": row.get("assessed_value_usd")},
            "market": {"mktttlvalue": _times(row.get("market_value_usd"), stray)},
            "tax": {"taxamt": row.get("annual_tax_usd"), "taxyear": row.get("tax_year")},
        },
    }


def _status(code: int, message: str, total: int = 0) -> dict[str, Any]:
    status = {"version": "1.0.0", "code": code, "msg": message, "total": total, "page": 1, "pagesize": 10}
    return {"status": status, "property": []}


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else round(value * factor)


def _over(value: float | None, unit: float) -> float | None:
    return None if value is None else round(value / unit, 4)
