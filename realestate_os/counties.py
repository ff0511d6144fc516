"""assets_config/counties/*.yaml -> County.

Belongs here: the strict model of a county file and its loader. Does not: anything a stage computes
from it. A new county is one new file; its name without .yaml is the county's key and partition.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from realestate_os.errors import RealEstateOSError
from realestate_os.settings import get_settings
from realestate_os.yaml_files import read_model

Zip = Annotated[str, Field(pattern=r"^\d{5}$")]
Share = Annotated[float, Field(ge=0, le=1)]
Usd = Annotated[float, Field(ge=0)]


class CountyError(RealEstateOSError):
    """A county file is wrong; the message names the file, the key and what was expected."""


class Strict(BaseModel):
    """Unknown keys are refused: a typo in a county file must not silently change a deal."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class MarketHeat(Strict):
    """How fast homes sell, relative to 1.0; enters the score only while it is fresh."""

    value: float = Field(gt=0, le=2)
    source: str
    as_of: date
    valid_days: int = Field(default=365, gt=0)


class Market(Strict):
    """The county's price level, pace and trend."""

    median_price_usd: Usd
    heat: MarketHeat
    appreciation_pct: float
    target_days_on_market: int = Field(gt=0)


class Filters(Strict):
    """Which listings are worth a look, at today's price level."""

    price_min_usd: Usd
    price_max_usd: Usd
    bedrooms_min: float = Field(ge=0)
    bathrooms_min: float = Field(ge=0)

    @model_validator(mode="after")
    def _ordered(self) -> Filters:
        if self.price_min_usd >= self.price_max_usd:
            raise ValueError("price_min_usd must be below price_max_usd")
        return self


class DomainLimits(Strict):
    """Limits for one host; they win over those of the source's file."""

    max_pages: int | None = Field(default=None, gt=0)
    delay_s: float | None = Field(default=None, ge=0)


class Crawl(Strict):
    """Limits for public hosts; a source may override them, and an entry of `domains` the source's."""

    max_pages: int = Field(gt=0)
    delay_s: float = Field(ge=0)
    domains: dict[str, DomainLimits] = {}


class Neighborhood(Strict):
    """A target area: its ZIPs and how much more a deal there is worth to us."""

    name: str
    zip_codes: list[Zip] = Field(min_length=1)
    score_multiplier: float = Field(ge=1.10, le=1.35)
    source: str


class DealTier(Strict):
    """pct and fee of the maximum allowable offer, for ARVs up to up_to_usd (null: no limit)."""

    up_to_usd: Usd | None
    arv_pct: float = Field(gt=0, lt=1)
    fee_usd: Usd


class DiscountPrior(Strict):
    """What sellers ask relative to value, before we look: a mixture of two normals in log space.

    Most sellers ask near value, a small distressed share asks well below it.
    """

    typical_mean: float = Field(default=0.0, ge=-0.2, le=0.2)
    typical_sd: float = Field(default=0.04, gt=0)
    distressed_share: Share = 0.06
    distressed_mean: float = Field(default=0.20, gt=0, lt=0.6)
    distressed_sd: float = Field(default=0.07, gt=0)


class Sales(Strict):
    """How closed sales become known."""

    published: bool
    recording_lag_days: int = Field(ge=0)


class TaxOnSale(Strict):
    """What the buyer will pay per year: the rule by which the sale changes the assessment.

    reassess_at_price: California; cap_lapses: Texas and Florida homestead caps end, the next roll
    goes to market value; unchanged: the assessment follows its own cycle. rate_pct is of market
    value; assessment_ratio is assessed over market value (Cook assesses homes at 10 %).
    """

    rule: Literal["reassess_at_price", "cap_lapses", "unchanged"]
    rate_pct: float = Field(gt=0, lt=10)
    assessment_ratio: float = Field(default=1.0, gt=0, le=1)
    source: str


class ParcelNumber(Strict):
    """How long the county's parcel numbers are, in digits; shorter ones have lost the zeros before them.

    short_digits: length of the form without the trailing zeros (Cook's PIN without its unit).
    """

    digits: int = Field(gt=0, le=20)
    short_digits: int | None = Field(default=None, gt=0, lt=20)

    @model_validator(mode="after")
    def _shorter(self) -> ParcelNumber:
        if self.short_digits and self.short_digits >= self.digits:
            raise ValueError("parcel_number: short_digits must be below digits")
        return self


