"""The check of the scores.

Belongs here: what holds for every score. Does not: how well the probabilities are calibrated.
"""

from realestate_os.partitions import county_day
from realestate_os.resources.table_check import table_check
from realestate_os.scoring.frames import SCORES
from realestate_os.storage.quality import Rules
from realestate_os.storage.vocabulary import CONFIDENCE_BANDS, SCORE_BANDS

checks = [
    table_check(
        SCORES,
        county_day,
        Rules(
            ranges={
                "p_deal": (0, 1),
                "bird_dog_score": (0, 100),
                "confidence": (0, 1),
                "lead_rank": (1, None),
                "repair_low_usd": (0, None),
            },
            allowed={"band": SCORE_BANDS, "confidence_band": CONFIDENCE_BANDS},
            ordered=(
                ("posterior_low_90_usd", "posterior_value_usd", "posterior_high_90_usd"),
                ("arv_low_usd", "arv_usd", "arv_high_usd"),
                ("repair_low_usd", "repair_base_usd", "repair_high_usd"),
                ("rent_low_usd_month", "rent_base_usd_month", "rent_high_usd_month"),
            ),
        ),
    )
]
