"""The generated county: deterministic, believable, planted as promised."""

from __future__ import annotations

import time
from collections import Counter
from datetime import date, timedelta

import numpy as np
import pytest

from realestate_os.counties import county_keys, load_county, zip_codes
from realestate_os.sandbox.site.pages import facts, json_ld
from realestate_os.sandbox.world import CountyWorld, World
from realestate_os.sandbox.world.dice import Dice
from realestate_os.sandbox.world.offers import DIRT, FAKES
from realestate_os.sandbox.world.places import MILES_PER_DEGREE, places_of
from realestate_os.sandbox.world.stock import HIDDEN_SD, generate
from realestate_os.sandbox.world.values import MEDIAN_DAY, log_index
from realestate_os_tests.sandbox.conftest import DAY


def test_the_same_seed_makes_the_same_world(king: CountyWorld) -> None:
    again = World(seed=20141, on=date(2026, 1, 5)).of("king_wa")
    assert again.notices(DAY) == king.notices(DAY)
    assert again.parcels(DAY) == king.parcels(DAY)
    assert again.sales(DAY) == king.sales(DAY)
    assert again.planted(DAY) == king.planted(DAY)
    assert again.contracts(DAY) == king.contracts(DAY)


def test_another_seed_makes_another_world(king: CountyWorld) -> None:
    other = World(seed=5, on=DAY).of("king_wa")
    assert not {n.slug for n in other.notices(DAY)} & {n.slug for n in king.notices(DAY)}


def test_it_is_quick(king: CountyWorld) -> None:
    load_county("king_wa")
    started = time.process_time()
    fresh = CountyWorld(generate(load_county("king_wa"), 77, 200), 77)
    fresh.notices(DAY), fresh.parcels(DAY), fresh.sales(DAY)
    assert time.process_time() - started < 1.5


def test_listings_turn_over_slowly(king: CountyWorld) -> None:
    days = [DAY - timedelta(days=back) for back in range(31)]
    slugs = [{n.slug for n in king.notices(day)} for day in days]
    assert all(195 <= len(one) <= 210 for one in slugs)
    assert all(len(slugs[i] & slugs[i + 1]) >= 0.9 * len(slugs[i]) for i in range(30))
    assert len(slugs[0] & slugs[30]) < 0.75 * len(slugs[0])


def test_a_listing_keeps_its_facts_and_only_cuts_its_price(king: CountyWorld) -> None:
    before = {n.slug: n for n in king.notices(DAY - timedelta(days=25))}
    pairs = [(before[n.slug], n) for n in king.notices(DAY) if n.slug in before]
    assert len(pairs) > 60
    for old, new in pairs:
        assert (old.kind, old.home, old.square_footage, old.listed_on) == (
            new.kind,
            new.home,
            new.square_footage,
            new.listed_on,
        )
    cuts = [(old.price_usd, new.price_usd) for old, new in pairs if old.price_usd != new.price_usd]
    assert 3 <= len(cuts) <= len(pairs) / 2
    assert all(new < old for old, new in cuts if old and new)


def test_homes_stand_in_their_zip(king: CountyWorld) -> None:
    county, homes = king.county, king.ground.homes
    assert set(homes.zip_code) <= set(zip_codes(county))
    places = places_of(county, Dice(20141))
    at = np.array([places.zip_code.tolist().index(code) for code in homes.zip_code])
    north = (homes.latitude - places.latitude[at]) * MILES_PER_DEGREE
    east = (homes.longitude - places.longitude[at]) * MILES_PER_DEGREE * np.cos(np.radians(homes.latitude))
    assert np.hypot(north, east).max() < 15
    assert all(homes.city[i] == places.city[at[i]] for i in range(0, len(homes), 97))


def test_addresses_are_unique_and_units_belong_to_condos(king: CountyWorld) -> None:
    homes = king.ground.homes
    doors = set(zip(homes.street_address, homes.unit, homes.zip_code, strict=True))
    assert len(doors) == len(homes) == len(set(homes.apn))
    assert all((unit != "") == (kind == "condo") for unit, kind in zip(homes.unit, homes.property_type, strict=True))