class County(Strict):
    """One county: facts, filters, targets and the terms of a deal there."""

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*_[a-z]{2}$")
    name: str
    state: str = Field(pattern=r"^[A-Z]{2}$")
    zipcodes_county: str
    fips: str = Field(pattern=r"^\d{5}$")
    timezone: str
    population: int = Field(gt=0)
    market: Market
    filters: Filters
    crawl: Crawl
    neighborhoods: list[Neighborhood] = Field(min_length=1)
    deal_tiers: list[DealTier] = Field(min_length=1)
    discount_prior: DiscountPrior
    sales: Sales
    tax_on_sale: TaxOnSale
    owner_data: Literal["none", "assessor"]
    parcel_number: ParcelNumber | None = None

    def today(self) -> date:
        """The county's own date."""
        return datetime.now(ZoneInfo(self.timezone)).date()

    @field_validator("timezone")
    @classmethod
    def _on_the_clock(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (OSError, ValueError, LookupError):
            raise ValueError(f"{name!r} is no time zone; expected one like America/Los_Angeles") from None
        return name

    @model_validator(mode="after")
    def _each_zip_once(self) -> County:
        seen: dict[str, str] = {}
        for area in self.neighborhoods:
            for code in area.zip_codes:
                if code in seen:
                    raise ValueError(
                        f"neighborhoods: ZIP {code} stands in {seen[code]!r} and in {area.name!r}; keep one"
                    )
                seen[code] = area.name
        return self

    @model_validator(mode="after")
    def _tiers_rise(self) -> County:
        limits = [tier.up_to_usd for tier in self.deal_tiers]
        rising = [limit for limit in limits[:-1] if limit is not None]
        if limits[-1] is not None or len(rising) != len(limits) - 1 or rising != sorted(rising):
            raise ValueError("deal_tiers: up_to_usd must rise and only the last must be null")
        return self

    def multiplier(self, zip_code: str | None) -> float:
        """Score multiplier of the neighbourhood that holds the ZIP; 1.0 outside all of them."""
        for area in self.neighborhoods:
            if zip_code in area.zip_codes:
                return area.score_multiplier
        return 1.0

    def tier(self, arv_usd: float) -> DealTier:
        """The tier whose limit is the first at or above the ARV."""
        return next(t for t in self.deal_tiers if t.up_to_usd is None or arv_usd <= t.up_to_usd)


@cache
def county_keys(folder: Path | None = None) -> tuple[str, ...]:
    """Keys of all county files, sorted. Reads names only, so that loading the graph stays fast.

    Raises:
        CountyError: the folder holds no county file.
    """
    folder = folder or get_settings().assets_config_dir / "counties"
    keys = tuple(sorted(path.stem for path in folder.glob("*.yaml")))
    if not keys:
        raise CountyError(f"{folder}: no county file found; expected at least one NAME.yaml")
    return keys


@cache
def load_county(key: str, folder: Path | None = None) -> County:
    """Load and check one county file.

    Raises:
        CountyError: the file is missing or wrong; names file, key and what was expected.
    """
    folder = folder or get_settings().assets_config_dir / "counties"
    path = folder / f"{key}.yaml"
    if not path.is_file():
        raise CountyError(f"no county {key!r}: {path} does not exist; known: {', '.join(county_keys(folder))}")
    county = read_model(path, County, CountyError)
    if county.key != key:
        raise CountyError(f"{path}: key: is {county.key!r}, expected the file's name {key!r}")
    known = set(zip_codes(county))
    for area in county.neighborhoods:
        strange = sorted(set(area.zip_codes) - known)
        if strange:
            raise CountyError(
                f"{path}: neighborhoods: {area.name}: {', '.join(strange)} not in {county.name} County, {county.state}"
            )
    return county


def zip_codes(county: County) -> list[str]:
    """All standard ZIP codes of the county, sorted, from the package zipcodes."""
    import zipcodes  # 0.5 s at first use

    found = zipcodes.filter_by(state=county.state, county=county.zipcodes_county)
    return sorted(z["zip_code"] for z in found if z["zip_code_type"] == "STANDARD")
