"""The progress display of demo and materialize.

Belongs here: what moves while a command works. Does not: results (demo_report.py).
"""

from __future__ import annotations

import os
import sys
import time
from types import TracebackType

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

PIPE_WIDTH = 140


def own_console(stream_number: int = 2) -> Console:
    """A console on a copy of the stream: Dagster redirects file descriptors 1 and 2 into its run logs
    while an asset works, and the display must not end there."""
    copy = os.fdopen(os.dup(stream_number), "w", buffering=1, encoding="utf-8", errors="replace")
    return Console(file=copy, force_terminal=os.isatty(stream_number) or None)


def wide_console() -> Console:
    """Standard output; a file or a pipe, which has no width, gets room for the tables."""
    return Console() if sys.stdout.isatty() else Console(width=PIPE_WIDTH)


class StageProgress:
    """A line a part, one below it per asset; a plain line each where there is no terminal."""

    def __init__(self) -> None:
        """Writes to standard error, so that --json leaves standard output to the summary."""
        sys.stderr.flush()
        self._console = own_console()
        self._bars = Progress(
            SpinnerColumn(finished_text="[green]✓[/green]"),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}
        self._started: dict[str, float] = {}

    def __enter__(self) -> StageProgress:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def say(self, part: str) -> None:
        """A new part begins."""
        if self._console.is_terminal:
            self._bars.console.print(f"[bold]{part}[/bold]")
        else:
            self._console.print(f"{part} ...", highlight=False)

    def asset(self, name: str, state: str) -> None:
        """An asset started, succeeded or failed."""
        if state == "started":
            self._started[name] = time.monotonic()
            self._tasks[name] = self._bars.add_task(f"  {name}", total=1)
            return
        self._bars.update(self._tasks[name], completed=1)
        if not self._console.is_terminal:
            seconds = time.monotonic() - self._started[name]
            self._console.print(f"  {name}: {state} in {seconds:.1f} s", highlight=False)
