"""Parcel numbers: one spelling for what agencies, sellers and spreadsheets write."""

from __future__ import annotations

import pytest

from realestate_os.counties import load_county
from realestate_os.storage.identity.apn import clean_apn


def test_punctuation_and_labels_are_dropped() -> None:
    assert clean_apn("014 800-0155") == "0148000155"
    assert clean_apn("14-21-106-017-1001") == "14211060171001"
    assert clean_apn("r 123") == "R123"
    assert clean_apn("APN: 014800-0155") == clean_apn("Parcel # 0148000155") == "0148000155"


def test_what_says_nothing_is_no_number() -> None:
    assert [clean_apn(text) for text in (None, "", "--", "000-000", "9999999999", "1.42111E+13")] == [None] * 6


@pytest.mark.parametrize(
    ("county", "written", "full"),
    [
        ("king_wa", "148000155", "0148000155"),
        ("king_wa", "014800-0155", "0148000155"),
        ("king_wa", "148000155.0", "0148000155"),
        ("cook_il", "14-21-106-017", "14211060170000"),
        ("cook_il", "14-21-106-017-1001", "14211060171001"),
        ("cook_il", "1211060171001", "01211060171001"),
        ("cook_il", "121106017", "01211060170000"),
        ("miami_dade_fl", "1-3126-035-0010", "0131260350010"),
        ("harris_tx", "10010000013", "0010010000013"),
        ("san_diego_ca", "535-123-45", "5351234500"),
        ("maricopa_az", "123-45-678A", "12345678A"),
        ("orange_ca", "8-161-01", "00816101"),
        ("clark_nv", "138-02-515-011", "13802515011"),
    ],
)
def test_the_county_says_how_long_it_is(county: str, written: str, full: str) -> None:
    form = load_county(county).parcel_number
    assert clean_apn(written, form) == full
    assert clean_apn(full, form) == full


def test_what_fits_no_form_stays_as_it_is() -> None:
    assert clean_apn("12345", load_county("king_wa").parcel_number) == "12345"
