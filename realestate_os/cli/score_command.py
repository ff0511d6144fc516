"""`score`: one property's score, computed again from its snapshot and compared with the stored one.

Belongs here: choosing the property, printing. Does not: the computation (scoring/recompute.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from rich.columns import Columns
from rich.console import Console
from rich.table import Table

from realestate_os.cli.progress import wide_console
from realestate_os.counties import county_keys, load_county
from realestate_os.errors import RealEstateOSError
from realestate_os.resources.object_store import ObjectStore
from realestate_os.scoring import CODE_VERSION
from realestate_os.scoring.find import Found, find_property
from realestate_os.scoring.recompute import Recomputed, recompute
from realestate_os.settings import get_settings

JSON_COLUMNS = ("score_breakdown", "reasons", "lead_reasons", "assumptions")
# Label, base, low, high: columns of SCORES.
WORTH = (
    ("As-is value, by the model", "value_usd", "value_low_90_usd", "value_high_90_usd"),
    ("As-is value, after the ask", "posterior_value_usd", "posterior_low_90_usd", "posterior_high_90_usd"),
    ("After-repair value (ARV)", "arv_usd", "arv_low_usd", "arv_high_usd"),
    ("Repairs", "repair_base_usd", "repair_low_usd", "repair_high_usd"),
    ("Maximum allowable offer (MAO)", "mao_usd", None, None),
    ("Net spread", "net_spread_usd", None, None),
)
FLIP = (("Flip profit", "flip_profit_usd", "flip_profit_low_usd", "flip_profit_high_usd"),)
HOLD = (
    ("Rent a month", "rent_base_usd_month", "rent_low_usd_month", "rent_high_usd_month"),
    ("Tax after the sale", "tax_after_sale_usd", "tax_after_sale_low_usd", "tax_after_sale_high_usd"),
    ("NOI", "noi_usd", "noi_low_usd", "noi_high_usd"),
    ("Cap rate", "cap_rate_pct", "cap_rate_low_pct", "cap_rate_high_pct"),
    ("Cash-on-cash", "cash_on_cash_pct", "cash_on_cash_low_pct", "cash_on_cash_high_pct"),
    ("DSCR", "dscr", "dscr_low", "dscr_high"),
)
Line = tuple[str, str, str | None, str | None]


class ScoreDiffersError(RealEstateOSError):
    """A stored score is not what its snapshot gives; the message names the columns."""


def score_command(address: str, county: str | None, day: date | None, as_json: bool) -> None:
    """Print stored and recomputed score. Raises ScoreDiffersError where they are not the same to the last digit."""
    objects = ObjectStore.from_settings(get_settings())
    found = find_property(objects.parquet, address, counties_of(county), day)
    result = recompute(objects, found)
    if as_json:
        print(json.dumps(as_plain(found, result), indent=2))
    else:
        show(wide_console(), found, result)
    if result.differing:
        raise ScoreDiffersError(_verdict(result))


def counties_of(county: str | None) -> tuple[str, ...]:
    """The county, checked, or all of them. Raises CountyError."""
    return county_keys() if county is None else (load_county(county).key,)


def as_plain(found: Found, result: Recomputed) -> dict[str, Any]:
    """Both rows with their JSON columns read."""
    rows = {"stored": result.stored, "recomputed": result.again}
    read = {key: row | {name: json.loads(row[name] or "[]") for name in JSON_COLUMNS} for key, row in rows.items()}
    return {"address": found.address, "identical": not result.differing, "differing": result.differing} | read


def show(console: Console, found: Found, result: Recomputed) -> None:
    """The score, its lines, the deal, flip and hold, and what they rest on."""
    row = result.again
    _say(console, f"{found.address} ({found.county}) on {found.day}")
    _say(
        console,
        f"snapshot {row['snapshot_id'][:16]}, model {row['model_name']} version {row['model_version']} "
        f"{(row['model_digest'] or '')[:12]}, formulas {result.code_version}",
    )
    console.print(_score_table(result))
    if row["mao_usd"] is not None:
        console.print(_figures("The deal", WORTH, row))
        console.print(Columns([_figures("Flip", FLIP, row), _figures("Hold", HOLD, row)]))
        for one in json.loads(row["assumptions"]):
            _say(console, f"  {one['figure']}: {one['text']}")
    for one in json.loads(row["reasons"] or "[]") + json.loads(row["lead_reasons"] or "[]"):
        _say(console, f"- {one['text']}")
    if not result.differing:
        _say(console, _verdict(result))


def _score_table(result: Recomputed) -> Table:
    table = Table("Line", "Stored", "Recomputed", title="Score, in log-odds", title_justify="left")
    if result.again["score_null_reason"] is not None:
        table.add_row("no score", str(result.stored["score_null_reason"]), result.again["score_null_reason"])
    for line in _score_lines(result):
        table.add_row(*line)
    return table


def _score_lines(result: Recomputed) -> Iterator[tuple[str, str, str]]:
    old, new = (json.loads(row["score_breakdown"] or "[]") for row in (result.stored, result.again))
    for before, after in zip(old, new, strict=True):
        yield after["line"], f"{before['log_odds']:+.6f}", f"{after['log_odds']:+.6f}"
    for name in ("score_log_odds", "p_deal", "bird_dog_score", "band", "confidence", "lead_log_odds", "lead_rank"):
        if result.again[name] is not None:
            yield name, str(result.stored[name]), str(result.again[name])


def _figures(title: str, lines: tuple[Line, ...], row: dict[str, Any]) -> Table:
    table = Table("Figure", "Low", "Base", "High", title=title, title_justify="left")
    for label, base, low, high in lines:
        table.add_row(label, *(_shown(name, row) for name in (low, base, high)))
    if title == "Flip" and row["p_flip_profit"] is not None:
        table.add_row("Chance of a profit", "", f"{row['p_flip_profit'] * 100:.0f} %", "")
    return table


def _shown(name: str | None, row: dict[str, Any]) -> str:
    if name is None:
        return ""
    value = row[name]
    if value is None:
        return "not known"
    if "usd" in name:
        return f"{'-' if value < 0 else ''}${abs(value):,.0f}"
    return f"{value:.1f} %" if name.endswith("_pct") else f"{value:.2f}"


def _verdict(result: Recomputed) -> str:
    if not result.differing:
        return "recomputed from the snapshot: identical to the last digit in every column"
    which = f"{', '.join(result.differing[:8])}{' ...' if len(result.differing) > 8 else ''}"
    if result.same_code:
        return (
            f"the stored score is not what its snapshot gives; other in: {which}. Materialize scores of the day again"
        )
    return (
        f"the stored score was made by formulas {result.code_version}, this program has {CODE_VERSION}; "
        f"other in: {which}. Check out the version that made it, or materialize scores of the day again"
    )


def _say(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False)
