"""How long archived pages are kept.

Belongs here: which pages, failures and bodies are removed. Does not: what is read from them, which stays in
the listings of their days.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from realestate_os.discovery.archive import BODIES, FAILURES, PAGES
from realestate_os.resources.object_store import ObjectStore

_DATE = re.compile(r"/date=(\d{4}-\d\d-\d\d)/")


@dataclass(frozen=True)
class Pruned:
    """What was removed, or would be: pages and failures of days before `before`, bodies that no page names."""

    before: date
    pages: int
    failures: int
    bodies: int


def prune(store: ObjectStore, today: date, keep_days: int, *, dry_run: bool = False) -> Pruned:
    """Remove what is older than `keep_days`; a body goes with the last page that has it.

    Not to be run beside a crawl: a body that the crawl is about to name again would be missing. Such a page is
    then set aside as unreadable, and fetched again by the next run of its day.
    """
    before = today - timedelta(days=keep_days)
    pages, failures = (list(_older(store, prefix, before)) for prefix in (PAGES, FAILURES))
    gone = set(pages)
    named = {_digest(store, key) for key in store.keys(PAGES) if key not in gone}
    bodies = [key for key in store.keys(BODIES) if key.rsplit("/", 1)[-1].removesuffix(".gz") not in named]
    if not dry_run:
        # Pages first: killed in between, bodies without pages are left, and never pages without bodies.
        for key in (*pages, *failures, *bodies):
            store.delete(key)
    return Pruned(before, len(pages), len(failures), len(bodies))


def _older(store: ObjectStore, prefix: str, before: date) -> Iterator[str]:
    for key in store.keys(prefix):
        found = _DATE.search(key)
        if found and date.fromisoformat(found.group(1)) < before:
            yield key


def _digest(store: ObjectStore, key: str) -> str:
    return str(json.loads(store.get(key))["sha256"])
