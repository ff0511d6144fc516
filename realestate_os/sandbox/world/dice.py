"""Randomness without state: the same id and stream give the same number, in any order, on any day.

Belongs here: hashing of ids to uniform and normal numbers. Does not: what the numbers mean.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Texts = npt.NDArray[np.object_]
Bools = npt.NDArray[np.bool_]
T = TypeVar("T")

_WORD = (1 << 64) - 1


def hash64(*parts: object) -> int:
    """A stable 64-bit number for any parts that print the same everywhere."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


@dataclass(frozen=True)
class Dice:
    """Numbers for (seed, stream, id). ids are arrays of whole numbers, or one whole number."""

    seed: int

    def uniform(self, ids: Ints, stream: str) -> Floats:
        """In [0, 1)."""
        return (self._bits(ids, stream) >> np.uint64(11)).astype(np.float64) / float(1 << 53)

    def normal(self, ids: Ints, stream: str) -> Floats:
        """Standard normal, by Box and Muller."""
        radius = np.sqrt(-2.0 * np.log1p(-self.uniform(ids, stream + "/r")))
        return np.asarray(radius * np.cos(2.0 * np.pi * self.uniform(ids, stream + "/a")))

    def between(self, ids: Ints, stream: str, low: int, high: int) -> Ints:
        """Whole numbers from low to high, both included."""
        return low + np.floor(self.uniform(ids, stream) * (high - low + 1)).astype(np.int64)

    def one(self, item: int, stream: str) -> float:
        """uniform for a single id."""
        return float(self.uniform(np.array([item], dtype=np.int64), stream)[0])

    def pick(self, item: int, stream: str, options: Sequence[T]) -> T:
        """One of the options for a single id."""
        return options[int(self.one(item, stream) * len(options))]

    def _bits(self, ids: Ints, stream: str) -> npt.NDArray[np.uint64]:
        """splitmix64 over the id, offset by the stream's hash."""
        offset = np.uint64(hash64(self.seed, stream) & _WORD)
        with np.errstate(over="ignore"):
            z = np.asarray(ids).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + offset
            z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            return np.asarray(z ^ (z >> np.uint64(31)))
