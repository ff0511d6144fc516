"""A county of real closed sales: those before the world's day are the records, the next ones are
for sale.

Belongs here: reading a canonical sales file and making a Ground from it. Does not: CSV headers of
the world (enrichment/sales_files.py), asks or listings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from realestate_os.counties import County
from realestate_os.errors import RealEstateOSError
from realestate_os.sandbox.world.addresses import addresses_of, parcel_numbers
from realestate_os.sandbox.world.dice import Bools, Dice, Floats, Ints, Texts
from realestate_os.sandbox.world.ground import Ground, Sales, Spells
from realestate_os.sandbox.world.homes import Homes
from realestate_os.sandbox.world.places import MILES_PER_DEGREE, Places, places_of
from realestate_os.sandbox.world.values import log_index

if TYPE_CHECKING:
    import pandas as pd

REQUIRED = ("sale_date", "sale_price_usd", "square_footage")
NUMBERS = (
    *("bedrooms", "bathrooms", "square_footage", "lot_size_sqft", "year_built", "year_renovated", "stories"),
    *("basement_sqft", "quality_grade", "condition_grade", "view_rank", "waterfront"),
)
ASSESSOR_NOISE_SD = 0.12
# A roll of 1 January is on record until the July of the year after: a sale up to 18 months later
# is the best guess at what the assessor saw.
ROLL_REACH_DAYS = 550


class SalesFileError(RealEstateOSError):
    """The sales file cannot make a world; the message says what is missing."""


def replay(county: County, seed: int, listings: int, on: date, path: Path, assessor_values: bool) -> Ground:
    """The ground for a file of real sales as of the world's day.

    The file's columns are those of the table sales; only sale_date, sale_price_usd and
    square_footage are required. Sales on or after the day are held out of the records; the
    `listings` market sales that follow the day first are the homes for sale on it, at a true value
    equal to their real price. As many again that follow are homes whose listings ended just before
    the day, so that a backfill sees turnover. A file that ends before the day gives its last
    `listings` sales. Addresses are invented. Assessor values are the price with an error of 12 %.

    Raises:
        SalesFileError: a column is missing, or no sale is left for the records or for listings.
    """
    frame = _read(path)
    dice, places = Dice(seed), places_of(county, Dice(seed))
    home = _home_numbers(frame)
    first_row = np.unique(home, return_index=True)[1]
    homes = _homes(county, frame.iloc[first_row].reset_index(drop=True), places, dice)
    deeds = _deeds(frame, home, county)
    held, listed = _hold_out(deeds, listings, on.toordinal(), path)
    known = deeds.take(~held)
    value = _value_function(county, deeds, held)
    level = float(np.median(known.price[known.arms_length])) / county.market.median_price_usd
    reference = on.toordinal()
    return Ground(
        county=county,
        homes=homes,
        sales=known,
        value=value,
        spells=_spell_function(deeds.home[listed], listings, reference, dice),
        price_level=lambda days: level * np.exp(log_index(county, days) - log_index(county, np.array([reference]))),
        reference_day=reference,
        slots=listings,
        zip_level=_zip_level(homes, known),
        assessor_noise_sd=ASSESSOR_NOISE_SD if assessor_values else None,
    )


def _read(path: Path) -> pd.DataFrame:
    import pandas as pd

    frame = pd.read_parquet(path)
    missing = [name for name in REQUIRED if name not in frame]
    if missing:
        raise SalesFileError(f"{path}: no column {', '.join(missing)}; make the file with `realestate-os import sales`")
    frame["sale_date"] = pd.to_datetime(frame["sale_date"])
    usable = frame["sale_date"].notna() & (frame["sale_price_usd"] > 0) & (frame["square_footage"] > 0)
    return frame[usable].sort_values(["sale_date"], kind="stable").reset_index(drop=True)


def _home_numbers(frame: pd.DataFrame) -> Ints:
    """One number a home: by parcel number where there is one, else by place and size, else by row."""
    rows = [f"row {i}" for i in range(len(frame))]
    keys = np.array(rows, dtype=object)
    if {"latitude", "longitude"} <= set(frame):
        there = (frame["latitude"].notna() & frame["longitude"].notna()).to_numpy()
        place = frame["latitude"].astype(str) + frame["longitude"].astype(str) + frame["square_footage"].astype(str)
        keys = np.where(there, place.to_numpy(dtype=object), keys)
    if "apn" in frame:
        keys = np.where(frame["apn"].notna().to_numpy(), frame["apn"].to_numpy(dtype=object), keys)
    return np.asarray(np.unique(keys.astype(str), return_inverse=True)[1], dtype=np.int64)


def _homes(county: County, frame: pd.DataFrame, places: Places, dice: Dice) -> Homes:
    ids = np.arange(len(frame), dtype=np.int64)
    latitude, longitude = _column(frame, "latitude"), _column(frame, "longitude")
    zip_index = _zip_index(frame, latitude, longitude, places, dice)
    placed = ~(np.isnan(latitude) | np.isnan(longitude))
    reach = places.radius_miles[zip_index] * (dice.uniform(ids, "reach") - 0.5) / MILES_PER_DEGREE
    latitude = np.where(placed, latitude, places.latitude[zip_index] + reach)
    longitude = np.where(placed, longitude, places.longitude[zip_index] - reach)
    zip_code = np.where(_has_zip(frame), _texts(frame, "zip_code"), places.zip_code[zip_index])
    kind = np.where(_texts(frame, "property_type") == "", "single_family", _texts(frame, "property_type"))
    street, unit = addresses_of(zip_code, kind, dice)
    apn = np.where(_texts(frame, "apn") == "", parcel_numbers(ids, county.state, dice), _texts(frame, "apn"))
    return Homes(
        zip_code=zip_code,
        city=places.city[zip_index],
        street_address=street,
        unit=unit,
        apn=apn,
        latitude=latitude.round(6),
        longitude=longitude.round(6),
        property_type=kind,
        hidden=np.zeros(len(ids)),
        **{name: _fact(frame, name) for name in NUMBERS},
    )


def _zip_index(frame: pd.DataFrame, latitude: Floats, longitude: Floats, places: Places, dice: Dice) -> Ints:
    """The file's ZIP; else the nearest by coordinates; else one by chance."""
    ids = np.arange(len(frame), dtype=np.int64)
    by_chance = np.searchsorted(np.cumsum(places.share), dice.uniform(ids, "zip")).clip(0, len(places.share) - 1)
    placed = ~(np.isnan(latitude) | np.isnan(longitude))
    found = np.where(placed, places.nearest(np.nan_to_num(latitude), np.nan_to_num(longitude)), by_chance)
    position = {code: i for i, code in enumerate(places.zip_code)}
    named = np.array([position.get(code, -1) for code in _texts(frame, "zip_code")], dtype=np.int64)
    return np.where(named >= 0, named, found)


