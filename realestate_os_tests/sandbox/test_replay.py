"""A world of closed sales: made-up ones here, in the columns of the table sales."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from realestate_os.counties import load_county, zip_codes
from realestate_os.sandbox.world import CountyWorld, World
from realestate_os.sandbox.world.replay import SalesFileError

ON = date(2015, 3, 1)
FIRST = date(2014, 5, 1)


def sales_frame(count: int = 3000) -> pd.DataFrame:
    """Sales from May 2014 to April 2015, about nine a day; the last 60 homes are resales."""
    rng = np.random.default_rng(4)
    codes = zip_codes(load_county("king_wa"))
    area = np.round(np.exp(rng.normal(7.5, 0.35, count)))
    days = np.sort(rng.integers(0, 365, count))
    frame = pd.DataFrame(
        {
            "sale_date": [FIRST + timedelta(days=int(day)) for day in days],
            "sale_price_usd": np.round(area * 230 * np.exp(rng.normal(0, 0.2, count))),
            "square_footage": area,
            "apn": [f"{i:010d}" for i in range(count)],
            "zip_code": rng.choice(codes, count),
            "bedrooms": rng.integers(2, 6, count).astype(float),
            "bathrooms": rng.choice([1.0, 1.75, 2.25, 2.5], count),
            "year_built": rng.integers(1900, 2014, count).astype(float),
            "year_renovated": np.where(rng.random(count) < 0.9, 0.0, 2005.0),
            "condition_grade": rng.integers(2, 6, count).astype(float),
            "quality_grade": rng.integers(5, 11, count).astype(float),
            "latitude": 47.5 + rng.normal(0, 0.1, count),
            "longitude": -122.2 + rng.normal(0, 0.1, count),
            "market_sale": rng.random(count) > 0.02,
        }
    )
    frame.loc[frame.index[-60:], "apn"] = frame.loc[frame.index[:60], "apn"].to_numpy()
    return frame


def made(tmp_path: Path, frame: pd.DataFrame, on: date = ON, listings: int = 100, **more: bool) -> CountyWorld:
    path = tmp_path / "sales.parquet"
    frame.to_parquet(path)
    return World(seed=9, county="king_wa", listings=listings, on=on, sales_parquet=path, **more).of("king_wa")


def test_listings_are_the_sales_that_follow_the_day(tmp_path: Path) -> None:
    frame = sales_frame()
    there = made(tmp_path, frame)
    pages = there.planted(ON)
    assert 100 <= len(pages) <= 104
    held = frame[(frame["sale_date"] >= ON) & frame["market_sale"]]
    price = dict(zip(held["apn"], held["sale_price_usd"], strict=True))
    assert all(page["true_value_usd"] == price[page["apn"]] for page in pages)
    sold_on = dict(zip(held["apn"], held["sale_date"], strict=True))
    assert max(sold_on[page["apn"]] for page in pages) < ON + timedelta(days=20), "those closest to the day"
    kinds = Counter(page["kind"] for page in pages)
    assert kinds["lead"] == 8 and kinds["fake_bargain:auction"] == 2 and 1 <= kinds["deal"] <= 15


def test_nothing_of_the_held_out_sales_is_in_the_records(tmp_path: Path) -> None:
    frame = sales_frame()
    there = made(tmp_path, frame)
    for day in (ON, ON + timedelta(days=90)):
        assert max(sale["sale_date"] for sale in there.sales(day)) < ON
    known = there.sales(ON)
    expected = (frame["sale_date"] < ON - timedelta(days=load_county("king_wa").sales.recording_lag_days)).sum()
    assert abs(len(known) - expected) <= 20
    parcels = {p["apn"]: p for p in there.parcels(ON)}
    pairs = [
        (parcels[p["apn"]]["market_value_usd"], p["true_value_usd"]) for p in there.planted(ON) if p["apn"] in parcels
    ]
    log_ratio = np.log([value / truth for value, truth in pairs])
    assert 0.09 < log_ratio.std() < 0.15 and abs(log_ratio.mean()) < 0.05
    assert all(value != truth for value, truth in pairs)


def test_a_home_keeps_its_address_over_two_sales(tmp_path: Path) -> None:
    there = made(tmp_path, sales_frame(), on=date(2015, 4, 29))
    sales = there.sales(date(2015, 5, 30))
    twice = [apn for apn, count in Counter(s["apn"] for s in sales).items() if count == 2]
    assert twice
    assert all(len({s["street_address"] for s in sales if s["apn"] == apn}) == 1 for apn in twice)


def test_a_backfill_sees_homes_that_have_gone(tmp_path: Path) -> None:
    there = made(tmp_path, sales_frame())
    today, before = ({n.slug for n in there.notices(day)} for day in (ON, ON - timedelta(days=30)))
    assert before - today and before & today


def test_a_bare_file_is_enough(tmp_path: Path) -> None:
    frame = sales_frame()[["sale_date", "sale_price_usd", "square_footage"]]
    there = made(tmp_path, frame)
    notice = there.notices(ON)[0]
    codes = set(zip_codes(load_county("king_wa")))
    assert {n.zip_code for n in there.notices(ON)} <= codes
    assert notice.bedrooms is None and notice.property_type == "single_family"
    assert all(p["street_address"] and p["apn"] for p in there.parcels(ON))


def test_the_nearest_zip_by_coordinates(tmp_path: Path) -> None:
    frame = sales_frame().drop(columns="zip_code").assign(latitude=47.6114, longitude=-122.2015)
    assert {n.zip_code for n in made(tmp_path, frame.drop(columns="apn")).notices(ON)} == {"98004"}


def test_a_file_that_ends_before_the_day_gives_its_last_sales(tmp_path: Path) -> None:
    frame = sales_frame()
    there = made(tmp_path, frame, on=date(2015, 8, 1))
    pages = there.planted(date(2015, 8, 1))
    last = set(frame[frame["market_sale"]]["apn"].tail(100))
    assert 90 <= len({p["apn"] for p in pages}) <= 100 and {p["apn"] for p in pages} <= last
    listed_prices = {p["apn"]: p["true_value_usd"] for p in pages}
    for sale in there.sales(date(2015, 8, 1)):
        assert sale["sale_price_usd"] != listed_prices.get(sale["apn"])


def test_month_only_sales_say_so(tmp_path: Path) -> None:
    frame = sales_frame().assign(sale_date_precision="month", known_on=date(2014, 6, 1))
    assert {s["sale_date_precision"] for s in made(tmp_path, frame).sales(ON)} == {"month"}


def test_an_assessor_without_values(tmp_path: Path) -> None:
    there = made(tmp_path, sales_frame(), assessor_values=False)
    assert all(p["assessed_value_usd"] is None for p in there.parcels(ON))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda f: f.drop(columns="sale_price_usd"), "no column sale_price_usd"),
        (lambda f: f.assign(sale_date=date(2015, 3, 5)), "give a date inside the file"),
        (lambda f: f.assign(market_sale=False), "give a date inside the file"),
    ],
)
def test_files_that_make_no_world(tmp_path: Path, change: object, words: str) -> None:
    with pytest.raises(SalesFileError, match=words):
        made(tmp_path, change(sales_frame()))  # type: ignore[operator]