def test_facts_hang_together(king: CountyWorld) -> None:
    homes = king.ground.homes
    kinds = Counter(homes.property_type.tolist())
    assert 0.6 < kinds["single_family"] / len(homes) < 0.78
    assert set(kinds) == {"single_family", "condo", "townhouse", "multi_family"}
    assert np.corrcoef(homes.square_footage, homes.bedrooms)[0, 1] > 0.6
    assert np.corrcoef(homes.bedrooms, homes.bathrooms)[0, 1] > 0.5
    assert np.isnan(homes.lot_size_sqft[homes.property_type == "condo"]).all()
    assert (homes.basement_sqft < homes.square_footage).all()
    assert (
        set(homes.condition_grade) <= {1, 2, 3, 4, 5}
        and 3 <= homes.quality_grade.min() <= homes.quality_grade.max() <= 13
    )
    renovated = ~np.isnan(homes.year_renovated)
    assert (homes.year_renovated[renovated] > homes.year_built[renovated]).all()


def test_prices_follow_size_place_and_time(king: CountyWorld) -> None:
    ground = king.ground
    everyone = np.arange(len(ground.homes))
    value = ground.value(everyone, np.full(len(everyone), MEDIAN_DAY))
    assert np.median(value) == pytest.approx(ground.county.market.median_price_usd, rel=1e-6)
    assert 0.5 < np.corrcoef(np.log(value), np.log(ground.homes.square_footage))[0, 1] < 0.95
    a_year = np.array([date(2025, 7, 1).toordinal(), date(2026, 7, 1).toordinal()])
    assert np.exp(np.diff(log_index(ground.county, a_year)))[0] == pytest.approx(1.04, abs=0.03)
    levels = list(ground.zip_level.values())
    assert max(levels) / min(levels) > 1.5


def test_sales_of_a_month_do_not_depend_on_the_day_asked(king: CountyWorld) -> None:
    def of_march(day: date) -> dict[str, float]:
        return {
            s["sale_id"]: s["sale_price_usd"] for s in king.sales(day) if s["sale_date"].strftime("%Y-%m") == "2026-03"
        }

    asked_later = of_march(DAY)
    assert 90 <= len(asked_later) <= 180
    assert of_march(date(2026, 8, 1)) == asked_later


def test_the_sales_layer(king: CountyWorld) -> None:
    sales = king.sales(DAY)
    window = [s for s in sales if s["sale_date"] > DAY - timedelta(days=913)]
    assert 3500 < len(window) < 4600
    assert all(s["recorded_date"] <= DAY and s["sale_date"] < s["recorded_date"] for s in sales)
    assert len({s["sale_id"] for s in sales}) == len(sales)
    odd = [s for s in window if not s["arms_length"]]
    assert 0.015 < len(odd) / len(window) < 0.05
    assert any(s["sale_price_usd"] == 10 and s["instrument"] == "Quit Claim Deed" for s in odd)
    sold_twice = sum(count > 1 for count in Counter(s["apn"] for s in window).values())
    assert 0.02 * len(window) < sold_twice < 0.2 * len(window)


def test_listed_homes_have_parcels_and_earlier_sales(king: CountyWorld) -> None:
    parcels = {p["apn"] for p in king.parcels(DAY)}
    sold = Counter(s["apn"] for s in king.sales(DAY))
    listed = {p["apn"] for p in king.planted(DAY)}
    assert 0.9 < len(listed & parcels) / len(listed) < 1
    assert sum(sold[apn] > 0 for apn in listed) / len(listed) > 0.5
    assert {s["apn"] for s in king.sales(DAY)} - parcels, "a few homes have no parcel"


def test_homes_that_were_listed_get_sold(king: CountyWorld) -> None:
    earlier = {p["apn"]: p["true_value_usd"] for p in king.planted(DAY - timedelta(days=120))}
    closed = {
        s["apn"]: s["sale_price_usd"]
        for s in king.sales(DAY)
        if s["sale_date"] > DAY - timedelta(days=120) and s["arms_length"] and s["apn"] in earlier
    }
    assert len(closed) > 20
    ratios = np.array([price / earlier[apn] for apn, price in closed.items()])
    assert abs(np.median(ratios) - 1) < 0.05


