"""`import` at the command line, on a database of its own: what came in is seen in Dagster and in the report."""

from __future__ import annotations

from pathlib import Path

import pytest
from dagster import AssetKey, DagsterInstance

from realestate_os.cli.launcher import record_materialization


def test_an_import_without_a_run_is_an_event_of_the_partition() -> None:
    with DagsterInstance.ephemeral() as instance:
        record_materialization(instance, "sales", "king_wa", {"file": "sales.csv", "read": 2})
        event = instance.get_latest_materialization_event(AssetKey("sales"))
    assert event is not None and event.asset_materialization is not None
    assert event.asset_materialization.partition == "king_wa"
    assert event.asset_materialization.metadata["file"].value == "sales.csv"


def test_what_stands_in_a_file_cannot_drive_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    from realestate_os.cli.importing import _print

    _print(["e.g. \x1b[2J\x07[red]list\u202e.csv"])
    assert capsys.readouterr().out == "e.g.  [2J [red]list .csv\n"


def test_a_wrong_file_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from realestate_os.cli.main import main

    path = tmp_path / "list.csv"
    path.write_text("Who,Why\na,b\n")
    with pytest.raises(SystemExit) as ended:
        main(["import", "leads", str(path), "--county", "cook_il", "--dry-run"])
    assert ended.value.code == 1
    assert "error: list.csv: found no column for the property's address" in capsys.readouterr().err
