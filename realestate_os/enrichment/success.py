"""Did the sources answer? How many of a day's rows had an answer from every source that was asked for them.

Belongs here: the verdict on one partition. Does not: the check as Dagster knows it (checks.py).
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from realestate_os.storage.quality import Verdict

if TYPE_CHECKING:
    import pandas as pd

SHARE_NEEDED = 0.80
SHOWN = ["property_id", "street_address", "status", "failed_sources"]


def answers(rows: pd.DataFrame) -> Verdict:
    """Whether SHARE_NEEDED of the ENRICHMENT rows were answered for; a day without rows has failed in nothing."""
    lists = [json.loads(text) for text in rows["failed_sources"]]
    unanswered = [bool(names) for names in lists]
    failed = dict(Counter(source for names in lists for source in names).most_common())
    share = 1 - sum(unanswered) / len(lists) if lists else 1.0
    who = ", ".join(f"{source} for {count:,}" for source, count in failed.items())
    description = f"{sum(unanswered):,} of {len(lists):,} rows unanswered"
    if who:
        description += f" ({who}); materializing the day again asks only for what is missing"
    figures = {"share": round(share, 4), "failed": failed}
    return Verdict(share >= SHARE_NEEDED, description, figures, rows.loc[unanswered, SHOWN])
