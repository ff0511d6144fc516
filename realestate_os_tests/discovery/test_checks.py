"""The checks of the listings as Dagster runs them, on tables that lie in the store."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from dagster import AssetCheckEvaluation, AssetCheckKey, AssetKey, DagsterInstance, Definitions

from realestate_os.build import build_definitions
from realestate_os.discovery.frames import LISTINGS
from realestate_os.enrichment.frames import SALES
from realestate_os.settings import load_settings
from realestate_os.storage.parquet import ParquetStore

DAY = date(2026, 11, 24)
REQUIRED = {
    "county": "king_wa",
    "source": "site",
    "url": "https://site.example/home",
    "page_sha256": "0" * 64,
    "fetched_at": datetime(2026, 11, 24, tzinfo=UTC),
    "read_by": "labels",
    "price_basis": "asking",
    "listing_status": "active",
    "price_event": "unchanged",
    "condition_claimed": "unknown",
    "text_flags": "[]",
    "completeness": 1.0,
    "first_seen_on": DAY - timedelta(days=30),
    "year_built": 1990.0,
    "listing_price_usd": 800_000.0,
    "quoted_price_usd": 800_000.0,
}


def listings(day: date, count: int = 20, **changes: object) -> pd.DataFrame:
    keys = [str(number) for number in range(count)]
    rows = pd.DataFrame({"property_id": keys, "listing_key": keys}).assign(date=day, **{**REQUIRED, **changes})
    return LISTINGS.empty().reindex(rows.index).assign(**rows)[LISTINGS.names]


@pytest.fixture
def definitions(tmp_path: Path) -> Iterator[Definitions]:
    yield build_definitions(settings_overrides={"realestate_os_home": tmp_path})


@pytest.fixture
def store(tmp_path: Path) -> ParquetStore:
    found = ParquetStore(load_settings(realestate_os_home=tmp_path).objects_url, {})
    found.write(SALES, "king_wa", SALES.empty())
    return found


def evaluate(definitions: Definitions, name: str, key: str | None = f"king_wa|{DAY}") -> AssetCheckEvaluation:
    check = AssetCheckKey(AssetKey("listings"), name)
    job = definitions.resolve_implicit_global_asset_job_def().get_subset(
        asset_selection=set(), asset_check_selection={check}
    )
    with DagsterInstance.ephemeral() as instance:
        [evaluation] = job.execute_in_process(instance=instance, partition_key=key).get_asset_check_evaluations()
    return evaluation


@pytest.mark.parametrize("name", ["values", "completeness", "price_reasonableness", "outliers", "trailing_baseline"])
def test_a_sound_day_passes_each(definitions: Definitions, store: ParquetStore, name: str) -> None:
    full = {"street_address": "1 Elm", "city": "Seattle", "zip_code": "98103", "property_type": "condo"}
    facts = {"bedrooms": 2.0, "bathrooms": 1.0, "square_footage": 900.0, "lot_size_sqft": 900.0}
    store.write(LISTINGS, f"king_wa|{DAY}", listings(DAY, **full, **facts, listed_on=DAY, description="A home"))
    assert evaluate(definitions, name).passed


def test_values_out_of_range_do_not_pass(definitions: Definitions, store: ParquetStore) -> None:
    store.write(LISTINGS, f"king_wa|{DAY}", listings(DAY, completeness=1.5, first_seen_on=DAY + timedelta(days=1)))
    evaluation = evaluate(definitions, "values")
    assert not evaluation.passed
    assert "completeness at most 1: 20" in (evaluation.description or "")
    assert "first_seen_on not above date: 20" in (evaluation.description or "")


def test_the_baseline_is_made_of_earlier_days_only(definitions: Definitions, store: ParquetStore) -> None:
    for back in range(1, 5):
        earlier, later = DAY - timedelta(days=back), DAY + timedelta(days=back)
        store.write(LISTINGS, f"king_wa|{earlier}", listings(earlier))
        store.write(LISTINGS, f"king_wa|{later}", listings(later, year_built=None))
    store.write(LISTINGS, f"king_wa|{DAY}", listings(DAY, year_built=None))
    evaluation = evaluate(definitions, "trailing_baseline")
    assert not evaluation.passed
    assert "year_built missing 1, usually 0" in (evaluation.description or "")


def test_freshness_is_told_by_county(definitions: Definitions, store: ParquetStore) -> None:
    store.write(LISTINGS, "king_wa|2026-01-01", listings(date(2026, 1, 1), first_seen_on=date(2026, 1, 1)))
    evaluation = evaluate(definitions, "freshness", key=None)
    assert not evaluation.passed
    assert "king_wa" in (evaluation.description or "")
