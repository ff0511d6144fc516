"""What a memo says: the snapshot of each edition, as plain JSON.

Belongs here: choosing and naming. Does not: layout (templates/memo), money formats (render.py). The
snapshot is all that the template sees and is stored unchanged beside the PDF.

The investor's snapshot is built from what may be shown, not cut out of the internal one: it has no
key for the owner, the seller's contact, text and page, the asking price, our MAO, spread, percentage,
fee, score and p_deal, or the ZIP's population profile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from realestate_os.counties import County
from realestate_os.features.frames import POPULATION_PROFILE
from realestate_os.packets import CODE_VERSION, figures
from realestate_os.packets.control import Control, Sender
from realestate_os.packets.drawings import small_map, value_bar
from realestate_os.packets.records import Records, Row
from realestate_os.scoring.assumptions import Assumptions
from realestate_os.scoring.reasons import TOP, Reason, value_reasons
from realestate_os.scoring.score import heat_is_fresh

TYPE_NAMES = {
    "single_family": "Single-family home",
    "condo": "Condominium",
    "townhouse": "Townhouse",
    "multi_family": "Multi-family home",
    "manufactured": "Manufactured home",
    "land": "Land",
}
BASIS_WORDS = {
    "renovated_comparables": "renovated comparables",
    "top_quartile_comparables": "top quarter of the comparables",
    "value_only": "what renovations add on average; no comparable could be used",
    "not_inspected": "not inspected",
    "records": "condition by public records, not inspected",
    "seller_claim": "condition by the seller's words, not inspected",
}

OF_COMPARABLE = (
    *("rank", "street_address", "zip_code", "sale_date", "sale_price_usd", "bedrooms", "bathrooms"),
    *("square_footage", "year_built", "distance_miles", "price_per_sqft_usd", "adjusted_price_usd"),
    *("adjusted_spread_pct", "gross_adjustment_pct", "warnings"),
)


@dataclass(frozen=True)
class Setting:
    """What all memos of a tenant's day share."""

    sender: Sender
    county: County
    day: date
    assumptions: Assumptions


def internal_memo(records: Records, control: Control | None, setting: Setting) -> Row:
    """The team's edition: everything, with the MAO, the score, the owner and the ZIP's population."""
    ask = records.score["listing_price_usd"]
    price, label = (control.contract_price_usd, "Contract price") if control else (ask, "Asking price")
    if price is None:
        price, label = (ask, "Asking price") if ask is not None else (None, "Price")
    memo = _common(records, setting, price, label)
    marks = [("Ask", ask, "price"), ("Contract", control.contract_price_usd if control else None, "contract")]
    marks.append(("MAO", records.score["mao_usd"], "limit"))
    return memo | {
        "edition": "internal",
        "bar": _bar(records, marks),
        "asking_usd": ask,
        "listed_on": records.listing.get("listed_on"),
        "score": _score(records.score),
        "offer": figures.offer_lines(records.score),
        "net_spread_usd": records.score["net_spread_usd"],
        "control": _control(control),
        "reasons": [reason["text"] for reason in records.score["reasons"]],
        "population": _population(records),
        "owner": _owner(records, setting.county),
        "description": records.listing.get("description"),
        "sources": list(_sources(records, setting, with_page=True)),
        "disclosure": control.disclosure if control else None,
    }


def investor_memo(records: Records, control: Control, setting: Setting) -> Row | None:
    """The buyer's edition at the tenant's price; None where the tenant has no price to quote."""
    price = control.price_to_buyer(records.score["listing_price_usd"])
    if price is None:
        return None
    memo = _common(records, setting, price, "Price")
    return memo | {
        "edition": "investor",
        "bar": _bar(records, [("Price", price, "price")]),
        "discount": 1 - price / records.score["posterior_value_usd"],
        "ceilings": figures.ceilings(records.score),
        "reasons": [reason["text"] for reason in _investor_reasons(records, price)],
        "sources": list(_sources(records, setting, with_page=False)),
        "disclosure": control.disclosure,
    }


