"""Rules of a table: each fault is told with its row, its rule and its value."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from realestate_os.storage.quality import Rules, check_table
from realestate_os.storage.schema import Column, Frame

FRAME = Frame("homes", "one home", (Column("property_id", "string", ""), Column("beds", "float64", "")))
RULES = Rules(ranges={"beds": (0, 20)}, allowed={"kind": ("house", "flat")}, ordered=(("low", "value", "high"),))


def homes(**columns: list[object]) -> pd.DataFrame:
    sound = {"beds": [2.0, 3.0], "kind": ["house", "flat"], "low": [1.0, 1.0], "value": [2.0, 2.0], "high": [3.0, 3.0]}
    return pd.DataFrame({"property_id": ["a", "b"], **sound, **columns})


def test_sound_rows_pass():
    verdict = check_table(FRAME, RULES, homes())
    assert verdict.passed
    assert verdict.figures == {"rows": 2, "faults": 0}
    assert verdict.failing.empty


def test_a_missing_value_breaks_no_rule():
    missing = homes(beds=[None, np.nan], kind=[None, None], low=[None, np.nan], value=[None, 2.0])
    assert check_table(FRAME, RULES, missing.astype({"beds": float, "low": float, "value": float})).passed


def test_each_fault_names_its_row_rule_and_value():
    verdict = check_table(FRAME, RULES, homes(beds=[2.0, 99.0], kind=["house", "boat"], low=[1.0, 5.0]))
    assert not verdict.passed
    told = set(verdict.failing[["property_id", "rule"]].itertuples(index=False, name=None))
    assert told == {("b", "beds at most 20"), ("b", "kind is one of house, flat"), ("b", "low not above value")}
    assert verdict.failing.set_index("rule").loc["beds at most 20", "value"] == "99.0"
    assert "beds at most 20: 1" in verdict.description


def test_an_empty_table_passes():
    assert check_table(FRAME, RULES, homes().iloc[:0]).passed


@given(st.lists(st.floats(-50, 50, allow_nan=False), min_size=1, max_size=20))
def test_as_many_faults_as_values_out_of_range(values):
    rows = pd.DataFrame({"property_id": [str(i) for i in range(len(values))], "beds": values})
    verdict = check_table(FRAME, Rules(ranges={"beds": (0, 20)}), rows)
    assert verdict.figures["faults"] == sum(not 0 <= value <= 20 for value in values)
