"""county x date, county x month, and every mapping by name.

Belongs here: the partitions definitions, the mappings between them and the key of one county's day.
Does not: what happens in a partition. Dimension names fix key order and paths: never rename them.
"""

from __future__ import annotations

import datetime as dt
import warnings
from dataclasses import dataclass

from dagster import (
    AssetExecutionContext,
    DailyPartitionsDefinition,
    DimensionPartitionMapping,
    IdentityPartitionMapping,
    MonthlyPartitionsDefinition,
    MultiPartitionMapping,
    MultiPartitionsDefinition,
    MultiToSingleDimensionPartitionMapping,
    StaticPartitionsDefinition,
    TimeWindowPartitionMapping,
)
from dagster._utils.warnings import BetaWarning

from realestate_os.counties import county_keys

# Multi-partition mappings are marked beta in 1.13; the lock pins the version and a test holds their keys.
warnings.filterwarnings("ignore", category=BetaWarning)

FIRST_DAY = "2014-01-01"
# A county's undated assets take the day as a run tag: as of then a historical source answers.
AS_OF_TAG = "realestate_os/as_of"

# end_offset=1: without it today and this month do not exist yet. Days are counted in UTC here; the
# launcher and the schedules choose a county's own today.
counties = StaticPartitionsDefinition(list(county_keys()))
days = DailyPartitionsDefinition(start_date=FIRST_DAY, end_offset=1)
months = MonthlyPartitionsDefinition(start_date=FIRST_DAY, end_offset=1)
county_day = MultiPartitionsDefinition({"county": counties, "date": days})
county_month = MultiPartitionsDefinition({"county": counties, "month": months})

# Keys of the dicts are upstream dimensions, names inside are the downstream ones.
# A day reads the same county's same day.
same_day = MultiPartitionMapping(
    {
        "county": DimensionPartitionMapping("county", IdentityPartitionMapping()),
        "date": DimensionPartitionMapping("date", IdentityPartitionMapping()),
    }
)
# A day reads the whole of its county's undated asset (sales, ZIP demographics).
county_of_day = MultiToSingleDimensionPartitionMapping(partition_dimension_name="county")
county_of_month = MultiToSingleDimensionPartitionMapping(partition_dimension_name="county")
# A day uses the model of its own month, which was trained on what was known before the month began.
# The first day of the next month needs that month's model, so the window maps day -> its month.
month_of_day = MultiPartitionMapping(
    {
        "county": DimensionPartitionMapping("county", IdentityPartitionMapping()),
        "month": DimensionPartitionMapping("date", TimeWindowPartitionMapping()),
    }
)


@dataclass(frozen=True)
class CountyDay:
    """One partition: a county and a date, with the keys of what it reads."""

    county: str
    date: dt.date

    @property
    def key(self) -> str:
        """county|date"""
        return f"{self.county}|{self.date.isoformat()}"

    @property
    def month(self) -> dt.date:
        """First day of the month, whose model serves this day."""
        return self.date.replace(day=1)

    @classmethod
    def parse(cls, key: str) -> CountyDay:
        """From county|date (or county|month)."""
        county, _, day = str(key).partition("|")
        return cls(county, dt.date.fromisoformat(day))


def county_days(context: AssetExecutionContext) -> list[CountyDay]:
    """The partitions of this run, by county and then date: one key or a range."""
    return sorted((CountyDay.parse(key) for key in context.partition_keys), key=lambda day: (day.county, day.date))
