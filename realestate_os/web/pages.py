"""The few HTML pages: one frame, plain words, no script.

Belongs here: the frame, its style, escaping. Does not: what a page says (the routes).
"""

from __future__ import annotations

from fastapi.responses import HTMLResponse
from jinja2 import Environment
from markupsafe import Markup

STYLE = """
body { font-family: Helvetica, Arial, sans-serif; color: #1b2733; background: #eef2f5; margin: 0; }
main { max-width: 40rem; margin: 3rem auto; padding: 1.5rem 2rem; background: #fff; border-top: 4px solid #17324a; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-bottom: 0.2rem; }
a { color: #1f5a8c; }
p, li { line-height: 1.5; }
button { font: inherit; color: #fff; background: #1f5a8c; border: 0; border-radius: 4px; padding: 0.6rem 1.2rem; }
code { background: #eef2f5; padding: 0 0.3rem; }
"""

_FRAME = Environment(autoescape=True).from_string(
    """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<link rel="stylesheet" href="/site.css">
</head>
<body><main><h1>{{ title }}</h1>{{ body }}</main></body>
</html>
"""
)


def page(title: str, body: Markup, status: int = 200) -> HTMLResponse:
    """An HTML page; `body` is markup of ours in which everything else was escaped."""
    return HTMLResponse(_FRAME.render(title=title, body=body), status_code=status)


def not_found() -> HTMLResponse:
    """The same answer for each wrong link, whatever is wrong with it."""
    return page(
        "Not found", Markup("<p>This link is not valid. Please use the link as it stands in the mail.</p>"), 404
    )
