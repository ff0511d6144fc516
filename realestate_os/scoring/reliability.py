"""Reliability: among listings above each threshold, how many were deals, against what was claimed.

Belongs here: real sales with simulated asks, works and renovations, and the comparison with two plain
scores. Does not: the value model (its values of the sales are given), or where the study is shown.

What is real: the sale prices, and the model's values and intervals of them, made without having seen
them. What is simulated, from the county's settings: the ask (price x (1 - discount), the discount from
the prior), what the works really cost, what they really add. A listing is a deal if pct x true ARV -
true repairs - fee >= ask. Three worlds: the prior is right; sellers ask less exactly than it says; no
seller is distressed. The seed is fixed: the same sales give the same study.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from realestate_os.counties import County, DiscountPrior
from realestate_os.scoring.assumptions import Assumptions
from realestate_os.scoring.deal import deal_log_odds
from realestate_os.scoring.inputs import OF_COMPARABLE, Setting, column
from realestate_os.scoring.mixture import Floats
from realestate_os.scoring.posterior import prior_discounts
from realestate_os.scoring.repairs import Z_90
from realestate_os.scoring.score import sigmoid
from realestate_os.scoring.underwriting import Underwriting, underwrite

if TYPE_CHECKING:
    from matplotlib.figure import Figure

THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.75, 0.9)
# Asks drawn for each sale: deals are rare (about 2 %), so that 2,500 sales give some 200 of them a world.
DRAWS = 4
SEED = 20141
PRIOR_RIGHT = "prior right"
FEWEST_JUDGED = 30
# More sales would add minutes and move no share by a point.
MOST_SALES = 3_000
BEST_CONDITION = 5
OURS, CLIPPED, NO_PRIOR = "ours", "multiplies and clips", "ignores the prior"
SCORES = (OURS, CLIPPED, NO_PRIOR)
VALUE = ("value_usd", "value_low_80_usd", "value_high_80_usd", "value_low_90_usd", "value_high_90_usd")
OPTIONAL = ("year_built", "year_renovated", "condition_grade", "square_footage")


@dataclass(frozen=True)
class Reliability:
    """A row a world, score and threshold: listings, claimed and realised share, error, share of deals found."""

    table: pd.DataFrame

    def metrics(self) -> dict[str, float]:
        """Figures for a run: the mean error of ours in each world, weighted by listings, in points of share."""
        ours = self.table[self.table["score"] == OURS]
        return {
            f"reliability_error_{world.replace(' ', '_')}": float(
                (rows["error"].abs() * rows["listings"]).sum() / max(rows["listings"].sum(), 1)
            )
            for world, rows in ours.groupby("world", sort=False)
        }

    def beyond_chance(self, world: str = PRIOR_RIGHT) -> float:
        """The largest error of ours at a threshold, in points of share, less two standard errors; 0: chance did it.

        Thresholds with fewer than FEWEST_JUDGED listings say nothing.
        """
        rows = self.table[(self.table["score"] == OURS) & (self.table["world"] == world)]
        rows = rows[rows["listings"] >= FEWEST_JUDGED]
        noise = np.sqrt(rows["claimed"] * (1 - rows["claimed"]) / rows["listings"])
        return float((rows["error"].abs() - 2 * noise).clip(lower=0).max()) if len(rows) else 0.0

    def figure(self) -> Figure:
        """Claimed against realised share above each threshold, a panel a world, a line a score."""
        from matplotlib.figure import Figure

        worlds = list(dict.fromkeys(self.table["world"]))
        figure = Figure(figsize=(4 * len(worlds), 3.8), layout="constrained")
        for axes, world in zip(np.atleast_1d(figure.subplots(1, len(worlds), sharey=True)), worlds, strict=True):
            axes.plot([0, 1], [0, 1], color="black", linewidth=0.8)
            for name in SCORES:
                rows = self.table[(self.table["world"] == world) & (self.table["score"] == name)]
                axes.plot(rows["claimed"], rows["realised"], marker="o", markersize=3, label=name)
            axes.set(title=world, xlabel="claimed share of deals", xlim=(0, 1), ylim=(0, 1))
        axes.legend()
        figure.axes[0].set_ylabel("realised")
        return figure


def reliability(
    sales: pd.DataFrame, county: County, assumptions: Assumptions, *, draws: int = DRAWS, seed: int = SEED
) -> Reliability:
    """The study on held-out sales.

    Args:
        sales: sale_price_usd; what the model said without having seen it: value_usd and its 80 and 90 %
            intervals (value_low_80_usd, ...); square_footage, year_built, year_renovated, condition_grade where known.
    """
    rng = np.random.default_rng(seed)
    homes = _homes(sales).loc[lambda rows: np.repeat(rows.index.to_numpy(), draws)].reset_index(drop=True)
    homes["property_id"] = homes.index.astype(str)
    setting = Setting(county, _day(sales), assumptions)
    tables = []
    for world, prior in worlds(county.discount_prior).items():
        price = homes["sale_price_usd"] * np.exp(-draw_discounts(prior, len(homes), rng))
        asked = homes.assign(listing_price_usd=price)
        found = underwrite(asked, pd.DataFrame(columns=OF_COMPARABLE), setting)
        is_deal = _true_offer(asked, found, rng) >= asked["listing_price_usd"].to_numpy()
        tables.append(_table(world, claims(asked, found, county), is_deal))
    return Reliability(pd.concat(tables, ignore_index=True))


def reliability_of_sample(sales: pd.DataFrame, county: County, assumptions: Assumptions) -> Reliability:
    """The study on MOST_SALES of the sales, in order of their dates; the same sales give the same sample.

    Condition grades of another scale than the repairs table's count as not inspected.
    """
    sample = sales.sample(min(len(sales), MOST_SALES), random_state=1).sort_values("sale_date", kind="stable")
    if "condition_grade" in sample and sample["condition_grade"].max() > BEST_CONDITION:
        sample = sample.assign(condition_grade=float("nan"))
    return reliability(sample, county, assumptions)


def worlds(prior: DiscountPrior) -> dict[str, DiscountPrior]:
    """How sellers really ask, by name; the score always believes `prior`."""
    loose = {"typical_sd": 2 * prior.typical_sd, "distressed_share": prior.distressed_share / 2}
    return {
        PRIOR_RIGHT: prior,
        "prior wrong": prior.model_copy(update=loose),
        "no distressed sellers": prior.model_copy(update={"distressed_share": 0.0}),
    }


def draw_discounts(prior: DiscountPrior, count: int, rng: np.random.Generator) -> Floats:
    """-ln(1 - discount) of sellers drawn from the prior, (count,)."""
    share, mean, sd = prior_discounts(prior)
    kind = (rng.random(count) < share[1]).astype(int)
    return np.asarray(rng.normal(mean[kind], sd[kind]))


def claims(homes: pd.DataFrame, found: Underwriting, county: County) -> Mapping[str, Floats]:
    """What each score claims, as a share, (n,).

    multiplies and clips: 0.5 + 2 x (discount to the model's value - 0.1), x heat, clipped to 0..1.
    ignores the prior: the same deal, but the value is the model's alone.
    """
    ask, deal = column(homes, "listing_price_usd"), found.deal
    nothing_heard = np.full(len(homes), np.nan)
    discount = 1 - ask / column(homes, "value_usd")
    clipped = np.clip((0.5 + 2 * (discount - 0.1)) * county.market.heat.value, 0, 1)
    return {
        OURS: sigmoid(deal_log_odds(ask, deal.log_arv, deal.terms)),
        CLIPPED: clipped,
        NO_PRIOR: sigmoid(found.listed.log_odds(ask, nothing_heard)),
    }


def _homes(sales: pd.DataFrame) -> pd.DataFrame:
    """The sales as listed homes with the model's value and spread; those without a value are left out."""
    homes = sales[["sale_price_usd", *VALUE]].astype(float)
    homes["log_value_sd"] = np.log(homes["value_high_80_usd"] / homes["value_low_80_usd"]) / (2 * Z_90)
    for name in OPTIONAL:
        homes[name] = sales[name].astype(float) if name in sales else np.nan
    homes["condition_claimed"] = "unknown"
    usable = (homes["sale_price_usd"] > 0) & (homes["value_usd"] > 0) & (homes["log_value_sd"] > 0)
    return homes[usable].reset_index(drop=True)


def _day(sales: pd.DataFrame) -> date:
    """The last day of the sales: works are costed at its prices; today's costs where no day is given."""
    return pd.to_datetime(sales["sale_date"]).max().date() if "sale_date" in sales else date.today()


def _true_offer(homes: pd.DataFrame, found: Underwriting, rng: np.random.Generator) -> Floats:
    """pct x true ARV - true repairs - fee of each listing, (n,)."""
    terms, premium, count = found.deal.terms, found.premium, len(homes)
    arv = column(homes, "sale_price_usd") * np.exp(rng.normal(premium.mean, premium.sd))
    works = terms.repair_usd * np.exp(terms.repair_log_sd * rng.normal(size=count))
    return np.asarray(terms.arv_pct * arv - works - terms.fee_usd)


def _table(world: str, claimed: Mapping[str, Floats], is_deal: Any) -> pd.DataFrame:
    rows = []
    for score, share in claimed.items():
        for threshold in THRESHOLDS:
            above = share >= threshold
            real = float(is_deal[above].mean()) if above.any() else np.nan
            said = float(share[above].mean()) if above.any() else np.nan
            found = float(is_deal[above].sum() / max(is_deal.sum(), 1))
            rows.append((world, score, threshold, int(above.sum()), said, real, said - real, found))
    names = ["world", "score", "threshold", "listings", "claimed", "realised", "error", "deals_found"]
    return pd.DataFrame(rows, columns=names)
