"""Do two spellings of a home fall together, and do its neighbours stay apart? Precision and recall of identity.

The labelled set is made from a file of real listings (columns streetAddress, zipcode): each home's address
is the truth; its copies are written as sellers, counties and list vendors write (labels: same), and its neighbours are
other house numbers and other flats (labels: different). BENCH_DATA names the folder that holds the file; without it
nothing is measured.
"""

from __future__ import annotations

import csv
import gzip
import os
import random
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from realestate_os.storage.identity.likeness import look_alikes
from realestate_os.storage.identity.words import STREET_TYPES
from realestate_os.storage.property_identity import normalize_address

FILE, HOMES, SEED = "travis_tx_2018_2021.csv.gz", 4000, 20141
LONG_TYPES = {short: word for word, short in STREET_TYPES.items() if len(word) > len(short) + 1}
LONG_DIRECTIONS = {"N": "North", "S": "South", "E": "East", "W": "West", "NE": "N.E.", "NW": "n.w."}
UNIT = re.compile(r"\s+(?:APT|UNIT|STE|#)\s*#?\s*(\S+)$", re.IGNORECASE)


@dataclass(frozen=True)
class Arrival:
    """One written address: which home it is (None: a neighbour that is none of ours) and how it was made."""

    street: str
    zip_code: str
    home: int | None
    kind: str


def main() -> None:
    """Print precision and recall of our two stages beside string equality and scourgify alone."""
    folder = os.environ.get("BENCH_DATA")
    path = next(iter(sorted(Path(folder).rglob(FILE))), None) if folder else None
    if path is None:
        print(f"identity: no {FILE}; set BENCH_DATA to the folder that holds it", flush=True)
        return
    homes = _homes(path)
    arrivals = list(_arrivals(homes, random.Random(SEED)))
    print(f"identity: {len(homes)} real homes, {len(arrivals)} arrivals, seed {SEED}", flush=True)
    for name, key in (("string equality", _plain_key), ("scourgify alone", _scourgify_key), ("ours, exact", _our_key)):
        _show(name, homes, arrivals, *_exact(homes, arrivals, key))
    _show("ours, with review", homes, arrivals, *_reviewed(homes, arrivals))
    _show_growth(homes)


def _homes(path: Path) -> list[tuple[str, str]]:
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        rows = {((row.get("streetAddress") or "").strip(), row.get("zipcode") or "")
                for row in csv.DictReader(file)}  # fmt: skip
    usable = sorted(row for row in rows if re.match(r"\d+ \S+ \S+", row[0]) and re.fullmatch(r"\d{5}", row[1]))
    return sorted(random.Random(SEED).sample(usable, min(HOMES, len(usable))))


def _arrivals(homes: list[tuple[str, str]], dice: random.Random) -> Iterator[Arrival]:
    """Each home is written anew in every way that its address allows, and gets neighbours that are not it."""
    taken = {_our_key(*home) for home in homes}
    zips = sorted({zip_code for _, zip_code in homes})
    for i, (street, zip_code) in enumerate(homes):
        line, unit = _split(street)
        for kind, written in _rewritten(line, unit, dice):
            if written != street:
                yield Arrival(written, zip_code, i, kind)
        yield Arrival(street, f"{zip_code}-{dice.randrange(1000, 9999)}", i, "ZIP+4")
        yield Arrival(street, dice.choice(zips), i, "swapped ZIP")
        for kind, other in _neighbours(line, unit, dice):
            if _our_key(other, zip_code) not in taken:
                yield Arrival(other, zip_code, None, kind)


def _split(street: str) -> tuple[str, str]:
    found = UNIT.search(street)
    return (street[: found.start()], found.group(1)) if found else (street, "")


def _rewritten(line: str, unit: str, dice: random.Random) -> Iterator[tuple[str, str]]:
    words = line.split()
    tail = f" #{unit}" if unit else ""
    for i, word in enumerate(words[1:], start=1):
        if word.upper() in LONG_DIRECTIONS:
            yield "direction spelled out", " ".join([*words[:i], LONG_DIRECTIONS[word.upper()], *words[i + 1 :]]) + tail
            yield "missing direction", " ".join([*words[:i], *words[i + 1 :]]) + tail
    if words[-1].upper() in LONG_TYPES:
        yield "type spelled out", f"{' '.join(words[:-1])} {LONG_TYPES[words[-1].upper()].title()}{tail}"
        yield "missing type", " ".join(words[:-1]) + tail
    yield "capitals and dots", f"{line.upper()}.{tail}"
    if unit:
        for pattern in ("Apt {}", "Apt. No. {}", ", Unit {}", "Ste {}", "# {}"):
            yield "unit spelling", f"{line} {pattern.format(unit)}".replace(" ,", ",")
        yield "missing unit", line
    named = [i for i in range(1, len(words) - 1) if len(words[i]) > 4 and words[i].isalpha()]
    if named:
        i = dice.choice(named)
        yield "typing error", " ".join([*words[:i], _typed_wrong(words[i], dice), *words[i + 1 :]]) + tail


