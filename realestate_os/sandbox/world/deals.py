"""What a tenant brings along: listings under contract and buyers who asked for mail.

Belongs here: contracts and contacts of the sandbox. Does not: sending, or the tenant's tables.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from realestate_os.counties import County
from realestate_os.sandbox.world.dice import Dice
from realestate_os.sandbox.world.ground import Ground
from realestate_os.sandbox.world.notices import Notice
from realestate_os.sandbox.world.offers import Offers

# Half of the deals and more: a team that signs fewer shows its buyers nothing on days when those it signed score low.
DEAL_CONTRACTS, ORDINARY_CONTRACTS = 0.60, 0.008
# With room enough, four to six contracts; a small world has two.
FEWEST, MOST, ROOM = 4, 6, 100

# First name, local part, company, consent basis, price cap factor. The words bounce, complain and
# unsub in an address make the sandbox's SendGrid answer with that event.
BUYERS = (
    ("Avery", "avery", "Alder Street Homes", "opt_in_form", 1.3),
    ("Blake", "blake", "Blake & Daughters Renovation", "opt_in_form", 1.0),
    ("Casey", "casey", "Casey Rentals", "opt_in_form", 0.9),
    ("Devon", "devon", "Northgate Capital", "written_agreement", 3.0),
    ("Emery", "emery.bounce", "Emery Holdings", "opt_in_form", 1.5),
    ("Finley", "finley.complain", "Finley Flips", "opt_in_form", 1.2),
    ("Gray", "gray.unsub", "Gray Gables", "opt_in_form", 1.4),
    ("Harper", "harper.defer", "Harper Homes", "written_agreement", 2.0),
    ("Indigo", "indigo", "Indigo Property Group", "opt_in_form", 1.1),
    ("Jules", "jules", "Jules & Partners", "prior_transaction", 2.5),
    ("Kai", "kai", "Kai Buys Houses", "opt_in_form", 1.6),
    ("Lane", "lane", "Lane Street Investments", "opt_in_form", 1.0),
    ("Marlow", "marlow", "List Broker's Finest", "purchased", 2.0),
    ("Noel", "noel", "Noel Unknown", "", 2.0),
)


def contracts_on(ground: Ground, notices: list[Notice], offers: Offers, on: date, dice: Dice) -> list[dict[str, Any]]:
    """Deals and ordinary listings whose sellers have signed by the day; four to six, or two in
    a small world."""
    truth = {int(slot): i for i, slot in enumerate(offers.spells.slot)}
    wanted: list[tuple[float, Notice, int, date]] = []
    spare: list[tuple[float, Notice, int, date]] = []
    for notice in (n for n in notices if n.kind in ("deal", "ordinary")):
        key = int(offers.key[truth[notice.slot]])
        signed = notice.listed_on + timedelta(days=1 + int(dice.one(key, "signed") * 5))
        limit = DEAL_CONTRACTS if notice.kind == "deal" else ORDINARY_CONTRACTS
        draw = dice.one(key, "contract")
        if signed <= on:
            (wanted if draw < limit else spare).append((draw - limit, notice, key, signed))
    wanted.sort(key=lambda entry: entry[0])
    spare.sort(key=lambda entry: entry[0])
    fewest = FEWEST if len(truth) >= ROOM else 2
    chosen = wanted[:MOST] + spare[: max(0, fewest - len(wanted))]
    return [_contract(ground, notice, key, signed, dice) for _, notice, key, signed in chosen]


def _contract(ground: Ground, notice: Notice, key: int, signed: date, dice: Dice) -> dict[str, Any]:
    ask = notice.price_history[-1][1]
    price = 500 * round(ask * (0.97 + 0.03 * dice.one(key, "contract price")) / 500)
    fee = ground.county.tier(price / 0.7).fee_usd
    return {
        "slug": notice.slug,
        "url": notice.url(ground.county.key),
        "street_address": notice.street_address,
        "unit": notice.unit,
        "city": notice.city,
        "state": notice.state,
        "zip_code": notice.zip_code,
        "apn": str(ground.homes.apn[notice.home]),
        "control": "under_contract",
        "stage": "under_contract",
        "contract_price_usd": float(price),
        "assignment_price_usd": float(price + fee),
        "signed_on": signed.isoformat(),
        "expires_on": (signed + timedelta(days=100)).isoformat(),
        "cancel_until": (signed + timedelta(days=5)).isoformat(),
    }


def contacts_of(county: County) -> list[dict[str, Any]]:
    """Twelve buyers with consent, one from a purchased list and one with no basis at all."""
    zips = [area.zip_codes for area in county.neighborhoods]
    rows = []
    for number, (name, local, company, basis, factor) in enumerate(BUYERS):
        box = {
            "counties": [county.key],
            "zip_codes": zips[number % len(zips)] if number % 4 == 3 else [],
            "property_types": ["single_family", "townhouse"] if number % 3 == 0 else [],
            "price_max_usd": round(county.market.median_price_usd * factor * 1.5, -4),
            "bedrooms_min": 2 + number % 2,
        }
        rows.append(
            {
                "email": f"{local}@buyers.example",
                "first_name": name,
                "company": company,
                "state": county.state,
                "consent_basis": basis,
                "consented_on": "2014-01-15" if basis else None,
                "consent_source": {"purchased": "list of 10,000 investors", "": ""}.get(
                    basis, "sign-up page of the company"
                ),
                "buy_box": box,
            }
        )
    return rows
