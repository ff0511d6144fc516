"""The checks of scoring: the values of every score, and whether a model's claims of deals come true.

Belongs here: the rules of values, and bringing a month's held-out sales to the study. Does not: the study
(reliability.py).
"""

from typing import TYPE_CHECKING

from dagster import AssetCheckExecutionContext, AssetCheckResult, AssetCheckSeverity, MetadataValue, asset_check

from realestate_os.partitions import CountyDay, county_day, county_month
from realestate_os.resources.configurable import DatabaseResource, ModelRegistryResource, SettingsResource
from realestate_os.resources.reporting import markdown_table
from realestate_os.resources.table_check import table_check
from realestate_os.scoring.frames import SCORES
from realestate_os.storage.quality import Rules
from realestate_os.storage.vocabulary import CONFIDENCE_BANDS, SCORE_BANDS

if TYPE_CHECKING:
    from realestate_os.scoring.reliability import Reliability

# In points of share. King and Miami stand at 0.00 to 0.01.
MOST_ERROR = 0.10


@asset_check(asset="value_model", partitions_def=county_month)
def reliability(
    context: AssetCheckExecutionContext,
    settings: SettingsResource,
    database: DatabaseResource,
    model_registry: ModelRegistryResource,
) -> AssetCheckResult:
    """Where p_deal is high on held-out sales with simulated asks, as many are deals as it claims.

    The table stands here, the plot in the training's MLflow run.
    """
    from realestate_os.counties import load_county
    from realestate_os.scoring.assumptions import load_assumptions
    from realestate_os.scoring.reliability import reliability_of_sample
    from realestate_os.valuation.champion import require_serving_record
    from realestate_os.valuation.monthly import HELD_OUT_SALES

    month, config = CountyDay.parse(context.partition_key), settings.load().assets_config_dir
    registry = model_registry.open()
    with database.open() as opened:
        record = require_serving_record(opened, month.county, month.date)
    county = load_county(month.county, config / "counties")
    sales = registry.table(record.run_id, HELD_OUT_SALES)
    found = reliability_of_sample(sales, county, load_assumptions(config))
    registry.add_study(record.run_id, "reliability", found.figure(), found.metrics())
    error = found.beyond_chance()
    return AssetCheckResult(
        passed=error <= MOST_ERROR,
        severity=AssetCheckSeverity.WARN,
        description=f"{month.key}: claimed and realised share of deals differ by {error:.2f} more than chance explains "
        f"({len(sales):,} held-out sales, prior right); up to {MOST_ERROR:.2f} is accepted",
        metadata={**found.metrics(), "held_out_sales": len(sales), "table": MetadataValue.md(_ours(found))},
    )


def _ours(found: "Reliability") -> str:
    from realestate_os.scoring.reliability import OURS

    rows = found.table[found.table["score"] == OURS]
    return markdown_table(rows, list(rows.columns))


checks = [
    reliability,
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
    ),
]
