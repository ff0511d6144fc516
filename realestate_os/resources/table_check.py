"""The check that each table has: a blocking one of its values, by the rules that its stage gives.

Belongs here: the factory. Does not: rules (each stage's checks.py) or their evaluation
(storage/quality.py).
"""

import warnings

from dagster import AssetCheckResult, AssetChecksDefinition, AssetKey, PartitionsDefinition, asset_check
from dagster._utils.warnings import PreviewWarning

from realestate_os.resources.reporting import check_result
from realestate_os.storage.io_manager import Frames
from realestate_os.storage.quality import Rules, check_table
from realestate_os.storage.schema import Frame

# partitions_def of a check is a preview in 1.13; the lock pins the version, and a test runs a partition and a range.
warnings.filterwarnings("ignore", category=PreviewWarning)


def table_check(frame: Frame, partitions: PartitionsDefinition[str], rules: Rules) -> AssetChecksDefinition:
    """`values`: blocking, so that nothing is built on a table whose values break its rules."""

    @asset_check(
        asset=AssetKey(frame.name),
        name="values",
        description=f"Every value of {frame.name} is within its rules; what is built on it waits until it is.",
        blocking=True,
        partitions_def=partitions,
    )
    def values(rows: Frames) -> AssetCheckResult:
        return check_result({key: check_table(frame, rules, of_key) for key, of_key in rows.items()})

    return values
