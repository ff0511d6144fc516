"""The checks of the listings as Dagster runs them, on tables that lie in the store."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from dagster import AssetCheckEvaluation, AssetSpec, DagsterInstance, Definitions, Output, asset, in_process_executor

from realestate_os.build import build_definitions
from realestate_os.discovery.checks import checks
from realestate_os.discovery.frames import LISTINGS
from realestate_os.enrichment.frames import SALES
from realestate_os.partitions import counties, county_day
from realestate_os.settings import load_settings
from realestate_os.storage.io_manager import Frames
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
def store(tmp_path: Path) -> ParquetStore:
    found = ParquetStore(load_settings(realestate_os_home=tmp_path).objects_url, {})
    found.write(SALES, "king_wa", SALES.empty())
    return found


def evaluate(store: ParquetStore, home: Path, rows: pd.DataFrame) -> dict[str, AssetCheckEvaluation]:
    """Every check of a run that writes `rows` as the day's listings, by name."""
    key = f"king_wa|{DAY}"

    @asset(name="listings", partitions_def=county_day)
    def written() -> Output[Frames]:
        return Output(Frames({key: rows}))

    definitions = Definitions(
        assets=[written, AssetSpec("sales", partitions_def=counties)],
        asset_checks=checks,
        resources=build_definitions(settings_overrides={"realestate_os_home": str(home)}).resources,
        executor=in_process_executor,
    )
    with DagsterInstance.ephemeral() as instance:
        result = definitions.resolve_implicit_global_asset_job_def().execute_in_process(
            instance=instance, partition_key=key, raise_on_error=False
        )
    return {found.check_name: found for found in result.get_asset_check_evaluations()}


def test_a_sound_day_passes_each(store: ParquetStore, tmp_path: Path) -> None:
    full = {"street_address": "1 Elm", "city": "Seattle", "zip_code": "98103", "property_type": "condo"}
    facts = {"bedrooms": 2.0, "bathrooms": 1.0, "square_footage": 900.0, "lot_size_sqft": 900.0}
    rows = listings(DAY, **full, **facts, listed_on=DAY, description="A home")
    found = evaluate(store, tmp_path, rows)
    assert set(found) == {
        "values",
        "completeness",
        "price_reasonableness",
        "outliers",
        "trailing_baseline",
        "freshness",
    }
    assert all(one.passed for name, one in found.items() if name != "freshness")  # that one depends on the clock


def test_values_out_of_range_do_not_pass(store: ParquetStore, tmp_path: Path) -> None:
    found = evaluate(store, tmp_path, listings(DAY, completeness=1.5, first_seen_on=DAY + timedelta(days=1)))
    assert not found["values"].passed
    assert "completeness at most 1: 20" in (found["values"].description or "")
    assert "first_seen_on not above date: 20" in (found["values"].description or "")


def test_the_baseline_is_made_of_earlier_days_only(store: ParquetStore, tmp_path: Path) -> None:
    for back in range(1, 5):
        earlier, later = DAY - timedelta(days=back), DAY + timedelta(days=back)
        store.write(LISTINGS, f"king_wa|{earlier}", listings(earlier))
        store.write(LISTINGS, f"king_wa|{later}", listings(later, year_built=None))
    found = evaluate(store, tmp_path, listings(DAY, year_built=None))
    assert not found["trailing_baseline"].passed
    assert "year_built missing 1, usually 0" in (found["trailing_baseline"].description or "")


def test_freshness_is_told_by_county(store: ParquetStore, tmp_path: Path) -> None:
    old = date(2026, 1, 1)
    store.write(LISTINGS, f"cook_il|{old}", listings(old, county="cook_il", first_seen_on=old))
    freshness = evaluate(store, tmp_path, listings(DAY))["freshness"]
    assert not freshness.passed
    assert "cook_il" in (freshness.description or "")
