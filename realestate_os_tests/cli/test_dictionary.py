"""The data dictionary is the graph's own words, and docs/data-dictionary.md is that page."""

from __future__ import annotations

from realestate_os.build import ASSETS, FRAMES
from realestate_os.cli.dictionary import data_dictionary
from realestate_os.settings import PROJECT_DIR


def test_the_page_in_docs_is_what_the_command_prints() -> None:
    page = (PROJECT_DIR / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
    assert page == data_dictionary(), "write it again: realestate-os dictionary > docs/data-dictionary.md"


def test_every_asset_and_every_column_is_there() -> None:
    page = data_dictionary()
    assert [line.removeprefix("## ") for line in page.splitlines() if line.startswith("## ")] == [
        asset.key.to_user_string() for asset in ASSETS
    ]
    for frame in FRAMES:
        part = page.split(f"## {frame.name}\n")[1].split("\n## ")[0]
        rows = [line.split(" | ")[0].removeprefix("| ") for line in part.splitlines() if line.startswith("| ")]
        assert rows == ["column", *frame.names]


def test_every_column_says_what_it_means() -> None:
    silent = [f"{frame.name}.{column.name}" for frame in FRAMES for column in frame.columns if not column.description]
    assert not silent


def test_every_row_of_a_table_has_its_six_cells() -> None:
    """A bar in a description would shift the rest."""
    rows = [line for line in data_dictionary().splitlines() if line.startswith("| ")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {7}
