"""The county's ZIP codes as points: the nearest one to a home, and how far it is.

Belongs here: coordinates of ZIPs (package zipcodes) and distances to them. Does not: ZIP figures
(as_of.py) or distances between homes.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from realestate_os.counties import County

MILES_PER_DEGREE = 69.0
# The emptiest of our counties (Clark, Maricopa) have homes up to 50 miles from the next ZIP's centre.
COUNTY_REACH_MILES = 60.0
CHUNK = 4096


def nearest_zip(county: County, latitude: pd.Series[Any], longitude: pd.Series[Any]) -> pd.Series[Any]:
    """The county's ZIP whose centre is nearest; null without coordinates or beyond COUNTY_REACH_MILES."""
    codes = zip_points(county)[0]
    position, miles = _nearest(county, latitude, longitude)
    near = [codes[at] if far <= COUNTY_REACH_MILES else None for at, far in zip(position, miles, strict=True)]
    return pd.Series(near, index=latitude.index).astype(object)


def outside_county(county: County, latitude: pd.Series[Any], longitude: pd.Series[Any]) -> pd.Series[Any]:
    """Which coordinates cannot lie in the county; a missing coordinate is not outside."""
    miles = _nearest(county, latitude, longitude)[1]
    return pd.Series(miles > COUNTY_REACH_MILES, index=latitude.index)


def zip_points(county: County) -> tuple[tuple[str, ...], npt.NDArray[np.float64]]:
    """The county's standard ZIPs and their centres (rows of latitude, longitude in degrees)."""
    return _zip_points(county.state, county.zipcodes_county)


def cities_of(county: County) -> frozenset[str]:
    """Names of the county's postal cities, as zipcodes has them."""
    return _cities_of(county.state, county.zipcodes_county)


@cache
def _cities_of(state: str, name: str) -> frozenset[str]:
    import zipcodes

    return frozenset(str(z["city"]) for z in zipcodes.filter_by(state=state, county=name))


@cache
def _zip_points(state: str, name: str) -> tuple[tuple[str, ...], npt.NDArray[np.float64]]:
    import zipcodes

    found = [z for z in zipcodes.filter_by(state=state, county=name) if z["zip_code_type"] == "STANDARD"]
    points = {z["zip_code"]: (float(z["lat"]), float(z["long"])) for z in found}
    return tuple(sorted(points)), np.array([points[code] for code in sorted(points)])


def _nearest(
    county: County, latitude: pd.Series[Any], longitude: pd.Series[Any]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Index of the nearest ZIP and the miles to it; NaN miles without coordinates."""
    points = zip_points(county)[1].reshape(-1, 2)
    north, east = latitude.to_numpy(dtype=float), longitude.to_numpy(dtype=float)
    position, miles = np.zeros(len(north), dtype=np.int64), np.full(len(north), np.nan)
    if not len(points):
        return position, miles
    shrink = np.cos(np.radians(points[:, 0].mean()))
    known = np.flatnonzero(np.isfinite(north) & np.isfinite(east))
    for start in range(0, len(known), CHUNK):
        part = known[start : start + CHUNK]
        distance = np.hypot(north[part, None] - points[:, 0], (east[part, None] - points[:, 1]) * shrink)
        position[part] = np.argmin(distance, axis=1)
        miles[part] = distance.min(axis=1) * MILES_PER_DEGREE
    return position, miles
