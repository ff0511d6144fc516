"""Where a file's sales lie: the county that was named, or the one that most of them lie in.

Belongs here: finding state and county from coordinates or ZIPs. Does not: a county's own facts
(assets_config/counties).

A file can be evaluated for a county that has no file in assets_config: its name then comes from the package
zipcodes, and the terms of a deal (share of ARV, fee, discount prior) are those of the first county file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from realestate_os.counties import County, CountyError, DiscountPrior, county_keys, load_county

SAMPLE = 400


@dataclass(frozen=True)
class Place:
    """A county and where its terms come from."""

    county: County
    note: str


def place_of(key: str | None, fields: pd.DataFrame) -> Place:
    """The named county, else the one most of the file's coordinates or ZIPs lie in.

    Args:
        fields: latitude, longitude, zip_code of the file's rows.

    Raises:
        CountyError: there is no county of that key; the message lists the known ones.
    """
    if key is not None:
        if key not in county_keys():
            raise CountyError(
                f"no county {key!r} in assets_config; known: {', '.join(county_keys())}. "
                "Leave --county out for a county without a file: it is found from the sales' places"
            )
        return Place(load_county(key), f"{key}, as named")
    found = _most_common(fields)
    if found is None:
        return Place(elsewhere(), "unknown: the file has neither coordinates nor ZIPs")
    state, name = found
    known = [load_county(other) for other in county_keys() if other.endswith(f"_{state.lower()}")]
    own = next((county for county in known if (county.state, county.zipcodes_county) == found), None)
    if own is not None:
        return Place(own, f"{own.key}, where most of the sales lie")
    county = elsewhere(name.removesuffix(" County"), state, name)
    return Place(county, f"{name}, {state}, where most of the sales lie; terms of a deal as in {county_keys()[0]}")


def elsewhere(name: str = "Elsewhere", state: str = "US", zipcodes_county: str = "") -> County:
    """A county without a file, on the terms of the first county file and the default prior of discounts."""
    key = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "county"
    key = key if key[0].isalpha() else f"county_{key}"
    facts = {"key": f"{key}_{state.lower()}", "name": name, "state": state, "zipcodes_county": zipcodes_county}
    return load_county(county_keys()[0]).model_copy(update={**facts, "discount_prior": DiscountPrior()})


def _most_common(fields: pd.DataFrame) -> tuple[str, str] | None:
    by_zip, points = _all_zips()
    named = [by_zip[code] for code in fields["zip_code"].dropna().iloc[: 20 * SAMPLE] if code in by_zip]
    if not named:
        where = fields[["latitude", "longitude"]].dropna()
        where = where.iloc[:: max(1, len(where) // SAMPLE)]
        near = [np.argmin(((points.index_values - row) ** 2).sum(axis=1)) for row in where.to_numpy(dtype=float)]
        named = [points.counties[at] for at in near]
    return pd.Series(named, dtype=object).mode().iloc[0] if named else None


@dataclass(frozen=True)
class _Points:
    index_values: np.ndarray[Any, np.dtype[np.float64]]
    counties: list[tuple[str, str]]


@cache
def _all_zips() -> tuple[dict[str, tuple[str, str]], _Points]:
    """Every standard ZIP's (state, county), and the ZIPs' centres."""
    import zipcodes

    found = [z for z in zipcodes.list_all() if z["zip_code_type"] == "STANDARD" and z["county"]]
    counties = [(z["state"], z["county"]) for z in found]
    centres = np.array([(float(z["lat"]), float(z["long"])) for z in found])
    return {z["zip_code"]: county for z, county in zip(found, counties, strict=True)}, _Points(centres, counties)
