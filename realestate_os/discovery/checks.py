"""The checks of leads and listings: their values, and how good each county's day is.

Belongs here: names, severities, inputs. Does not: the judgement (quality.py) or a rule about a single
listing, which refuses it before it is written (rules.py).
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from dagster import AssetCheckResult, AssetCheckSeverity, AssetIn, asset_check

from realestate_os.discovery.frames import LEADS, LISTINGS
from realestate_os.partitions import CountyDay, counties, county_day, county_of_day
from realestate_os.resources.configurable import ObjectStoreResource, SettingsResource
from realestate_os.resources.reporting import check_result
from realestate_os.resources.table_check import table_check
from realestate_os.storage.home import HOME_RANGES, HOME_VALUES
from realestate_os.storage.io_manager import Frames
from realestate_os.storage.quality import Rules, Verdict
from realestate_os.storage.vocabulary import BARGAIN_FLAGS, CONDITIONS, LISTING_STATUSES, PRICE_BASES

if TYPE_CHECKING:
    from pandas import DataFrame

listings_values = table_check(
    LISTINGS,
    county_day,
    Rules(
        ranges={
            **HOME_RANGES,
            "listing_price_usd": (0, None),
            "quoted_price_usd": (0, None),
            "days_on_market": (0, None),
            "completeness": (0, 1),
        },
        allowed={
            **HOME_VALUES,
            "price_basis": PRICE_BASES,
            "listing_status": LISTING_STATUSES,
            "condition_claimed": CONDITIONS,
            "bargain_flag": BARGAIN_FLAGS,
        },
        ordered=(("first_seen_on", "date"),),
    ),
)

leads_values = table_check(
    LEADS,
    counties,
    Rules(
        ranges={**HOME_RANGES, "line": (1, None), "liens_usd": (0, None)},
        allowed={**HOME_VALUES, "condition_claimed": CONDITIONS},
        ordered=(("seen_on", "valid_until"), ("last_sale_date", "seen_on")),
    ),
)


@asset_check(asset="listings", partitions_def=county_day)
def completeness(listings: Frames) -> AssetCheckResult:
    """Core fields filled: seven in ten on average, each in at least half of the listings."""
    from realestate_os.discovery import quality

    return check_result(_each(listings, quality.completeness), AssetCheckSeverity.WARN)


@asset_check(
    asset="listings", partitions_def=county_day, additional_ins={"sales": AssetIn(partition_mapping=county_of_day)}
)
def price_reasonableness(listings: Frames, sales: Frames) -> AssetCheckResult:
    """Asking prices per square foot against the prices paid in the ZIP within 12 months."""
    from realestate_os.discovery import quality

    days = {key: CountyDay.parse(key) for key in listings}
    verdicts = {
        key: quality.price_reasonableness(rows, sales[days[key].county], days[key].date)
        for key, rows in listings.items()
    }
    return check_result(verdicts, AssetCheckSeverity.WARN)


@asset_check(asset="listings", partitions_def=county_day)
def outliers(listings: Frames) -> AssetCheckResult:
    """Values far from the day's other listings."""
    from realestate_os.discovery import quality

    return check_result(_each(listings, quality.outliers), AssetCheckSeverity.WARN)


@asset_check(asset="listings", partitions_def=county_day)
def trailing_baseline(listings: Frames, object_store: ObjectStoreResource) -> AssetCheckResult:
    """Listings and missing values of each source against its last seven days: a site that changed is seen today."""
    from realestate_os.discovery.quality import BASELINE_DAYS, against_baseline

    store, verdicts = object_store.open().parquet, {}
    for key, rows in listings.items():
        day = CountyDay.parse(key)
        earlier = [found for found in store.dates(LISTINGS, day.county, until=day.date) if found < day.date]
        before = dict(store.read_days(LISTINGS, day.county, earlier[-BASELINE_DAYS:]))
        verdicts[key] = against_baseline(rows, before)
    return check_result(verdicts)


@asset_check(asset="listings")
def freshness(settings: SettingsResource, object_store: ObjectStoreResource) -> AssetCheckResult:
    """How old each county's newest listings are; one fresh county does not make the others green."""
    from realestate_os.counties import county_keys, load_county
    from realestate_os.discovery import quality

    loaded, store = settings.load(), object_store.open().parquet
    folder = loaded.assets_config_dir / "counties"
    newest = {key: max(store.dates(LISTINGS, key), default=None) for key in county_keys(folder)}
    today = {key: load_county(key, folder).today() for key in newest}
    verdict = quality.freshness(newest, today, loaded.listings_stale_after_days)
    return check_result({"all counties": verdict}, AssetCheckSeverity.WARN)


def _each(listings: Frames, judge: "Callable[[DataFrame], Verdict]") -> dict[str, Verdict]:
    return {key: judge(rows) for key, rows in listings.items()}


checks = [leads_values, listings_values, completeness, price_reasonableness, outliers, trailing_baseline, freshness]
