"""Snapshot -> HTML: the templates and the formats of money, shares and dates.

Belongs here: the Jinja environment. Does not: content, PDF. Everything is escaped, also inside SVG;
a name that the snapshot lacks is an error, not an empty cell.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from realestate_os.packets.figures import rounded

UNKNOWN = "–"
MINUS = "−"


def render_memo(snapshot: dict[str, Any], templates: Path, *, dense: bool = False) -> str:
    """The memo as HTML.

    Args:
        snapshot: internal_memo() or investor_memo(). templates: the project's templates folder.
        dense: smaller type and less air.
    """
    return _environment(templates).get_template("memo.html.j2").render(memo=snapshot, dense=dense)


@cache
def _environment(templates: Path) -> Environment:
    loader = FileSystemLoader(templates / "memo")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters |= {
        "usd": usd,
        "about": about,
        "change": change,
        "short_usd": short_usd,
        "pct": pct,
        "number": number,
        "day": day,
        "signed": signed,
    }
    return environment


def usd(amount: float | None) -> str:
    """$812,345; a dash where it is not known."""
    if amount is None:
        return UNKNOWN
    whole = round(amount)
    return f"{MINUS if whole < 0 else ''}${abs(whole):,}"


def about(amount: float | None) -> str:
    """An estimate: to the nearest hundred dollars."""
    return UNKNOWN if amount is None else usd(rounded(amount))


def change(amount: float) -> str:
    """An adjustment with its sign: +$4,000."""
    return f"+{usd(amount)}" if amount >= 0 else usd(amount)


def short_usd(amount: float) -> str:
    """For axes: $650k, $1.25M."""
    return f"${amount / 1e6:.4g}M" if amount >= 1e6 else f"${amount / 1e3:.0f}k"


def pct(value: float | None, digits: int = 0) -> str:
    """A percentage that is already in per cent: 4.1 %."""
    return UNKNOWN if value is None else f"{value:.{digits}f} %".replace("-", MINUS)


def number(value: float | None, digits: int = 0) -> str:
    """1,850; whole numbers without a point."""
    return UNKNOWN if value is None else f"{value:,.{digits}f}"


def signed(value: float, digits: int = 2) -> str:
    """Log-odds: +0.41."""
    return f"{value:+.{digits}f}".replace("-", MINUS)


def day(text: str | None) -> str:
    """2026-11-24 -> Nov 24, 2026; what is no date stays as it is."""
    if text is None:
        return UNKNOWN
    try:
        return f"{date.fromisoformat(text):%b %-d, %Y}"
    except ValueError:
        return text
