"""How alike two addresses are, and which pairs are worth comparing at all.

Belongs here: blocks and the score. Does not: what is done with a look-alike (review.py): nothing is ever merged
because of a score.

House numbers and figures in street names must agree (a neighbour's number is one slip away from ours), and so must
units; directions may be missing but not contradict each other. What is left is compared as text with rapidfuzz.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from realestate_os.storage.identity.words import DIRECTIONS, STREET_TYPE_WORDS

# Below this a pair is not worth a person's minute; benchmarks/identity.py prints what it costs and finds.
REVIEW_SCORE = 82.0
# What a difference takes off the likeness of the names, in points of 100. A missing word is a slip, another word is
# mostly another street.
MISSING_DIRECTION, MISSING_TYPE, OTHER_TYPE, OTHER_ZIP, NO_UNIT = 3.0, 3.0, 14.0, 6.0, 12.0
# More addresses than this in a block are a street or tower of its own, not one home written in two ways.
LARGEST_BLOCK = 200

BlockKey = tuple[str, ...]


@dataclass(frozen=True)
class Parts:
    """An address key taken apart."""

    number: str
    directions: frozenset[str]
    name: str
    kind: str
    unit: str
    zip_code: str

    @property
    def figures(self) -> list[str]:
        """The figures of the name: 45TH and 46TH are two streets."""
        return sorted(word for word in self.name.split() if any(map(str.isdigit, word)))


@dataclass(frozen=True, order=True)
class Likeness:
    """Two address keys, left before right, their score of 100 and the reason in words."""

    left_key: str
    right_key: str
    score: float
    reason: str


@lru_cache(maxsize=65_536)
def parts_of(address_key: str) -> Parts:
    """`123 1/2 NE 45TH ST|5|98105` -> its parts; the name keeps what is neither number, direction nor type."""
    street, unit, zip_code = address_key.split("|")
    number, *words = street.split()
    if len(words) > 1 and "/" in words[0]:
        number, words = f"{number} {words[0]}", words[1:]
    directions = set()
    if len(words) > 1 and words[0] in DIRECTIONS:
        directions.add(words.pop(0))
    if len(words) > 1 and words[-1] in DIRECTIONS:
        directions.add(words.pop())
    kind = words.pop() if len(words) > 1 and words[-1] in STREET_TYPE_WORDS else ""
    return Parts(number, frozenset(directions), " ".join(words), kind, unit, zip_code)


def likeness(left_key: str, right_key: str) -> Likeness | None:
    """How alike two different addresses are; None when they cannot be one home. The same in either order."""
    left_key, right_key = sorted((left_key, right_key))
    left, right = parts_of(left_key), parts_of(right_key)
    if (
        left.number != right.number
        or left.figures != right.figures
        or (left.unit and right.unit not in ("", left.unit))
    ):
        return None
    if left.directions != right.directions and left.directions and right.directions:
        return None
    alike = max(
        fuzz.ratio(left.name.replace(" ", ""), right.name.replace(" ", "")),
        fuzz.token_sort_ratio(left.name, right.name),
    )
    differences = [(100 - alike, f"street {alike:.0f} % alike"), *_differences(left, right)]
    told = [words for points, words in differences if points]
    return Likeness(left_key, right_key, round(100 - sum(points for points, _ in differences), 1), ", ".join(told))


def look_alikes(new: Iterable[str], known: Iterable[str]) -> Iterator[Likeness]:
    """Pairs of a new address and a known one (or two new ones) that score REVIEW_SCORE or more, each once.

    Only addresses that share a block are compared, so the work grows with the number of addresses and not with
    its square.
    """
    new = sorted(set(new))
    blocks: dict[BlockKey, list[str]] = defaultdict(list)
    for key in sorted({*known, *new}):
        for block in _blocks(key):
            blocks[block].append(key)
    done = set[tuple[str, str]]()
    for key in new:
        for other in sorted({one for block in _blocks(key) for one in _few(blocks[block])} - {key}):
            pair = (min(key, other), max(key, other))
            if pair not in done:
                done.add(pair)
                found = likeness(*pair)
                if found and found.score >= REVIEW_SCORE and _one_unit(pair, blocks):
                    yield found


def _differences(left: Parts, right: Parts) -> Iterator[tuple[float, str]]:
    if left.directions != right.directions:
        yield MISSING_DIRECTION, "one names no direction"
    if left.kind != right.kind:
        one_missing = not (left.kind and right.kind)
        yield (MISSING_TYPE, "one names no type") if one_missing else (OTHER_TYPE, f"{left.kind} and {right.kind}")
    if left.zip_code != right.zip_code:
        yield OTHER_ZIP, "other ZIP"
    if left.unit != right.unit:
        yield NO_UNIT, "one names no unit"


def _blocks(address_key: str) -> list[BlockKey]:
    """A slip in the name leaves ZIP and number; a wrong ZIP leaves number and name, in whatever order."""
    parts = parts_of(address_key)
    return [("zip", parts.zip_code, parts.number), ("name", parts.number, "".join(sorted(parts.name.replace(" ", ""))))]


def _few(block: list[str]) -> list[str]:
    return block if len(block) <= LARGEST_BLOCK else []


def _one_unit(pair: tuple[str, str], blocks: dict[BlockKey, list[str]]) -> bool:
    """An address without a unit is worth asking about only where one unit is known: not for each flat of a tower."""
    left, right = map(parts_of, pair)
    if left.unit == right.unit:
        return True
    named, street = (pair[0], left) if left.unit else (pair[1], right)
    block = blocks[("zip", street.zip_code, street.number)]
    line = named.split("|")[0]
    return len({parts_of(key).unit for key in block if key.split("|")[0] == line} - {""}) == 1
