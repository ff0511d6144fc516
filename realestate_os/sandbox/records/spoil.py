"""Records that went wrong at the source: other types, a renamed field, an error with status 200.

Belongs here: what a fault makes of a right answer's body. Does not: when it strikes (sandbox/faults.py).
"""

from __future__ import annotations

import json
from typing import Any

# The next release of each service calls the year a home was built by another name.
RENAMED = {b"YrBuilt": b"YearBuiltNbr", b"char_yrblt": b"char_year_constructed"}
ERROR = {"error": {"code": 500, "message": "Unable to complete operation.", "details": ["the sandbox was told to"]}}


def wrong_types(body: bytes) -> bytes:
    """Each figure of a home that can be misspelt is: words where numbers were, an object, a year of 20,150."""
    return json.dumps(_misspelt(json.loads(body))).encode()


def drifted(body: bytes) -> bytes:
    """A field under its new name, in data and descriptions alike."""
    for old, new in RENAMED.items():
        body = body.replace(b'"%b"' % old, b'"%b"' % new)
    return body


def error_body(body: bytes) -> bytes:
    """ArcGIS fails with status 200."""
    return json.dumps(ERROR).encode()


def _misspelt(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _misspelt(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_misspelt(inner) for inner in value]
    if name in ("SqFtTotLiving", "char_bldg_sf"):
        return f"about {value}"
    if name in ("Bedrooms", "char_beds"):
        return {"count": value}
    if name in ("YrBuilt", "char_yrblt"):
        return 20_150
    return value
