"""The checks of the valuations: their values, and whether homes and prices still are what the model was trained on.

Belongs here: what holds for a value and its interval, and bringing a day to the study of drift. Does not: how
good the model is (ratio_study.py), the study (drift.py).
"""

from typing import TYPE_CHECKING

from dagster import AssetCheckResult, AssetCheckSeverity, AssetIn, asset_check

from realestate_os.partitions import CountyDay, county_day, county_of_day, same_day
from realestate_os.resources.configurable import DatabaseResource, ModelRegistryResource, SettingsResource
from realestate_os.resources.reporting import check_result
from realestate_os.resources.table_check import table_check
from realestate_os.storage.io_manager import Frames
from realestate_os.storage.quality import Rules, Verdict
from realestate_os.storage.vocabulary import CONFIDENCE_BANDS
from realestate_os.valuation.frames import VALUATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pandas import DataFrame

    from realestate_os.valuation.model import ValueModel

INTERVAL = ("value_low_90_usd", "value_low_80_usd", "value_usd", "value_high_80_usd", "value_high_90_usd")


@asset_check(
    asset="valuations",
    partitions_def=county_day,
    additional_ins={"features": AssetIn(partition_mapping=same_day)},
)
def feature_drift(
    features: Frames, database: DatabaseResource, model_registry: ModelRegistryResource
) -> AssetCheckResult:
    """The day's homes are like the sales that the serving model learned from, feature by feature."""
    from realestate_os.valuation import drift
    from realestate_os.valuation.monthly import serving_model

    registry, verdicts = model_registry.open(), {}
    with database.open() as opened:
        for key, rows in features.items():
            day = CountyDay.parse(key)
            served = serving_model(opened, registry, day.county, day.month)
            verdicts[key] = drift.feature_drift(served.model.reference, rows)
    return check_result(verdicts, AssetCheckSeverity.WARN)


@asset_check(
    asset="valuations",
    partitions_def=county_day,
    additional_ins={
        "features": AssetIn(partition_mapping=same_day),
        "sales": AssetIn(partition_mapping=county_of_day),
        "zip_demographics": AssetIn(partition_mapping=county_of_day),
    },
)
def residual_drift(
    settings: SettingsResource,
    database: DatabaseResource,
    model_registry: ModelRegistryResource,
    features: Frames,
    sales: Frames,
    zip_demographics: Frames,
) -> AssetCheckResult:
    """The sales that became known since the serving model's training are valued as its hold-out was.

    Of many days of a month the last is judged: it knows the sales of the others.
    """
    from realestate_os.valuation.history import sale_history
    from realestate_os.valuation.monthly import serving_model

    registry, months, verdicts = model_registry.open(), settings.load().sales_history_months, {}
    with database.open() as opened:
        for day in _last_of_each_month(features):
            served = serving_model(opened, registry, day.county, day.month)
            sold = sales[day.county], zip_demographics[day.county]
            history, _ = sale_history(*sold, known_by=day.date, months=months)
            verdicts[day.key] = _judged(served.model, history)
    return check_result(verdicts, AssetCheckSeverity.WARN)


def _judged(model: "ValueModel", history: "DataFrame") -> Verdict:
    from realestate_os.valuation import drift
    from realestate_os.valuation.fit import values_of
    from realestate_os.valuation.ratio_study import floats

    since = history[history["known_on"].dt.date > model.trained_until]
    if len(since) < drift.FEWEST_SALES:
        return drift.too_few_sales(len(since))
    return drift.residual_drift(model.reference, values_of(model, since, history), floats(since["sale_price_usd"]))


def _last_of_each_month(keys: "Iterable[str]") -> list[CountyDay]:
    last = {(day.county, day.month): day for day in sorted(map(CountyDay.parse, keys), key=lambda day: day.date)}
    return list(last.values())


checks = [
    table_check(
        VALUATIONS,
        county_day,
        Rules(
            ranges={"value_low_90_usd": (0, None), "confidence": (0, 1), "log_value_sd": (0, None)},
            allowed={"confidence_band": CONFIDENCE_BANDS},
            ordered=(INTERVAL,),
        ),
    ),
    feature_drift,
    residual_drift,
]
