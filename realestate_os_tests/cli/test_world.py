"""Which world the sandbox serves: from a file of sales, and from one demo to the next."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from realestate_os.cli.world import World, WorldError, generated_world, remember, remembered, today, world_of_sales
from realestate_os.counties import CountyError
from realestate_os.enrichment.sales_columns import SalesFileError
from realestate_os.settings import Settings

FIRST = date(2025, 3, 1)
COUNTY = "king_wa"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(realestate_os_home=tmp_path / "var")


def sales_file(folder: Path, prices: list[int], each_day: int = 1) -> Path:
    """A small CSV: `each_day` sales a day from FIRST on."""
    path = folder / "sales.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "date", "price", "bedrooms", "bathrooms", "sqft_living", "zipcode", "lat", "long"])
        for number, price in enumerate(prices):
            day = FIRST + timedelta(days=number // each_day)
            home = [3, 2, 1500 + number, "98103", 47.66 + number / 10_000, -122.34]
            writer.writerow([7_000_000_000 + number, day.strftime("%Y%m%dT000000"), price, *home])
    return path


def test_the_date_is_the_day_after_the_last_sale_left_for_training(settings: Settings, tmp_path: Path) -> None:
    path = sales_file(tmp_path, [400_000] * 10)
    world = world_of_sales(settings, COUNTY, path, None, 4)
    assert world.day == FIRST + timedelta(days=6)
    assert (world.county, world.listings) == (COUNTY, 4)


def test_held_out_sales_lie_on_or_after_the_date_and_suffice(settings: Settings, tmp_path: Path) -> None:
    """Several sales on the day of the cut: the whole day is held out, or training would know of it."""
    world = world_of_sales(settings, COUNTY, sales_file(tmp_path, [400_000] * 12, each_day=3), None, 4)
    assert world.sales is not None
    sold = pd.to_datetime(pd.read_parquet(world.sales)["sale_date"]).dt.date
    held_out = sold[sold >= world.day]
    assert len(held_out) == 6
    assert sold[sold < world.day].max() == world.day - timedelta(days=1)


def test_a_given_date_is_kept(settings: Settings, tmp_path: Path) -> None:
    day = FIRST + timedelta(days=3)
    assert world_of_sales(settings, COUNTY, sales_file(tmp_path, [400_000] * 10), day, 4).day == day


def test_too_few_sales_say_how_many_there_are(settings: Settings, tmp_path: Path) -> None:
    """A price of $1 is a deed between relatives, not a market sale."""
    path = sales_file(tmp_path, [400_000] * 4 + [1] * 5)
    with pytest.raises(WorldError, match=r"sales\.csv: 4 market sales .* --listings 4 .* give fewer listings"):
        world_of_sales(settings, COUNTY, path, None, 4)


def test_a_date_before_the_first_sale_leaves_nothing_to_learn_from(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(WorldError, match=rf"no sale before {FIRST}; give a later --date .*2025-03-10"):
        world_of_sales(settings, COUNTY, sales_file(tmp_path, [400_000] * 10), FIRST, 4)


def test_sales_that_all_fall_on_one_day_leave_nothing_to_learn_from(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(WorldError, match="no sale before"):
        world_of_sales(settings, COUNTY, sales_file(tmp_path, [400_000] * 10, each_day=10), None, 4)


def test_a_file_that_is_no_sales_file(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "colours.csv"
    path.write_text("red,green\n1,2\n")
    with pytest.raises(SalesFileError, match=r"colours\.csv"):
        world_of_sales(settings, COUNTY, path, None, 1)


def test_what_demo_showed_is_what_up_serves(settings: Settings, tmp_path: Path) -> None:
    for world in (
        World("cook_il", date(2026, 1, 2), 50),
        World(COUNTY, date(2025, 3, 7), 4, tmp_path / "sales.parquet"),
    ):
        remember(settings, world)
        assert remembered(settings) == world


def test_without_a_demo_it_is_the_generators_default(settings: Settings) -> None:
    assert remembered(settings) == World(COUNTY, today(COUNTY), 200)


def test_the_generators_world_of_an_unknown_county() -> None:
    with pytest.raises(CountyError, match="no county 'nowhere'"):
        generated_world("nowhere", None, 1)


def test_the_sandbox_is_started_for_this_world(settings: Settings, tmp_path: Path) -> None:
    service = World(COUNTY, date(2025, 3, 7), 4, tmp_path / "sales.parquet").service(settings)
    words = " ".join(service.command)
    for part in ("--county king_wa", "--date 2025-03-07", "--listings 4", f"--sales-parquet {tmp_path}/sales.parquet"):
        assert part in words
    assert "--sales-parquet" not in World(COUNTY, date(2025, 3, 7), 4).service(settings).command
