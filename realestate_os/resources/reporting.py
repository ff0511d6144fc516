"""What every materialization and every check records: rows, what was set aside and why, rows as a table.

Belongs here: the keys and their forms, the same for each asset, so that the UI, the demo and the
alerts read them alike. Does not: figures that only one asset has (pass them as `extra`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetKey,
    MetadataValue,
    TableColumn,
    TableColumnConstraints,
    TableColumnDep,
    TableColumnLineage,
    TableSchema,
)

from realestate_os.storage.quality import Verdict
from realestate_os.storage.schema import Frame
from realestate_os.storage.set_aside import SetAside

if TYPE_CHECKING:
    import pandas as pd

SAMPLE_ROWS = 5
# As many rows at fault as a person reads before mending the cause.
FAILING_ROWS = 20
CELL_CHARS = 60
DESCRIPTION_CHARS = 1000


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


def column_lineage(columns: Mapping[str, Sequence[tuple[str, str]]]) -> TableColumnLineage:
    """Column -> (asset, column) pairs, as Dagster's column lineage; metadata key dagster/column_lineage."""
    return TableColumnLineage(
        {
            name: [TableColumnDep(asset_key=AssetKey(asset), column_name=column) for asset, column in upstream]
            for name, upstream in columns.items()
        }
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


def check_result(
    verdicts: Mapping[str, Verdict], severity: AssetCheckSeverity = AssetCheckSeverity.ERROR
) -> AssetCheckResult:
    """One result of the verdicts by partition key: over a range Dagster keeps one, so each partition's stands in it.

    Metadata keys: partitions (figures of each), failing (the rows at fault of the first that failed).
    """
    failed = {key: verdict for key, verdict in verdicts.items() if not verdict.passed}
    shown = failed or verdicts
    metadata: dict[str, Any] = {"partitions": MetadataValue.json({k: dict(v.figures) for k, v in verdicts.items()})}
    rows = next((verdict.failing for verdict in shown.values() if len(verdict.failing)), None)
    if rows is not None:
        metadata["failing"] = MetadataValue.md(markdown_table(rows.head(FAILING_ROWS), list(rows.columns)))
    return AssetCheckResult(
        passed=not failed,
        severity=severity,
        description="; ".join(f"{key}: {verdict.description}" for key, verdict in shown.items())[:DESCRIPTION_CHARS],
        metadata=metadata,
    )


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
