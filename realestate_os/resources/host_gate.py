"""HostGates: how fast a host may be asked, and when it is left alone, for the whole process.

Belongs here: a token bucket and a circuit breaker a host, shared by all clients of the process. Does
not: requests, retries, what counts as a failure (http_client.py).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

# Two requests with all their tries: a third would only add to the waiting.
FAILURES_UNTIL_OPEN = 8
OPEN_FOR_S = 60.0


class HostGate:
    """One host: `rate` requests a second with a burst of one second's worth, and a breaker.

    The breaker opens after FAILURES_UNTIL_OPEN failures in a row; OPEN_FOR_S later one request is
    let through, and its outcome closes the breaker or opens it again.
    """

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._clock = rate, clock
        self._burst = max(1.0, rate)
        self._tokens, self._filled_at = self._burst, clock()
        self._failures, self._open_until = 0, 0.0
        self._lock = threading.Lock()

    def reserve(self) -> float:
        """Take a token; the seconds to wait before the request may be sent."""
        with self._lock:
            now = self._clock()
            self._tokens = min(self._burst, self._tokens + (now - self._filled_at) * self._rate)
            self._filled_at = now
            self._tokens -= 1.0
            return max(0.0, -self._tokens / self._rate)

    def closed_for(self) -> float:
        """Seconds for which the host is left alone; 0 when it may be asked."""
        with self._lock:
            left = self._open_until - self._clock()
            if left > 0 or self._failures < FAILURES_UNTIL_OPEN:
                return max(left, 0.0)
            self._open_until = self._clock() + OPEN_FOR_S  # everyone else waits for this one's outcome
            return 0.0

    def succeeded(self) -> None:
        """The host answered."""
        with self._lock:
            self._failures, self._open_until = 0, 0.0

    def failed(self) -> None:
        """The host did not answer, or answered that it cannot."""
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES_UNTIL_OPEN:
                self._open_until = self._clock() + OPEN_FOR_S


class HostGates:
    """The gates of a process by host and port."""

    def __init__(self) -> None:
        self._gates: dict[str, HostGate] = {}
        self._lock = threading.Lock()

    def of(self, host: str, rate: float) -> HostGate:
        """The host's gate; `rate` counts when it is asked for the first time."""
        with self._lock:
            if host not in self._gates:
                self._gates[host] = HostGate(rate)
            return self._gates[host]

    def forget(self) -> None:
        """Start anew with every host, as a new process would."""
        with self._lock:
            self._gates.clear()


GATES = HostGates()
