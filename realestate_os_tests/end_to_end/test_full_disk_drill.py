"""A disk that is full when a command begins, and one that fills up: one message, and the next run goes on."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from realestate_os.cli.hold import holding_up
from realestate_os.sandbox.server import start_sandbox
from realestate_os.sandbox.world import World
from realestate_os.storage.postgres_server import stop_server
from realestate_os_tests.end_to_end.conftest import run_cli
from realestate_os_tests.end_to_end.installation import COUNTY, DAY, HOMES, PAGES, error_of, settings_of
from realestate_os_tests.places import environment

pytestmark = [
    pytest.mark.drill,
    pytest.mark.skipif(os.geteuid() != 0, reason="a disk of its own is mounted, which only root may do"),
]
FOLLOWING = (*PAGES[:-2], "--stages", "discovery", "--stages", "enrichment")
# Left for what a database needs to answer at all; a run writes more than that.
NEARLY_NOTHING = 200_000


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A folder on a disk of its own."""
    with tempfile.TemporaryDirectory(prefix="reos-disk-") as folder:
        Path(folder).chmod(0o755)  # the embedded Postgres runs as a user of its own
        size = f"size={megabytes}m,mode=755"
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder], check=False)
        if mounted.returncode:
            pytest.skip("no disk can be mounted here")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


def fill(disk: Path, leave: int) -> Path:
    """A file that takes what is free but for so many bytes."""
    free = os.statvfs(disk)
    size = free.f_bavail * free.f_frsize - leave
    path = disk / "filler"
    with path.open("wb") as file:
        while size > 0:
            size -= file.write(b"\0" * min(size, 1_000_000))
    return path


def test_a_disk_that_is_full_at_the_start() -> None:
    with small_disk(20) as disk:
        error = error_of(run_cli(environment(disk / "var"), *PAGES))
        assert "var has 21 MB free, Postgres needs 300 MB" in error
        assert "make room or set REALESTATE_OS_HOME to a folder on another disk" in error


def test_a_disk_that_fills_between_two_stages() -> None:
    with small_disk(600) as disk:
        variables = environment(disk / "var")
        settings = settings_of(variables)
        world = World(seed=settings.random_seed, county=COUNTY, listings=HOMES, on=DAY)
        try:
            with holding_up(settings), start_sandbox(settings, world):
                done = run_cli(variables, *PAGES)
                assert done.returncode == 0, done.stderr
                filler = fill(disk, NEARLY_NOTHING)
                error = error_of(run_cli(variables, *FOLLOWING))
                assert "No space left on device" in error
                filler.unlink()
            done = run_cli(variables, *FOLLOWING)
            assert done.returncode == 0, done.stderr
        finally:
            stop_server(settings)