def _common(records: Records, setting: Setting, price: float | None, label: str) -> Row:
    score, rental = records.score, setting.assumptions.rental
    return {
        "code_version": CODE_VERSION,
        "as_of": setting.day.isoformat(),
        "tenant": {
            "name": setting.sender.name,
            "email": setting.sender.email,
            "postal_address": setting.sender.postal_address,
        },
        "property": _property(records, setting.county),
        "price": {"label": label, "usd": price},
        "value": {"usd": score["posterior_value_usd"], "low_90_usd": score["posterior_low_90_usd"]}
        | {"high_90_usd": score["posterior_high_90_usd"], "model_usd": score["value_usd"]},
        "confidence": {"share": score["confidence"], "band": score["confidence_band"]},
        "arv": {"low_usd": score["arv_low_usd"], "usd": score["arv_usd"], "high_usd": score["arv_high_usd"]}
        | {"basis": BASIS_WORDS[score["arv_basis"]]},
        "repairs": {"low_usd": score["repair_low_usd"], "base_usd": score["repair_base_usd"]}
        | {"high_usd": score["repair_high_usd"], "basis": BASIS_WORDS[score["repair_basis"]]},
        "returns": figures.returns_by_scenario(records, price, setting.county.tax_on_sale, rental),
        "assumptions": rental.model_dump(mode="json") | {"tax": setting.county.tax_on_sale.model_dump(mode="json")},
        "highlights": _highlights(records),
        "features": list(_features(records)),
        "market": _market(records, setting),
        "comparables": [_comparable(sale) for sale in records.comparables],
        "map": small_map(records.fact("latitude"), records.fact("longitude"), records.comparables),
        "insights": _insights(records),
        "model": {name: score[f"model_{name}"] for name in ("name", "version", "digest")},
        "score_snapshot": score["snapshot_id"],
    }


def _property(records: Records, county: County) -> Row:
    unit, zip_code = records.fact("unit"), records.fact("zip_code")
    area = next((area.name for area in county.neighborhoods if zip_code in area.zip_codes), None)
    return {
        "id": records.property_id,
        "street": " ".join(filter(None, (records.fact("street_address"), f"Unit {unit}" if unit else None))),
        "city": records.fact("city"),
        "state": records.fact("state") or county.state,
        "zip_code": zip_code,
        "county": county.name,
        "neighborhood": area,
        "apn": records.fact("apn"),
        "type": TYPE_NAMES.get(records.fact("property_type"), "Home"),
    }


def _highlights(records: Records) -> Row:
    names = ("bedrooms", "bathrooms", "square_footage", "lot_size_sqft", "year_built")
    return {name: records.fact(name) for name in names}


def _features(records: Records) -> Iterator[str]:
    """Facts in words; what is not known is not mentioned."""
    sentences: dict[str, Callable[[Any], str | None]] = {
        "stories": lambda x: f"{x:g} floor{'s' if x > 1 else ''} above ground",
        "basement_sqft": lambda x: f"Finished basement of {x:,.0f} sqft" if x > 0 else None,
        "garage_spaces": lambda x: f"Garage for {x:g} car{'s' if x > 1 else ''}" if x > 0 else None,
        "quality_grade": lambda x: f"Construction grade {x:g} of 13",
        "condition_grade": lambda x: f"Condition {x:g} of 5 by the assessor",
        "year_renovated": lambda x: f"Renovated in {x:.0f}",
        "view_rank": lambda x: f"View, rank {x:g} of 4" if x > 0 else None,
        "waterfront": lambda x: "On the water" if x else None,
        "hoa_usd_month": lambda x: f"Association fee ${x:,.0f} a month" if x > 0 else None,
    }
    for name, sentence in sentences.items():
        value = records.fact(name)
        text = None if value is None else sentence(value)
        if text:
            yield text


def _market(records: Records, setting: Setting) -> Row:
    """Prices, rents and trend; the county's trend only while its figures are fresh on the day."""
    market = setting.county.market
    fresh = heat_is_fresh(setting.county, setting.day)
    return {
        "zip_median_home_value_usd": records.fact("zip_median_home_value_usd"),
        "zip_median_rent_usd": records.fact("zip_median_rent_usd"),
        "census_vintage": records.fact("census_vintage"),
        "appreciation_pct": market.appreciation_pct if fresh else None,
        "target_days_on_market": market.target_days_on_market if fresh else None,
    }


def _population(records: Records) -> Row:
    names = ("zip_population", "zip_median_income_usd", "zip_owner_occupied_rate", "zip_unemployment_rate")
    return {name: records.fact(name) for name in names}


def _score(score: Row) -> Row:
    names = ("bird_dog_score", "band", "p_deal", "score_null_reason", "score_log_odds", "lead_rank")
    return {name: score[name] for name in names} | {
        "lines": score["score_breakdown"],
        "heat": score["market_heat"],
        "heat_as_of": score["market_heat_as_of"],
        "multiplier": score["neighborhood_multiplier"],
    }