def _typed_wrong(word: str, dice: random.Random) -> str:
    at = dice.randrange(1, len(word) - 1)
    return dice.choice([
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    ])  # fmt: skip


def _neighbours(line: str, unit: str, dice: random.Random) -> Iterator[tuple[str, str]]:
    number, rest = line.split(" ", 1)
    tail = f" #{unit}" if unit else ""
    yield "neighbour's number", f"{int(number) + dice.choice([1, 2, 4, 10])} {rest}{tail}"
    swapped = number[:-2] + number[-1] + number[-2] if len(number) > 1 else f"{number}1"
    if swapped != number and swapped[0] != "0":
        yield "number turned round", f"{swapped} {rest}{tail}"
    yield "half number", f"{number} 1/2 {rest}{tail}"
    other = str(int(unit) + 1) if unit.isdigit() else "ZB" if unit else ""
    if other:
        yield "another flat", f"{line} Apt {other}"


def _plain_key(street: str, zip_code: str) -> str:
    return f"{street}|{zip_code}"


def _our_key(street: str, zip_code: str) -> str:
    return normalize_address(street, None, None, None, zip_code).address_key or f"?{street}|{zip_code}"


def _scourgify_key(street: str, zip_code: str) -> str:
    from scourgify import normalize_address_record

    record = {
        "address_line_1": street,
        "address_line_2": None,
        "city": "Austin",
        "state": "TX",
        "postal_code": zip_code,
    }
    try:
        read = normalize_address_record(record)
    except Exception:  # the peer raises many kinds; each counts as an address that it left as it was
        return f"{street}|{zip_code}"
    return f"{read['address_line_1']}|{read['address_line_2']}|{(read['postal_code'] or '')[:5]}"


def _exact(
    homes: list[tuple[str, str]], arrivals: list[Arrival], key: Callable[[str, str], str]
) -> tuple[list[set[int]], float]:
    started = time.perf_counter()
    of_key: dict[str, set[int]] = {}
    for i, home in enumerate(homes):
        of_key.setdefault(key(*home), set()).add(i)
    found = [of_key.get(key(one.street, one.zip_code), set()) for one in arrivals]
    return found, time.perf_counter() - started


def _reviewed(homes: list[tuple[str, str]], arrivals: list[Arrival]) -> tuple[list[set[int]], float]:
    """Exact, and where that finds nothing the homes that the review would show for the arrival."""
    exact, _ = _exact(homes, arrivals, _our_key)
    started = time.perf_counter()
    home_of = {_our_key(*home): i for i, home in enumerate(homes)}
    left = {_our_key(one.street, one.zip_code) for one, found in zip(arrivals, exact, strict=True) if not found}
    asked = sorted(key for key in left if not key.startswith("?"))
    shown: dict[str, set[int]] = {}
    for pair in look_alikes(asked, [key for key in home_of if not key.startswith("?")]):
        for new, known in ((pair.left_key, pair.right_key), (pair.right_key, pair.left_key)):
            if known in home_of and new not in home_of:
                shown.setdefault(new, set()).add(home_of[known])
    found = [
        found or shown.get(_our_key(one.street, one.zip_code), set())
        for one, found in zip(arrivals, exact, strict=True)
    ]
    return found, time.perf_counter() - started


def _show(
    name: str, homes: list[tuple[str, str]], arrivals: list[Arrival], found: list[set[int]], seconds: float
) -> None:
    right = sum(one.home in hits for one, hits in zip(arrivals, found, strict=True) if one.home is not None)
    all_hits, same = sum(map(len, found)), sum(one.home is not None for one in arrivals)
    print(
        f"  {name:18} precision {right / max(all_hits, 1):.4f}  recall {right / same:.4f}"
        f"  ({all_hits - right} wrong of {all_hits}; {seconds:.1f} s)",
        flush=True,
    )
    kinds = sorted({one.kind for one in arrivals})
    parts = []
    for kind in kinds:
        of_kind = [(one, hits) for one, hits in zip(arrivals, found, strict=True) if one.kind == kind]
        good = sum((one.home in hits) if one.home is not None else not hits for one, hits in of_kind)
        parts.append(f"{kind} {good / len(of_kind):.2f} of {len(of_kind)}")
    print(f"    right: {'; '.join(parts)}", flush=True)


def _show_growth(homes: list[tuple[str, str]]) -> None:
    """Seconds for all homes as new arrivals, at a quarter, a half and all: linear is 1, 2, 4."""
    keys = [key for key in (_our_key(*home) for home in homes) if not key.startswith("?")]
    seconds = []
    for share in (4, 2, 1):
        started = time.perf_counter()
        list(look_alikes(keys[: len(keys) // share], []))
        seconds.append(time.perf_counter() - started)
    print(f"  look-alikes among {len(keys) // 4}, {len(keys) // 2}, {len(keys)} new: "
          + ", ".join(f"{one:.2f} s" for one in seconds), flush=True)  # fmt: skip
