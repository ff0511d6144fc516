"""Which property a typed address means."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from realestate_os.discovery.frames import LISTINGS
from realestate_os.scoring.find import AddressError, find_property
from realestate_os.storage.parquet import ParquetStore
from realestate_os_tests.scoring.homes import DAY, day_of

HOWELL: dict[str, Any] = {}
UNITS = [
    {
        "street_address": "100 Main St",
        "unit": unit,
        "zip_code": zip_code,
        "address_key": f"100 MAIN ST|{unit}|{zip_code}",
    }
    for unit, zip_code in (("1", "98101"), ("2", "98101"), ("1", "98004"))
]


@pytest.fixture
def store(tmp_path: Path) -> ParquetStore:
    store = ParquetStore(str(tmp_path), {})
    listings = day_of([HOWELL, *UNITS]).listings
    store.write(LISTINGS, f"king_wa|{DAY - timedelta(days=7)}", listings)
    store.write(LISTINGS, f"king_wa|{DAY}", listings.iloc[1:])
    return store


@pytest.mark.parametrize(
    "typed", ["1417 E Howell St", "1417 east howell street, Seattle, WA 98122", "1417 E HOWELL ST 98122-1234"]
)
def test_however_it_is_written_and_the_newest_day_that_lists_it(store: ParquetStore, typed: str) -> None:
    found = find_property(store, typed, ("king_wa", "cook_il"), None)
    assert (found.county, found.day) == ("king_wa", DAY - timedelta(days=7))
    assert found == find_property(store, found.property_id, ("king_wa",), None)


def test_unit_and_zip_tell_apart(store: ParquetStore) -> None:
    assert find_property(store, "100 Main St #2", ("king_wa",), DAY).address == "100 Main St Unit 2, Seattle, 98101"
    assert find_property(store, "100 Main St Apt 1, 98004", ("king_wa",), DAY).address.endswith("98004")
    with pytest.raises(AddressError, match=r"means 3 properties.*98101.*98004.*Add the ZIP or the unit"):
        find_property(store, "100 Main Street", ("king_wa",), DAY)


@pytest.mark.parametrize(
    ("typed", "day", "words"),
    [
        ("1417 E Howel St", None, "nearest: 1417 E Howell St, Seattle, 98122"),
        ("1417 E Howell St", DAY - timedelta(days=1), "king_wa has 2 days up to 2026-11-24"),
        ("1417 E Howell St", DAY, "no listing at '1417 E Howell St' in king_wa on 2026-11-24"),
        ("", DAY, "no listing at ''"),
    ],
)
def test_the_error_names_what_is_near(store: ParquetStore, typed: str, day: Any, words: str) -> None:
    with pytest.raises(AddressError) as error:
        find_property(store, typed, ("king_wa",), day)
    assert words in str(error.value)
