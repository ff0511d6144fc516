"""`dictionary`: the data dictionary, made from the graph and its frames, and the features of a partition as they are.

Belongs here: turning assets and columns into Markdown (docs/data-dictionary.md is its output, and a
test holds them together). Does not: any description; those stand beside what they describe.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from realestate_os.errors import RealEstateOSError
from realestate_os.features.frames import FEATURE_COLUMNS, FEATURES
from realestate_os.partitions import CountyDay
from realestate_os.resources.object_store import ObjectStore
from realestate_os.settings import get_settings
from realestate_os.storage.schema import Column, Frame

if TYPE_CHECKING:
    import pandas as pd
    from dagster import AssetsDefinition

TITLE = """# Data dictionary

Each asset, each column, its unit, range and source. Made by `realestate-os dictionary`; edit the
frames.py of a stage, not this page. What a feature really is in a county on a day, and how many homes
lack it: `realestate-os dictionary --county king_wa --date 2015-03-05`, and the metadata of `features`.
"""


def data_dictionary() -> str:
    """The whole page."""
    from realestate_os.build import ASSETS, FRAMES

    frames = {frame.name: frame for frame in FRAMES}
    parts = [TITLE]
    for asset in ASSETS:
        name = asset.key.path[-1]
        parts.append(_asset(asset))
        if name in frames:
            parts.append(_frame(frames[name]))
        if name == "value_model":
            parts.append(_model_matrix())
    return "\n".join(parts)


def features_of(county: str, day: date) -> str:
    """observed_features of a stored partition.

    Raises:
        RealEstateOSError: there is none; the message says which command makes it.
    """
    store, partition = ObjectStore.from_settings(get_settings()).parquet, CountyDay(county, day)
    if not store.exists(FEATURES, partition.key):
        raise RealEstateOSError(
            f"no features of {county} on {day}; run: realestate-os materialize --county {county} --date {day}"
        )
    return observed_features(store.read(FEATURES, partition.key), f"{county} on {day}")


def observed_features(rows: pd.DataFrame, where: str) -> str:
    """Of one partition of features: the middle nine tenths of each and the share missing, as Markdown.

    Args:
        rows: FEATURES of a county and day.
        where: which, for the title.
    """
    import numpy as np

    lines = [f"# The features of {where}: {len(rows):,} homes\n"]
    lines += ["| feature | unit | 5th percentile | median | 95th percentile | missing % |", "|---|---|---|---|---|---|"]
    for column in FEATURE_COLUMNS:
        ends = rows[column.name].quantile([0.05, 0.5, 0.95])
        known = ["" if np.isnan(number) else f"{number:,.6g}" for number in ends]
        missing = rows[column.name].isna().mean() * 100
        lines.append(f"| {column.name} | {column.unit} | {' | '.join(known)} | {missing:.1f} |")
    return "\n".join(lines) + "\n"


def _model_matrix() -> str:
    """What the value model sees: which of the 35, which records, what it makes of earlier sales."""
    from realestate_os.enrichment.frames import ENRICHMENT
    from realestate_os.valuation.columns import DERIVED, NEAR_BY
    from realestate_os.valuation.matrix import ALLOWED_FEATURES, RECORD_COLUMNS

    records = tuple(column for column in ENRICHMENT.columns if column.name in RECORD_COLUMNS)
    lines = [
        f"What it sees: {len(ALLOWED_FEATURES)} of the 35 features ({', '.join(ALLOWED_FEATURES)}), the county's own "
        "characteristics (columns `extra_*`), and:\n",
        *_table((*records, *DERIVED, *NEAR_BY)),
    ]
    return "\n".join(lines)


def _asset(asset: AssetsDefinition) -> str:
    spec = next(iter(asset.specs))
    dimensions = getattr(asset.partitions_def, "partitions_defs", None)
    partitions = " x ".join(one.name for one in dimensions) if dimensions else "county"
    reads = ", ".join(sorted(dep.asset_key.path[-1] for dep in spec.deps)) or "the outside world"
    description = " ".join((spec.description or "").split())
    return f"## {spec.key.path[-1]}\n\n{description}\n\nGroup {spec.group_name}, by {partitions}; reads {reads}.\n"


def _frame(frame: Frame) -> str:
    return "\n".join([f"One row is {frame.row}. Key: {', '.join(frame.key)}.\n", *_table(frame.columns)])


def _table(columns: Iterable[Column]) -> list[str]:
    return [
        "| column | type | unit | range | meaning | source | may be missing |",
        "|---|---|---|---|---|---|---|",
        *(_row(column) for column in columns),
        "",
    ]


def _row(column: Column) -> str:
    description = column.description.replace("|", "\\|")
    cells = (column.name, column.dtype, column.unit, _range(column), description, column.source)
    return f"| {' | '.join(cells)} | {'yes' if column.nullable else 'no'} |"


def _range(column: Column) -> str:
    if column.low is None and column.high is None:
        return ""
    if column.high is None:
        return f"from {column.low:g}"
    return f"{column.low:g} to {column.high:g}"
