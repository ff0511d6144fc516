"""Which keys the named mappings yield, and the keys that exist."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from dagster import DagsterInstance, PartitionsDefinition
from dagster._core.definitions.partitions.context import partition_loading_context

from realestate_os import partitions
from realestate_os.counties import county_keys
from realestate_os.partitions import CountyDay


def upstream(
    mapping: Any, downstream: PartitionsDefinition, upstream: PartitionsDefinition, keys: list[str]
) -> set[str]:
    subset = downstream.subset_with_partition_keys(keys)
    with DagsterInstance.ephemeral() as instance, partition_loading_context(dynamic_partitions_store=instance):
        found = mapping.get_upstream_mapped_partitions_result_for_partitions(subset, downstream, upstream)
    return set(found.partitions_subset.get_partition_keys())


def test_today_and_this_month_exist() -> None:
    now = datetime.now(UTC).date()
    assert partitions.days.get_last_partition_key() == now.isoformat()
    assert partitions.months.get_last_partition_key() == now.replace(day=1).isoformat()


def test_all_keys_stay_below_what_the_ui_bears() -> None:
    assert len(county_keys()) == 9
    assert 9 * 365 < len(partitions.county_day.get_partition_keys()) < 100_000


@pytest.mark.parametrize(
    ("mapping", "down", "up", "keys", "expected"),
    [
        ("same_day", "county_day", "county_day", ["king_wa|2026-03-01"], {"king_wa|2026-03-01"}),
        ("county_of_day", "county_day", "counties", ["king_wa|2026-03-01", "king_wa|2026-03-02"], {"king_wa"}),
        ("month_of_day", "county_day", "county_month", ["king_wa|2026-03-01"], {"king_wa|2026-03-01"}),
        ("month_of_day", "county_day", "county_month", ["king_wa|2026-03-31"], {"king_wa|2026-03-01"}),
        (
            "month_of_day",
            "county_day",
            "county_month",
            ["king_wa|2026-02-28", "king_wa|2026-03-01", "cook_il|2026-03-01"],
            {"king_wa|2026-02-01", "king_wa|2026-03-01", "cook_il|2026-03-01"},
        ),
        ("county_of_month", "county_month", "counties", ["cook_il|2026-03-01"], {"cook_il"}),
    ],
)
def test_mapping_yields(mapping: str, down: str, up: str, keys: list[str], expected: set[str]) -> None:
    found = upstream(getattr(partitions, mapping), getattr(partitions, down), getattr(partitions, up), keys)
    assert found == expected


def test_county_day_round_trip() -> None:
    day = CountyDay.parse("king_wa|2026-03-17")
    assert (day.key, day.month.isoformat()) == ("king_wa|2026-03-17", "2026-03-01")
    assert day.key in partitions.county_day.get_partition_keys()
    assert f"{day.county}|{day.month}" in partitions.county_month.get_partition_keys()
