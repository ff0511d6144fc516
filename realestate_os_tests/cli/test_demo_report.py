"""The summary's tables: what a page or a user wrote stays text."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from realestate_os.cli.demo_report import print_summary

DEAL = {
    "address": "12 Elm St, Seattle 98101",
    "listing_price_usd": 300_000.0,
    "posterior_value_usd": 412_345.6,
    "posterior_low_90_usd": 361_000.0,
    "posterior_high_90_usd": 470_000.0,
    "arv_usd": 450_000.0,
    "mao_usd": None,
    "p_deal": 0.93,
    "bird_dog_score": 88.24,
    "band": "hot",
    "confidence_band": "high",
}
LEAD = {
    "address": "9 Oak Ave, Seattle 98102",
    "lead_rank": 1.0,
    "value_usd": None,
    "value_low_90_usd": None,
    "value_high_90_usd": None,
    "arv_usd": 500_000.0,
    "opening_offer_usd": 310_000.0,
}


def printed(**changes: Any) -> str:
    summary = {
        "county": "king_wa",
        "date": "2026-11-24",
        "seconds": 61.4,
        "model_reused": False,
        "runs": [{}, {}],
        "deals": [DEAL],
        "leads": [LEAD],
        "stages": [{"asset": "listings", "rows": 1234, "set_aside": 2, "reasons": {"duplicate": 2}, "seconds": 1.25}],
        "campaigns": [
            {"audience": "team", "name": "Daily list", "status": "sent", "counts": {"accepted": 3, "bounced": 0}}
        ],
        "places": {"memos": "/srv/var/objects/packets"},
    }
    out = io.StringIO()
    print_summary(Console(file=out, width=160, force_terminal=True, color_system="standard"), {**summary, **changes})
    return out.getvalue()


def test_figures_are_rounded_and_missing_ones_are_dashes() -> None:
    text = printed()
    for expected in ("$300,000", "$412,346 (361k-470k)", "0.93", "88.2 hot", "1,234", "duplicate 2", "accepted 3"):
        assert expected in text
    deal = next(line for line in text.splitlines() if "12 Elm St" in line)
    assert " - " in deal
    assert "bounced" not in text
    assert "Done in 61 s, 2 Dagster runs." in text


def test_a_reused_model_is_told() -> None:
    assert "the month's model was there already" in printed(model_reused=True)


@pytest.mark.parametrize("where", ["deals", "leads"])
def test_an_address_cannot_inject_markup_or_move_the_cursor(where: str) -> None:
    hostile = "[red on red]Sale[/] \x1b[2J\x1b]0;owned\x07\r\n\u202e[link=http://x]y"
    row = {**(DEAL if where == "deals" else LEAD), "address": hostile}
    text = printed(**{where: [row]})
    assert "[red on red]Sale[/]" in text
    assert "[link=http://x]y" in text
    assert "\x1b[2J" not in text
    for control in ("\x07", "\r", "\u202e", "\x1b]0;"):
        assert control not in text


def test_a_reason_a_campaign_and_a_folder_are_text_too() -> None:
    stage = {"asset": "listings", "rows": None, "set_aside": 1, "reasons": {"[bold]x": 1}, "seconds": 0.0}
    campaign = {"audience": "team", "name": "[blink]list", "status": "sent", "counts": {}}
    text = printed(stages=[stage], campaigns=[campaign], places={"memos": "/srv/[red]/packets"})
    for expected in ("[bold]x 1", "[blink]list", "/srv/[red]/packets"):
        assert expected in text


def test_a_home_without_address_is_a_dash() -> None:
    text = printed(leads=[{**LEAD, "address": None}])
    assert "None" not in text
