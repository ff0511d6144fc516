"""Mail templates: MJML to HTML once a process, then one mail after the other.

Belongs here: compiling, filling in, the subject line, how figures are written. Does not: which figures
(content.py) or to whom (audience.py). MJML is compiled before any outside text is filled in, and the
filling escapes, so no text from outside can become markup.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from realestate_os.errors import RealEstateOSError

MAX_SUBJECT_CHARS = 150
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


class TemplateError(RealEstateOSError):
    """A mail template is missing or not valid MJML; the message names the file."""


@dataclass(frozen=True)
class Rendered:
    """One mail's content with the digests of both bodies."""

    subject: str
    html: str = field(repr=False)
    text: str = field(repr=False)

    @property
    def html_sha256(self) -> str:
        """Digest of the HTML body."""
        return hashlib.sha256(self.html.encode()).hexdigest()

    @property
    def text_sha256(self) -> str:
        """Digest of the text body."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def render(templates_dir: Path, name: str, subject: str, values: Mapping[str, Any]) -> Rendered:
    """Fill in templates/email/<name>.mjml and <name>.txt. Raises TemplateError.

    `values` are plain: text, numbers, None, lists and dicts of them.
    """
    html, text = _templates(templates_dir / "email", name)
    lines = [line.rstrip() for line in text.render(_one_line(values)).splitlines()]
    return Rendered(
        subject=one_line(subject)[:MAX_SUBJECT_CHARS],
        html=html.render(values),
        text=re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n",
    )


def one_line(text: str) -> str:
    """Text without line breaks, control and direction characters: a header holds no second header."""
    return " ".join(_CONTROL.sub(" ", text).split())


def usd(amount: float | None, missing: str = "n/a") -> str:
    """$425,000"""
    return missing if amount is None else f"{'-' if amount < 0 else ''}${abs(amount):,.0f}"


def short_usd(amount: float | None, missing: str = "n/a") -> str:
    """$425k, $1.25M: for ranges, whose last digits nobody knows."""
    if amount is None:
        return missing
    if round(abs(amount), -3) >= 1_000_000:
        return f"{'-' if amount < 0 else ''}${abs(amount) / 1_000_000:.2f}M"
    return f"{'-' if amount < 0 else ''}${abs(amount) / 1_000:.0f}k"


def share(value: float | None, missing: str = "n/a") -> str:
    """0.873 -> 87 %"""
    return missing if value is None else f"{value * 100:.0f} %"


def number(value: float | None, missing: str = "n/a") -> str:
    """1,850; halves are kept: 2.5"""
    return missing if value is None else f"{value:,.10g}"


@cache
def _templates(folder: Path, name: str) -> tuple[Template, Template]:
    html = _environment(autoescape=True).from_string(_compile(folder, name))
    return html, _environment(autoescape=False).from_string(_read(folder / f"{name}.txt"))


def _environment(*, autoescape: bool) -> Environment:
    environment = Environment(autoescape=autoescape, undefined=StrictUndefined, lstrip_blocks=True, trim_blocks=True)
    environment.filters |= {"usd": usd, "short_usd": short_usd, "share": share, "number": number}
    return environment


def _compile(folder: Path, name: str) -> str:
    from mjml import mjml2html

    source = _read(folder / f"{name}.mjml")
    try:
        # No web fonts: a mail loads nothing from elsewhere.
        return mjml2html(source, fonts={}, include_loader=lambda part: _read(folder / part))
    except ValueError as error:
        raise TemplateError(f"{folder / name}.mjml: not valid MJML: {error}") from None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise TemplateError(f"{path}: cannot be read ({error.strerror}); see TEMPLATES_DIR") from None


def _one_line(value: Any) -> Any:
    """The same values with each text on one line: outside text cannot imitate the mail's own lines."""
    if isinstance(value, Markup | str):
        return one_line(str(value))
    if isinstance(value, Mapping):
        return {key: _one_line(each) for key, each in value.items()}
    return [_one_line(each) for each in value] if isinstance(value, list) else value
