"""Runs of a tiny graph: what is reported of a run that went well, and of one that did not."""

from collections.abc import Iterator

import pytest
from dagster import (
    AssetCheckResult,
    AssetExecutionContext,
    AssetKey,
    BackfillPolicy,
    DagsterInstance,
    DailyPartitionsDefinition,
    Definitions,
    MaterializeResult,
    asset,
    asset_check,
    in_process_executor,
)

from realestate_os.cli.launcher import Launcher, RunFailedError
from realestate_os.errors import RealEstateOSError

DAYS = DailyPartitionsDefinition(start_date="2026-01-01", end_date="2026-02-01")
POLICY = BackfillPolicy.single_run()
Heard = list[tuple[str, str]]


class SourceError(RealEstateOSError):
    """An error for people, as every stage has them."""


@asset(partitions_def=DAYS, backfill_policy=POLICY)
def pages(context: AssetExecutionContext) -> MaterializeResult[None]:
    return MaterializeResult(metadata={"rows": len(context.partition_keys), "as_of": context.run.tags.get("as_of", "")})


@asset(partitions_def=DAYS, backfill_policy=POLICY, deps=[pages])
def homes(context: AssetExecutionContext) -> MaterializeResult[None]:
    return MaterializeResult(metadata={"rows": 3})


@asset(partitions_def=DAYS, backfill_policy=POLICY, deps=[pages])
def unreachable(context: AssetExecutionContext) -> None:
    raise SourceError("the county's records answer 500; try again later")


@asset(partitions_def=DAYS, backfill_policy=POLICY, deps=[pages])
def unreachable_with_cause(context: AssetExecutionContext) -> None:
    try:
        raise TimeoutError("read timed out")
    except TimeoutError as error:
        raise SourceError("records.example: no answer in 30 s; try again later") from error


@asset(partitions_def=DAYS, backfill_policy=POLICY, deps=[pages])
def broken(context: AssetExecutionContext) -> None:
    raise KeyError("bedrooms")


@asset(partitions_def=DAYS, backfill_policy=POLICY, deps=[unreachable])
def after_the_failure(context: AssetExecutionContext) -> None:
    raise AssertionError("is never reached")


@asset(partitions_def=DAYS, backfill_policy=POLICY)
def checked() -> None:
    """An asset whose values are wrong."""


@asset_check(asset=checked, blocking=True, partitions_def=DAYS)
def values() -> AssetCheckResult:
    return AssetCheckResult(passed=False, description="2026-01-05: beds at most 20: 1")


@pytest.fixture
def instance() -> Iterator[DagsterInstance]:
    with DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


@pytest.fixture
def heard() -> Heard:
    return []


@pytest.fixture
def launcher(instance: DagsterInstance, heard: Heard) -> Launcher:
    assets = [pages, homes, unreachable, unreachable_with_cause, broken, after_the_failure, checked]
    definitions = Definitions(assets=assets, asset_checks=[values], executor=in_process_executor)
    return Launcher(definitions, instance, lambda name, state: heard.append((name, state)))


def failure(launcher: Launcher, *assets: str) -> str:
    with pytest.raises(RunFailedError) as caught:
        launcher.run(list(assets), "2026-01-05")
    return str(caught.value)


def test_progress_hears_each_asset_in_order(launcher: Launcher, heard: Heard) -> None:
    launcher.run(["pages", "homes"], "2026-01-05")
    assert heard == [("pages", "started"), ("pages", "succeeded"), ("homes", "started"), ("homes", "succeeded")]


def test_the_report_has_metadata_and_seconds_of_each_asset(launcher: Launcher, instance: DagsterInstance) -> None:
    report = launcher.run(["pages", "homes"], "2026-01-05")
    assert report.metadata["pages"]["rows"] == 1
    assert report.metadata["homes"]["rows"] == 3
    assert set(report.seconds) == {"pages", "homes"}
    assert 0 < sum(report.seconds.values()) <= report.wall_seconds
    run = instance.get_run_by_id(report.run_id)
    assert run is not None
    assert run.is_success


def test_only_the_named_assets_run(launcher: Launcher) -> None:
    assert set(launcher.run(["homes"], "2026-01-05").metadata) == {"homes"}


def test_a_range_is_one_run_over_its_partitions(launcher: Launcher, instance: DagsterInstance) -> None:
    report = launcher.run(["pages"], "2026-01-05", until="2026-01-08", tags={"as_of": "2026-01-08"})
    assert report.metadata["pages"]["rows"] == 4
    assert report.metadata["pages"]["as_of"] == "2026-01-08"
    assert instance.get_runs_count() == 1
    materialized = instance.get_materialized_partitions(AssetKey("pages"))
    assert materialized == {"2026-01-05", "2026-01-06", "2026-01-07", "2026-01-08"}


def test_a_range_of_one_day_is_that_day(launcher: Launcher, instance: DagsterInstance) -> None:
    launcher.run(["pages"], "2026-01-05", until="2026-01-05")
    assert instance.get_materialized_partitions(AssetKey("pages")) == {"2026-01-05"}


def test_an_error_for_people_is_told_without_class_and_traceback(launcher: Launcher) -> None:
    message = failure(launcher, "unreachable")
    assert message.startswith("unreachable: the county's records answer 500; try again later (run ")
    assert "SourceError" not in message
    assert "Traceback" not in message
    assert "\n" not in message


def test_an_error_for_people_is_told_rather_than_its_cause(launcher: Launcher) -> None:
    message = failure(launcher, "unreachable_with_cause")
    assert "records.example: no answer in 30 s" in message
    assert "read timed out" not in message


def test_a_programming_error_keeps_its_class(launcher: Launcher) -> None:
    assert failure(launcher, "broken").startswith("broken: KeyError: 'bedrooms' (run ")


def test_a_blocking_check_says_what_it_found(launcher: Launcher) -> None:
    assert failure(launcher, "checked").startswith("2026-01-05: beds at most 20: 1 (check of checked, run ")


def test_what_was_done_before_a_failure_is_kept(launcher: Launcher, instance: DagsterInstance, heard: Heard) -> None:
    failure(launcher, "pages", "unreachable", "after_the_failure")
    assert instance.get_materialized_partitions(AssetKey("pages")) == {"2026-01-05"}
    assert heard[-1] == ("unreachable", "failed")
    assert launcher.run(["homes"], "2026-01-05").metadata["homes"]["rows"] == 3