def _has_zip(frame: pd.DataFrame) -> Bools:
    return np.asarray(_texts(frame, "zip_code") != "")


def _deeds(frame: pd.DataFrame, home: Ints, county: County) -> Sales:
    sold = np.array([day.toordinal() for day in frame["sale_date"]], dtype=np.int64)
    recorded = sold + county.sales.recording_lag_days
    if "known_on" in frame:
        import pandas as pd

        known = pd.to_datetime(frame["known_on"])
        recorded = np.array(
            [day.toordinal() if pd.notna(day) else late for day, late in zip(known, recorded.tolist(), strict=True)]
        )
    count = len(frame)
    precise = _texts(frame, "sale_date_precision")
    return Sales(
        home=home,
        sold=sold,
        recorded=recorded,
        price=_column(frame, "sale_price_usd"),
        instrument=np.full(count, "Warranty Deed", dtype=object),
        arms_length=frame["market_sale"].to_numpy(dtype=bool) if "market_sale" in frame else np.ones(count, dtype=bool),
        month_only=np.asarray(precise == "month"),
    )


def _hold_out(deeds: Sales, listings: int, day: int, path: Path) -> tuple[Bools, Ints]:
    """Which deeds are kept out of the records, and which of those are listed (first on the day)."""
    market = np.flatnonzero(deeds.arms_length)
    later = market[deeds.sold[market] >= day]
    if len(later):
        held = deeds.sold >= day
    else:
        later = market[-listings:]
        held = np.zeros(len(deeds.sold), dtype=bool)
        held[later] = True
    if not len(later) or held.all():
        raise SalesFileError(
            f"{path}: every sale is held out or none is; give a date inside the file, or fewer listings"
        )
    # One listing a home: the first sale after the day.
    first = np.unique(deeds.home[later], return_index=True)[1]
    return held, later[np.sort(first)][: 2 * listings]


