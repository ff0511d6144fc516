"""snapshot_id: the digest of everything that one home's score was computed from.

Belongs here: a canonical form and its SHA-256. Does not: storing the inputs, which lie in the
partitions that they came from.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any


def digest(content: Any) -> str:
    """SHA-256 of the canonical JSON: sorted keys, missing values as null, dates in ISO form."""
    text = json.dumps(canonical(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(value: Any) -> Any:
    """Plain JSON values: NaN, NaT and None are one kind of missing, numpy scalars become Python's."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Mapping):
        return {str(key): canonical(one) for key, one in value.items()}
    if isinstance(value, date):
        return None if value != value else value.isoformat()  # NaT is a date that is not itself
    if isinstance(value, Iterable):
        return [canonical(one) for one in value]
    if hasattr(value, "item"):
        return canonical(value.item())
    if isinstance(value, float):
        return None if math.isnan(value) else value
    return None if value != value else str(value)
