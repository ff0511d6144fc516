"""Which property an address means: the same one however it is written, never another one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realestate_os.storage.property_identity import (
    clean_apn,
    normalize_address,
    property_id,
    zip5,
)


def key(street: str | None, unit: str | None = None, zip_code: str | None = "98105") -> str | None:
    return normalize_address(street, unit, None, None, zip_code).address_key


@pytest.mark.parametrize(
    ("street", "unit"),
    [
        ("1234 NE 45th Street", "Apt 5"),
        ("1234 Northeast 45th St. #5", None),
        ("1234 ne 45TH st, Unit 5", ""),
        ("1234 NE 45TH ST", "# 5"),
        ("1234  NE  45th  Street   APT.  5", None),
    ],
)
def test_one_flat_has_one_key(street: str, unit: str | None) -> None:
    assert key(street, unit) == "1234 NE 45TH ST|5|98105"


def test_zip_plus_four_and_city_do_not_matter() -> None:
    plain = normalize_address("12 Elm Street", None, "Seattle", "WA", "98105")
    assert plain == normalize_address("12 Elm St", None, "SHORELINE", None, "98105-1234")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("12 Elm St", "1"), ("12 Elm St", "2")),
        (("12 Elm St", "1"), ("12 Elm St", None)),
        (("12 Elm St Bldg A Apt 3", None), ("12 Elm St Bldg B Apt 3", None)),
        (("12 Elm St N", None), ("12 Elm St S", None)),
        (("12 Elm St", None), ("12 Elm Ave", None)),
        (("5th & Pine", None), ("5th & Pike", None)),
        (("PO Box 12", None), ("PO Box 13", None)),
        (("1234 Palm Vista", None), ("1234 Palm Lake", None)),
    ],
)
def test_different_homes_have_different_keys(one: tuple[str, str | None], other: tuple[str, str | None]) -> None:
    assert key(*one) != key(*other)


def test_no_street_or_no_zip_is_no_identity() -> None:
    assert key("") is None
    assert key(None) is None
    assert key("12 Elm St", zip_code="9810") is None


@given(*[st.one_of(st.none(), st.text(max_size=40))] * 5)
@settings(max_examples=200, deadline=None)
def test_any_text_is_survived_and_stable(
    street: str | None,
    unit: str | None,
    city: str | None,
    state: str | None,
    zip_code: str | None,
) -> None:
    first = normalize_address(street, unit, city, state, zip_code)
    assert first.street_address == first.street_address.upper()
    assert first.street_address.isascii()


@given(
    number=st.integers(1, 99_999),
    direction=st.sampled_from(["", "N ", "Southwest ", "NE "]),
    name=st.sampled_from(["Elm", "45th", "Saint Andrews", "Lake View", "Martin Luther King Jr"]),
    kind=st.sampled_from(["Street", "Ave", "Boulevard", "Ct", "Terrace"]),
    unit=st.sampled_from(["", " #4", " Apt 12B", ", Unit 7"]),
)
@settings(max_examples=200, deadline=None)
def test_normalising_twice_changes_nothing(number: int, direction: str, name: str, kind: str, unit: str) -> None:
    once = normalize_address(f"{number} {direction}{name} {kind}{unit}", None, None, None, "98105")
    again = normalize_address(once.street_address, once.unit, None, None, "98105")
    assert again == once
    assert once.street_address.startswith(f"{number} ")


def test_property_id_is_fixed_for_ever() -> None:
    assert property_id("king_wa", "12 ELM ST||98105") == "99eacd0e-e674-5ca4-87f4-be7fb26904f4"
    assert property_id("king_wa", "12 ELM ST||98105") != property_id("cook_il", "12 ELM ST||98105")


def test_parcel_numbers_lose_their_punctuation() -> None:
    assert clean_apn("014 800-0155") == "0148000155"
    assert clean_apn("14-21-106-017-1001") == "14211060171001"
    assert clean_apn("r 123") == "R123"
    assert [clean_apn(text) for text in (None, "", "--", "000-000")] == [None] * 4


def test_zip5() -> None:
    assert [zip5(text) for text in ("98105", " 98105-1234 ", "981051234", 98105)] == ["98105"] * 4
    assert [zip5(text) for text in ("9810", "abcde", None, "98105x", "٩٨١٠٥")] == [None] * 5
