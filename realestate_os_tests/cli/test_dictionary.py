"""The data dictionary is the graph's own words, and docs/data-dictionary.md is that page."""

from __future__ import annotations

import numpy as np
import pandas as pd

from realestate_os.build import ASSETS, FRAMES
from realestate_os.cli.dictionary import data_dictionary, observed_features
from realestate_os.features.frames import FEATURE_NAMES
from realestate_os.settings import PROJECT_DIR
from realestate_os.valuation.matrix import MATRIX_COLUMNS


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


def test_every_column_of_the_value_model_is_there() -> None:
    part = data_dictionary().split("## value_model\n")[1].split("\n## ")[0]
    assert all(name in part for name in MATRIX_COLUMNS)


def test_the_features_of_a_day_say_how_many_homes_lack_them() -> None:
    homes = pd.DataFrame(np.nan, index=range(4), columns=list(FEATURE_NAMES)).assign(bedrooms=[2.0, 3.0, 3.0, np.nan])
    lines = observed_features(homes, "king_wa on 2015-03-05").splitlines()
    assert "4 homes" in lines[0]
    assert "| bedrooms | count | 2.1 | 3 | 3 | 25.0 |" in lines
    assert len([line for line in lines if line.endswith("| 100.0 |")]) == len(FEATURE_NAMES) - 1


def test_every_column_says_what_it_means() -> None:
    silent = [f"{frame.name}.{column.name}" for frame in FRAMES for column in frame.columns if not column.description]
    assert not silent


def test_every_row_of_a_table_has_its_seven_cells() -> None:
    """A bar in a description would shift the rest."""
    rows = [line for line in data_dictionary().splitlines() if line.startswith("| ")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {8}
