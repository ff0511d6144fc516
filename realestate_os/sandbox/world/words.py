"""How sellers write: prices, areas, dates, phones and descriptions, in many human ways.

Belongs here: text from figures, chosen by the dice. Does not: facts. Descriptions say only what a
field says, so that no text betrays the hidden quality.
"""

from __future__ import annotations

import math
from datetime import date

from realestate_os.sandbox.world.dice import Dice
from realestate_os.sandbox.world.homes import Homes

NO_PRICE = ("", "Call for price", "Make offer", "Price on request", "TBD", "Contact owner")


def price_text(usd: float | None, key: int, dice: Dice) -> str:
    """'$512,000', '512K', '$1.2M obo'; never less exact than the number."""
    if usd is None:
        return dice.pick(key, "no price", NO_PRICE)
    forms = [
        f"${usd:,.0f}",
        f"${usd:,.0f}",
        f"${usd:,.0f}",
        f"{usd:,.0f}",
        f"${usd:.0f}",
        f"USD {usd:,.0f}",
        f"${usd:,.0f} obo",
        f"Asking ${usd:,.0f}",
    ]
    if usd % 1000 == 0:
        forms += [f"${usd / 1000:.0f}K", f"{usd / 1000:.0f}k", f"${usd / 1000:.0f}K firm"]
    if usd % 10_000 == 0 and usd >= 1_000_000:
        forms += [f"${usd / 1e6:.2f}M".replace("0M", "M"), f"${usd / 1e6:.2f}M obo".replace("0M", "M")]
    return dice.pick(key, "price form", forms)


def area_text(sqft: float | None, key: int, dice: Dice) -> str:
    """Living area."""
    if sqft is None:
        return ""
    forms = (
        f"{sqft:,.0f} sq ft",
        f"{sqft:,.0f} sqft",
        f"{sqft:.0f} SF",
        f"{sqft:,.0f} square feet",
        f"{sqft:,.0f} ft²",
    )
    return dice.pick(key, "area form", forms)


def lot_text(sqft: float | None, key: int, dice: Dice) -> str:
    """Lot, in acres when large and sometimes when small."""
    if sqft is None:
        return ""
    acres = f"{sqft / 43560:.2f}"
    if sqft >= 30_000 or (dice.one(key, "acres") < 0.25 and float(acres) > 0.05):
        return dice.pick(key, "acre form", (f"{acres} acres", f"{acres} ac", f"{acres} acre lot"))
    return dice.pick(key, "lot form", (f"{sqft:,.0f} sq ft", f"{sqft:,.0f} sqft lot", f"{sqft:.0f} SF"))


def date_text(day: date, key: int, dice: Dice) -> str:
    """A date as an American writes it."""
    forms = (
        day.isoformat(),
        f"{day:%m/%d/%Y}",
        f"{day:%B} {day.day}, {day.year}",
        f"{day:%b} {day.day}, {day.year}",
        f"{day.day} {day:%b} {day.year}",
        f"{day.month}/{day.day}/{day:%y}",
    )
    return dice.pick(key, "date form", forms)


def phone_text(key: int, dice: Dice) -> str:
    """A number from the range reserved for fiction (555-0100 to 555-0199)."""
    area, last = 201 + int(dice.one(key, "area code") * 780), 100 + int(dice.one(key, "phone") * 100)
    forms = (
        f"({area}) 555-0{last}",
        f"{area}-555-0{last}",
        f"{area}.555.0{last}",
        f"+1 {area} 555 0{last}",
        f"1{area}5550{last}",
    )
    return dice.pick(key, "phone form", forms)


def describe(homes: Homes, home: int, kind: str, key: int, dice: Dice) -> str:
    """A few sentences that fit the facts; a motivated seller says so, now and then."""
    parts = [
        _opening(homes, home, key, dice),
        _age_words(homes, home),
        _condition_words(homes, home, key, dice),
        _extras(homes, home),
    ]
    if kind == "deal" and dice.one(key, "motivated") < 0.7:
        parts.append(
            dice.pick(
                key,
                "motive",
                (
                    "Motivated seller, must sell this month.",
                    "Estate sale, priced to sell.",
                    "Relocating, quick closing wanted.",
                ),
            )
        )
    parts.append(
        dice.pick(
            key,
            "closing words",
            ("No agents, please.", "Call or text any time.", "Shown by appointment.", "Sold by owner."),
        )
    )
    return " ".join(part for part in parts if part)


def _opening(homes: Homes, home: int, key: int, dice: Dice) -> str:
    what = {"condo": "Condo", "townhouse": "Townhouse", "multi_family": "Income property"}.get(
        str(homes.property_type[home]), "House"
    )
    word = dice.pick(key, "opening", ("{} in {}.", "{} for sale by owner in {}.", "Selling our {} in {}."))
    return word.format(what if not word.startswith("Selling") else what.lower(), homes.city[home])


def _age_words(homes: Homes, home: int) -> str:
    year, renovated = homes.year_built[home], homes.year_renovated[home]
    if not math.isnan(renovated) and renovated > 0:
        return f"Updated in {renovated:.0f}."
    return f"Built in {year:.0f}." if not math.isnan(year) else ""


def _condition_words(homes: Homes, home: int, key: int, dice: Dice) -> str:
    grade = homes.condition_grade[home]
    if math.isnan(grade):
        return ""
    words = {
        1: ("Fixer-upper, bring your contractor.", "Sold as is, needs everything."),
        2: ("Needs some work.", "Handyman special, good bones."),
        3: ("Well kept.", "Clean and tidy.", ""),
        4: ("Nicely updated kitchen.", "Very good condition."),
        5: ("Completely remodeled, move-in ready.", "Turn-key, nothing to do."),
    }
    return dice.pick(key, "condition words", words[min(int(grade), 5)])


def _extras(homes: Homes, home: int) -> str:
    parts = []
    if homes.waterfront[home] == 1:
        parts.append("Right on the water.")
    if homes.view_rank[home] >= 3:
        parts.append("Great view.")
    if homes.basement_sqft[home] > 0:
        parts.append("Finished basement.")
    return " ".join(parts)
