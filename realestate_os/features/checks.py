"""The check of the features.

Belongs here: that they are within the ranges of frames.py. Does not: how they are computed (build.py).
"""

from realestate_os.features.frames import FEATURES
from realestate_os.partitions import county_day
from realestate_os.resources.table_check import table_check
from realestate_os.storage.quality import Rules

checks = [table_check(FEATURES, county_day, Rules(ranges=FEATURES.ranges))]
