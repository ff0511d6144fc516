"""HTML -> PDF with WeasyPrint, from our own style sheet and fonts and nothing else.

Belongs here: the renderer and its fetcher. Does not: HTML. The fetcher knows a handful of files by
name and refuses every other address, so that no text of a listing can make it read a file or call a
host. Equal HTML gives equal bytes: dates and identifier come from the memo, not from the clock.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

SCHEME = "memo:"
STYLE = "memo.css"
# fontTools narrates every table it subsets, WeasyPrint every step: a thousand lines a memo.
for _name in ("fontTools", "weasyprint.progress"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class RefusedAddressError(ValueError):
    """A memo asked for an address that is none of its own files."""


class OwnFilesFetcher(URLFetcher):  # type: ignore[misc]
    """Serves memo:NAME from memory and refuses everything else; opens neither files nor connections."""

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__(allowed_protocols=())
        self.files = files
        self.refused: list[str] = []

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        """One of our files. Raises RefusedAddressError."""
        name = url.removeprefix(SCHEME)
        if not url.startswith(SCHEME) or name not in self.files:
            self.refused.append(url)
            raise RefusedAddressError(f"a memo may not fetch {url[:200]}")
        return URLFetcherResponse(url, self.files[name])


@dataclass(frozen=True)
class Pdf:
    """A printed memo."""

    content: bytes
    pages: int

    @property
    def sha256(self) -> str:
        """Digest of the bytes."""
        return hashlib.sha256(self.content).hexdigest()


class PdfPrinter:
    """Prints many memos with style and fonts loaded once."""

    def __init__(self, templates: Path) -> None:
        """`templates`: the project's templates folder."""
        folder = templates / "memo"
        files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        self.fetcher = OwnFilesFetcher(files)
        self.fonts = FontConfiguration()
        style = files[STYLE].decode()
        self.style = CSS(string=style, base_url=SCHEME, url_fetcher=self.fetcher, font_config=self.fonts)

    def print(self, html: str) -> Pdf:
        """The PDF of a memo."""
        document = HTML(string=html, base_url=SCHEME, url_fetcher=self.fetcher).render(
            stylesheets=[self.style], font_config=self.fonts
        )
        identifier = hashlib.sha256(html.encode()).hexdigest()[:32].encode()
        content: bytes = document.write_pdf(pdf_identifier=identifier)
        return Pdf(content, len(document.pages))
