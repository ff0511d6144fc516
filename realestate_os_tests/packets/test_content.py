"""What each edition says, and what the investor's never does."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from realestate_os.packets.pdf import PdfPrinter
from realestate_os.packets.render import render_memo
from realestate_os_tests.packets.memos import CONTRACT, TEMPLATES, internal, investor, records, setting, text_of
from realestate_os_tests.scoring.homes import king

SECRETS: dict[str, Any] = {
    "owner_name": "Ottoline Ownerly",
    "owner_mailing_address": "77 Mailing Way",
    "contact_name": "Serafina Sellerby",
    "contact_phone": "+12065550987",
    "description": "Call Serafina, motivated, below market",
    "url": "https://fsbo.sandbox.example/king_wa/home/secret-page",
    "listing_price_usd": 548_765.0,
    "zip_population": 36_123.0,
    "zip_median_income_usd": 98_765.0,
    "zip_owner_occupied_rate": 0.4321,
    "zip_unemployment_rate": 0.0377,
}
OPEN = king(owner_data="assessor")


def test_the_investors_edition_leaks_nothing_of_ours_the_owner_the_seller_or_the_population(
    printer: PdfPrinter,
) -> None:
    memo = investor(county=OPEN, **SECRETS)
    team = internal(CONTRACT, county=OPEN, **SECRETS)
    score = records(county=OPEN, **SECRETS).score
    snapshot, text = json.dumps(memo), text_of(printer.print(render_memo(memo, TEMPLATES)).content)
    secret = [*map(str, SECRETS.values()), "548,765", "36,123", "98,765", "43.2 %", "3.8 %", "541111", "541,111"]
    secret.append(f"{round(score['mao_usd'], -2):,.0f}")
    secret += [str(score[name]) for name in ("mao_usd", "net_spread_usd", "p_deal", "bird_dog_score")]
    shown = json.dumps(team) + text_of(printer.print(render_memo(team, TEMPLATES)).content)
    for word in secret:
        assert word not in snapshot and word not in text, word
    for word in ("Ottoline Ownerly", "Serafina Sellerby", "36,123", "98,765", "43.2 %", "541,111", "MAO"):
        assert word in shown
    assert "562,222" in text and "Maximum allowable" not in text and "MAO" not in text
    assert "assignment of contract" in text


def test_no_feature_of_the_population_profile_is_a_reason_or_an_insight() -> None:
    reasons = json.dumps([{"feature": "zip_median_income", "label": "Income", "value": 1.0, "dollars": 58_000.0}])
    for memo in (investor(reasons=reasons), internal(reasons=reasons)):
        assert "Income" not in json.dumps([memo["reasons"], memo["insights"]])


def test_owner_data_are_shown_only_where_the_county_allows_it() -> None:
    assert internal(**SECRETS)["owner"]["name"] is None
    assert internal(county=OPEN, **SECRETS)["owner"]["name"] == "Ottoline Ownerly"


@pytest.mark.parametrize(
    ("kind", "assignment", "expected"),
    [
        ("under_contract", 562_222.0, 562_222.0),
        ("under_contract", None, None),
        ("option", None, None),
        ("owned", None, 545_000.0),
        ("licensed_listing", None, 545_000.0),
    ],
)
def test_a_buyer_is_told_the_assignment_price_or_our_own_ask_and_never_the_contracts(
    kind: str, assignment: float | None, expected: float | None
) -> None:
    control = replace(CONTRACT, kind=kind, assignment_price_usd=assignment)
    assert control.price_to_buyer(545_000.0) == expected


def test_trend_is_shown_only_while_the_countys_figures_are_fresh() -> None:
    stale = king(market=king().market.model_dump() | {"heat": king().market.heat.model_dump() | {"valid_days": 1}})
    assert internal()["market"]["appreciation_pct"] == 8
    assert internal(county=stale)["market"]["appreciation_pct"] is None


def test_sources_name_only_what_was_used() -> None:
    what = [
        source["what"]
        for source in internal(missing_sources='["parcel"]', comparables=0, census_vintage=None)["sources"]
    ]
    assert what == ["Listing", "As-is value", "Repairs, operating costs", "Tax after the sale"]


def test_the_setting_names_the_tenant() -> None:
    assert internal()["tenant"]["name"] == setting().sender.name
