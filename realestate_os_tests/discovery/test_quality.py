"""How good a day's listings are, and which rows and sources are named when they are not."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from realestate_os.discovery.frames import LISTINGS
from realestate_os.discovery.quality import against_baseline, completeness, freshness, outliers, price_reasonableness

DAY = date(2026, 11, 24)


def listings(count: int = 30, **changes: Any) -> pd.DataFrame:
    """Sound listings of one source, ZIP and size; `changes` are columns."""
    rows = pd.DataFrame(
        {
            "property_id": [str(i) for i in range(count)],
            "source": "site",
            "url": "https://site.example/home",
            "price_basis": "asking",
            "street_address": "1 Elm St",
            "city": "Seattle",
            "zip_code": "98103",
            "property_type": "single_family",
            "bedrooms": 3.0,
            "bathrooms": 2.0,
            "square_footage": 2000.0,
            "lot_size_sqft": 5000.0,
            "year_built": 1990.0,
            "quoted_price_usd": 800_000.0,
            "listing_price_usd": 800_000.0,
            "listed_on": DAY,
            "description": "A home",
            "completeness": 1.0,
        }
    )
    return rows.assign(**changes).reindex(columns=LISTINGS.names)


def sales(count: int = 40, usd_sqft: float = 400.0) -> pd.DataFrame:
    spread = np.exp(np.linspace(-0.3, 0.3, count))
    return pd.DataFrame(
        {
            "sale_date": DAY - timedelta(days=90),
            "known_on": DAY - timedelta(days=60),
            "superseded_on": None,
            "market_sale": True,
            "zip_code": "98103",
            "square_footage": 2000.0,
            "sale_price_usd": 2000.0 * usd_sqft * spread,
        },
        index=range(count),
    )


def week(**changes: Any) -> dict[date, pd.DataFrame]:
    return {DAY - timedelta(days=back): listings(**changes) for back in range(1, 8)}


class TestCompleteness:
    def test_full_listings_pass(self) -> None:
        assert completeness(listings()).passed

    def test_a_field_that_most_lack_is_named(self) -> None:
        verdict = completeness(listings(year_built=[1990.0] * 10 + [None] * 20))
        assert not verdict.passed
        assert "year_built 33%" in verdict.description

    def test_poor_listings_are_the_rows_at_fault(self) -> None:
        verdict = completeness(listings(completeness=[0.2, *[1.0] * 29]))
        assert verdict.passed
        assert list(verdict.failing["property_id"]) == ["0"]

    def test_leads_and_an_empty_day_are_not_judged(self) -> None:
        assert completeness(listings(price_basis="none", completeness=0.1)).passed
        assert completeness(listings(0)).passed


class TestPrices:
    def test_prices_of_the_zip_pass_and_a_slip_of_the_decimal_point_is_named(self) -> None:
        assert price_reasonableness(listings(), sales(), DAY).failing.empty
        slip = listings(listing_price_usd=[80_000.0, *[800_000.0] * 29])
        assert list(price_reasonableness(slip, sales(), DAY).failing["property_id"]) == ["0"]

    def test_a_day_of_wrong_prices_fails(self) -> None:
        assert not price_reasonableness(listings(listing_price_usd=80_000.0), sales(), DAY).passed

    def test_a_zip_with_few_sales_is_measured_by_the_county(self) -> None:
        elsewhere = listings(zip_code="98001", listing_price_usd=80_000.0)
        assert len(price_reasonableness(elsewhere, sales(), DAY).failing) == 30

    def test_later_sales_change_nothing(self) -> None:
        later = sales(100, usd_sqft=40.0).assign(sale_date=DAY + timedelta(days=1), known_on=DAY + timedelta(days=1))
        with_later = price_reasonableness(listings(), pd.concat([sales(), later], ignore_index=True), DAY)
        assert with_later.figures == price_reasonableness(listings(), sales(), DAY).figures

    def test_without_sales_nothing_is_said(self) -> None:
        assert price_reasonableness(listings(), sales(0), DAY).passed


def test_outliers_name_the_column_and_the_row() -> None:
    odd = listings(square_footage=[20.0, *[2000.0] * 29], bedrooms=[3.0, 33.0, *[3.0] * 28])
    verdict = outliers(odd)
    found = set(verdict.failing[["property_id", "column"]].itertuples(index=False, name=None))
    assert found == {("0", "square_footage"), ("1", "bedrooms")}
    assert verdict.passed
    assert not outliers(listings(square_footage=[20.0] * 5 + [2000.0] * 25)).passed
    assert outliers(listings(0)).passed


class TestBaseline:
    def test_a_day_like_the_others_passes(self) -> None:
        assert against_baseline(listings(33), week()).passed

    def test_a_site_that_lost_its_listings_is_named(self) -> None:
        verdict = against_baseline(listings(12), week())
        assert not verdict.passed
        assert verdict.failing.to_dict("records") == [
            {"source": "site", "what": "listings", "today": 12, "usually": 30}
        ]
        assert not against_baseline(listings(0), week()).passed

    def test_a_field_that_the_site_moved_is_named(self) -> None:
        verdict = against_baseline(listings(year_built=None), week())
        assert list(verdict.failing["what"]) == ["year_built missing"]

    def test_a_field_that_was_always_missing_is_no_news(self) -> None:
        assert against_baseline(listings(year_built=None), week(year_built=None)).passed

    def test_one_site_does_not_hide_another(self) -> None:
        both = {day: pd.concat([rows, listings(300, source="big")]) for day, rows in week().items()}
        verdict = against_baseline(listings(300, source="big"), both)
        assert list(verdict.failing["source"]) == ["site"]

    def test_a_new_site_and_a_short_past_are_not_judged(self) -> None:
        assert against_baseline(pd.concat([listings(), listings(source="new")]), week()).passed
        assert against_baseline(listings(1), dict(list(week().items())[:2])).passed


def test_one_fresh_county_does_not_make_the_others_green() -> None:
    newest = {"king_wa": DAY, "cook_il": DAY - timedelta(days=5), "clark_nv": None}
    verdict = freshness(newest, dict.fromkeys(newest, DAY), largest_age_days=2)
    assert not verdict.passed
    assert list(verdict.failing["county"]) == ["cook_il"]
    assert verdict.figures == {"age_days": {"king_wa": 0, "cook_il": 5}, "never": ["clark_nv"]}
