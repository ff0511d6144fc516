"""Where the strokes of the memo's two drawings go: the value bar and the map.

Belongs here: coordinates. Does not: SVG (the templates draw), words.
"""

from __future__ import annotations

import math
from typing import Any

Row = dict[str, Any]

BAR_WIDTH, BAR_LEFT, BAR_RIGHT = 540.0, 78.0, 18.0
LABEL_WIDTH = 76.0
MAP_WIDTH, MAP_HEIGHT = 250.0, 104.0
MILES_PER_DEGREE = 69.09
RINGS_MILES = (0.25, 0.5, 1.0)


def value_bar(ranges: list[Row], marks: list[Row]) -> Row:
    """Ranges as bars, prices as vertical marks, on one dollar axis.

    Args:
        ranges: label, low, middle, high in dollars. marks: label, usd, kind.
    """
    amounts = [one[key] for one in ranges for key in ("low", "high")] + [mark["usd"] for mark in marks]
    step = _step(max(amounts) - min(amounts))
    start, stop = math.floor(min(amounts) / step) * step, math.ceil(max(amounts) / step) * step
    stop = max(stop, start + step)

    def x(usd: float) -> float:
        return float(round(BAR_LEFT + (usd - start) / (stop - start) * (BAR_WIDTH - BAR_LEFT - BAR_RIGHT), 1))

    return {
        "ticks": [{"x": x(usd), "usd": usd} for usd in range(int(start), int(stop) + 1, int(step))],
        "ranges": [one | {"x1": x(one["low"]), "x": x(one["middle"]), "x2": x(one["high"])} for one in ranges],
        "marks": _labelled([mark | {"x": x(mark["usd"])} for mark in marks]),
    }


def _step(span: float) -> int:
    """A round number of dollars that cuts the span into at most six."""
    for size in (25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000):
        if span / size <= 6:
            return size
    return 5_000_000


def _labelled(marks: list[Row]) -> list[Row]:
    """Label positions: neighbours that would overlap move apart evenly, and all stay on the drawing."""
    placed = sorted(marks, key=lambda one: one["x"])
    at = [mark["x"] for mark in placed]
    for _ in range(20 * len(at)):
        for i in range(len(at) - 1):
            overlap = max(LABEL_WIDTH - (at[i + 1] - at[i]), 0)
            at[i], at[i + 1] = at[i] - overlap / 2, at[i + 1] + overlap / 2
        at = [min(max(x, LABEL_WIDTH / 2 * (1 + 2 * i)), _right_end(i, len(at))) for i, x in enumerate(at)]
    return [mark | {"label_x": round(x, 1)} for mark, x in zip(placed, at, strict=True)]


def _right_end(i: int, count: int) -> float:
    """How far right label i of count may go, so that those after it fit too."""
    return BAR_WIDTH - LABEL_WIDTH / 2 * (1 + 2 * (count - 1 - i))


def small_map(latitude: float | None, longitude: float | None, sales: list[Row]) -> Row | None:
    """Subject in the middle, comparables around it by rank, rings of distance; None without a place."""
    if latitude is None or longitude is None:
        return None
    east = MILES_PER_DEGREE * math.cos(math.radians(latitude))
    spots = [
        {
            "rank": sale["rank"],
            "east": (sale["longitude"] - longitude) * east,
            "north": (sale["latitude"] - latitude) * MILES_PER_DEGREE,
        }
        for sale in sales
        if sale["latitude"] is not None and sale["longitude"] is not None
    ]
    reach = max([math.hypot(spot["east"], spot["north"]) for spot in spots], default=0.25)
    outer = next((ring for ring in RINGS_MILES if ring >= reach), max(reach, 1.0))
    scale = (MAP_HEIGHT / 2 - 8) / outer
    x, y = MAP_WIDTH / 2, MAP_HEIGHT / 2
    return {
        "width": MAP_WIDTH,
        "height": MAP_HEIGHT,
        "x": x,
        "y": y,
        "rings": [{"miles": ring, "r": round(ring * scale, 1)} for ring in RINGS_MILES if ring <= outer],
        "spots": [
            {"rank": spot["rank"], "x": round(x + spot["east"] * scale, 1), "y": round(y - spot["north"] * scale, 1)}
            for spot in spots
        ],
    }
