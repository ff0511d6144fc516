"""bird_dog_score: the deal's log-odds, market heat and neighbourhood, line by line; bands.

Belongs here: the sum and what it is called. Does not: the deal (deal.py), words (reasons.py).

score = 100 x sigmoid(logit p_deal + ln heat + ln multiplier). logit p_deal itself is told in four
lines, each the change of the log-odds when one more thing is taken into account, in this order: how
often sellers here ask that little; this price against our value; the upside of a renovation; the
costs of repairs and our fee. All stay in log-odds, which have no ceiling: two excellent deals never
tie, and a listing is compared with itself of yesterday by its lines.
"""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np

from realestate_os.counties import County
from realestate_os.scoring.deal import Deal, deal_log_odds, deal_log_odds_before_costs
from realestate_os.scoring.mixture import Floats
from realestate_os.scoring.posterior import base_log_odds

LINES = (
    "base rate of deals",
    "price against value",
    "renovation upside",
    "repairs and fee",
    "market heat",
    "neighbourhood",
)
BANDS = ((75.0, "excellent"), (60.0, "good"), (40.0, "fair"), (0.0, "poor"))


def deal_lines(price: Floats, deal: Deal, county: County) -> Floats:
    """The first four lines, (n, 4); their sum is logit p_deal."""
    steps = [
        base_log_odds(county.discount_prior, deal.terms.arv_pct),
        deal_log_odds_before_costs(price, deal.log_value, deal.terms.arv_pct),
        deal_log_odds_before_costs(price, deal.log_arv, deal.terms.arv_pct),
        deal_log_odds(price, deal.log_arv, deal.terms),
    ]
    return np.diff(np.column_stack([np.zeros(len(price)), *steps]), axis=1)


def total_log_odds(lines: Floats) -> Floats:
    """Sum of each row's lines, correctly rounded (math.fsum), so that a reader's sum is the same."""
    return np.array([math.fsum(row) for row in lines], dtype=float)


def sigmoid(log_odds: Floats) -> Floats:
    """1 / (1 + exp(-x)) without overflow."""
    small = np.exp(-np.abs(log_odds))
    return np.where(log_odds >= 0, 1 / (1 + small), small / (1 + small))


def heat_is_fresh(county: County, day: date) -> bool:
    """Whether the county's market figures were known on the day and not yet stale."""
    heat = county.market.heat
    return heat.as_of <= day <= heat.as_of + timedelta(days=heat.valid_days)


def market_heat(county: County, day: date) -> float:
    """The county's heat; 1.0 where the figure is stale on the day, or was not known yet."""
    return county.market.heat.value if heat_is_fresh(county, day) else 1.0


def band(score: float, ask_usd: float, mao_usd: float) -> str:
    """Name of the score; an ask above the MAO is never excellent, however hot the market."""
    name = next(name for floor, name in BANDS if score >= floor)
    return "good" if name == "excellent" and ask_usd > mao_usd else name
