"""The figures of a memo that no table holds: the offer's formula, hold and flip by scenario, ceilings.

Belongs here: arithmetic for print. Does not: the score's formulas (scoring), words, layout. Printed
sums add up to the printed digit: a rest from rounding goes into the line that says so.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from realestate_os.counties import TaxOnSale
from realestate_os.packets.records import Records, Row
from realestate_os.scoring.assumptions import Rental
from realestate_os.scoring.returns import returns

SCENARIOS = ("low", "base", "high")
CEILING_PCTS = (70, 75, 80)
# Nobody knows an estimate closer than this.
STEP_USD = 100
SHOWN_ADJUSTMENTS = 6
SHOWN_INSIGHTS = 8


def rounded(amount: float) -> int:
    """To the nearest hundred dollars."""
    return round(amount / STEP_USD) * STEP_USD


def offer_lines(score: Row) -> list[Row]:
    """The MAO as a sum: pct x ARV, less repairs, less fee, and the allowance for uncertain repairs.

    The MAO is the median of the whole, which is a little less than the sum of the medians because
    repairs can run over further than they can fall short.
    """
    share = rounded(score["arv_pct"] * score["arv_usd"])
    repairs, fee, mao = rounded(score["repair_base_usd"]), rounded(score["fee_usd"]), rounded(score["mao_usd"])
    return [
        {"label": f"{score['arv_pct'] * 100:.0f} % of the ARV of ${rounded(score['arv_usd']):,}", "usd": share},
        {"label": "less repairs (medium)", "usd": -repairs},
        {"label": "less fee", "usd": -fee},
        {"label": "allowance for uncertain repairs and value", "usd": mao - (share - repairs - fee)},
        {"label": "Maximum allowable offer (MAO)", "usd": mao},
    ]


def ceilings(score: Row) -> list[Row]:
    """What the buyer's own percentage of the ARV leaves after base repairs; our pct and fee play no part."""
    arv, repairs = rounded(score["arv_usd"]), rounded(score["repair_base_usd"])
    return [{"pct": pct, "usd": rounded(pct / 100 * arv - repairs)} for pct in CEILING_PCTS]


def returns_by_scenario(records: Records, price: float | None, rule: TaxOnSale, terms: Rental) -> dict[str, Row]:
    """Hold and flip at a price for low, base and high rent and ARV; low goes with heavy repairs."""
    score, spread = records.score, terms.rent_range_pct / 100
    rent = records.fact("zip_median_rent_usd")
    facts = {name: records.fact(name) for name in ("annual_tax_usd", "assessed_value_usd", "market_value_usd")}
    homes = pd.DataFrame([facts | {"hoa_usd_month": records.listing.get("hoa_usd_month")}] * 3).astype(float)
    homes["zip_median_rent_usd"] = np.array([1 - spread, 1, 1 + spread]) * (np.nan if rent is None else rent)
    table = returns(
        homes,
        np.full(3, np.nan if price is None else price),
        np.full(3, score["posterior_value_usd"]),
        np.array([score["arv_low_usd"], score["arv_usd"], score["arv_high_usd"]]),
        np.array([score["repair_high_usd"], score["repair_base_usd"], score["repair_low_usd"]]),
        rule,
        terms,
    )
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return dict(zip(SCENARIOS, rows, strict=True))


def comparable_lines(sale: Row) -> list[Row]:
    """The largest adjustments in whole dollars; the rest is one line, so that price + lines = adjusted price."""
    lines = sorted(sale["adjustments"], key=lambda line: -abs(line["dollars"]))
    shown = [{"line": line["line"], "usd": round(line["dollars"])} for line in lines[:SHOWN_ADJUSTMENTS]]
    shown = [line for line in shown if line["usd"]]
    rest = round(sale["adjusted_price_usd"]) - round(sale["sale_price_usd"]) - sum(line["usd"] for line in shown)
    if shown and abs(rest) <= len(sale["adjustments"]):  # rounding alone
        shown[0]["usd"] += rest
    elif rest:
        shown.append({"line": "other", "usd": rest})
    return shown


def insight_lines(valuation: Row, value: float, hidden: frozenset[str]) -> list[Row]:
    """The model's largest contributions, the rest, and what the price adds as evidence.

    They sum to `value` (the posterior) less the base value. `hidden` features are never named; what
    they contribute is in the rest.
    """
    named = [one for one in valuation["reasons"] if one["feature"] not in hidden]
    named.sort(key=lambda one: -abs(one["dollars"]))
    lines: list[dict[str, Any]] = [
        {"label": one["label"], "usd": rounded(one["dollars"])} for one in named[:SHOWN_INSIGHTS]
    ]
    of_model = rounded(valuation["value_usd"]) - rounded(valuation["base_value_usd"])
    lines.append({"label": "Everything else", "usd": of_model - sum(line["usd"] for line in lines)})
    lines.append({"label": "The price as evidence", "usd": rounded(value) - rounded(valuation["value_usd"])})
    return [line for line in lines if line["usd"]]
