"""The snapshot of a score: its inputs, kept for ever under their digest.

Belongs here: what a snapshot holds, its id, writing a day's and reading one back. Does not: computing
from it (recompute.py). A partition may be materialized again and a county file edited; a snapshot is
never changed, so the score of a mailed memo can always be computed again.

One object a day and content: snapshots/scores/<county>/<date>/<digest>.json.gz. The same inputs give the
same object; other inputs another one beside it.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from pydantic import ValidationError

from realestate_os.counties import County
from realestate_os.discovery.frames import LISTINGS
from realestate_os.enrichment.frames import ENRICHMENT, LEAD_SIGNALS
from realestate_os.errors import RealEstateOSError
from realestate_os.resources.object_store import ObjectStore
from realestate_os.scoring import CODE_VERSION
from realestate_os.scoring.assumptions import Assumptions, Rental, Repairs
from realestate_os.scoring.inputs import OF_COMPARABLE, OF_SIGNAL, Inputs, Setting
from realestate_os.scoring.snapshot import canonical, digest
from realestate_os.similarity.frames import COMPARABLES
from realestate_os.storage.schema import Frame
from realestate_os.valuation.frames import VALUATIONS

Content = dict[str, Any]
HOME_FRAMES = (LISTINGS, ENRICHMENT, VALUATIONS)


class SnapshotError(RealEstateOSError):
    """A snapshot is missing or cannot be read by this version; the message says what to do."""


def contents(inputs: Inputs) -> tuple[Content, list[Content]]:
    """What all homes share, and one entry a home; plain JSON values."""
    setting = inputs.setting
    shared = {
        "code_version": CODE_VERSION,
        "date": setting.day.isoformat(),
        "county": setting.county.model_dump(mode="json"),
        "repairs": setting.assumptions.repairs.model_dump(mode="json"),
        "rental": setting.assumptions.rental.model_dump(mode="json"),
    }
    sales, signals = _by_home(inputs.comparables), _by_home(inputs.signals)
    homes = [
        {"home": home, "comparables": sales[home["property_id"]], "signals": signals[home["property_id"]]}
        for home in map(canonical, inputs.homes.to_dict("records"))
    ]
    return shared, homes


def snapshot_ids(shared: Content, homes: list[Content]) -> list[str]:
    """The digest of each home's inputs: the home, its comparables and signals, and what all share."""
    of_all = digest(shared)
    return [digest({"shared": of_all} | home) for home in homes]


def save_snapshots(objects: ObjectStore, inputs: Inputs) -> None:
    """Write the day's snapshots; what is there already stays as it is."""
    shared, homes = contents(inputs)
    ids = snapshot_ids(shared, homes)
    key = f"{_folder(inputs.setting.county.key, inputs.setting.day)}/{digest(ids)[:32]}.json.gz"
    if not objects.exists(key):
        text = json.dumps({"shared": shared, "homes": dict(zip(ids, homes, strict=True))}, separators=(",", ":"))
        objects.put(key, gzip.compress(text.encode(), mtime=0))


def load_snapshot(objects: ObjectStore, county: str, day: date, snapshot_id: str) -> tuple[Inputs, str]:
    """Inputs of the whole day to which the snapshot belongs, and the code version that made them.

    Raises:
        SnapshotError: it is not there, was changed, or this version of the program cannot read it.
    """
    for stored in _stored(objects, county, day):
        shared, homes = stored["shared"], stored["homes"]
        if snapshot_id in homes:
            if snapshot_ids(shared, [homes[snapshot_id]]) != [snapshot_id]:
                raise SnapshotError(f"snapshot {snapshot_id[:12]} of {county} {day} was changed: its digest is another")
            return _inputs(shared, list(homes.values())), str(shared["code_version"])
    raise SnapshotError(
        f"no snapshot {snapshot_id[:12]} in {objects.uri(_folder(county, day))}; scores of before snapshots were kept "
        f"cannot be recomputed. Run: realestate-os materialize --county {county} --date {day} --assets scores"
    )


def _stored(objects: ObjectStore, county: str, day: date) -> Iterator[Content]:
    for key in objects.keys(_folder(county, day)):
        yield json.loads(gzip.decompress(objects.get(key)))


def _folder(county: str, day: date) -> str:
    return f"snapshots/scores/{county}/{day.isoformat()}"


def _by_home(rows: pd.DataFrame) -> defaultdict[str, list[Content]]:
    found: defaultdict[str, list[Content]] = defaultdict(list)
    for row in map(canonical, rows.to_dict("records")):
        found[row["property_id"]].append(row)
    return found


def _inputs(shared: Content, homes: list[Content]) -> Inputs:
    try:
        repairs, rental = Repairs.model_validate(shared["repairs"]), Rental.model_validate(shared["rental"])
        county = County.model_validate(shared["county"])
    except ValidationError as error:
        raise SnapshotError(
            f"snapshot of code version {shared['code_version']}, this program has {CODE_VERSION} and cannot read it: "
            f"{error.errors()[0]['loc']}: {error.errors()[0]['msg']}"
        ) from None
    setting = Setting(county, date.fromisoformat(shared["date"]), Assumptions(repairs, rental))
    return Inputs(
        _typed([one["home"] for one in homes], HOME_FRAMES, list(homes[0]["home"])),
        _typed([row for one in homes for row in one["comparables"]], (COMPARABLES,), OF_COMPARABLE),
        _typed([row for one in homes for row in one["signals"]], (LEAD_SIGNALS,), OF_SIGNAL),
        setting,
    )


def _typed(rows: list[Content], frames: tuple[Frame, ...], names: list[str]) -> pd.DataFrame:
    """Rows of JSON with the types that the columns have in their frames."""
    dtypes = {column.name: column.dtype for frame in frames for column in frame.columns}
    table = pd.DataFrame(rows, columns=names, dtype=object)
    for name in names:
        if dtypes[name] in ("float64", "int64"):
            table[name] = table[name].astype(dtypes[name])
        elif dtypes[name] == "date":
            table[name] = [None if text is None else date.fromisoformat(text) for text in table[name]]
    return table.replace({np.nan: None}) if table.empty else table
