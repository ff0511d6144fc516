"""The checks of what enrichment writes: sales, ZIP figures, parcels, enriched homes; and whether its sources answered.

Belongs here: their rules and names. Does not: how a record is read or refused (parsers.py, sale_rules.py), or
the counting of answers (success.py).
"""

from dagster import AssetCheckResult, AssetKey, asset_check

from realestate_os.enrichment.frames import ENRICHMENT, LEAD_SIGNALS, PARCELS, SALES, ZIP_DEMOGRAPHICS
from realestate_os.partitions import counties, county_day
from realestate_os.resources.reporting import check_result
from realestate_os.resources.table_check import table_check
from realestate_os.storage.home import HOME_RANGES, HOME_VALUES
from realestate_os.storage.io_manager import Frames
from realestate_os.storage.quality import Rules
from realestate_os.storage.vocabulary import BARGAIN_FLAGS, ENRICHMENT_STATUSES, MANUFACTURED_HOME, SIGNAL_KINDS

ASSESSOR_RANGES: dict[str, tuple[float | None, float | None]] = {
    **HOME_RANGES,
    "assessed_value_usd": (0, None),
    "market_value_usd": (0, None),
    "annual_tax_usd": (0, None),
    "last_sale_price_usd": (0, None),
}
ENRICHED_FLAGS = (*BARGAIN_FLAGS, MANUFACTURED_HOME)


@asset_check(
    asset=AssetKey(ENRICHMENT.name),
    name="sources_answered",
    description="At least 80 % of the rows had an answer from every source that was asked for them.",
    partitions_def=county_day,
)
def sources_answered(rows: Frames) -> AssetCheckResult:
    """Partial success is normal; a day on which a fifth of the rows went unanswered is not."""
    from realestate_os.enrichment.success import answers

    return check_result({key: answers(of_key) for key, of_key in rows.items()})


checks = [
    sources_answered,
    table_check(
        SALES,
        counties,
        Rules(
            ranges={**HOME_RANGES, "sale_price_usd": (0, None)},
            allowed={**HOME_VALUES, "sale_date_precision": ("day", "month")},
            ordered=(("sale_date", "known_on"),),
        ),
    ),
    table_check(
        ZIP_DEMOGRAPHICS,
        counties,
        Rules(ranges={"population": (0, None), "owner_occupied_rate": (0, 1), "unemployment_rate": (0, 1)}),
    ),
    table_check(PARCELS, county_day, Rules(ASSESSOR_RANGES, HOME_VALUES)),
    table_check(
        ENRICHMENT,
        county_day,
        Rules(
            ranges={**ASSESSOR_RANGES, "zip_owner_occupied_rate": (0, 1), "zip_unemployment_rate": (0, 1)},
            allowed={**HOME_VALUES, "status": ENRICHMENT_STATUSES, "bargain_flag": ENRICHED_FLAGS},
            ordered=(("last_sale_date", "date"),),
        ),
    ),
    table_check(
        LEAD_SIGNALS,
        county_day,
        Rules(
            ranges={"amount_usd": (0, None)},
            allowed={"kind": SIGNAL_KINDS},
            ordered=(("seen_on", "date"), ("date", "expires_on"), ("event_date", "seen_on")),
        ),
    ),
]
