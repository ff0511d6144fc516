"""Which property an address means: the same one however it is written, never another one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realestate_os.storage.property_identity import normalize_address, property_id, split_unit, zip5


def key(street: str | None, unit: str | None = None, zip_code: str | None = "98105") -> str | None:
    return normalize_address(street, unit, None, None, zip_code).address_key


SAME = {
    "1234 NE 45TH ST||98105": (
        "1234 Northeast 45th Street",
        "1234 N.E. 45th St.",
        "1234 n.e. 45TH st",
        "1234 north east 45th st",
        "01234 NE 45 St",
    ),
    "123 1/2 MAIN ST||98105": ("123 1/2 Main Street", "123-1/2 Main St", "123½ Main St."),
    "12 ELM ST|4|98105": (
        *("12 Elm St #4", "12 Elm St Apt 4", "12 Elm St. Apt. No. 4", "12 Elm Street, Unit 4", "12 ELM ST STE 4"),
        *("12 Elm St, 4", "12 Elm St 4", "#4 12 Elm St", "Unit 4, 12 Elm St", "12 Elm St Spc 04", "12 Elm St. # 4"),
    ),
    "12 ELM ST|4B|98105": (
        *("12 Elm St Unit 4-B", "12 Elm St #4 B", "12 Elm St Apt 4B", "12 Elm St 4b", "12 Elm St 04-B"),
    ),
    "12 ELM ST|FL2|98105": ("12 Elm St 2nd Floor", "12 Elm St Fl 2", "12 Elm St, Floor 2"),
    "12 ELM ST|BLDG3-4|98105": ("12 Elm St Bldg 3 Unit 4", "12 Elm St Building 3 #4", "12 Elm St, Bldg. 3, Apt 4"),
    "8110 RANCH RD 2222|83|98105": ("8110 Ranch Road 2222 APT 83", "8110 RR 2222 #83", "8110 RM 2222 Unit 83"),
    "8110 FM 969||98105": ("8110 FM 969", "8110 Farm to Market Road 969", "8110 Farm-to-Market 969", "8110 F.M. 969"),
    "100 US HWY 1||98105": ("100 US Highway 1", "100 U.S. Route 1", "100 US 1", "100 us hwy 1"),
    "100 STATE HWY 520||98105": ("100 State Route 520", "100 SR 520", "100 SR-520", "100 State Road 520"),
    "100 COUNTY RD 12||98105": ("100 County Road 12", "100 CR 12", "100 Co Rd 12"),
    "100 INTERSTATE 35 S||98105": ("100 I-35 S", "100 IH 35 South", "100 Interstate 35 S"),
    "100 HWY 71 W||98105": ("100 Highway 71 West", "100 Hwy 71 W"),
    "1 1ST AVE N||98105": ("1 First Avenue North", "1 1st Ave N"),
    "1234 ST ANDREWS CT||98105": ("1234 Saint Andrews Court", "1234 St. Andrews Ct"),
    "12 MCDONALD RD||98105": ("12 Mc Donald Rd", "12 McDonald Road"),
    "12 OBRIEN ST||98105": ("12 O'Brien St", "12 O’Brien Street"),
    "123 E 400 S||98105": ("123 E 400 S", "123 East 400 South"),
    "10-15 MAIN ST||98105": ("10-15 Main Street", "10 - 15 Main St"),
    "N6W23001 BLUEMOUND RD||98105": ("N6W23001 Bluemound Road",),
    "1234 PENA BLVD||98105": ("1234 Peña Boulevard", "1234 Pena Blvd"),
    "1234 AVENIDA DEL MAR||98105": ("1234 Avenida del Mar",),
    "12 SOUTH ST||98105": ("12 South Street",),
    "123 N E ST||98105": ("123 N E St", "123 North E Street"),
    "12 BROADWAY||98105": ("12 Broadway",),
    "1 SW AVE REAR||98105": ("1 Southwest Avenue  Rear", "1 SW AVENUE REAR"),
}  # fmt: skip


@pytest.mark.parametrize(("expected", "written"), [(k, text) for k, texts in SAME.items() for text in texts])
def test_one_home_has_one_key(expected: str, written: str) -> None:
    assert key(written) == expected


@pytest.mark.parametrize(("street", "unit"), [("12 Elm St Apt 5", "5"), ("12 Elm St", "Apt 5"), ("12 Elm St", "5.0")])
def test_the_unit_may_stand_in_its_own_column_or_in_both(street: str, unit: str) -> None:
    assert key(street, unit) == "12 ELM ST|5|98105"


def test_zip_plus_four_and_city_do_not_matter() -> None:
    expected = normalize_address("12 Elm Street", None, "Seattle", "WA", "98105")
    assert expected == normalize_address("12 Elm St", None, "SHORELINE", None, "98105-1234")
    assert expected == normalize_address("12 Elm St., Seattle", None, "Seattle", "WA", "981051234")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("12 Elm St", "1"), ("12 Elm St", "2")),
        (("12 Elm St", "1"), ("12 Elm St", None)),
        (("12 Elm St Bldg A Apt 3", None), ("12 Elm St Bldg B Apt 3", None)),
        (("12 Elm St Bldg 3 #41", None), ("12 Elm St Bldg 34 #1", None)),
        (("12 Elm St Bldg 3", "5"), ("12 Elm St Bldg 4", "5")),
        (("12 Elm St Bldg 12B #1", None), ("12 Elm St Bldg 12 #B1", None)),
        (("12 Elm St #4-12", None), ("12 Elm St #41-2", None)),
        (("12 Elm St N", None), ("12 Elm St S", None)),
        (("12 N Elm St", None), ("12 Elm St N", None)),
        (("12 Elm St", None), ("12 Elm Ave", None)),
        (("12 1/2 Elm St", None), ("12 Elm St", None)),
        (("12A Elm St", None), ("12 Elm St", None)),
        (("929 E 53rd St", None), ("929 E 53rd 1/2 St", None)),
        (("100 FM 969", None), ("100 FM 1825", None)),
        (("100 Highway 79", None), ("100 Highway 79 Sp 164", None)),
        (("1234 Palm Vista", None), ("1234 Palm Lake", None)),
    ],
)
def test_different_homes_have_different_keys(one: tuple[str, str | None], other: tuple[str, str | None]) -> None:
    assert key(*one) is not None and key(*other) is not None
    assert key(*one) != key(*other)


@pytest.mark.parametrize(
    ("street", "problem"),
    [
        *((box, "po_box") for box in ("PO Box 12", "P.O. Box 12", "POB 12", "Post Office Box 9", "RR 2 Box 15")),
        *((two, "intersection") for two in ("5th & Pine", "5th and Pine", "5th Ave @ Pine St", "Hwy 71 & FM 969")),
        *((bare, "no_house_number") for bare in ("Kind Way", "5th Ave", "0 Elm St", "Not provided", "Unit 5", "12")),
        *((none, "no_street") for none in ("", None, "--", " # ")),
    ],
)  # fmt: skip
def test_what_names_no_single_property_has_no_key_and_says_why(street: str | None, problem: str) -> None:
    found = normalize_address(street, None, None, None, "98105")
    assert (found.address_key, found.problem) == (None, problem)


def test_a_mailbox_beside_the_street_does_not_hide_it() -> None:
    assert key("12 Elm St, PO Box 5") == "12 ELM ST||98105"


def test_no_zip_is_no_identity() -> None:
    assert normalize_address("12 Elm St", None, None, None, "9810").problem == "no_zip"


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("12 Elm St Apt 5", ("12 Elm St", "Apt 5")),
        ("Unit 5", ("Unit 5", "")),
        ("12 Elm St N", ("12 Elm St N", "")),
        ("15420 Olde Highway 80", ("15420 Olde Highway 80", "")),
        ("8110 Ranch Road 2222", ("8110 Ranch Road 2222", "")),
        ("79275 Avenue 38", ("79275 Avenue 38", "")),
        ("12 Outer Space Dr", ("12 Outer Space Dr", "")),
        ("100 Floor Rd", ("100 Floor Rd", "")),
        ("12 Lower Falls Rd", ("12 Lower Falls Rd", "")),
    ],
)
def test_the_unit_is_cut_from_the_line_and_nothing_else(line: str, parts: tuple[str, str]) -> None:
    assert split_unit(line) == parts


@given(*[st.one_of(st.none(), st.text(max_size=40))] * 5)
@settings(max_examples=200, deadline=None)
def test_any_text_is_survived(
    street: str | None, unit: str | None, city: str | None, state: str | None, zip_code: str | None
) -> None:
    first = normalize_address(street, unit, city, state, zip_code)
    assert first.street_address == first.street_address.upper()
    assert first.street_address.isascii()
    assert (first.address_key is None) == (first.problem is not None)


NUMBERS = st.one_of(
    st.integers(1, 99_999).map(str), st.sampled_from(["12 1/2", "10-15", "123A", "N6W23001", "2808-2810"])
)
NAMES = st.sampled_from(
    [
        "Elm",
        "45th",
        "Saint Andrews",
        "Lake View",
        "Martin Luther King Jr",
        "First",
        "Avenue",
        "Camino del Mar",
        "MC Coy",
    ]
)
UNITS = st.sampled_from(
    ["", " #4", " Apt 12B", ", Unit 7", " Bldg 3 #41", " PH-2", " Rear", " 2nd Floor", " Unit A & B"]
)


@given(
    number=NUMBERS,
    direction=st.sampled_from(["", "N ", "Southwest ", "NE ", "n.e. "]),
    name=NAMES,
    kind=st.sampled_from(["Street", "Ave", "Boulevard", "Ct", "Terrace", "", "Highway 71"]),
    unit=UNITS,
)
@settings(max_examples=300, deadline=None)
def test_normalising_twice_changes_nothing(number: str, direction: str, name: str, kind: str, unit: str) -> None:
    once = normalize_address(f"{number} {direction}{name} {kind}{unit}", None, None, None, "98105")
    again = normalize_address(once.street_address, once.unit, None, None, "98105")
    assert again == once
    assert once.street_address.startswith(f"{number} ")


UNIT_PARTS = st.lists(st.text("AB1203", min_size=1, max_size=3), min_size=1, max_size=2).map(tuple)


def _unit(parts: tuple[str, ...]) -> tuple[str, ...]:
    """What distinguishes a unit for a person: each part without the zeros before its figures."""
    return tuple("".join(f"{int(p)}" if p.isdigit() else p for p in _runs(part)) for part in parts)


def _runs(part: str) -> list[str]:
    out: list[str] = []
    for char in part:
        if out and out[-1][-1].isdigit() == char.isdigit():
            out[-1] += char
        else:
            out.append(char)
    return out


@given(one=UNIT_PARTS, other=UNIT_PARTS)
@settings(max_examples=400, deadline=None)
def test_two_units_of_one_building_never_share_a_key(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    written = [
        " ".join(f"{word} {part}" for word, part in zip(("Bldg", "Unit"), unit, strict=False)) for unit in (one, other)
    ]
    keys = [key(f"12 Elm St {text}") for text in written]
    assert (keys[0] == keys[1]) == (_unit(one) == _unit(other))


def test_property_id_is_fixed_for_ever() -> None:
    assert property_id("king_wa", "12 ELM ST||98105") == "99eacd0e-e674-5ca4-87f4-be7fb26904f4"
    assert property_id("king_wa", "12 ELM ST||98105") != property_id("cook_il", "12 ELM ST||98105")


def test_zip5() -> None:
    assert [zip5(text) for text in ("98105", " 98105-1234 ", "981051234", 98105)] == ["98105"] * 4
    assert [zip5(text) for text in ("9810", "abcde", None, "98105x", "٩٨١٠٥")] == [None] * 5
