"""Homes without coordinates get a place: their ZIP's centre, else a point of their neighbourhood's own.

Belongs here: made-up coordinates for an evaluation. Does not: the county of a file (place.py).

A value model asks only who is near whom. So a neighbourhood that nothing tells the place of gets a point far
from the others', and its homes find each other; where not even that is known, all stand around one point.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from realestate_os.counties import County
from realestate_os.enrichment.column_guess import plain
from realestate_os.enrichment.places import zip_points
from realestate_os.storage.set_aside import SetAside
from realestate_os.valuation.history import Floats, has_coordinates

AREA_NAMES = (
    r"neigh|nbhd|nbrhd|subdiv|^area|areaname|tract|district|ward|zone$|marketarea|community|village|township|city"
)
# Fewer sales than this share an area's name: it is a street or a key.
SALES_IN_AREA = 8
# About half a mile: the homes of a ZIP do not lie in one point, and a search tree of equal points is slow.
SPREAD_DEGREES = 0.007
# Points of neighbourhoods lie this far apart: further than a search for near sales reaches.
APART_DEGREES = 0.3
MIDDLE = (40.0, -100.0)


def placed(
    sales: pd.DataFrame, cells: pd.DataFrame, county: County, refused: SetAside, notes: list[str]
) -> pd.DataFrame:
    """The sales with coordinates for all; the few that nothing places are set aside.

    Args:
        sales: SALES columns on the index of the file's rows, `cells`.
    """
    points = zip_points(county)[1].reshape(-1, 2)
    found = _at(sales, _zip_centres(sales, county))
    count = int(has_coordinates(found).sum() - has_coordinates(sales).sum())
    if count:
        notes.append(f"{count:,} sales without coordinates stand at the centre of their ZIP")
    if (~has_coordinates(found)).mean() > 0.5:
        middle = points.mean(axis=0) if len(points) else np.array(MIDDLE)
        area = _area_column(cells, sales)
        found = _at(found, _area_points(cells, sales, area, middle))
        told = f"by {area} alone, each far from the others" if area else "nowhere: the file has no place of any kind"
        notes.append(f"homes without coordinates or ZIP stand {told}")
    for sale_id in found.loc[~has_coordinates(found), "sale_id"]:
        refused.add(str(sale_id), "no_location", field="latitude", detail="neither coordinates nor a ZIP of the county")
    return found[has_coordinates(found)]


def _zip_centres(sales: pd.DataFrame, county: County) -> Floats:
    codes, points = zip_points(county)
    centres = {code: point for code, point in zip(codes, points.reshape(-1, 2), strict=True)}
    return np.array([centres.get(code, (np.nan, np.nan)) for code in sales["zip_code"]], dtype=float).reshape(-1, 2)


def _area_column(cells: pd.DataFrame, sales: pd.DataFrame) -> str | None:
    """The finest column that names areas with enough sales each."""
    named = [str(column) for column in cells.columns if re.search(AREA_NAMES, plain(column))]
    sizes = {name: cells[name].reindex(sales.index).nunique() for name in named}
    fits = {name: count for name, count in sizes.items() if 2 <= count <= len(sales) / SALES_IN_AREA}
    return max(fits, key=lambda name: fits[name]) if fits else None


def _area_points(cells: pd.DataFrame, sales: pd.DataFrame, area: str | None, middle: Floats) -> Floats:
    if area is None:
        return np.tile(middle, (len(sales), 1))
    code = pd.factorize(cells[area].reindex(sales.index).astype("string").fillna("").str.strip(), sort=True)[0]
    side = int(np.ceil(np.sqrt(code.max() + 1)))
    return middle + APART_DEGREES * (np.column_stack([code // side, code % side]) - side / 2)


def _at(sales: pd.DataFrame, where: Floats) -> pd.DataFrame:
    """Sales without coordinates near the points (n, 2) that are known."""
    lost: Any = ~has_coordinates(sales) & np.isfinite(where).all(axis=1)
    near = where + np.random.default_rng(1).uniform(-SPREAD_DEGREES, SPREAD_DEGREES, where.shape)
    moved = sales.copy()
    for number, name in enumerate(("latitude", "longitude")):
        moved.loc[lost, name] = near[lost, number]
    return moved
