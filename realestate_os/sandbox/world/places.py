"""Where homes stand: the county's real ZIPs, how dense they are and what location is worth.

Belongs here: ZIP coordinates (package zipcodes), distances, the smooth price surface. Does not:
homes or prices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from realestate_os.counties import County, zip_codes
from realestate_os.sandbox.world.dice import Dice, Floats, Ints, Texts

MILES_PER_DEGREE = 69.0
# A rural ZIP can be 40 miles wide; homes stay near its centre, where the town is.
LARGEST_RADIUS_MILES = 4.0


@dataclass(frozen=True)
class Places:
    """One entry a ZIP, and the bumps of the price surface in miles around the county's middle."""

    zip_code: Texts
    city: Texts
    latitude: Floats
    longitude: Floats
    radius_miles: Floats
    density: Floats
    share: Floats
    zip_effect: Floats
    middle: tuple[float, float]
    bumps: Floats  # rows of east, north, width in miles, height in log value

    def miles(self, latitude: Floats, longitude: Floats) -> tuple[Floats, Floats]:
        """East and north of the county's middle."""
        east = (longitude - self.middle[1]) * MILES_PER_DEGREE * np.cos(np.radians(self.middle[0]))
        return east, (latitude - self.middle[0]) * MILES_PER_DEGREE

    def location_effect(self, latitude: Floats, longitude: Floats, zip_index: Ints) -> Floats:
        """Log value of the place: bumps, a fall with distance, and what belongs to the ZIP alone."""
        east, north = self.miles(latitude, longitude)
        effect = self.zip_effect[zip_index] - 0.11 * np.log1p(np.hypot(east, north) / 8.0)
        for bump_east, bump_north, width, height in self.bumps:
            distance = np.hypot(east - bump_east, north - bump_north)
            effect = effect + height * np.exp(-0.5 * (distance / width) ** 2)
        return np.asarray(effect)

    def nearest(self, latitude: Floats, longitude: Floats) -> Ints:
        """Index of the ZIP whose centre is nearest."""
        east, north = self.miles(latitude, longitude)
        zip_east, zip_north = self.miles(self.latitude, self.longitude)
        found = np.empty(len(east), dtype=np.int64)
        for start in range(0, len(east), 4096):
            part = slice(start, start + 4096)
            distance = np.hypot(east[part, None] - zip_east, north[part, None] - zip_north)
            found[part] = np.argmin(distance, axis=1)
        return found


def places_of(county: County, dice: Dice) -> Places:
    """The county's ZIPs with a price surface drawn from the dice."""
    entries = _zip_entries(county)
    latitude = np.array([float(e["lat"]) for e in entries])
    longitude = np.array([float(e["long"]) for e in entries])
    reach = _half_way_to_next(latitude, longitude)
    radius = np.clip(reach, 0.3, LARGEST_RADIUS_MILES)
    density = 1.0 / (1.0 + radius**2)
    ids = np.arange(len(entries), dtype=np.int64)
    # Some ZIPs are one downtown building; few homes stand there.
    share = (0.25 + density) * np.minimum(reach / 0.6, 1.0) ** 2 * np.exp(0.4 * dice.normal(ids, "zip share"))
    middle = (float(np.average(latitude, weights=density)), float(np.average(longitude, weights=density)))
    bare = Places(
        zip_code=np.array([e["zip_code"] for e in entries], dtype=object),
        city=np.array([e["city"] for e in entries], dtype=object),
        latitude=latitude,
        longitude=longitude,
        radius_miles=radius,
        density=density,
        share=share / share.sum(),
        zip_effect=0.035 * dice.normal(ids, "zip effect"),
        middle=middle,
        bumps=np.empty((0, 4)),
    )
    return Places(**{**bare.__dict__, "bumps": _bumps(county, bare, dice)})


def _half_way_to_next(latitude: Floats, longitude: Floats) -> Floats:
    """Half the way to the nearest other ZIP's centre: small in a city, large in the country."""
    north = (latitude[:, None] - latitude) * MILES_PER_DEGREE
    east = (longitude[:, None] - longitude) * MILES_PER_DEGREE * np.cos(np.radians(latitude))
    distance = np.hypot(east, north)
    distance[distance < 0.05] = np.inf  # itself, and building ZIPs that share a centre
    return np.asarray(distance.min(axis=1) / 2.0)


def _bumps(county: County, places: Places, dice: Dice) -> Floats:
    """Dear and cheap areas: one dear bump a target neighbourhood, eight by chance."""
    east, north = places.miles(places.latitude, places.longitude)
    rows: list[tuple[float, float, float, float]] = []
    for area in county.neighborhoods:
        inside = np.isin(places.zip_code, area.zip_codes)
        rows.append((float(east[inside].mean()), float(north[inside].mean()), 3.5, 0.24))
    for number in range(8):
        at = int(dice.one(number, "bump at") * len(east))
        height = 0.25 * float(dice.normal(np.array([number]), "bump height")[0])
        rows.append((float(east[at]), float(north[at]), 2.5 + 6.0 * dice.one(number, "bump width"), height))
    return np.array(rows)


def _zip_entries(county: County) -> list[dict[str, Any]]:
    """The package's entries of the county's standard ZIPs, sorted by code."""
    import zipcodes

    wanted = set(zip_codes(county))
    found = {
        entry["zip_code"]: entry
        for entry in zipcodes.filter_by(state=county.state, county=county.zipcodes_county)
        if entry["zip_code"] in wanted
    }
    return [found[code] for code in sorted(found)]
