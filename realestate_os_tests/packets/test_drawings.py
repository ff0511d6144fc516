"""Where the strokes go."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realestate_os.packets.drawings import (
    BAR_LEFT,
    BAR_RIGHT,
    BAR_WIDTH,
    LABEL_WIDTH,
    MAP_HEIGHT,
    MAP_WIDTH,
    small_map,
    value_bar,
)

PRICES = st.lists(st.floats(50_000, 8_000_000), min_size=1, max_size=3)


@given(prices=PRICES, low=st.floats(60_000, 5_000_000), width=st.floats(1.0, 2.5))
def test_everything_stays_on_the_bar_and_no_labels_overlap(prices: list[float], low: float, width: float) -> None:
    ranges = [{"label": "As-is value", "low": low, "middle": low * (1 + width) / 2, "high": low * width}]
    bar = value_bar(ranges, [{"label": "Ask", "usd": price, "kind": "price"} for price in prices])
    for x in [bar["ranges"][0]["x1"], bar["ranges"][0]["x2"], *(mark["x"] for mark in bar["marks"])]:
        assert BAR_LEFT <= x <= BAR_WIDTH - BAR_RIGHT
    labels = [mark["label_x"] for mark in bar["marks"]]
    assert all(LABEL_WIDTH / 2 <= x <= BAR_WIDTH - LABEL_WIDTH / 2 for x in labels)
    assert all(b - a >= LABEL_WIDTH - 0.3 for a, b in pairwise(labels))
    assert 2 <= len(bar["ticks"]) <= 8


def sale(rank: int, latitude: float | None, longitude: float | None) -> dict[str, float | None]:
    return {"rank": rank, "latitude": latitude, "longitude": longitude}


def test_north_is_up_east_is_right_and_the_outer_ring_holds_all() -> None:
    drawn = small_map(47.6, -122.3, [sale(1, 47.605, -122.3), sale(2, 47.6, -122.29), sale(3, None, None)])
    assert drawn is not None
    north, east = drawn["spots"]
    assert north["x"] == pytest.approx(MAP_WIDTH / 2) and north["y"] < MAP_HEIGHT / 2
    assert east["y"] == pytest.approx(MAP_HEIGHT / 2) and east["x"] > MAP_WIDTH / 2
    # 0.01 degrees of longitude at 47.6 north are 0.466 miles, and the outer ring is half a mile.
    assert (east["x"] - MAP_WIDTH / 2) / drawn["rings"][-1]["r"] == pytest.approx(0.466 / 0.5, abs=0.01)


def test_without_a_place_there_is_no_map_and_far_sales_stay_inside() -> None:
    assert small_map(None, -122.3, []) is None
    far = small_map(47.6, -122.3, [sale(1, 47.65, -122.3)])
    assert far is not None and 0 <= far["spots"][0]["y"] <= MAP_HEIGHT
