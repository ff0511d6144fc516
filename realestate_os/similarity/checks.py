"""The checks of embeddings and comparables.

Belongs here: what holds for a comparable sale, whatever the home. Does not: how one is chosen.
"""

from realestate_os.partitions import county_day
from realestate_os.resources.table_check import table_check
from realestate_os.similarity.frames import COMPARABLES, EMBEDDINGS
from realestate_os.storage.quality import Rules

checks = [
    table_check(
        EMBEDDINGS,
        county_day,
        Rules(allowed={"kind": ("listing", "sale")}, ordered=(("event_date", "known_on", "date"),)),
    ),
    table_check(
        COMPARABLES,
        county_day,
        Rules(
            # A cosine leaves [-1, 1] by the rounding of float32.
            ranges={"rank": (1, None), "sale_price_usd": (0, None), "similarity": (-1.001, 1.001)},
            # Never a sale after the date.
            ordered=(("sale_date", "date"), ("distance_miles", "radius_miles")),
        ),
    ),
]
