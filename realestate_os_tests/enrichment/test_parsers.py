"""How figures, dates and types are written."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from realestate_os.enrichment import parsers


def first(parser, value):
    return parser(pd.Series([value], dtype=object)).iloc[0]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2014-05-02", "2014-05-02"),
        ("2014-05-02T00:00:00.000", "2014-05-02"),
        ("20140502T000000", "2014-05-02"),
        ("20140502", "2014-05-02"),
        ("5/2/2014", "2014-05-02"),
        ("05/02/14", "2014-05-02"),
        ("5/2/2014 12:00:00 AM", "2014-05-02"),
        ("May 2, 2014", "2014-05-02"),
        ("2-May-14", "2014-05-02"),
        ("2014-05", "2014-05-01"),
        ("5/2014", "2014-05-01"),
        ("May 2014", "2014-05-01"),
    ],
)
def test_dates(written, expected):
    assert first(parsers.day, written) == pd.Timestamp(expected)


@pytest.mark.parametrize("written", ["", None, "soon", "13/45/2014", "0000-00-00", "5"])
def test_what_is_no_date_is_missing(written):
    assert pd.isna(first(parsers.day, written))


@pytest.mark.parametrize(("written", "only"), [("2014-05", True), ("5/2014", True), ("2014-05-02", False), ("", False)])
def test_a_month_alone_is_noticed(written, only):
    assert bool(first(parsers.month_only, written)) is only


def test_epoch_milliseconds():
    assert first(parsers.epoch_ms, 1_399_032_000_000) == pd.Timestamp("2014-05-02")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("$1,234.50", 1234.5),
        ("1,800 sq ft", 1800.0),
        ("1800 SF", 1800.0),
        (" 7 ", 7.0),
        ("n/a", np.nan),
        ("inf", np.nan),
    ],
)
def test_numbers(written, expected):
    assert first(parsers.number, written) == pytest.approx(expected, nan_ok=True)


def test_zero_is_unknown_where_nothing_can_be_zero():
    assert np.isnan(first(parsers.positive, "0"))
    assert first(parsers.acres, "0.5") == 21_780.0


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Single Family(Res Use/Zone)", "single_family"),
        ("Condominium(Residential)", "condo"),
        ("Townhouse Plat", "townhouse"),
        ("Duplex", "multi_family"),
        ("2-4 Units", "multi_family"),
        ("Mobile Home", "manufactured"),
        ("Vacant Land", "land"),
        ("SFR", "single_family"),
        ("Church", "other"),
        ("11", None),
        ("", None),
    ],
)
def test_property_types(written, expected):
    assert first(parsers.property_type, written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [("Y", 1.0), ("false", 0.0), (1, 1.0), (0.0, 0.0), ("Q", 1.0), ("maybe", np.nan), (None, np.nan)],
)
def test_flags(written, expected):
    assert first(parsers.yes_no, written) == pytest.approx(expected, nan_ok=True)
    assert first(parsers.no_yes, written) == pytest.approx(1 - expected, nan_ok=True)


def test_zips_and_parcel_numbers():
    assert first(parsers.zip_code, "98103-1234") == "98103"
    assert first(parsers.zip_code, 2138.0) == "02138"
    assert first(parsers.zip_code, "x") is None
    assert first(parsers.apn, "12-34 567") == "1234567"
    assert first(parsers.apn, "---") is None
