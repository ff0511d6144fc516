"""The check of the valuations.

Belongs here: what holds for a value and its interval. Does not: how good the model is (ratio_study.py).
"""

from realestate_os.partitions import county_day
from realestate_os.resources.table_check import table_check
from realestate_os.storage.quality import Rules
from realestate_os.storage.vocabulary import CONFIDENCE_BANDS
from realestate_os.valuation.frames import VALUATIONS

INTERVAL = ("value_low_90_usd", "value_low_80_usd", "value_usd", "value_high_80_usd", "value_high_90_usd")

checks = [
    table_check(
        VALUATIONS,
        county_day,
        Rules(
            ranges={"value_low_90_usd": (0, None), "confidence": (0, 1), "log_value_sd": (0, None)},
            allowed={"confidence_band": CONFIDENCE_BANDS},
            ordered=(INTERVAL,),
        ),
    )
]
