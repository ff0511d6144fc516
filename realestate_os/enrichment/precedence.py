"""Who wins where several know a field: assets_config/precedence.yaml.

Belongs here: the file's model and its loader. Does not: the choice itself (merge.py).
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from realestate_os.enrichment.frames import RECORD_FIELDS, SHARED_FIELDS
from realestate_os.enrichment.sources import PROVIDERS
from realestate_os.errors import RealEstateOSError
from realestate_os.settings import Settings
from realestate_os.yaml_files import read_model

LISTING = "listing"
PARCEL_PROVIDERS = tuple(dict.fromkeys(PROVIDERS.values()))
EVERYONE = (*PARCEL_PROVIDERS, LISTING)


class PrecedenceError(RealEstateOSError):
    """precedence.yaml is wrong; the message names the key and what was expected."""


class Precedence(BaseModel):
    """An order for all fields, and other orders for single ones. Who is not named is not heard."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    default: tuple[str, ...] = EVERYONE
    fields: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @field_validator("fields")
    @classmethod
    def _known_fields(cls, fields: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        known = (*SHARED_FIELDS, *RECORD_FIELDS, "last_sale_date")
        unknown = sorted(set(fields) - set(known))
        if unknown:
            raise ValueError(f"{', '.join(unknown)} unknown; expected of {', '.join(known)}")
        return fields

    @model_validator(mode="after")
    def _known_providers(self) -> Precedence:
        for name, order in {"default": self.default, **self.fields}.items():
            if not order or not set(order) <= set(EVERYONE) or len(set(order)) < len(order):
                raise ValueError(f"{name}: expected an order of {', '.join(EVERYONE)}, each at most once")
        return self

    def of(self, field: str) -> tuple[str, ...]:
        """The order for a field, first wins; listings say nothing of what only records know."""
        order = self.fields.get(field, self.default)
        return order if field in SHARED_FIELDS else tuple(who for who in order if who != LISTING)


def load_precedence(settings: Settings) -> Precedence:
    """The orders of the installation. Raises PrecedenceError."""
    return read_model(settings.assets_config_dir / "precedence.yaml", Precedence, PrecedenceError)
