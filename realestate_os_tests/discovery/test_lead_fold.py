"""What the lists of a county say together on a day: the newest word counts, in whatever order they came."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realestate_os.discovery.frames import LEADS
from realestate_os.discovery.lead_fold import Lead, LeadSign, leads_on, load_signal_terms
from realestate_os.discovery.lead_mapping import LeadFileError
from realestate_os.settings import PROJECT_DIR

DAY = date(2026, 6, 1)
TERMS = load_signal_terms(PROJECT_DIR / "assets_config")


def days(number: int) -> date:
    return DAY + timedelta(days=number)


def line(
    seen: int = 0, *signals: dict[str, Any], list_id: str = "a", number: int = 2, **changes: Any
) -> dict[str, Any]:
    """A line of a list of the day `seen` days after DAY."""
    told = [dict.fromkeys(("event_date", "amount_usd", "detail", "ended_on")) | one for one in signals]
    empty = dict.fromkeys(LEADS.names)
    return empty | {
        **{"list_id": list_id, "line": number, "county": "cook_il", "source": "vendor", "list_sha256": "0" * 64},
        **{"imported_at": datetime(2026, 6, 1, tzinfo=UTC), "seen_on": days(seen), "valid_until": days(seen + 180)},
        **{"complete": False, "property_id": "p1", "condition_claimed": "unknown", "off_list": False},
        **{"kinds_told": json.dumps(["notice_of_default", "tax_delinquency", "vacancy"]), "signals": json.dumps(told)},
        **changes,
    }


def frame(*lines: dict[str, Any]) -> pd.DataFrame:
    rows = pd.DataFrame(list(lines), columns=LEADS.names)
    floats = [column.name for column in LEADS.columns if column.dtype == "float64"]
    return LEADS.to_arrow(rows.astype(dict.fromkeys(floats, "float64"))).to_pandas()


def on(day: int, *lines: dict[str, Any]) -> list[Lead]:
    return leads_on(frame(*lines), days(day), TERMS)


def signs(day: int, *lines: dict[str, Any]) -> list[LeadSign]:
    return [sign for lead in on(day, *lines) for sign in lead.signs]


def default(event: int | None = None, **changes: Any) -> dict[str, Any]:
    happened = None if event is None else days(event).isoformat()
    return {"kind": "notice_of_default", "event_date": happened} | changes


VACANT = {"kind": "vacancy"}


def test_a_list_is_unknown_before_its_day() -> None:
    assert on(-1, line(0, VACANT)) == []
    (sign,) = signs(0, line(0, VACANT))
    assert (sign.kind, sign.seen_on, sign.expires_on) == ("vacancy", DAY, days(180))


def test_a_sign_counts_from_its_event_where_that_is_what_fades() -> None:
    (sign,) = signs(0, line(0, default(-100)))
    assert (sign.event_date, sign.expires_on) == (days(-100), days(265))
    assert signs(266, line(0, default(-100))) == []


@pytest.mark.parametrize(
    "cure",
    [
        line(30, default(-10, ended_on=days(20).isoformat()), list_id="b"),
        line(30, list_id="b"),
        line(30, default(-10), list_id="b", off_list=True),
    ],
    ids=["it says so", "the newer list is silent", "off the list"],
)
def test_a_cured_default_stops_counting_from_the_day_on_which_that_is_known(cure: dict[str, Any]) -> None:
    lists = (line(0, default(-10)), cure)
    assert [sign.kind for sign in signs(29, *lists)] == ["notice_of_default"]
    assert signs(30, *lists) == []


def test_a_lead_leaves_with_the_last_of_its_signs_and_a_plain_one_after_its_days() -> None:
    ended = line(0, default(-10, ended_on=days(5).isoformat()))
    assert [on(day, ended)[0].on_list for day in (4, 5)] == [True, False]
    assert [on(day, line(0))[0].on_list for day in (180, 181)] == [True, False]


def test_who_is_not_on_the_next_complete_list_has_paid() -> None:
    owes = {"kind": "tax_delinquency", "event_date": "2024-12-31", "amount_usd": 500.0}
    first = [line(0, owes, complete=True), line(0, owes, complete=True, property_id="p2", number=3)]
    second = line(40, owes, complete=True, list_id="b")
    assert [(lead.property_id, len(lead.signs)) for lead in on(39, *first, second)] == [("p1", 1), ("p2", 1)]
    paid = {lead.property_id: (lead.on_list, len(lead.signs)) for lead in on(40, *first, second)}
    assert paid == {"p1": (True, 1), "p2": (False, 0)}


def test_another_source_does_not_cure_and_a_list_that_tells_nothing_of_a_kind_neither() -> None:
    other = line(10, source="other", list_id="b")
    silent = line(10, list_id="c", kinds_told=json.dumps(["vacancy"]))
    assert [sign.source for sign in signs(20, line(0, default(-10)), other, silent)] == ["vendor"]


def test_the_years_of_a_debt_add_up_once_and_it_is_as_old_as_the_oldest() -> None:
    years = [
        {"kind": "tax_delinquency", "event_date": f"{year}-12-31", "amount_usd": 100.0} for year in (2025, 2023, 2024)
    ]
    lines = [line(0, one, number=number) for number, one in enumerate([*years, years[0]])]
    (sign,) = signs(0, *lines)
    assert (sign.event_date, sign.amount_usd) == (date(2023, 12, 31), 300.0)


def test_seen_since_the_first_of_an_unbroken_row() -> None:
    lists = [line(0, VACANT), line(10, list_id="b"), line(20, VACANT, list_id="c"), line(30, VACANT, list_id="d")]
    (sign,) = signs(35, *lists)
    assert (sign.seen_on, sign.expires_on) == (days(20), days(210))


def test_a_line_with_a_parcel_number_only_joins_the_property_of_that_number() -> None:
    whole = line(0, apn="111", number=1)
    parcel = line(0, VACANT, property_id=None, apn="111", number=2, source="taxes")
    alone = line(0, VACANT, property_id=None, apn="222", number=3, source="taxes")
    found = {lead.apn: (lead.property_id, lead.on_list, len(lead.signs)) for lead in on(0, whole, parcel, alone)}
    assert found == {"111": ("p1", True, 1), "222": (None, False, 1)}


def test_the_newest_fact_wins_and_older_ones_fill() -> None:
    (lead,) = on(20, line(0, bedrooms=3.0, year_built=1920.0), line(10, bedrooms=4.0, list_id="b"))
    assert (lead.fact("bedrooms"), lead.fact("year_built"), lead.fact("stories")) == (4.0, 1920.0, None)


def test_the_terms_need_each_kind(tmp_path: Any) -> None:
    (tmp_path / "lead_signals.yaml").write_text("valid: {}\nlong_tenure_years: 15\n")
    with pytest.raises(LeadFileError, match="expected one entry for each of absentee_owner"):
        load_signal_terms(tmp_path)


def dates(first: int, last: int) -> st.SearchStrategy[str | None]:
    return st.none() | st.integers(first, last).map(lambda number: days(number).isoformat())


signal = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["notice_of_default", "tax_delinquency", "vacancy"]),
        "event_date": dates(-500, 60),
        "amount_usd": st.none() | st.sampled_from([100.0, 250.0]),
        "ended_on": dates(-50, 60),
    }
)
lead_lines = st.builds(
    lambda seen, told, **changes: line(seen, *told, **changes),
    st.integers(0, 60),
    st.lists(signal, max_size=2, unique_by=lambda one: one["kind"]),
    source=st.sampled_from(["vendor", "taxes"]),
    complete=st.booleans(),
    off_list=st.booleans(),
    list_id=st.sampled_from("abcd"),
    property_id=st.sampled_from(["p1", "p2", None]),
    apn=st.sampled_from(["111", "222"]),
)


@settings(max_examples=60)
@given(st.lists(lead_lines, max_size=7), st.randoms(use_true_random=False), st.integers(0, 300))
def test_order_and_repetition_do_not_matter_and_the_future_is_unknown(lines: list[Any], random: Any, day: int) -> None:
    numbered = [one | {"line": number} for number, one in enumerate(lines)]
    again = [one | {"list_id": f"{one['list_id']}again"} for one in numbered]
    shuffled = random.sample(numbered, len(numbered))
    found = on(day, *numbered)
    assert on(day, *shuffled) == found
    # The same lines under another list's name: nothing is counted twice.
    assert [(lead.property_id, lead.signs, lead.on_list) for lead in on(day, *numbered, *again)] == [
        (lead.property_id, lead.signs, lead.on_list) for lead in found
    ]
    past = [one for one in numbered if one["seen_on"] <= days(day)]
    assert on(day, *past) == found
    assert all(sign.seen_on <= days(day) <= sign.expires_on for lead in found for sign in lead.signs)
