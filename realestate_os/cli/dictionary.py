"""`dictionary`: the data dictionary, made from the graph and its frames.

Belongs here: turning assets and columns into Markdown (docs/data-dictionary.md is its output, and a
test holds them together). Does not: any description; those stand beside what they describe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from realestate_os.storage.schema import Column, Frame

if TYPE_CHECKING:
    from dagster import AssetsDefinition

TITLE = """# Data dictionary

Each asset, each column, its unit and its source. Made by `realestate-os dictionary`; edit the
frames.py of a stage, not this page.
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
    return "\n".join(parts)


def _asset(asset: AssetsDefinition) -> str:
    spec = next(iter(asset.specs))
    dimensions = getattr(asset.partitions_def, "partitions_defs", None)
    partitions = " x ".join(one.name for one in dimensions) if dimensions else "county"
    reads = ", ".join(sorted(dep.asset_key.path[-1] for dep in spec.deps)) or "the outside world"
    description = " ".join((spec.description or "").split())
    return f"## {spec.key.path[-1]}\n\n{description}\n\nGroup {spec.group_name}, by {partitions}; reads {reads}.\n"


def _frame(frame: Frame) -> str:
    lines = [
        f"One row is {frame.row}. Key: {', '.join(frame.key)}.\n",
        "| column | type | unit | meaning | source | may be missing |",
        "|---|---|---|---|---|---|",
        *(_row(column) for column in frame.columns),
        "",
    ]
    return "\n".join(lines)


def _row(column: Column) -> str:
    description = column.description.replace("|", "\\|")
    missing = "yes" if column.nullable else "no"
    return f"| {column.name} | {column.dtype} | {column.unit} | {description} | {column.source} | {missing} |"
