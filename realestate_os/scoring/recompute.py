"""A stored score, computed again from its snapshot.

Belongs here: reading the stored row, scoring its snapshot, comparing every column. Does not: what a
snapshot holds (snapshots.py) or printing (cli/score_command.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from realestate_os.errors import RealEstateOSError
from realestate_os.resources.object_store import ObjectStore
from realestate_os.scoring import CODE_VERSION
from realestate_os.scoring.build import build_scores
from realestate_os.scoring.find import Found
from realestate_os.scoring.frames import SCORES
from realestate_os.scoring.inputs import Inputs
from realestate_os.scoring.snapshot import canonical
from realestate_os.scoring.snapshots import load_snapshot

Row = dict[str, Any]


class NotScoredError(RealEstateOSError):
    """The property has no row in the day's scores; the message says what to run."""


@dataclass(frozen=True)
class Recomputed:
    """A row of SCORES as stored and as computed again, both as plain values, and its own inputs."""

    stored: Row
    again: Row
    inputs: Inputs
    code_version: str

    @property
    def differing(self) -> list[str]:
        """Columns that are not the same to the last digit, in the order of SCORES."""
        return [name for name in SCORES.names if self.stored[name] != self.again[name]]

    @property
    def same_code(self) -> bool:
        """Whether the stored score was made by the formulas of this program."""
        return self.code_version == CODE_VERSION


def stored_score(objects: ObjectStore, found: Found) -> Row:
    """The property's row of SCORES as plain values.

    Raises:
        PartitionMissingError: the day has no scores.
        NotScoredError: the property is not among them.
    """
    rows = objects.parquet.read(SCORES, f"{found.county}|{found.day.isoformat()}")
    mine = rows[rows["property_id"] == found.property_id]
    if mine.empty:
        raise NotScoredError(
            f"{found.address} is not among the scores of {found.county} on {found.day}: it was not listed that day, or "
            f"listed since; run: realestate-os materialize --county {found.county} --date {found.day} --assets scores"
        )
    return _plain(mine)


def recompute(objects: ObjectStore, found: Found) -> Recomputed:
    """Score the snapshot of a stored score again.

    A lead's rank compares the leads of the day, so all of them are scored; else the home alone.

    Raises:
        NotScoredError, PartitionMissingError: as stored_score.
        SnapshotError: the snapshot is missing or was changed.
    """
    stored = stored_score(objects, found)
    day, code_version = load_snapshot(objects, found.county, found.day, stored["snapshot_id"])
    homes = day.homes
    needed = homes["listing_price_usd"].isna() if stored["lead_rank"] else homes["property_id"].eq(found.property_id)
    scores = build_scores(day.of(homes.loc[needed, "property_id"].tolist()))
    again = _plain(scores[scores["property_id"] == found.property_id])
    return Recomputed(stored, again, day.of([found.property_id]), code_version)


def _plain(one: pd.DataFrame) -> Row:
    row: Row = canonical(one.iloc[0].to_dict())
    return row