def _control(control: Control | None) -> Row | None:
    if control is None:
        return None
    return {
        "kind": control.kind,
        "contract_price_usd": control.contract_price_usd,
        "assignment_price_usd": control.assignment_price_usd,
        "expires_on": control.expires_on and control.expires_on.isoformat(),
        "cancellation_until": control.cancellation_until and control.cancellation_until.isoformat(),
    }


def _owner(records: Records, county: County) -> Row:
    """Owner by the assessor where the county's rules allow it; the seller's contact as on the page."""
    allowed = county.owner_data == "assessor"
    return {
        "allowed": allowed,
        "name": records.public.get("owner_name") if allowed else None,
        "mailing_address": records.public.get("owner_mailing_address") if allowed else None,
        "owner_occupied": records.public.get("owner_occupied") if allowed else None,
        "last_sale_date": records.public.get("last_sale_date"),
        "last_sale_price_usd": records.public.get("last_sale_price_usd"),
        "contact_name": records.listing.get("contact_name"),
        "contact_phone": records.listing.get("contact_phone"),
    }


def _investor_reasons(records: Records, price: float) -> list[Reason]:
    value = records.score["posterior_value_usd"]
    below = 1 - price / value
    texts = [f"Priced {abs(below):.0%} {'below' if below > 0 else 'above'} the as-is value".replace("%", " %")]
    upside = records.score["arv_usd"] - records.score["repair_base_usd"] - price
    if upside > 0:
        texts.append(f"${figures.rounded(upside):,} between price plus medium repairs and the after-repair value")
    of_deal: list[Reason] = [{"text": text, "dollars": 0.0} for text in texts]
    return (of_deal + value_reasons(records.valuation["reasons"]))[:TOP]


def _comparable(sale: Row) -> Row:
    row = {name: sale[name] for name in OF_COMPARABLE}
    return row | {"lines": figures.comparable_lines(sale)}


def _insights(records: Records) -> Row:
    value = records.score["posterior_value_usd"]
    return {
        "base_usd": records.valuation["base_value_usd"],
        "value_usd": value,
        "lines": figures.insight_lines(records.valuation, value, POPULATION_PROFILE),
    }


def _bar(records: Records, marks: list[tuple[str, float | None, str]]) -> Row:
    score = records.score
    value = {"label": "As-is value", "low": score["posterior_low_90_usd"], "middle": score["posterior_value_usd"]}
    arv = {"label": "ARV", "low": score["arv_low_usd"], "middle": score["arv_usd"], "high": score["arv_high_usd"]}
    known = [{"label": label, "usd": usd, "kind": kind} for label, usd, kind in marks if usd is not None]
    return value_bar([value | {"high": score["posterior_high_90_usd"]}, arv], known)


def _sources(records: Records, setting: Setting, with_page: bool) -> Iterator[Row]:
    """What the memo rests on, with the day of each; the page itself only in the internal edition."""
    missing = records.public.get("missing_sources") or []
    listing, day = records.listing, setting.day.isoformat()
    page = listing.get("url") if with_page else None
    yield {
        "what": "Listing",
        "source": page or "owner's public offer",
        "as_of": (listing.get("fetched_at") or day)[:10],
    }
    if "parcel" not in missing:
        yield {"what": "Parcel, assessment, tax", "source": f"{setting.county.name} County assessor", "as_of": day}
    if records.comparables:
        newest = max(sale["sale_date"] for sale in records.comparables)
        yield {"what": "Comparables", "source": "recorded sales, newest used", "as_of": newest}
    if records.fact("census_vintage"):
        vintage = f"{records.fact('census_vintage'):.0f}"
        yield {"what": "Rents, ZIP prices", "source": "Census ACS 5-year; gross rents, lagged", "as_of": vintage}
    score, year = records.score, setting.assumptions.repairs.reference_year
    model = f"{score['model_name']} version {score['model_version']}, digest {score['model_digest'][:12]}"
    yield {"what": "As-is value", "source": model, "as_of": day}
    yield {"what": "Repairs, operating costs", "source": "estimates of the acquisitions team", "as_of": str(year)}
    yield {"what": "Tax after the sale", "source": setting.county.tax_on_sale.source, "as_of": "county settings"}
