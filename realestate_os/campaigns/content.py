"""What a mail says: the day's deals and leads for the team, one property for a buyer.

Belongs here: choosing and ordering rows of listings and scores, and picking the fields that an audience
may see. Does not: who receives it (audience.py), how it looks (templates/email). Everything returned is
plain data and becomes the mail's snapshot.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from realestate_os.campaigns.rendering import number, usd

if TYPE_CHECKING:
    import pandas as pd

Home = dict[str, Any]

# Why a property may lack a score and still be offered: our contract took it off the market or was its first price.
OURS_REASONS = ("pending", "off_market", "no_asking_price")

_KINDS = {
    "single_family": "house",
    "condo": "condo",
    "townhouse": "townhouse",
    "multi_family": "multi-family building",
    "manufactured": "manufactured home",
    "land": "lot",
}
# Rights that are assigned to the buyer, while another owns the home.
ASSIGNED = ("under_contract", "option")
# What we may say about our right to a property: the truth, by kind of control.
CONTROL_TEXTS = {
    "under_contract": "We hold a signed contract to buy this property and offer to assign our interest in it. "
    "We do not own it.",
    "option": "We hold an option to buy this property and offer to assign it. We do not own it.",
    "owned": "We own this property.",
    "licensed_listing": "We offer this property under a licensed listing agreement.",
}


@dataclass(frozen=True)
class Control:
    """A tenant's right to one property on the day."""

    property_id: str
    control: str
    assignment_price_usd: Decimal | None
    disclosure: str | None


def homes_of_day(listings: pd.DataFrame, scores: pd.DataFrame) -> dict[str, Home]:
    """property_id -> the columns of both frames in one dict; missing values are None."""
    own = [name for name in scores.columns if name not in listings.columns or name == "property_id"]
    joined = listings.merge(scores[own], on="property_id", how="inner", validate="one_to_one")
    return {str(row["property_id"]): {k: _plain(v) for k, v in row.items()} for row in joined.to_dict("records")}


def best_deals(homes: Mapping[str, Home], min_score: float) -> list[Home]:
    """Scored at or above the threshold, best first."""
    good = [h for h in homes.values() if h["bird_dog_score"] is not None and h["bird_dog_score"] >= min_score]
    return sorted(good, key=lambda h: (-h["score_log_odds"], h["property_id"]))


def best_leads(homes: Mapping[str, Home]) -> list[Home]:
    """Leads without a price, the one to call first at the top."""
    ranked = [h for h in homes.values() if h["lead_rank"] is not None]
    return sorted(ranked, key=lambda h: (h["lead_rank"], h["property_id"]))


def deal_view(home: Home, memo_url: str | None) -> dict[str, Any]:
    """A line of the daily list. Internal: it holds the maximum allowable offer.

    The value is the one after the ask was heard, as in the memo and under the ARV.
    """
    return _place(home) | {
        "score": round(home["bird_dog_score"], 1),
        "band": home["band"],
        "p_deal": home["p_deal"],
        "confidence": home["confidence_band"],
        "ask_usd": home["listing_price_usd"],
        "value_usd": home["posterior_value_usd"],
        "value_low_usd": home["posterior_low_90_usd"],
        "value_high_usd": home["posterior_high_90_usd"],
        "arv_usd": home["arv_usd"],
        "repairs_usd": home["repair_base_usd"],
        "mao_usd": home["mao_usd"],
        "spread_usd": home["net_spread_usd"],
        "news": _news(home),
        "memo_url": memo_url,
    }


def lead_view(home: Home, memo_url: str | None) -> dict[str, Any]:
    """A lead of the daily list: no price is quoted; the opening offer is for the team alone."""
    return _place(home) | {
        "value_usd": home["value_usd"],
        "value_low_usd": home["value_low_90_usd"],
        "value_high_usd": home["value_high_90_usd"],
        "opening_offer_usd": home["opening_offer_usd"],
        "why": _lead_reasons(home["lead_reasons"]),
        "memo_url": memo_url,
    }


def offer_price_usd(home: Home, control: Control) -> float | None:
    """What a buyer pays us: the assignment price. Our own or a listed property falls back to its asking price;
    a contract does not, its price would print our spread."""
    if control.assignment_price_usd is not None:
        return float(control.assignment_price_usd)
    return home["listing_price_usd"] if control.control in ("owned", "licensed_listing") else None


def offer_view(home: Home, control: Control, price_usd: float, disclosure: str, memo_url: str | None) -> dict[str, Any]:
    """One property for an investor: price, ARV, repairs, rent. No owner, no seller, no offer limit of ours."""
    # The states' texts are about contracts: that the sender does not own the home would be false of our own.
    texts = [disclosure if control.control in ASSIGNED else None, control.disclosure]
    return _place(home) | {
        "home": _home_phrase(home),
        "price_usd": price_usd,
        "arv_low_usd": home["arv_low_usd"],
        "arv_usd": home["arv_usd"],
        "arv_high_usd": home["arv_high_usd"],
        "repair_low_usd": home["repair_low_usd"],
        "repair_high_usd": home["repair_high_usd"],
        "inspected": home["repair_basis"] not in (None, "not_inspected"),
        "rent_usd_month": home["rent_base_usd_month"],
        "control": CONTROL_TEXTS[control.control],
        "disclosures": [" ".join(text.split()) for text in texts if text],
        "memo_url": memo_url,
    }


def long_date(day: date) -> str:
    """24 November 2026"""
    return f"{day.day} {day:%B %Y}"


def counted(count: int, noun: str) -> str:
    """1 deal, 2 deals, no deals"""
    return f"{count or 'no'} {noun}{'' if count == 1 else 's'}"


def _place(home: Home) -> dict[str, Any]:
    unit = f", unit {home['unit']}" if home["unit"] else ""
    town = " ".join(filter(None, (home["state"], home["zip_code"])))
    return {
        "property_id": str(home["property_id"]),
        "address": f"{home['street_address']}{unit}",
        "city": home["city"] or home["zip_code"] or "",
        "place": ", ".join(filter(None, (home["city"], town))),
        "facts": _facts(home),
    }


def _facts(home: Home) -> str:
    """3 bd, 2 ba, 1,850 sqft, house, built 1978: what is known, nothing for what is not."""
    counted_facts = [
        f"{number(home[key])} {unit}"
        for key, unit in (("bedrooms", "bd"), ("bathrooms", "ba"), ("square_footage", "sqft"))
        if home[key] is not None
    ]
    kind = [_KINDS.get(home["property_type"], "")]
    built = [f"built {home['year_built']:.0f}"] if home["year_built"] is not None else []
    return ", ".join(filter(None, counted_facts + kind + built))


def _home_phrase(home: Home) -> str:
    kind = _KINDS.get(home["property_type"], "home")
    beds = home["bedrooms"]
    return f"{number(beds)}-bed {kind}" if beds and kind != "lot" else kind.capitalize()


def _news(home: Home) -> str | None:
    """What changed since yesterday, if anything."""
    before = home["previous_price_usd"]
    if home["price_event"] == "price_cut" and before is not None:
        return f"price cut from {usd(before)}"
    return {"new": "new today", "back": "back on the market", "relisted": "relisted"}.get(home["price_event"])


def _lead_reasons(text: str | None) -> list[str]:
    """The words of each signal."""
    return [str(signal["text"]) for signal in json.loads(text)] if text else []


def _plain(value: Any) -> Any:
    """NaN and NaT become None; numpy scalars become Python's."""
    if value is None or (isinstance(value, float) and math.isnan(value)) or value != value:
        return None
    return value.item() if hasattr(value, "item") else value
