"""What every materialization records: rows, what was set aside and why, a small table of samples.

Belongs here: the keys and their forms, the same for each asset, so that the UI, the demo and the
alerts read them alike. Does not: figures that only one asset has (pass them as `extra`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from dagster import MetadataValue, TableColumn, TableColumnConstraints, TableSchema

from realestate_os.storage.schema import Frame
from realestate_os.storage.set_aside import SetAside

if TYPE_CHECKING:
    import pandas as pd

SAMPLE_ROWS = 5
CELL_CHARS = 60


def table_schema(frame: Frame) -> TableSchema:
    """A Frame as Dagster's column schema."""
    return TableSchema(
        columns=[
            TableColumn(
                name=column.name,
                type=column.dtype,
                description=" ".join(filter(None, (column.description, f"[{column.unit}]" if column.unit else ""))),
                constraints=TableColumnConstraints(nullable=column.nullable),
            )
            for column in frame.columns
        ]
    )


def materialization_metadata(
    frames: Iterable[pd.DataFrame], refused: Iterable[SetAside] = (), *, samples: list[str] | None = None, **extra: Any
) -> dict[str, Any]:
    """Metadata of a run over one or more partitions.

    `samples` names the columns of the sample table (default: the first eight); `extra` is added as
    it is. Keys: rows, set_aside, set_aside_reasons, samples.
    """
    frames, refused = list(frames), list(refused)
    reasons: Counter[str] = Counter()
    for one in refused:
        reasons.update(one.counts())
    metadata: dict[str, Any] = {
        "rows": sum(len(frame) for frame in frames),
        "set_aside": sum(reasons.values()),
        "set_aside_reasons": MetadataValue.json(dict(reasons.most_common())),
    }
    filled = next((frame for frame in frames if len(frame)), None)
    if filled is not None:
        metadata["samples"] = MetadataValue.md(markdown_table(filled.head(SAMPLE_ROWS), samples))
    return metadata | extra


def markdown_table(rows: pd.DataFrame, columns: list[str] | None = None) -> str:
    """A small Markdown table; cells are cut, and pipes and markup escaped: the text is scraped."""
    shown = columns or list(rows.columns[:8])
    lines = ["| " + " | ".join(shown) + " |", "|" + "---|" * len(shown)]
    for values in rows[shown].itertuples(index=False):
        lines.append("| " + " | ".join(_cell(value) for value in values) + " |")
    return "\n".join(lines)


def _cell(value: object) -> str:
    text = f"{value:,.2f}" if isinstance(value, float) else str(value)
    text = text[:CELL_CHARS].replace("\n", " ").replace("|", "\\|")
    return text.replace("<", "&lt;").replace(">", "&gt;")
