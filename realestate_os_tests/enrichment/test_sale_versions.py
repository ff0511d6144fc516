"""Versions of sales: nothing lost, corrections from the day they became known, the same twice."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from realestate_os.enrichment.as_of import known_sales
from realestate_os.enrichment.frames import SALES
from realestate_os.enrichment.sale_versions import merge_versions
from realestate_os_tests.enrichment.rows import sale, sales

FETCHED = date(2025, 9, 1)


def prices(versions: pd.DataFrame, on: date) -> dict[str, float]:
    known = known_sales(versions, on)
    return dict(zip(known["sale_id"], known["sale_price_usd"], strict=True))


def test_a_new_sale_is_known_from_its_own_day():
    versions = merge_versions(SALES.empty(), sales(sale("s")), FETCHED)
    assert prices(versions, date(2025, 6, 14)) == {}
    assert prices(versions, date(2025, 6, 15)) == {"s": 700_000.0}


def test_a_sale_that_was_fetched_is_known_by_then_even_if_its_lag_is_not_over():
    versions = merge_versions(SALES.empty(), sales(sale("s", known_on=date(2025, 12, 1))), FETCHED)
    assert versions["known_on"].tolist() == [FETCHED]


def test_a_change_is_a_new_version_known_on_the_day_of_the_fetch():
    first = merge_versions(SALES.empty(), sales(sale("s")), date(2025, 7, 1))
    second = merge_versions(first, sales(sale("s", sale_price_usd=650_000.0)), FETCHED)
    assert second["superseded_on"].tolist() == [FETCHED, None]
    assert prices(second, FETCHED - timedelta(days=1)) == {"s": 700_000.0}
    assert prices(second, FETCHED) == {"s": 650_000.0}


def test_a_new_url_is_no_change_and_a_sale_that_is_gone_stays():
    first = merge_versions(SALES.empty(), sales(sale("s"), sale("t", apn="2")), FETCHED)
    again = merge_versions(first, sales(sale("s", url="https://elsewhere")), FETCHED + timedelta(days=1))
    pd.testing.assert_frame_equal(first, again)


def test_what_another_source_already_told_is_not_added_twice():
    first = merge_versions(SALES.empty(), sales(sale("county-1", source="county")), FETCHED)
    again = merge_versions(first, sales(sale("file-1", source="file:x"), sale("file-2", apn="9")), FETCHED)
    assert set(again["sale_id"]) == {"county-1", "file-2"}


def test_an_earlier_day_asked_for_later_goes_between_the_versions():
    first = merge_versions(SALES.empty(), sales(sale("s")), date(2025, 7, 1))
    later = merge_versions(first, sales(sale("s", sale_price_usd=2.0e5)), date(2025, 12, 1))
    between = merge_versions(later, sales(sale("s", sale_price_usd=3.0e5)), date(2025, 10, 1))
    days = [date(2025, 8, 1), date(2025, 11, 1), date(2025, 12, 2)]
    assert [prices(between, day)["s"] for day in days] == [7.0e5, 3.0e5, 2.0e5]


fetches = st.lists(
    st.tuples(
        st.integers(0, 200),
        st.dictionaries(st.sampled_from("abc"), st.sampled_from([1.0e5, 2.0e5, 3.0e5]), min_size=1),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=15, deadline=None)
@given(fetches)
def test_after_any_fetches_in_order_each_day_shows_what_the_last_fetch_by_then_said(story):
    story = sorted({FETCHED + timedelta(days=days): said for days, said in story}.items())
    versions = SALES.empty()
    for on, said in story:
        rows = sales(*(sale(name, apn=name, known_on=on, sale_price_usd=price) for name, price in said.items()))
        versions = merge_versions(versions, rows, on)
        pd.testing.assert_frame_equal(versions, merge_versions(versions, rows, on))
        SALES.to_arrow(versions)
    told: dict[str, float] = {}
    for on, said in story:
        told |= said
        assert prices(versions, on) == told
