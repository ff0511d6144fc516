"""The metadata that every materialization records."""

from __future__ import annotations

import pandas as pd

from realestate_os.resources.reporting import markdown_table, materialization_metadata
from realestate_os.storage.set_aside import SetAside


def test_counts_are_summed_over_partitions() -> None:
    one, two = SetAside(), SetAside()
    one.add("a", "duplicate")
    two.add("b", "duplicate")
    two.add("c", "missing_address")
    metadata = materialization_metadata([pd.DataFrame({"x": [1]}), pd.DataFrame({"x": [2, 3]})], [one, two], extra=7)
    assert (metadata["rows"], metadata["set_aside"], metadata["extra"]) == (3, 3, 7)
    assert metadata["set_aside_reasons"].value == {"duplicate": 2, "missing_address": 1}


def test_scraped_text_stays_text_in_a_table() -> None:
    table = markdown_table(pd.DataFrame({"x": ["<script>|\nalert"]}))
    assert table.splitlines()[-1] == "| &lt;script&gt;\\| alert |"