def _spell_function(homes: Ints, listings: int, day: int, dice: Dice) -> Callable[[int], Spells]:
    """The first `listings` homes are for sale on the day, the others have just gone."""
    slot = np.arange(len(homes), dtype=np.int64)
    lifetime = dice.between(homes, "lifetime", 20, 90)
    age = np.floor(dice.uniform(homes, "age") * lifetime).astype(np.int64)
    gone = day - lifetime - dice.between(homes, "gone", 0, 45)
    start = np.where(slot < listings, day - age, gone)

    def spells(on: int) -> Spells:
        live = (start <= on) & (on < start + lifetime)
        return Spells(slot[live], np.zeros(int(live.sum()), dtype=np.int64), homes[live], start[live], lifetime[live])

    return spells


@dataclass(frozen=True)
class _Anchors:
    """All deeds by home and day, for finding the one that tells a home's value on a day."""

    key: Ints
    home: Ints
    sold: Ints
    price: Floats
    held: Bools


def _value_function(county: County, deeds: Sales, held: Bools) -> Callable[[Ints, Ints], Floats]:
    """Price of the home's latest sale up to 18 months after the day, grown by the index since.

    A held-out sale does not grow: its price is the truth about its listing.
    """
    order = np.lexsort((deeds.sold, deeds.home))
    anchors = _Anchors(
        deeds.home[order] * 10_000_000 + deeds.sold[order],
        deeds.home[order],
        deeds.sold[order],
        deeds.price[order],
        held[order],
    )

    def value(homes: Ints, days: Ints) -> Floats:
        at = np.searchsorted(anchors.key, homes * 10_000_000 + days + ROLL_REACH_DAYS, side="right") - 1
        other = anchors.home[np.maximum(at, 0)] != homes
        at = np.where((at < 0) | other, at + 1, at)
        growth = log_index(county, np.maximum(days, anchors.sold[at])) - log_index(county, anchors.sold[at])
        return np.asarray(anchors.price[at] * np.exp(np.where(anchors.held[at], 0.0, growth)))

    return value


def _zip_level(homes: Homes, known: Sales) -> dict[str, float]:
    """Median price by ZIP of the sales in the records, drawn to the county's where there are few."""
    overall = float(np.median(known.price[known.arms_length]))
    codes = homes.zip_code[known.home]
    level = {}
    for code in np.unique(codes.astype(str)).tolist():
        prices = known.price[(codes == code) & known.arms_length]
        weight = len(prices) / (len(prices) + 5)
        level[code] = weight * (float(np.median(prices)) if len(prices) else overall) + (1 - weight) * overall
    return level


def _column(frame: pd.DataFrame, name: str) -> Floats:
    if name not in frame:
        return np.full(len(frame), np.nan)
    return np.asarray(frame[name].to_numpy(dtype=np.float64, na_value=np.nan))


def _fact(frame: pd.DataFrame, name: str) -> Floats:
    """A column; a year or condition of 0 means unknown."""
    values = _column(frame, name)
    if name in ("year_built", "year_renovated", "condition_grade", "quality_grade"):
        return np.where(values > 0, values, np.nan)
    return values


def _texts(frame: pd.DataFrame, name: str) -> Texts:
    if name not in frame:
        return np.full(len(frame), "", dtype=object)
    filled: Any = frame[name].astype(object).where(frame[name].notna(), "")
    return np.asarray(filled.to_numpy(dtype=object))
