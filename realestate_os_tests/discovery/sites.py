"""A site of our own on loopback, for what an honest one never does.

Belongs here: a small HTTP server with counted requests, and pages in the markup of the sandbox. Does
not: the sandbox, which the other tests crawl.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

BASE = "https://fsbo.sandbox.example"
Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Site:
    """`pages`: path with query -> what to answer. Unknown paths answer 404."""

    port: int = 0
    pages: dict[str, Callable[[], Answer]] = field(default_factory=dict)
    hits: Counter[str] = field(default_factory=Counter)

    def page(self, path: str, text: str | bytes, status: int = 200, **headers: str) -> None:
        """Answer with a fixed page."""
        body = text if isinstance(text, bytes) else text.encode()
        sent = {"content-type": "text/html; charset=utf-8"} | {k.replace("_", "-"): v for k, v in headers.items()}
        self.pages[path] = lambda: (status, sent, body)

    def homes(self, slugs: list[str], *, following: str | None = None, path: str = "/king_wa/homes?page=1") -> None:
        """A list page."""
        self.page(path, list_page([f"/king_wa/home/{slug}" for slug in slugs], following))


@contextmanager
def running() -> Iterator[Site]:
    """The site, answering until the end."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.hits[self.path] += 1
            answer = site.pages.get(self.path)
            status, headers, body = answer() if answer else (404, {"content-type": "text/plain"}, b"no such page")
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "content-length" not in headers:
                self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


def list_page(links: list[str], following: str | None = None) -> str:
    """Links to homes, and to the next page."""
    rows = "".join(f'<li><a href="{link}">A home</a></li>' for link in links)
    onward = f'<a rel="next" href="{following}">Older</a>' if following else ""
    return f'<html><body><ul>{rows}</ul>{onward}<a href="/about">About</a></body></html>'


def home_page(**facts: str) -> str:
    """A detail page in the sandbox's markup; a fact given as '' is left out."""
    known = {
        "Price": "$650,000",
        "Address": "1204 Birch Ave NE",
        "City": "Seattle, WA 98105",
        "Property type": "Single family house",
        "Bedrooms": "3",
        "Bathrooms": "2",
        "Living area": "1,850 sq ft",
        "Lot size": "0.12 acres",
        "Year built": "1962",
        "Listed": "2026-11-01",
        "Phone": "(206) 555-0123",
    }
    description = facts.pop("description", "Well kept.")
    rows = {**known, **{name.replace("_", " "): value for name, value in facts.items()}}
    listed = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows.items() if value)
    return (
        f'<html><body><article id="home"><h1>A home</h1><dl class="facts">{listed}</dl>'
        f'<div class="description">{description}</div></article></body></html>'
    )


SHELL = (
    '<html><body><article id="home" data-rendered="client"><p>Loading</p></article>'
    "<script>fetch('{data}').then(a => a.text()).then(t => {{ const h = document.getElementById('home');"
    " h.innerHTML = t; h.dataset.ready = 'yes'; }})</script></body></html>"
)
