"""A small county for bad input, and what its commands print.

Belongs here: what several files of bad input share. Does not: fixtures (conftest.py).
"""

from __future__ import annotations

import subprocess
from datetime import date

from realestate_os.settings import Settings, load_settings

COUNTY = "king_wa"
HOMES = 12
# Fixed, so that some of the homes are on pages that need a browser.
DAY = date(2025, 6, 2)
PAGES = ("materialize", "--county", COUNTY, "--date", str(DAY), "--assets", "listing_pages")


def error_of(result: subprocess.CompletedProcess[str]) -> str:
    """The one message of a command that failed for a reason that a person can mend."""
    assert result.returncode == 1, result.stdout + result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    lines = result.stderr.strip().splitlines()
    assert [line for line in lines if line.startswith("error: ")] == [lines[-1]], result.stderr
    return lines[-1]


def settings_of(variables: dict[str, str]) -> Settings:
    return load_settings(**{name.lower(): value for name, value in variables.items()})
