"""assets_config/campaigns/*.yaml -> TeamCampaign, BuyersCampaign.

Belongs here: the strict models of campaign files and their loader. Does not: thresholds and limits
that the environment sets (settings.py), texts of the law (disclosures.py).
"""

from __future__ import annotations

from pathlib import Path
from string import Formatter
from typing import Literal, TypeVar

from pydantic import Field, field_validator

from realestate_os.counties import Strict
from realestate_os.errors import RealEstateOSError
from realestate_os.yaml_files import read_model

Model = TypeVar("Model")


class CampaignConfigError(RealEstateOSError):
    """A campaign or state file is wrong; the message names the file, the key and what was expected."""


class _Campaign(Strict):
    """What both campaigns have. subject may name the fields that SUBJECT_FIELDS lists."""

    name: str = Field(min_length=1, max_length=100)
    subject: str = Field(min_length=1, max_length=150)
    category: str = Field(min_length=1, max_length=255)
    reply_to: str | None = None


class TeamCampaign(_Campaign):
    """The daily list: one mail a person, county and day."""

    audience: Literal["team"]
    max_deals: int = Field(gt=0, le=100)
    max_leads: int = Field(ge=0, le=100)

    @field_validator("subject")
    @classmethod
    def _fields(cls, subject: str) -> str:
        return _known_fields(subject, ("county", "date", "deals", "leads"))


class BuyersCampaign(_Campaign):
    """Properties under control, one mail a buyer and property."""

    audience: Literal["buyers"]
    max_mails_per_contact: int = Field(gt=0, le=50)

    @field_validator("subject")
    @classmethod
    def _fields(cls, subject: str) -> str:
        return _known_fields(subject, ("home", "city", "price"))


class Campaigns(Strict):
    """Both campaigns of an installation."""

    team: TeamCampaign
    buyers: BuyersCampaign


def load_campaigns(assets_config_dir: Path) -> Campaigns:
    """team_daily.yaml and buyers.yaml of assets_config/campaigns.

    Raises:
        CampaignConfigError: a file is missing or wrong, or another file lies beside them.
    """
    folder = assets_config_dir / "campaigns"
    strange = sorted({path.name for path in folder.glob("*.yaml")} - {"team_daily.yaml", "buyers.yaml"})
    if strange:
        raise CampaignConfigError(
            f"{folder}: {', '.join(strange)}: unknown file; expected team_daily.yaml, buyers.yaml"
        )
    return Campaigns(
        team=read_strict(folder / "team_daily.yaml", TeamCampaign),
        buyers=read_strict(folder / "buyers.yaml", BuyersCampaign),
    )


def read_strict(path: Path, model: type[Model]) -> Model:
    """One YAML file, checked against a model. Raises CampaignConfigError."""
    if not path.is_file():
        raise CampaignConfigError(f"{path}: no such file; docs/campaigns.md shows what it holds")
    return read_model(path, model, CampaignConfigError)


def _known_fields(subject: str, known: tuple[str, ...]) -> str:
    try:
        used = {name for _, name, _, _ in Formatter().parse(subject) if name is not None}
    except ValueError as error:
        raise ValueError(f"not a valid pattern: {error}") from None
    if used - set(known):
        raise ValueError(f"unknown field {sorted(used - set(known))}; known: {', '.join(known)}")
    if any(ord(character) < 32 for character in subject):
        raise ValueError("a subject is one line")
    return subject
