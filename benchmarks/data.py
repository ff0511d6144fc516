"""The real files that the benchmarks measure on: found by BENCH_DATA, never part of the project.

Belongs here: which files there are and where each is cut. Does not: measuring.

BENCH_DATA names a folder that holds the files below anywhere under it; a benchmark without its file says so.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from realestate_os.operations.evaluation.sales_file import SalesOfFile, read_homes


@dataclass(frozen=True)
class Market:
    """A file, its county and the day before which four fifths of its time lie."""

    name: str
    file: str
    county: str

    def path(self) -> Path | None:
        """Where the file is; None without BENCH_DATA or without the file."""
        folder = os.environ.get("BENCH_DATA")
        return next(iter(sorted(Path(folder).rglob(self.file))), None) if folder else None


MARKETS = (
    Market("King", "king_wa_2014_2015.csv.gz", "king_wa"),
    Market("Miami", "miami_dade_fl_2016.csv.gz", "miami_dade_fl"),
    Market("Travis (list prices)", "travis_tx_2018_2021.csv.gz", "travis_tx"),
)


def markets() -> list[tuple[Market, SalesOfFile]]:
    """Those whose files are there, read; the others are named."""
    found = []
    for market in MARKETS:
        path = market.path()
        if path is None:
            print(f"{market.name}: no {market.file}; set BENCH_DATA to the folder that holds it", flush=True)
        else:
            found.append((market, read_homes(path, market.county, None)))
    return found


def four_fifths(sales: SalesOfFile) -> date:
    """The day that parts the first four fifths of the file's time from the last."""
    days = sales.homes["sale_date"]
    first, last = days.min().date(), days.max().date()
    return first + (last - first) * 0.8
