"""The fold is a function of the set of events: order and repetition change nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realestate_os.campaigns.fold import DISPLAY, Event, MailState, display_status, fold
from realestate_os.storage.tables import DELIVERY_STATES, ENGAGEMENT_STATES, SEND_STATUSES, SUPPRESSION_STATES

T0 = datetime(2026, 11, 24, 12, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return T0 + timedelta(minutes=minutes)


NAMES = (
    *("processed", "deferred", "delivered", "bounce", "dropped", "open", "click", "spamreport"),
    *("unsubscribe", "group_unsubscribe", "group_resubscribe", "something_new"),
)
events = st.builds(
    Event,
    event=st.sampled_from(NAMES),
    at=st.integers(0, 5).map(at),
    bounce_type=st.sampled_from([None, "bounce", "blocked"]),
    machine_open=st.booleans(),
    group_id=st.sampled_from([None, 1, 2]),
)


@given(st.lists(events, max_size=12), st.randoms())
def test_order_and_repetition_do_not_matter(seen: list[Event], random) -> None:
    again = seen + random.choices(seen, k=len(seen)) if seen else []
    random.shuffle(again)
    assert fold(again) == fold(seen)


@given(st.lists(events, min_size=1, max_size=12), events)
def test_one_more_event_never_weakens_delivery_or_engagement(seen: list[Event], one: Event) -> None:
    before, after = fold(seen), fold([*seen, one])
    for axis, order in (("delivery", DELIVERY_STATES), ("engagement", ENGAGEMENT_STATES)):
        old, new = getattr(before, axis), getattr(after, axis)
        assert old is None or order.index(new) >= order.index(old)


@given(st.lists(events, max_size=12), st.sampled_from(SEND_STATUSES))
def test_every_state_has_its_word_and_the_tables_take_it(seen: list[Event], status: str) -> None:
    state = fold(seen)
    assert state.delivery in (None, *DELIVERY_STATES)
    assert state.engagement in (None, *ENGAGEMENT_STATES)
    assert state.suppression in (None, *SUPPRESSION_STATES)
    assert display_status(status, state) in DISPLAY


@pytest.mark.parametrize(
    ("seen", "shown"),
    [
        ([], "accepted"),
        ([Event("processed", at(0))], "processed"),
        ([Event("delivered", at(1)), Event("deferred", at(2))], "delivered"),
        ([Event("open", at(1), machine_open=True)], "opened_machine"),
        ([Event("open", at(1), machine_open=True), Event("open", at(2))], "opened"),
        ([Event("click", at(1))], "clicked"),
        ([Event("click", at(1)), Event("bounce", at(2), bounce_type="bounce")], "bounced"),
        ([Event("bounce", at(1), bounce_type="blocked")], "blocked"),
        ([Event("bounce", at(1), bounce_type="blocked"), Event("delivered", at(2))], "delivered"),
        ([Event("dropped", at(1))], "dropped"),
        ([Event("unsubscribe", at(1)), Event("click", at(0))], "unsubscribed"),
        ([Event("unsubscribe", at(1)), Event("spamreport", at(2))], "complained"),
        ([Event("group_unsubscribe", at(1), group_id=1), Event("group_resubscribe", at(2), group_id=1)], "accepted"),
        (
            [Event("group_unsubscribe", at(2), group_id=1), Event("group_resubscribe", at(1), group_id=1)],
            "unsubscribed",
        ),
        (
            [Event("group_unsubscribe", at(1), group_id=1), Event("group_resubscribe", at(2), group_id=2)],
            "unsubscribed",
        ),
        ([Event("unsubscribe", at(1)), Event("group_resubscribe", at(2), group_id=1)], "unsubscribed"),
    ],
)
def test_the_word_that_is_shown(seen: list[Event], shown: str) -> None:
    assert display_status("accepted", fold(seen)) == shown


def test_a_late_hard_bounce_keeps_the_time_of_delivery() -> None:
    state = fold([Event("bounce", at(9), bounce_type="bounce"), Event("delivered", at(3))])
    assert (state.delivery, state.delivered_at) == ("bounced", at(3))


def test_an_open_implies_delivery_and_its_time_until_a_delivered_event_comes() -> None:
    opened = Event("open", at(9))
    assert (fold([opened]).delivery, fold([opened]).delivered_at) == ("delivered", at(9))
    assert fold([opened, Event("delivered", at(10))]).delivered_at == at(10)


def test_payloads_are_read_with_care() -> None:
    event = Event.of("open", T0, {"sg_machine_open": "true", "type": 7, "asm_group_id": "x", "send_id": "s"})
    assert event == Event("open", T0, machine_open=True)
    assert fold([]) == MailState()
