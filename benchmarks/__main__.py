"""Runs the benchmarks, all or those that are named: `python -m benchmarks import_time backfill`."""

from __future__ import annotations

import sys
from importlib import import_module

NAMES = (
    "import_time",
    "features_speed",
    "similarity",
    "crawl",
    "parse",
    "identity",
    "county_day",
    "backfill",
    "enrichment",
    "accuracy",
    "cuts",
    "rising",
    "deals",
    "reliability",
    "comparables",
    "scoring_speed",
)


def main(names: list[str]) -> None:
    """Run each in turn. Unknown names end with the list of known ones."""
    unknown = sorted(set(names) - set(NAMES))
    if unknown:
        raise SystemExit(f"unknown benchmark {', '.join(unknown)}; known: {', '.join(NAMES)}")
    for name in names or NAMES:
        import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main(sys.argv[1:])
