"""Figures -> tables of words, for the terminal and for the HTML page.

Belongs here: rows, formats, the Jinja page. Does not: computing (study.py, resales.py) or drawing (plots.py).
Column names come from a stranger's file: the page escapes everything.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from realestate_os.operations.evaluation.baselines import BASELINES
from realestate_os.operations.evaluation.resales import RANKERS
from realestate_os.resources.reporting import markdown_table

Format = Callable[[float], str]
STATISTICS: tuple[tuple[str, str, Format], ...] = (
    ("median_ratio", "median ratio", lambda x: f"{x:.3f}"),
    ("cod_pct", "COD %", lambda x: f"{x:.1f}"),
    ("prd", "PRD", lambda x: f"{x:.3f}"),
    ("prb", "PRB", lambda x: f"{x:+.3f}"),
    ("mdape_pct", "MdAPE %", lambda x: f"{x:.1f}"),
    ("within_10_pct", "within 10 %", lambda x: f"{x:.0f} %"),
    ("r2", "R2 (ln)", lambda x: f"{x:.3f}"),
    ("coverage_80_pct", "80 % interval covers", lambda x: f"{x:.1f} %"),
    ("width_80_pct", "80 % width", lambda x: f"{x:.0f} %"),
    ("coverage_90_pct", "90 % interval covers", lambda x: f"{x:.1f} %"),
    ("width_90_pct", "90 % width", lambda x: f"{x:.0f} %"),
    ("sales", "sales", lambda x: f"{x:,.0f}"),
)
RANKS: tuple[tuple[str, str, Format], ...] = (
    ("spearman", "rank correlation", lambda x: f"{x:.3f}"),
    ("auc_top_third", "AUC top third", lambda x: f"{x:.3f}"),
    ("lift_top_tenth", "lift top tenth", lambda x: f"{x:.2f}"),
    ("gain_top_tenth_pct", "median gain of top tenth", lambda x: f"{x:+.1f} %"),
)
UNKNOWN = "–"


@dataclass(frozen=True)
class Table:
    """A table of words: the first cell of each row is its name."""

    title: str
    header: list[str]
    rows: list[list[str]]


def evaluation_tables(summary: dict[str, Any]) -> list[Table]:
    """Ratio study beside the baselines, its confidence intervals, terciles, months."""
    methods = {"ours": summary["ours"]} | {BASELINES[name]: row for name, row in summary["baselines"].items()}
    ends = [
        [label, *_ends(summary["ours"], name, show)]
        for name, label, show in STATISTICS
        if f"{name}_95" in summary["ours"]
    ]
    return [
        _turned("Ratio study", methods, STATISTICS),
        Table("95 % confidence, ours", ["", "from", "to"], ends),
        _turned("By third of the price", summary["by_price_tercile"], STATISTICS),
        *([_turned("By ZIP", summary["by_zip"], STATISTICS, down=True)] if summary["by_zip"] else []),
        _turned("By month", summary["by_month"], STATISTICS, down=True),
        *_reliability(summary["reliability"]),
    ]


def _reliability(rows: list[dict[str, Any]]) -> list[Table]:
    """A table a world: above each threshold, the share of deals that a score claimed and what came true."""
    tables = []
    for world in dict.fromkeys(row["world"] for row in rows):
        here = [row for row in rows if row["world"] == world]
        names = list(dict.fromkeys(row["score"] for row in here))
        header = [
            "p_deal at least",
            *(f"{name}: {part}" for name in names for part in ("listings", "claimed", "realised")),
        ]
        lines = []
        for threshold in dict.fromkeys(row["threshold"] for row in here):
            cells = {row["score"]: row for row in here if row["threshold"] == threshold}
            lines.append([f"{threshold:.2f}", *(cell for name in names for cell in _claim(cells[name]))])
        tables.append(Table(f"Reliability, asks simulated: {world}", header, lines))
    return tables


def _claim(row: dict[str, Any]) -> list[str]:
    shares = [UNKNOWN if row[name] is None else f"{row[name]:.2f}" for name in ("claimed", "realised")]
    return [f"{row['listings']:,}", *shares]


def deals_tables(summary: dict[str, Any]) -> list[Table]:
    """The rankers side by side."""
    rows = {RANKERS[name]: row for name, row in summary["rankers"].items()}
    return [_turned("Ranking of homes sold twice", rows, RANKS, down=True)]


def file_lines(summary: dict[str, Any]) -> list[str]:
    """How the file was read, one fact a line."""
    rows = summary["rows"]
    columns = ", ".join(f"{ours} <- {theirs}" for ours, theirs in summary["columns"].items())
    return [
        f"{summary['file']}: county {summary['county']} ({summary['county_found']})",
        f"sales used: {rows['used']:,} of {rows['read']:,} rows, {summary['first_sale']} to {summary['last_sale']}",
        f"set aside: {', '.join(f'{reason} {count:,}' for reason, count in rows['set_aside'].items()) or 'nothing'}",
        f"columns: {columns}",
        f"characteristics beside them: {', '.join(summary['characteristics']) or 'none'}",
        *summary["notes"],
    ]


def write_page(
    folder: Path, templates: Path, summary: dict[str, Any], tables: list[Table], pictures: dict[str, str], title: str
) -> Path:
    """folder/index.html, the same tables as tables.md, and summary.json. Returns the page's path."""
    (folder / "summary.json").write_text(json.dumps(summary, indent=1, default=str) + "\n", encoding="utf-8")
    loader = FileSystemLoader(templates / "evaluation")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    page = environment.get_template("page.html.j2")
    html = page.render(title=title, lines=file_lines(summary), tables=tables, pictures=pictures, summary=summary)
    parts = [f"# {title}", "\n".join(f"- {line}" for line in file_lines(summary)), *map(_markdown, tables)]
    (folder / "tables.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    path = folder / "index.html"
    path.write_text(html, encoding="utf-8")
    return path


def _markdown(table: Table) -> str:
    rows = pd.DataFrame(table.rows, columns=table.header, dtype=object)
    return f"## {table.title}\n\n{markdown_table(rows, table.header)}"


def write_rows(folder: Path, name: str, rows: pd.DataFrame) -> None:
    """A CSV beside the page."""
    rows.to_csv(folder / name, index=False)


def _turned(
    title: str, columns: dict[str, Any], statistics: tuple[tuple[str, str, Format], ...], *, down: bool = False
) -> Table:
    """Statistics down and groups across; `down`: groups down and statistics across."""
    cells = {g: [show(row[n]) if n in row else UNKNOWN for n, _, show in statistics] for g, row in columns.items()}
    labels = [label for _, label, _ in statistics]
    if down:
        return Table(title, ["", *labels], [[group, *row] for group, row in cells.items()])
    return Table(title, ["", *cells], [[label, *(row[i] for row in cells.values())] for i, label in enumerate(labels)])


def _ends(row: dict[str, Any], name: str, show: Format) -> list[str]:
    return [show(end) for end in row[f"{name}_95"]]