def test_the_assessor_is_near_and_never_owns_up(king: CountyWorld) -> None:
    parcels = {p["apn"]: p for p in king.parcels(DAY)}
    ratio = np.array(
        [parcels[p["apn"]]["market_value_usd"] / p["true_value_usd"] for p in king.planted(DAY) if p["apn"] in parcels]
    )
    assert 0.06 < np.log(ratio).std() < 0.2 and 0.85 < np.median(ratio) < 1.02
    assert not any("owner" in key or "mail" in key for key in next(iter(parcels.values()))), "King publishes no owners"


def test_planted_shares(king: CountyWorld) -> None:
    for day in (DAY, DAY - timedelta(days=200)):
        pages = king.planted(day)
        count = Counter(page["kind"] for page in pages)
        assert count["lead"] == 16
        assert all(count[f"fake_bargain:{fake}"] == 4 for fake in FAKES)
        assert all(count[f"dirt:{dirt}"] == (8 if dirt == "duplicate" else 4) for dirt in DIRT)
        assert 5 <= count["deal"] <= 20
        assert count["ordinary"] > 110


def test_planted_deals_leave_a_profit(king: CountyWorld) -> None:
    areas = dict(zip(king.ground.homes.apn, king.ground.homes.square_footage, strict=True))
    deals = [page for page in king.planted(DAY) if page["kind"] == "deal"]
    for deal in deals:
        tier = king.county.tier(deal["true_value_usd"])
        spread = tier.arv_pct * deal["true_value_usd"] - tier.fee_usd - 9 * areas[deal["apn"]] - deal["ask_usd"]
        assert spread > 0
        assert 0.24 < deal["discount"] < 0.46
        assert king.county.filters.price_min_usd <= deal["ask_usd"] <= king.county.filters.price_max_usd


def test_ordinary_asks_follow_the_countys_prior(king: CountyWorld) -> None:
    discounts = []
    for back in range(0, 720, 90):
        discounts += [p["discount"] for p in king.planted(DAY - timedelta(days=back)) if p["kind"] == "ordinary"]
    shares = np.array(discounts)
    assert abs(np.median(shares)) < 0.02
    assert 0.02 < (shares > 0.15).mean() < 0.08


def test_each_kind_of_dirt_shows(king: CountyWorld) -> None:
    pages = [n for back in range(0, 400, 40) for n in king.notices(DAY - timedelta(days=back))]
    by_kind = {kind: [n for n in pages if n.kind == kind] for kind in {n.kind for n in pages}}
    assert all(n.price_usd is None for n in by_kind["lead"])
    assert all(n.street_address is None for n in by_kind["dirt:missing_address"])
    assert all(n.square_footage is None for n in by_kind["dirt:missing_sqft"])
    assert all(n.tour_url and n.tour_url.startswith("javascript:") for n in by_kind["dirt:hostile"])
    hostile = " ".join(n.description for n in by_kind["dirt:hostile"])
    assert all(text in hostile for text in ("<script>", "DROP TABLE", "=cmd|", "{{7*7}}", "\u202e", "\udcff"))
    impossible = by_kind["dirt:impossible"]
    assert all(
        n.bedrooms == 99 or n.year_built == 2099 or n.price_usd == 1 or n.square_footage == 12 for n in impossible
    )
    for phrase in ("opening bid", "down and", "leased", "share"):
        assert any(phrase in n.description for fake in FAKES for n in by_kind[f"fake_bargain:{fake}"])


def test_a_duplicate_is_the_same_home_under_another_url(king: CountyWorld) -> None:
    twins = [n for n in king.notices(DAY) if n.kind == "dirt:duplicate"]
    for home in {n.home for n in twins}:
        first, second = (n for n in twins if n.home == home)
        assert first.slug != second.slug and first.page != second.page
        assert first.price_usd == second.price_usd and first.zip_code == second.zip_code


