"""One `up` at a time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from realestate_os.cli.hold import AlreadyUpError, holding_up, is_up
from realestate_os.settings import PROJECT_DIR, Settings

HOLDER = """
import sys
from realestate_os.cli.hold import holding_up
from realestate_os.settings import load_settings
with holding_up(load_settings(realestate_os_home=sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(realestate_os_home=tmp_path / "var")


def test_nobody_holds_a_fresh_installation(settings: Settings) -> None:
    assert not is_up(settings)


def test_a_second_up_is_refused_and_says_what_to_do(settings: Settings) -> None:
    with (
        holding_up(settings),
        pytest.raises(AlreadyUpError, match=rf"already running for {settings.home}; stop it with Ctrl-C"),
        holding_up(settings),
    ):
        pass


def test_the_lock_is_free_again_afterwards(settings: Settings) -> None:
    with holding_up(settings):
        assert is_up(settings)
    assert not is_up(settings)
    with holding_up(settings):
        pass


def test_asking_does_not_take_the_lock_away(settings: Settings) -> None:
    with holding_up(settings):
        assert [is_up(settings), is_up(settings)] == [True, True]


def test_another_process_is_seen_and_its_death_frees_the_lock(settings: Settings) -> None:
    command = [sys.executable, "-c", HOLDER, str(settings.home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT_DIR) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert is_up(settings)
        holder.kill()
        holder.wait()
        assert not is_up(settings)


def test_two_installations_do_not_disturb_each_other(settings: Settings, tmp_path: Path) -> None:
    with holding_up(settings):
        assert not is_up(Settings(realestate_os_home=tmp_path / "other"))
