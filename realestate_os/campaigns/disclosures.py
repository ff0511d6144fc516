"""assets_config/states/*.yaml -> Disclosure: what the law of a state wants said when a contract is marketed.

Belongs here: the strict model and the loader. Does not: the texts themselves, which are configuration
with a reviewer and a date, or the decision not to mail without one (audience.py).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pydantic import Field

from realestate_os.campaigns.config import CampaignConfigError, read_strict
from realestate_os.counties import Strict


class Disclosure(Strict):
    """One state's text. disclosure is None where nobody has written one yet: then nothing is marketed."""

    state: str = Field(pattern=r"^[A-Z]{2}$")
    disclosure: str | None = None
    statute: str | None = None
    reviewed_by: str | None = None
    reviewed_on: date | None = None
    notes: str | None = None


def load_disclosures(assets_config_dir: Path) -> dict[str, Disclosure]:
    """State -> its disclosure, for every file of assets_config/states; blank texts are left out.

    Raises:
        CampaignConfigError: a file is wrong or two files name the same state.
    """
    found: dict[str, Disclosure] = {}
    for path in sorted((assets_config_dir / "states").glob("*.yaml")):
        one = read_strict(path, Disclosure)
        if one.state in found:
            raise CampaignConfigError(f"{path}: state: {one.state} stands in another file too; keep one")
        found[one.state] = one
    return {state: one for state, one in found.items() if one.disclosure and one.disclosure.strip()}