def test_pages_come_in_three_kinds(king: CountyWorld) -> None:
    count = Counter(n.page for n in king.notices(DAY) if n.kind != "dirt:duplicate")
    total = sum(count.values())
    assert abs(count["html"] / total - 0.5) < 0.05
    assert abs(count["jsonld"] / total - 0.3) < 0.05
    assert abs(count["client"] / total - 0.2) < 0.05


def test_hidden_quality_is_in_no_field(king: CountyWorld) -> None:
    """It moves prices, and nothing that is published, given what else is published, moves with it."""
    homes = king.ground.homes
    assert homes.hidden.std() == pytest.approx(HIDDEN_SD, rel=0.1)
    visible = (
        homes.square_footage,
        homes.bedrooms,
        homes.bathrooms,
        homes.year_built,
        homes.quality_grade,
        homes.condition_grade,
        homes.latitude,
    )
    assert all(abs(np.corrcoef(homes.hidden, field)[0, 1]) < 0.05 for field in visible)
    notice = king.notices(DAY)[0]
    texts = f"{facts(notice)}{json_ld('king_wa', notice)}{king.parcels(DAY)[0]}{king.sales(DAY)[0]}"
    assert "hidden" not in texts and "true_value" not in texts


def test_contracts(king: CountyWorld) -> None:
    contracts = king.contracts(DAY)
    assert 4 <= len(contracts) <= 6
    kinds = {page["slug"]: page["kind"] for page in king.planted(DAY)}
    asks = {page["slug"]: page["ask_usd"] for page in king.planted(DAY)}
    for contract in contracts:
        assert kinds[contract["slug"]] in ("deal", "ordinary")
        assert contract["control"] == "under_contract"
        assert contract["signed_on"] <= DAY.isoformat() < contract["expires_on"]
        assert contract["contract_price_usd"] <= asks[contract["slug"]] * 1.01
        assert contract["assignment_price_usd"] > contract["contract_price_usd"]


def test_contacts(king: CountyWorld) -> None:
    contacts = king.contacts()
    assert len({c["email"] for c in contacts}) == len(contacts)
    refused = [c for c in contacts if c["consent_basis"] in ("", "purchased")]
    assert len(contacts) - len(refused) >= 12 and len(refused) == 2
    assert all(c["consented_on"] for c in contacts if c["consent_basis"])


@pytest.mark.parametrize("key", county_keys())
def test_every_county_has_a_world(key: str) -> None:
    there = World(seed=3, listings=40, on=DAY).of(key)
    assert 38 <= len(there.notices(DAY)) <= 44
    assert {n.state for n in there.notices(DAY)} == {there.county.state}
    assert len(there.sales(DAY)) > 3000
    has_owner = "owner_mail_state" in there.parcels(DAY)[0]
    assert has_owner == (there.county.owner_data == "assessor")
    values = [p["true_value_usd"] for p in there.planted(DAY)]
    assert 0.5 < np.median(values) / there.county.market.median_price_usd < 2


@pytest.mark.parametrize("listings", [1, 7, 1500])
def test_any_size(listings: int) -> None:
    there = World(seed=3, listings=listings, on=DAY).of("king_wa")
    assert listings * 0.95 <= len(there.notices(DAY)) <= listings * 1.03 + 1
    assert len({n.slug for n in there.notices(DAY)}) == len(there.notices(DAY))
    there.contracts(DAY)


def test_a_past_decade_works_too() -> None:
    day = date(2014, 5, 2)
    there = World(seed=20141, on=day).of("king_wa")
    assert 150 <= len(there.notices(day)) <= 206
    assert all((n.year_built or 0) <= 2014 or n.kind == "dirt:impossible" for n in there.notices(day))
    assert all((p["year_renovated"] or 0) <= 2014 for p in there.parcels(day))
    values = [p["true_value_usd"] for p in there.planted(day)]
    assert 0.5 < np.median(values) / there.county.market.median_price_usd < 0.75
