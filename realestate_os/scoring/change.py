"""Why a score is not what it was on another day, line by line in log-odds.

Belongs here: the lines between two scores of one home. Does not: the scores (build.py) or printing.

From the inputs of the first day one group after the other is replaced by that of the second, in the
order of STEPS, and the log-odds of a deal are computed again; each line is what its replacement did.
Market heat and neighbourhood are terms of the sum and are compared directly. So the lines add up to
the difference; another order would share it out a little differently where two things changed at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from realestate_os.errors import RealEstateOSError
from realestate_os.scoring.deal import deal_log_odds
from realestate_os.scoring.inputs import Inputs, column
from realestate_os.scoring.reasons import dollars
from realestate_os.scoring.recompute import Recomputed
from realestate_os.scoring.underwriting import underwrite

Step = Callable[[Inputs, Inputs], Inputs]
Describe = Callable[[Recomputed], str]

OF_PRICE = ("listing_price_usd", "price_basis")
OF_VALUE = ("value_usd",)
OF_SURENESS = ("log_value_sd", "value_low_80_usd", "value_high_80_usd", "value_low_90_usd", "value_high_90_usd")
OF_CONDITION = ("square_footage", "year_built", "year_renovated", "condition_grade", "condition_claimed")


class NoScoreError(RealEstateOSError):
    """One of the days has no score to compare; the message says why."""


@dataclass(frozen=True)
class ChangeLine:
    """What one change did: log-odds, and the state before and after in words."""

    line: str
    log_odds: float
    before: str
    after: str


@dataclass(frozen=True)
class ScoreChange:
    """The lines add up to log_odds, the difference of the two stored scores."""

    before: Recomputed
    after: Recomputed
    lines: list[ChangeLine]

    @property
    def log_odds(self) -> float:
        """The later score less the earlier, in log-odds."""
        return float(self.after.stored["score_log_odds"] - self.before.stored["score_log_odds"])


def score_change(before: Recomputed, after: Recomputed) -> ScoreChange:
    """The lines between two scores of the same home; a line that did nothing and says nothing is left out.

    Raises:
        NoScoreError: one of them is null.
    """
    for one in (before, after):
        if one.stored["score_log_odds"] is None:
            raise NoScoreError(
                f"no score on {one.stored['date']}: {one.stored['score_null_reason']}; nothing to compare"
            )
    lines = [*_deal_lines(before, after), *_direct_lines(before, after), *_formula_lines(before, after)]
    return ScoreChange(before, after, [one for one in lines if one.log_odds or one.before != one.after])


def printed_lines(change: ScoreChange, digits: int) -> list[float]:
    """The lines rounded so that they add up to the rounded difference, to the last printed digit."""
    unit = 10.0**-digits
    exact = [one.log_odds / unit for one in change.lines]
    whole = [math.floor(one) for one in exact]
    missing = round(change.log_odds / unit) - sum(whole)
    by_rest = sorted(range(len(exact)), key=lambda i: whole[i] - exact[i])
    for i in by_rest[: max(0, missing)]:
        whole[i] += 1
    return [round(one * unit, digits) for one in whole]


def _deal_lines(before: Recomputed, after: Recomputed) -> list[ChangeLine]:
    now, odds, lines = before.inputs, _log_odds(before.inputs), []
    for name, step, describe in STEPS:
        now = step(now, after.inputs)
        then, odds = odds, _log_odds(now)
        lines.append(ChangeLine(name, odds - then, describe(before), describe(after)))
    return lines


def _direct_lines(before: Recomputed, after: Recomputed) -> list[ChangeLine]:
    lines = []
    for name, key in (("market heat", "market_heat"), ("neighbourhood", "neighborhood_multiplier")):
        old, new = before.again[key], after.again[key]
        lines.append(ChangeLine(name, math.log(new) - math.log(old), f"{old:g}", f"{new:g}"))
    return lines


def _formula_lines(before: Recomputed, after: Recomputed) -> list[ChangeLine]:
    """What the stored scores owe to formulas other than this program's."""
    own = [one.stored["score_log_odds"] - one.again["score_log_odds"] for one in (before, after)]
    return [ChangeLine("formulas", own[1] - own[0], before.code_version, after.code_version)]


def _log_odds(inputs: Inputs) -> float:
    found = underwrite(inputs.homes, inputs.comparables, inputs.setting)
    ask = column(inputs.homes, "listing_price_usd")
    return float(deal_log_odds(ask, found.deal.log_arv, found.deal.terms)[0])


def _columns(names: tuple[str, ...]) -> Step:
    def step(now: Inputs, later: Inputs) -> Inputs:
        return replace(now, homes=now.homes.assign(**{name: later.homes[name].to_numpy() for name in names}))

    return step


def _county(name: str) -> Step:
    def step(now: Inputs, later: Inputs) -> Inputs:
        county = now.setting.county.model_copy(update={name: getattr(later.setting.county, name)})
        return replace(now, setting=replace(now.setting, county=county))

    return step


def _comparables(now: Inputs, later: Inputs) -> Inputs:
    return replace(now, comparables=later.comparables)


def _costs(now: Inputs, later: Inputs) -> Inputs:
    setting = replace(now.setting, day=later.setting.day, assumptions=later.setting.assumptions)
    return replace(now, setting=setting)


def _usd(name: str) -> Describe:
    return lambda one: dollars(one.stored[name])


def _value(one: Recomputed) -> str:
    return f"{dollars(one.stored['value_usd'])}, {one.stored['model_name']} version {one.stored['model_version']}"


def _sureness(one: Recomputed) -> str:
    return f"spread {one.inputs.homes['log_value_sd'].iloc[0]:.3f}"


def _condition(one: Recomputed) -> str:
    size: Any = one.inputs.homes["square_footage"].iloc[0]
    known = "size not known" if np.isnan(size) else f"{size:,.0f} sqft"
    return f"{one.stored['repair_condition']} ({one.stored['repair_basis']}), {known}"


def _sales(one: Recomputed) -> str:
    return f"{len(one.inputs.comparables)} sales, {one.stored['arv_basis']}"


def _repairs(one: Recomputed) -> str:
    return f"repairs {dollars(one.stored['repair_base_usd'])} in {one.inputs.setting.day.year}"


def _terms(one: Recomputed) -> str:
    return f"{one.stored['arv_pct'] * 100:g} %, fee {dollars(one.stored['fee_usd'])}"


def _prior(one: Recomputed) -> str:
    prior = one.inputs.setting.county.discount_prior
    return f"{prior.distressed_share * 100:g} % of sellers at {prior.distressed_mean * 100:g} % below"


STEPS: tuple[tuple[str, Step, Describe], ...] = (
    ("asking price", _columns(OF_PRICE), _usd("listing_price_usd")),
    ("value of the model", _columns(OF_VALUE), _value),
    ("how sure the value is", _columns(OF_SURENESS), _sureness),
    ("comparables", _comparables, _sales),
    ("condition and size", _columns(OF_CONDITION), _condition),
    ("building costs", _costs, _repairs),
    ("pct and fee", _county("deal_tiers"), _terms),
    ("how sellers ask", _county("discount_prior"), _prior),
)
