"""A stored score from its snapshot, and why it changed between two days."""

from __future__ import annotations

import gzip
import json
import math
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realestate_os.enrichment.frames import LEAD_SIGNALS
from realestate_os.resources.object_store import ObjectStore
from realestate_os.scoring.build import build_scores
from realestate_os.scoring.change import NoScoreError, ScoreChange, printed_lines, score_change
from realestate_os.scoring.find import Found
from realestate_os.scoring.frames import SCORES
from realestate_os.scoring.recompute import NotScoredError, Recomputed, recompute
from realestate_os.scoring.snapshots import SnapshotError, save_snapshots
from realestate_os_tests.scoring.homes import DAY, Day, day_of, king

LEAD = {"listing_price_usd": None, "price_basis": "none", "listing_status": "off_market"}
HOMES: list[dict[str, Any]] = [
    {},
    {"listing_price_usd": 799_999.37, "year_renovated": 2020.0, "last_sale_date": None},
    LEAD | {"owner_occupied": False, "liens_usd": 123_456.78},
    LEAD,
    {"bargain_flag": "leased_land"},
    {"value_usd": None, "log_value_sd": None},
]


def stored(objects: ObjectStore, day: Day) -> list[Found]:
    """The day scored and kept, as the asset does it."""
    save_snapshots(objects, day.inputs)
    scores = day.scores()
    objects.parquet.write(SCORES, f"king_wa|{day.day}", scores)
    return [Found(one, "king_wa", day.day, "1417 E Howell St, Seattle, 98122") for one in scores["property_id"]]


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    return ObjectStore(str(tmp_path))


def signals(day: Day, property_id: str) -> Any:
    row = {
        "property_id": property_id,
        "county": "king_wa",
        "date": day.day,
        "kind": "probate",
        "event_date": date(2026, 8, 1),
        "seen_on": date(2026, 9, 1),
        "source": "probate_list",
    }
    frame = LEAD_SIGNALS.empty()
    frame.loc[0] = {name: row.get(name) for name in LEAD_SIGNALS.names}
    return frame


def test_every_stored_row_is_recomputed_to_the_last_digit(objects: ObjectStore) -> None:
    day = day_of(HOMES)
    day = replace(day, signals=signals(day, day.listings["property_id"][3]))
    for found in stored(objects, day):
        result = recompute(objects, found)
        assert result.differing == [] and result.same_code


def test_the_snapshot_outlives_another_materialization_and_other_settings(objects: ObjectStore) -> None:
    first = stored(objects, day_of(HOMES))[0]
    snapshot = recompute(objects, first).stored["snapshot_id"]
    terms = [{"up_to_usd": None, "arv_pct": 0.7, "fee_usd": 1}]
    stored(objects, day_of([{"listing_price_usd": 1_000.0}], county=king(deal_tiers=terms)))
    assert recompute(objects, first).differing == []
    assert len(list(objects.keys("snapshots/scores"))) == 2
    stored(objects, day_of(HOMES))
    again = recompute(objects, first)
    assert again.stored["snapshot_id"] == snapshot and len(list(objects.keys("snapshots/scores"))) == 2


def test_a_stored_figure_that_was_changed_is_named(objects: ObjectStore) -> None:
    first = stored(objects, day_of(HOMES))[0]
    scores = objects.parquet.read(SCORES, f"king_wa|{DAY}")
    scores.loc[0, "bird_dog_score"] = math.nextafter(scores["bird_dog_score"][0], 100)
    objects.parquet.write(SCORES, f"king_wa|{DAY}", scores)
    assert recompute(objects, first).differing == ["bird_dog_score"]


def test_a_missing_or_changed_snapshot_is_an_error_that_says_so(objects: ObjectStore) -> None:
    first = stored(objects, day_of(HOMES))[0]
    (key,) = objects.keys("snapshots/scores")
    content = json.loads(gzip.decompress(objects.get(key)))
    for one in content["homes"].values():
        one["home"]["value_usd"] = 1.0
    objects.put(key, gzip.compress(json.dumps(content).encode()))
    with pytest.raises(SnapshotError, match="was changed"):
        recompute(objects, first)
    objects.delete(key)
    with pytest.raises(SnapshotError, match="materialize --county king_wa"):
        recompute(objects, first)
    with pytest.raises(NotScoredError, match="not among the scores"):
        recompute(objects, replace(first, property_id="11111111-1111-5111-8111-111111111111"))


def recomputed(day: Day) -> Recomputed:
    row = {
        name: None if value != value else value for name, value in build_scores(day.inputs).iloc[0].to_dict().items()
    }
    return Recomputed(row, row, day.inputs, "3")


def change(before: dict[str, Any], after: dict[str, Any], **of_day: Any) -> ScoreChange:
    later = replace(day_of([after], **of_day), day=DAY + timedelta(days=9))
    return score_change(recomputed(day_of([before])), recomputed(later))


def lines(of: ScoreChange) -> dict[str, float]:
    return {one.line: one.log_odds for one in of.lines if one.log_odds}


def test_one_change_is_one_line() -> None:
    assert set(lines(change({}, {}))) == set()
    cut = change({}, {"listing_price_usd": 540_000.0})
    assert set(lines(cut)) == {"asking price"} and lines(cut)["asking price"] > 0
    (line,) = [one for one in cut.lines if one.line == "asking price"]
    assert (line.before, line.after) == ("$560,000", "$540,000")
    assert set(lines(change({}, {"model_version": "4"}))) == set()
    market = king().market.model_dump()
    cold = king(market=market | {"heat": market["heat"] | {"value": 0.9}})
    assert lines(change({}, {}, county=cold)) == pytest.approx({"market heat": math.log(0.9 / 1.15)})


CHANGES = st.fixed_dictionaries(
    {
        "listing_price_usd": st.floats(300_000, 1e6),
        "value_usd": st.floats(400_000, 1.2e6),
        "log_value_sd": st.floats(0.04, 0.2),
        "condition_claimed": st.sampled_from(["unknown", "fixer", "renovated"]),
        "zip_code": st.sampled_from(["98122", "98118"]),
    }
)


@given(before=CHANGES, after=CHANGES, comparables=st.integers(0, 4))
@settings(max_examples=10)
def test_the_lines_add_up_also_as_printed(before: dict[str, Any], after: dict[str, Any], comparables: int) -> None:
    found = change(before, after, comparables=comparables)
    assert math.fsum(one.log_odds for one in found.lines) == pytest.approx(found.log_odds, abs=1e-9)
    assert round(sum(printed_lines(found, 3)), 3) == pytest.approx(round(found.log_odds, 3), abs=1e-9)


def test_without_a_score_on_both_days_there_is_nothing_to_compare() -> None:
    with pytest.raises(NoScoreError, match="pending"):
        change({"listing_status": "pending"}, {})
