"""assets_config/sources/*.yaml of public records -> Source: where a county's records come from.

Belongs here: the strict model of a records source and its loader. Does not: how a service is asked
(connectors/) or websites (discovery has its own source files: kind tells them apart).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from realestate_os.counties import County
from realestate_os.enrichment.parsers import PARSERS
from realestate_os.enrichment.sales_columns import FIELDS as SALE_FIELDS
from realestate_os.errors import RealEstateOSError
from realestate_os.settings import Settings
from realestate_os.storage.home import HOME_NAMES
from realestate_os.yaml_files import read_model, read_yaml

RECORD_KINDS = ("census", "socrata", "arcgis")
Provides = Literal["sales", "zip_demographics", "parcels"]
OWNER_FIELDS = frozenset({"owner_name", "owner_mailing_address", "owner_occupied"})
PARCEL_FIELDS = frozenset(HOME_NAMES) | OWNER_FIELDS | {
    "full_baths", "three_quarter_baths", "half_baths", "lot_acres", "assessed_value_usd", "market_value_usd",
    "annual_tax_usd", "last_sale_date", "last_sale_price_usd",
}  # fmt: skip
FIELDS_OF: dict[str, frozenset[str]] = {
    "parcels": PARCEL_FIELDS,
    "sales": frozenset(SALE_FIELDS) | {"sale_date_precision"},
    "zip_demographics": frozenset(),
}


class SourceError(RealEstateOSError):
    """A source file is wrong; the message names the file, the key and what was expected."""


class Strict(BaseModel):
    """Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class FieldMap(Strict):
    """How one of our fields is read: a field of the source, or several that are joined or added.

    `geometry.x` and `geometry.y` are the longitude and latitude of an ArcGIS feature.
    """

    source: tuple[str, ...] = Field(alias="from", min_length=1)
    parser: str = "text"
    combine: Literal["add", "join", "first"] = "first"
    values: dict[str, str] | None = None

    @field_validator("source", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("parser")
    @classmethod
    def _known_parser(cls, name: str) -> str:
        if name not in PARSERS:
            raise ValueError(f"no parser {name!r}; expected one of {', '.join(sorted(PARSERS))}")
        return name


class Lookup(Strict):
    """By which fields of the source a parcel is found."""

    apn: str | None = None
    address: str | None = None
    zip_code: str | None = None

    @model_validator(mode="after")
    def _something(self) -> Lookup:
        if self.apn is None and self.address is None:
            raise ValueError("lookup: name the field of the APN, of the address, or both")
        return self


class Source(Strict):
    """One source of public records.

    `counties` lists county keys, or "all" with `except_counties`; keys without a county file are
    idle. `url` is the logical base; {county} in it is the county's key. A `historical` source
    answers as of any day (header X-As-Of); every other is asked only for the county's today.
    apn_template puts the digits of an APN into the source's form, one # a digit ("###-##-####").
    """

    key: str
    kind: Literal["census", "socrata", "arcgis"]
    profile: Literal["sandbox", "public"]
    provides: Provides
    counties: Literal["all"] | list[str]
    except_counties: list[str] = Field(default_factory=list)
    url: str = Field(pattern=r"^https://")
    historical: bool = False
    version: str = "1"
    page_size: int = Field(default=1000, ge=1, le=50_000)
    order_by: str | None = None
    where: str | None = None
    fields: dict[str, FieldMap] = Field(default_factory=dict)
    lookup: Lookup | None = None
    apn_template: str | None = None
    recorded_field: str | None = None
    first_vintage: int = 2012
    releases: dict[int, date] = Field(default_factory=dict)
    note: str = ""

    @model_validator(mode="after")
    def _fits_what_it_provides(self) -> Source:
        unknown = sorted(set(self.fields) - FIELDS_OF[self.provides])
        if unknown:
            raise ValueError(
                f"fields: {', '.join(unknown)} unknown; expected of {', '.join(sorted(FIELDS_OF[self.provides]))}"
            )
        if (self.kind == "census") != (self.provides == "zip_demographics"):
            raise ValueError("kind: census provides zip_demographics and nothing else does")
        if self.provides == "parcels" and (self.lookup is None or "apn" not in self.fields):
            raise ValueError("a source of parcels needs lookup: and fields: apn")
        if self.provides == "sales" and not {"apn", "sale_date", "sale_price_usd"} <= set(self.fields):
            raise ValueError("fields: a source of sales needs apn, sale_date and sale_price_usd")
        return self

    def serves(self, county: str) -> bool:
        """Whether the county is among the source's."""
        if county in self.except_counties:
            return False
        return self.counties == "all" or county in self.counties

    def fields_for(self, county: County) -> dict[str, FieldMap]:
        """The field mapping without owner fields where the county's owner data must not be used."""
        if county.owner_data == "assessor":
            return self.fields
        return {name: spec for name, spec in self.fields.items() if name not in OWNER_FIELDS}


def source_for(settings: Settings, county: str, provides: Provides) -> Source | None:
    """The source that provides something for a county in the chosen profile; None when there is none.

    Raises:
        SourceError: a file is wrong, or two sources provide the same.
    """
    found = [s for s in record_sources(settings) if s.provides == provides and s.serves(county)]
    if len(found) > 1:
        keys = ", ".join(source.key for source in found)
        raise SourceError(
            f"{_folder(settings)}: {keys} all provide {provides} for {county}; leave one (except_counties)"
        )
    return found[0] if found else None


def record_sources(settings: Settings) -> list[Source]:
    """All records sources of the chosen profile (SOURCES), by key. Raises SourceError."""
    sources = (load_source(path) for path, data in _record_files(_folder(settings)))
    return [source for source in sources if source.profile == settings.sources]


def load_source(path: Path) -> Source:
    """Read and check one file. Raises SourceError naming file and key."""
    source = read_model(path, Source, SourceError)
    if source.key != path.stem:
        raise SourceError(f"{path}: key: is {source.key!r}, expected the file's name {path.stem!r}")
    return source


def _record_files(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted(folder.glob("*.yaml")):
        data = read_yaml(path, SourceError)
        if data.get("kind") in RECORD_KINDS:
            yield path, data


def _folder(settings: Settings) -> Path:
    return settings.assets_config_dir / "sources"
