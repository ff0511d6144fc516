"""Import of the code location against `import dagster` alone: every Dagster process pays it."""

from __future__ import annotations

import subprocess
import sys
import time

from benchmarks.report import show

ROUNDS = 5


def main() -> None:
    """Pairs in turn, so that a machine that slows down slows both."""
    ours, peer = [], []
    for _ in range(ROUNDS + 1):  # the first pair warms the file cache
        peer.append(_seconds("import dagster"))
        ours.append(_seconds("import realestate_os.definitions"))
    show("import realestate_os.definitions", ours[1:], "import dagster", peer[1:], aim=1.3)


def _seconds(statement: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - started
