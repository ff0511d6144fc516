"""Sources of public records: assets_config/sources/*.yaml of the kinds below -> Source.

Belongs here: what a source file may say, and which sources provide what for a county. Does not: how it
is asked (connectors/) or websites (discovery has its own source files: kind tells them apart).
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
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

RECORD_KINDS = ("census", "socrata", "arcgis", "attom", "file")
# Who stands behind a kind; precedence.yaml orders them.
PROVIDERS = {"arcgis": "assessor", "socrata": "assessor", "file": "assessor_file", "attom": "attom"}
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

    `geometry.x` and `geometry.y` are the longitude and latitude of an ArcGIS feature. `times`
    multiplies a number (Cook assesses homes at a tenth of their value). Case does not matter.
    """

    source: tuple[str, ...] = Field(alias="from", min_length=1)
    parser: str = "text"
    combine: Literal["add", "join", "first"] = "first"
    values: dict[str, str] | None = None
    times: float = 1.0

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
    """By which fields of the source a parcel is found: APN, address, or both.

    An address is one field of text that begins with the house number, or number and street's name
    in two fields; zip_code narrows either.
    """

    apn: str | None = None
    address: str | None = None
    number: str | None = None
    street: str | None = None
    zip_code: str | None = None

    @model_validator(mode="after")
    def _something(self) -> Lookup:
        if self.apn is None and not self.by_address:
            raise ValueError("lookup: name the field of the APN, of the address, or both")
        if (self.number is None) != (self.street is None):
            raise ValueError("lookup: number and street go together")
        return self

    @property
    def by_address(self) -> bool:
        """Whether a parcel is found without its number."""
        return self.address is not None or self.number is not None


class BulkFile(Strict):
    """A file that a person brings: its name as the assessor gives it, and how its text is written."""

    name: str
    separator: str = ","
    encoding: str = "utf-8"


class Dataset(Strict):
    """One layer, dataset or file: where it is, how it is asked, and which of its fields is which of ours.

    `url` is the logical base ({county} in it is the county's key), or the place a file comes from.
    apn_template puts the digits of an APN into the source's form, one # a digit ("###-##-####").
    """

    url: str = Field(pattern=r"^https://")
    file: BulkFile | None = None
    page_size: int = Field(default=1000, ge=1, le=50_000)
    order_by: str | None = None
    where: str | None = None
    fields: dict[str, FieldMap] = Field(default_factory=dict)
    lookup: Lookup | None = None
    apn_template: str | None = None


