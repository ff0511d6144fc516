"""A blocking check of a table's values: what is built on it waits, over one partition and over a range."""

from pathlib import Path
from typing import Any

import pandas as pd
from dagster import (
    AssetExecutionContext,
    AssetIn,
    BackfillPolicy,
    DagsterInstance,
    Definitions,
    ExecuteInProcessResult,
    Output,
    asset,
    in_process_executor,
)

from realestate_os.cli.launcher import RANGE_END, RANGE_START
from realestate_os.partitions import county_day, same_day
from realestate_os.resources.table_check import table_check
from realestate_os.storage.io_manager import Frames, ParquetIOManager
from realestate_os.storage.parquet import ParquetStore
from realestate_os.storage.quality import Rules
from realestate_os.storage.schema import Column, Frame

COLUMNS = (Column("property_id", "string", ""), Column("share", "float64", ""))
FIRST, LAST = "king_wa|2026-11-20", "king_wa|2026-11-22"
ONE = {"dagster/partition": FIRST}
RANGE = {RANGE_START: FIRST, RANGE_END: LAST}


def run(folder: Path, shares: dict[str, float], tags: dict[str, str]) -> ExecuteInProcessResult:
    """upstream -> its check -> downstream; `shares` are upstream's values by partition, 0.5 otherwise."""

    def upstream(context: AssetExecutionContext) -> Output[Frames]:
        found = {
            key: pd.DataFrame({"property_id": ["<b>1</b>"], "share": [shares.get(str(key), 0.5)]})
            for key in context.partition_keys
        }
        return Output(Frames(found))

    def downstream(upstream: Frames) -> Output[Frames]:
        return Output(upstream)

    common: dict[str, Any] = {"partitions_def": county_day, "backfill_policy": BackfillPolicy.single_run()}
    frames = [Frame("upstream", "one home", COLUMNS), Frame("downstream", "one home", COLUMNS)]
    definitions = Definitions(
        assets=[
            asset(**common)(upstream),
            asset(**common, ins={"upstream": AssetIn(partition_mapping=same_day)})(downstream),
        ],
        asset_checks=[table_check(frames[0], county_day, Rules(ranges={"share": (0, 1)}))],
        resources={"io_manager": ParquetIOManager(frames, ParquetStore(str(folder), {}))},
        executor=in_process_executor,
    )
    with DagsterInstance.ephemeral() as instance:
        return definitions.resolve_implicit_global_asset_job_def().execute_in_process(
            instance=instance, tags=tags, partition_key=tags.get("dagster/partition"), raise_on_error=False
        )


def materialized(result: ExecuteInProcessResult) -> set[str]:
    return {event.asset_key.to_user_string() for event in result.get_asset_materialization_events() if event.asset_key}


def test_sound_values_let_the_run_go_on(tmp_path: Path) -> None:
    result = run(tmp_path, {}, ONE)
    assert result.success
    assert materialized(result) == {"upstream", "downstream"}
    [evaluation] = result.get_asset_check_evaluations()
    assert evaluation.passed
    assert evaluation.partition == FIRST


def test_a_broken_rule_stops_what_is_built_on_the_table_and_shows_the_row(tmp_path: Path) -> None:
    result = run(tmp_path, {FIRST: 1.5}, ONE)
    assert not result.success
    assert materialized(result) == {"upstream"}
    [evaluation] = result.get_asset_check_evaluations()
    table = str(evaluation.metadata["failing"].value)
    assert "share at most 1" in table
    assert "1.5" in table
    assert "&lt;b&gt;" in table  # scraped text is shown as text


def test_over_a_range_the_partition_at_fault_is_named(tmp_path: Path) -> None:
    result = run(tmp_path, {"king_wa|2026-11-21": -1.0}, RANGE)
    assert materialized(result) == {"upstream"}
    [evaluation] = result.get_asset_check_evaluations()
    assert evaluation.description is not None
    assert evaluation.description.startswith("king_wa|2026-11-21: ")
    figures = evaluation.metadata["partitions"].value
    assert isinstance(figures, dict)
    assert {key: figure["faults"] for key, figure in figures.items()} == {
        FIRST: 0,
        "king_wa|2026-11-21": 1,
        LAST: 0,
    }
