"""Token bucket and breaker by a clock of our own."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from realestate_os.resources.host_gate import FAILURES_UNTIL_OPEN, OPEN_FOR_S, HostGate


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@given(st.floats(0.5, 50), st.lists(st.floats(0, 3), max_size=40))
def test_whatever_the_gaps_no_window_holds_more_than_rate_and_burst_allow(rate, gaps):
    clock = Clock()
    gate = HostGate(rate, clock)
    sent = []
    for gap in gaps:
        clock.now += gap
        sent.append(clock.now + gate.reserve())
    sent.sort()
    for i, first in enumerate(sent):
        for j in range(i, len(sent)):
            assert j - i + 1 <= max(1.0, rate) + rate * (sent[j] - first) + 1e-6


def test_the_breaker_lets_one_through_after_its_time_and_closes_when_that_one_succeeds():
    clock = Clock()
    gate = HostGate(10, clock)
    for _ in range(FAILURES_UNTIL_OPEN):
        assert gate.closed_for() == 0
        gate.failed()
    assert gate.closed_for() == OPEN_FOR_S
    clock.now += OPEN_FOR_S
    assert gate.closed_for() == 0
    assert gate.closed_for() > 0
    gate.succeeded()
    assert gate.closed_for() == 0


def test_a_probe_that_fails_opens_it_again():
    clock = Clock()
    gate = HostGate(10, clock)
    for _ in range(FAILURES_UNTIL_OPEN):
        gate.failed()
    clock.now += OPEN_FOR_S
    assert gate.closed_for() == 0
    gate.failed()
    clock.now += OPEN_FOR_S / 2
    assert gate.closed_for() == OPEN_FOR_S / 2