class Source(Dataset):
    """One source of public records.

    `counties` lists county keys, or "all" with `except_counties`; keys without a county file are
    idle. A `historical` source answers as of any day (header X-As-Of); every other is asked only for
    the county's today. `joins` are further datasets of parcels, joined by APN; what an earlier one
    says wins. `fresh_days`: an answer is good for so many days. `repeat`: the fields of a sale stand
    there n times, {n} in their names. address_ends_with_city: the street line has the city at its end.
    """

    key: str
    kind: Literal["census", "socrata", "arcgis", "attom", "file"]
    profile: Literal["sandbox", "public"]
    provides: Provides
    counties: Literal["all"] | list[str]
    except_counties: list[str] = Field(default_factory=list)
    historical: bool = False
    version: str = "1"
    joins: list[Dataset] = Field(default_factory=list)
    fresh_days: int = Field(default=0, ge=0, le=60)
    recorded_field: str | None = None
    repeat: int | None = Field(default=None, ge=1, le=9)
    address_ends_with_city: bool = False
    first_vintage: int = 2012
    releases: dict[int, date] = Field(default_factory=dict)
    note: str = ""

    @model_validator(mode="after")
    def _fits_what_it_provides(self) -> Source:
        for dataset in self.datasets:
            unknown = sorted(set(dataset.fields) - FIELDS_OF[self.provides])
            if unknown:
                raise ValueError(
                    f"fields: {', '.join(unknown)} unknown; expected of {', '.join(sorted(FIELDS_OF[self.provides]))}"
                )
        if (self.kind == "census") != (self.provides == "zip_demographics"):
            raise ValueError("kind: census provides zip_demographics and nothing else does")
        if self.provides == "parcels":
            self._check_parcels()
        if self.provides == "sales" and not {"apn", "sale_date", "sale_price_usd"} <= set(self.fields):
            raise ValueError("fields: a source of sales needs apn, sale_date and sale_price_usd")
        return self

    def _check_parcels(self) -> None:
        for dataset in self.datasets:
            if dataset.lookup is None or "apn" not in dataset.fields:
                raise ValueError("a source of parcels, and each of its joins, needs lookup: and fields: apn")
            if self.joins and dataset.lookup.apn is None:
                raise ValueError("joins: each dataset needs lookup: apn, by which it is joined")
            if (self.kind == "file") != (dataset.file is not None):
                raise ValueError("kind: file, and nothing else, needs file: name")

    @property
    def datasets(self) -> list[Dataset]:
        """The source's own dataset and those that are joined to it."""
        return [Dataset(**{name: getattr(self, name) for name in Dataset.model_fields}), *self.joins]

    @property
    def provider(self) -> str:
        """Who says it: assessor, assessor_file or attom."""
        return PROVIDERS.get(self.kind, self.kind)

    def serves(self, county: str) -> bool:
        """Whether the county is among the source's."""
        if county in self.except_counties:
            return False
        return self.counties == "all" or county in self.counties

    def datasets_for(self, county: County) -> list[Dataset]:
        """The datasets without owner fields where the county's owner data must not be used."""
        if county.owner_data == "assessor":
            return self.datasets
        return [
            one.model_copy(update={"fields": {k: v for k, v in one.fields.items() if k not in OWNER_FIELDS}})
            for one in self.datasets
        ]


def source_for(settings: Settings, county: str, provides: Provides) -> Source | None:
    """The source that provides sales or ZIP figures for a county in the chosen profile; None when there is none.

    Raises:
        SourceError: a file is wrong, or two sources provide the same.
    """
    found = sources_for(settings, county, provides)
    if len(found) > 1:
        raise SourceError(_one_too_many(settings, found, provides, county))
    return found[0] if found else None


def sources_for(settings: Settings, county: str, provides: Provides) -> list[Source]:
    """All sources that provide something for a county, one a provider at most; ATTOM only with its key.

    Raises:
        SourceError: a file is wrong, or two sources of one provider provide the same.
    """
    found = [s for s in record_sources(settings) if s.provides == provides and s.serves(county)]
    found = [s for s in found if s.kind != "attom" or settings.attom_api_key is not None]
    for source in found:
        same = [other for other in found if other.provider == source.provider]
        if len(same) > 1:
            raise SourceError(_one_too_many(settings, same, provides, county))
    return found


def _one_too_many(settings: Settings, found: list[Source], provides: str, county: str) -> str:
    keys = ", ".join(source.key for source in found)
    return f"{_folder(settings)}: {keys} all provide {provides} for {county}; leave one (except_counties)"


def record_sources(settings: Settings) -> list[Source]:
    """All records sources of the chosen profile (SOURCES), by key. Raises SourceError."""
    files = sorted(_folder(settings).glob("*.yaml"))
    sources = (_read_once(path, path.stat().st_mtime_ns) for path in files)
    return [source for source in sources if source is not None and source.profile == settings.sources]


def load_source(path: Path) -> Source:
    """Read and check one file. Raises SourceError naming file and key."""
    source = read_model(path, Source, SourceError)
    if source.key != path.stem:
        raise SourceError(f"{path}: key: is {source.key!r}, expected the file's name {path.stem!r}")
    return source


@lru_cache(maxsize=256)
def _read_once(path: Path, changed_at: int) -> Source | None:
    """A file's source, read again when it changed; None for a website's file. A folder takes half a second."""
    kind = read_yaml(path, SourceError).get("kind")
    return load_source(path) if kind in RECORD_KINDS else None


def _folder(settings: Settings) -> Path:
    return settings.assets_config_dir / "sources"
