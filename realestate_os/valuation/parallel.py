"""Pieces of one computation beside each other.

Belongs here: in_parallel. Does not: what is computed. Threads do: LightGBM, BLAS and numpy's loops over
whole columns release Python's lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

WORKERS = 2


def in_parallel(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Results in order; each item's result is the same however many run beside it."""
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(work, items))
