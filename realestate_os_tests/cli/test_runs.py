"""How a selection splits into runs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from realestate_os.cli.runs import ALL_ASSETS, PlannedRun, SelectionError, check_span, months_between, plan_runs, select
from realestate_os.counties import CountyError

DAY = date(2026, 11, 24)


def test_a_day_is_four_runs() -> None:
    runs = plan_runs(ALL_ASSETS, "king_wa", DAY, DAY)
    assert [run.key for run in runs] == ["king_wa", "king_wa|2026-11-24", "king_wa|2026-11-01", "king_wa|2026-11-24"]
    assert sum(len(run.assets) for run in runs) == 18
    assert [run.tags for run in runs] == [{"realestate_os/as_of": "2026-11-24"}, {}, {}, {}]


def test_a_range_spans_days_and_months() -> None:
    runs = plan_runs(("features", "value_model", "scores"), "king_wa", date(2026, 10, 30), date(2026, 11, 2))
    assert runs == [
        PlannedRun(("features",), "king_wa|2026-10-30", "king_wa|2026-11-02"),
        PlannedRun(("value_model",), "king_wa|2026-10-01", "king_wa|2026-11-01"),
        PlannedRun(("scores",), "king_wa|2026-10-30", "king_wa|2026-11-02"),
    ]


def test_select_keeps_the_order_of_the_data() -> None:
    assert select([], ["scores", "features"]) == ("features", "scores")
    assert select(["campaigns"], []) == ("campaigns", "deliveries", "engagement")
    assert select([], []) == ALL_ASSETS


def test_unknown_names_are_listed_with_the_known_ones() -> None:
    with pytest.raises(SelectionError, match=r"unknown valuing; stages: discovery, .*assets: sales"):
        select(["valuing"], [])


def test_dates_in_the_wrong_order() -> None:
    with pytest.raises(SelectionError, match="lies before"):
        check_span("king_wa", date(2026, 3, 2), date(2026, 3, 1))


def test_days_that_have_no_partition() -> None:
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    check_span("king_wa", date(2014, 1, 1), tomorrow - timedelta(days=1))
    for day in (date(2013, 12, 31), tomorrow):
        with pytest.raises(SelectionError, match=f"{day}: there are days from 2014-01-01 to"):
            check_span("king_wa", day, day)


def test_a_county_without_a_file() -> None:
    with pytest.raises(CountyError, match="no county 'nowhere'"):
        check_span("nowhere", DAY, DAY)


def test_months_between_crosses_a_year() -> None:
    assert months_between(date(2025, 12, 31), date(2026, 2, 1)) == [
        date(2025, 12, 1),
        date(2026, 1, 1),
        date(2026, 2, 1),
    ]
