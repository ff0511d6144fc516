"""The check of the features.

Belongs here: what holds for them whatever the home. Does not: how they are computed (build.py).
"""

from realestate_os.features.frames import FEATURES
from realestate_os.partitions import county_day
from realestate_os.resources.table_check import table_check
from realestate_os.storage.quality import Rules

FLAGS = (
    "listing_status_active",
    "property_type_single_family",
    "property_type_condo",
    "property_type_townhouse",
    "is_undervalued",
)

checks = [
    table_check(
        FEATURES,
        county_day,
        Rules(
            ranges={
                **dict.fromkeys(FLAGS, (0, 1)),
                "square_footage": (0, None),
                "price_per_sqft": (0, None),
                "years_since_last_sale": (0, None),
                "days_on_market": (0, None),
            }
        ),
    )
]
