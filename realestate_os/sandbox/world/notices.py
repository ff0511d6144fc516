"""Listings as their sellers write them: claims, texts, dirt.

Belongs here: an offer turned into the words and figures of a listing, and each kind of dirt. Does
not: HTML (site/), or the truth (offers.py).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Literal

from realestate_os.counties import County
from realestate_os.sandbox.world.dice import Dice, hash64
from realestate_os.sandbox.world.homes import Homes
from realestate_os.sandbox.world.offers import Offers
from realestate_os.sandbox.world.words import area_text, date_text, describe, lot_text, phone_text, price_text

PageKind = Literal["html", "jsonld", "client"]
TYPE_LABELS = {
    "single_family": "Single family house",
    "condo": "Condo",
    "townhouse": "Townhouse",
    "multi_family": "Multi-family",
    "manufactured": "Manufactured home",
}
NAMES = (
    "Alex",
    "Bo",
    "Chris",
    "Dana",
    "Erin",
    "Frankie",
    "Jamie",
    "Jo",
    "Kim",
    "Lee",
    "Morgan",
    "Pat",
    "Robin",
    "Sam",
    "Terry",
)
NUMBERS = (
    *("bedrooms", "bathrooms", "square_footage", "lot_size_sqft", "year_built", "year_renovated"),
    *("stories", "basement_sqft", "view_rank"),
)
BASE = "https://fsbo.sandbox.example"


@dataclass(frozen=True)
class Notice:
    """One page of the site. Numbers are the seller's claims; None means not stated.

    price_text is what a reader sees ('' for nothing), price_usd the same as a number.
    """

    slug: str
    page: PageKind
    title: str
    kind: str
    slot: int
    home: int
    street_address: str | None
    unit: str | None
    city: str
    state: str
    zip_code: str
    latitude: float
    longitude: float
    apn: str | None
    property_type: str
    bedrooms: float | None
    bathrooms: float | None
    square_footage: float | None
    lot_size_sqft: float | None
    year_built: float | None
    year_renovated: float | None
    stories: float | None
    basement_sqft: float | None
    view_rank: float | None
    waterfront: bool
    condition_text: str | None
    hoa_usd_month: float | None
    price_usd: float | None
    price_text: str
    area_text: str
    lot_text: str
    listed_on: date
    listed_text: str
    status: str
    garage_spaces: float | None
    contact_name: str
    phone: str
    description: str
    tour_url: str | None
    price_history: list[tuple[date, float]] = field(default_factory=list)

    def url(self, county: str) -> str:
        """Logical URL of the detail page."""
        return f"{BASE}/{county}/home/{self.slug}"


def notices_of(county: County, homes: Homes, offers: Offers, on: date, dice: Dice) -> list[Notice]:
    """All pages of a day, newest first. A duplicate stands under two URLs."""
    notices = []
    for i in range(len(offers.key)):
        notice = _soil(_notice(county, homes, offers, i, on, dice), int(offers.key[i]), dice)
        notices.append(notice)
        if notice.kind == "dirt:duplicate":
            notices.append(_twin(notice, int(offers.key[i]), dice))
    return sorted(notices, key=lambda n: (-n.listed_on.toordinal(), n.slug))


def _notice(county: County, homes: Homes, offers: Offers, i: int, on: date, dice: Dice) -> Notice:
    """An honest listing of an offer; _soil spoils it afterwards."""
    key, home, kind = int(offers.key[i]), int(offers.spells.home[i]), str(offers.kind[i])
    slot, listed = int(offers.spells.slot[i]), date.fromordinal(int(offers.spells.start[i]))
    ask = _number(offers.ask_usd[i])
    days_left = int(offers.spells.days[i]) - (on - listed).days
    pending = kind == "ordinary" and days_left < 8 and dice.one(key, "pending") < 0.3
    return Notice(
        slug=_slug(county.key, homes, home, key, dice.seed),
        page=_page_kind(slot),
        title=_title(homes, home),
        kind=kind,
        slot=slot,
        home=home,
        state=county.state,
        price_usd=ask,
        price_text=price_text(ask, key, dice),
        price_history=_history(offers, i, listed),
        listed_on=listed,
        listed_text=date_text(listed, key, dice),
        status="Pending" if pending else "Active",
        contact_name=dice.pick(key, "name", NAMES),
        phone=phone_text(key, dice),
        description=describe(homes, home, kind, key, dice),
        tour_url=None,
        **_place(homes, home, key, dice),
        **_claims(homes, home, key, listed.year, dice),
    )


def _place(homes: Homes, home: int, key: int, dice: Dice) -> dict[str, Any]:
    """Where the home stands; three sellers in ten know their parcel number."""
    return {
        "street_address": str(homes.street_address[home]),
        "unit": str(homes.unit[home]) or None,
        "city": str(homes.city[home]),
        "zip_code": str(homes.zip_code[home]),
        "latitude": float(homes.latitude[home]),
        "longitude": float(homes.longitude[home]),
        "apn": str(homes.apn[home]) if dice.one(key, "tells apn") < 0.3 else None,
    }


def _claims(homes: Homes, home: int, key: int, year: int, dice: Dice) -> dict[str, Any]:
    """What the seller says of the home; one in four rounds the living area."""
    numbers = {name: _number(getattr(homes, name)[home]) for name in NUMBERS}
    area, lot, renovated = numbers["square_footage"], numbers["lot_size_sqft"], numbers["year_renovated"]
    if area is not None and dice.one(key, "rounds area") < 0.25:
        area = float(round(area / 50) * 50)
    kind = str(homes.property_type[home])
    dues = float(180 + 20 * int(dice.one(key, "hoa") * 25))
    garage = float(dice.pick(key, "garage", (0, 1, 1, 2, 2, 2, 3)))
    return numbers | {
        "property_type": kind,
        "square_footage": area,
        "area_text": area_text(area, key, dice),
        "lot_text": lot_text(lot, key, dice),
        "year_renovated": renovated if renovated is not None and renovated <= year else None,
        "basement_sqft": numbers["basement_sqft"] or None,
        "waterfront": bool(homes.waterfront[home] == 1),
        "condition_text": _condition_text(homes, home, key, dice),
        "hoa_usd_month": dues if kind in ("condo", "townhouse") else None,
        "garage_spaces": garage if kind == "single_family" else None,
    }


def _history(offers: Offers, i: int, listed: date) -> list[tuple[date, float]]:
    """Asks since the start, oldest first; empty for a lead."""
    first, last, cuts = float(offers.first_ask_usd[i]), float(offers.ask_usd[i]), int(offers.cuts[i])
    if math.isnan(first):
        return []
    between = [(listed + timedelta(days=21), round(first * 0.96, -3))] if cuts == 2 else []
    end = [(listed + timedelta(days=21 * cuts), last)] if cuts else []
    return [(listed, first), *between, *end]


def _slug(county: str, homes: Homes, home: int, key: int, seed: int) -> str:
    code = f"{hash64(seed, county, key):016x}"[:9]
    kind = TYPE_LABELS.get(str(homes.property_type[home]), "Home").split()[0].lower()
    return f"{kind}-{str(homes.city[home]).lower().replace(' ', '-')}-{homes.zip_code[home]}-{code}"


def _page_kind(slot: int) -> PageKind:
    """Half plain HTML, three tenths JSON-LD, one fifth rendered by the browser."""
    return "html" if slot % 10 < 5 else "jsonld" if slot % 10 < 8 else "client"


def _title(homes: Homes, home: int) -> str:
    rooms = homes.bedrooms[home]
    label = TYPE_LABELS.get(str(homes.property_type[home]), "Home")
    start = f"{rooms:.0f}-bedroom {label.lower()}" if not math.isnan(rooms) else label
    return f"{start} in {homes.city[home]}, by owner"


def _condition_text(homes: Homes, home: int, key: int, dice: Dice) -> str | None:
    """Six sellers in ten say in what shape the home is; they round up."""
    grade = homes.condition_grade[home]
    if math.isnan(grade) or dice.one(key, "tells condition") > 0.6:
        return None
    return ("Fixer, sold as is", "Needs some work", "Good", "Very good", "Excellent, move-in ready")[
        min(int(grade), 5) - 1
    ]


def _soil(notice: Notice, key: int, dice: Dice) -> Notice:
    """Apply what was planted: fake bargains and dirt."""
    fakes = {
        "fake_bargain:auction": _auction,
        "fake_bargain:down_payment": _down_payment,
        "fake_bargain:leased_land": _leased_land,
        "fake_bargain:fractional": _fractional,
        "dirt:missing_address": lambda n, k, d: replace(n, street_address=None, unit=None, apn=None),
        "dirt:missing_sqft": lambda n, k, d: replace(n, square_footage=None, area_text=""),
        "dirt:impossible": _impossible,
        "dirt:hostile": _hostile,
        "dirt:discriminatory": _discriminatory,
    }
    change = fakes.get(notice.kind)
    return change(notice, key, dice) if change else notice


def _priced(notice: Notice, usd: float, text: str, words: str) -> Notice:
    return replace(
        notice,
        price_usd=usd,
        price_text=text,
        description=f"{words} {notice.description}",
        price_history=[(notice.listed_on, usd)],
    )


def _auction(n: Notice, key: int, dice: Dice) -> Notice:
    usd = 1000.0 * round((n.price_usd or 0) * (0.15 + 0.25 * dice.one(key, "bid")) / 1000)
    words = "Foreclosure auction on the courthouse steps. The price shown is the opening bid only."
    return _priced(n, usd, f"Opening bid ${usd:,.0f}", words)


def _down_payment(n: Notice, key: int, dice: Dice) -> Notice:
    usd = 1000.0 * round((n.price_usd or 0) * (0.06 + 0.06 * dice.one(key, "down")) / 1000)
    month = 50 * round((n.price_usd or 0) * 0.0058 / 50)
    words = f"Owner financing: ${usd:,.0f} down and ${month:,.0f} a month, no bank needed. Ask us for the full price."
    return _priced(n, usd, f"${usd:,.0f} down", words)


def _leased_land(n: Notice, key: int, dice: Dice) -> Notice:
    usd = 1000.0 * (70 + int(dice.one(key, "leased") * 110))
    rent = 25 * (28 + int(dice.one(key, "space rent") * 24))
    words = f"Manufactured home in a 55-space park; the land is leased, space rent ${rent:,.0f} a month."
    named = replace(
        n,
        property_type="manufactured",
        title=f"Manufactured home in {n.city}, by owner",
        lot_size_sqft=None,
        lot_text="",
    )
    return _priced(named, usd, f"${usd:,.0f}", words)


def _fractional(n: Notice, key: int, dice: Dice) -> Notice:
    if dice.one(key, "fractional kind") < 0.5:
        usd = 500.0 * round((n.price_usd or 0) / 8 / 500)
        return _priced(
            n,
            usd,
            f"${usd:,.0f}",
            "Own a 1/8 share of this home: fractional ownership, six weeks a year, managed for you.",
        )
    usd = 1000.0 * round((n.price_usd or 0) * 0.35 / 1000)
    return _priced(
        n,
        usd,
        f"${usd:,.0f}",
        "Co-op: you buy shares in the cooperative corporation, subject to board approval and the underlying mortgage.",
    )


def _impossible(n: Notice, key: int, dice: Dice) -> Notice:
    which = dice.pick(key, "impossible", ("bedrooms", "year", "price", "area"))
    if which == "bedrooms":
        return replace(n, bedrooms=99.0)
    if which == "year":
        return replace(n, year_built=2099.0)
    if which == "area":
        return replace(n, square_footage=12.0, area_text="12 sq ft")
    return replace(n, price_usd=1.0, price_text="$1", price_history=[(n.listed_on, 1.0)])


def _hostile(n: Notice, key: int, dice: Dice) -> Notice:
    texts = (
        "<script>document.title='owned'</script><img src=x onerror=alert(1)>",
        "Robert'); DROP TABLE prospect_queue;-- lovely garden",
        "=cmd|' /C calc'!A0",
        "{{7*7}} ${7*7} {% include '/etc/passwd' %}",
        "Quiet street \u202egnp.tenibac\u202c with a \u0000-free view",
        "Caf\udce9 around the corner, na\udcefve \udcff\udcfe bytes",
    )
    text = dice.pick(key, "hostile", texts)
    tour = "javascript:alert(document.cookie)"
    return replace(n, title=f"{n.title} {text[:30]}", description=f"{text} {n.description}", tour_url=tour)


def _discriminatory(n: Notice, key: int, dice: Dice) -> Notice:
    phrases = (
        "No children, please.",
        "Perfect for a Christian family.",
        "Adults only building.",
        "English speakers preferred.",
    )
    return replace(n, description=f"{n.description} {dice.pick(key, 'phrase', phrases)}")


def _twin(n: Notice, key: int, dice: Dice) -> Notice:
    """The same home posted again a few days later, on a page of another kind, price in other words."""
    code = f"{hash64(dice.seed, key, 'twin'):016x}"[:9]
    return replace(
        n,
        slug=f"{n.slug[:-9]}{code}",
        page="jsonld" if n.page == "html" else "html",
        title=f"Must see! {n.title}",
        street_address=(n.street_address or "").upper() or None,
        price_text=f"${n.price_usd:,.0f}" if n.price_usd else "",
    )


def _number(value: object) -> float | None:
    number = float(value)  # type: ignore[arg-type]
    return None if math.isnan(number) else number
