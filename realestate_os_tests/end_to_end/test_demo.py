"""The main job, end to end on the sandbox: what it prints, what it leaves, what a second run repeats."""

from __future__ import annotations

import subprocess
from datetime import date
from typing import Any

from realestate_os.cli.runs import ALL_ASSETS
from realestate_os.sandbox.world.world import World
from realestate_os.storage.postgres_server import server_is_running
from realestate_os_tests.end_to_end.conftest import LISTINGS, Demo


def test_all_sixteen_assets_ran_in_five_runs(demo: Demo) -> None:
    assert {stage["asset"] for stage in demo.first["stages"]} == set(ALL_ASSETS)
    assert len(demo.first["runs"]) == 5


def test_the_second_run_reuses_the_months_model_and_the_days_pages(demo: Demo) -> None:
    assert demo.second["model_reused"]
    assert {stage["asset"] for stage in demo.second["stages"]} == set(ALL_ASSETS) - {"value_model"}


def test_the_second_run_finds_the_same(demo: Demo) -> None:
    assert demo.second["deals"] == demo.first["deals"]
    assert demo.second["leads"] == demo.first["leads"]
    rows = {stage["asset"]: (stage["rows"], stage["set_aside"]) for stage in demo.first["stages"]}
    again = {stage["asset"]: (stage["rows"], stage["set_aside"]) for stage in demo.second["stages"]}
    for asset in ("listings", "enrichment", "features", "valuations", "scores"):
        assert again[asset] == rows[asset], asset


def test_nobody_gets_the_same_mail_twice(demo: Demo) -> None:
    assert demo.mails_after_first > 0
    assert len(demo.mails()) == demo.mails_after_first


def test_deals_are_ranked_and_do_not_contradict_themselves(demo: Demo) -> None:
    deals = demo.first["deals"]
    assert deals
    scores = [deal["bird_dog_score"] for deal in deals]
    assert scores == sorted(scores, reverse=True)
    for deal in deals:
        assert deal["value_low_90_usd"] < deal["value_usd"] < deal["value_high_90_usd"]
        if abs(deal["p_deal"] - 0.5) > 0.01:
            assert (deal["p_deal"] > 0.5) == (deal["listing_price_usd"] < deal["mao_usd"]), deal


def test_leads_have_an_opening_offer_and_no_price(demo: Demo) -> None:
    leads = demo.first["leads"]
    assert leads
    assert all("listing_price_usd" not in lead and lead["opening_offer_usd"] for lead in leads)


def test_planted_deals_come_out_on_top_and_fake_bargains_do_not(demo: Demo) -> None:
    planted = planted_truth(demo)
    kinds = {deal["url"]: planted[deal["url"].rsplit("/", 1)[-1]]["kind"] for deal in demo.first["deals"]}
    assert not [kind for kind in kinds.values() if kind.startswith("fake_bargain")]
    all_deals = [slug for slug, home in planted.items() if home["kind"] == "deal"]
    top = list(kinds.values())[: len(all_deals)]
    assert top.count("deal") >= len(all_deals) / 2, kinds


def test_memos_and_mails_lie_where_the_summary_says(demo: Demo) -> None:
    memos = list((demo.home / "objects" / "packets").rglob("*.pdf"))
    assert memos
    assert all(path.read_bytes().startswith(b"%PDF") for path in memos)
    text = subprocess.run(["pdftotext", str(memos[0]), "-"], capture_output=True, text=True, check=True).stdout
    assert "Comparable" in text
    assert len(list((demo.home / "mails").rglob("*.html"))) == len(demo.mails())


def test_events_came_back_and_were_folded(demo: Demo) -> None:
    assert demo.first["events"]["accepted"] > 0
    audiences = {campaign["audience"]: campaign["counts"] for campaign in demo.first["campaigns"]}
    assert set(audiences) == {"team", "buyers"}
    assert all(counts["delivered"] > 0 for counts in audiences.values())


def test_postgres_is_stopped_afterwards(demo: Demo) -> None:
    assert not server_is_running(demo.settings)


def planted_truth(demo: Demo) -> dict[str, dict[str, Any]]:
    """What the sandbox wrote down, by slug; the same world made here."""
    day = date.fromisoformat(demo.first["date"])
    world = World(demo.settings.random_seed, demo.first["county"], LISTINGS, day)
    return {home["slug"]: home for home in world.of(demo.first["county"]).planted(day)}
