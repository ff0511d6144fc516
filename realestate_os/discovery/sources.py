"""assets_config/sources/*.yaml of kind site -> Source: where listings come from and how they are read.

Belongs here: the strict model of a site's file and its loader. Does not: fetching or reading pages, or
public records, whose files lie in the same folder (their kinds are read by enrichment). A new site is
one new file; its name without .yaml is its key.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from realestate_os.counties import County, DomainLimits
from realestate_os.errors import RealEstateOSError
from realestate_os.settings import Settings
from realestate_os.yaml_files import read_model, read_yaml

# What a source file may say about a listing; rules.py turns each into columns.
FIELDS = (
    "address",
    "street_address",
    "unit",
    "city",
    "state",
    "zip_code",
    "apn",
    "latitude",
    "longitude",
    "property_type",
    "bedrooms",
    "bathrooms",
    "square_footage",
    "lot_size_sqft",
    "year_built",
    "year_renovated",
    "stories",
    "basement_sqft",
    "view",
    "waterfront",
    "condition",
    "garage_spaces",
    "hoa_usd_month",
    "price",
    "listing_status",
    "listed_on",
    "description",
    "contact_name",
    "contact_phone",
)


class SourceError(RealEstateOSError):
    """A source file is wrong; the message names the file, the key and what was expected."""


class Strict(BaseModel):
    """Unknown keys are refused: a typo in a selector's name must not silently lose a field."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Browser(Strict):
    """How a browser comes to see a whole list. ready: CSS of what stands there once for each home; then `click`
    (CSS of a button) is pressed until it is gone, or the page is scrolled until no more comes.

    end: CSS of what only the end of a scrolled list shows; without it a list that is slow to grow looks whole.
    """

    ready: str
    click: str | None = None
    scroll: bool = False
    end: str | None = None
    rounds: int = Field(default=200, ge=1, le=2000)

    @model_validator(mode="after")
    def _one_way(self) -> Browser:
        if self.click and self.scroll:
            raise ValueError("click or scroll: a list grows by one of them")
        return self


class ListPage(Strict):
    """What leads to the homes.

    format html: CSS of the links to detail pages, and of the link to the next list page, in a page as it came
    or (browser) as a browser shows it. format sitemap: the protocol of sitemaps.org, gzipped or not; of an index
    those sitemaps are followed that `sitemaps` (a regular expression) finds.
    """

    format: Literal["html", "sitemap"] = "html"
    detail_links: str | None = None
    next_page: str | None = None
    browser: Browser | None = None
    sitemaps: str = ""

    @model_validator(mode="after")
    def _fits_its_format(self) -> ListPage:
        if self.format == "html" and not self.detail_links:
            raise ValueError("detail_links: needed where format is html")
        if self.format == "sitemap" and (self.detail_links or self.next_page or self.browser):
            raise ValueError("format sitemap takes no detail_links, next_page or browser")
        return self


class DetailPage(Strict):
    """url_pattern: regular expression found in a detail page's URL, its group `key` is the listing's id.

    content: CSS of the part that is read; browser_if: CSS that only an empty, client-rendered page matches, or
    `always`; ready: CSS that appears when the browser has filled it.
    """

    url_pattern: str
    content: str = "body"
    browser_if: str | None = None
    ready: str | None = None

    @field_validator("url_pattern")
    @classmethod
    def _names_the_key(cls, pattern: str) -> str:
        try:
            groups = re.compile(pattern).groupindex
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        if "key" not in groups:
            raise ValueError("needs a group (?P<key>...) that is the listing's id")
        return pattern

    @model_validator(mode="after")
    def _browser_knows_when_to_stop(self) -> DetailPage:
        if self.browser_if and not self.ready:
            raise ValueError("ready: needed beside browser_if, or the browser cannot know when the page is filled")
        return self


class Limits(Strict):
    """How hard the site is asked. What is missing comes from the county's crawl limits."""

    delay_s: float | None = Field(default=None, ge=0)
    max_pages: int | None = Field(default=None, gt=0)
    concurrency: int = Field(default=2, ge=1, le=32)
    autothrottle: bool = True
    retries: int = Field(default=3, ge=0, le=10)
    retry_wait_s: float = Field(default=2.0, ge=0)
    browser_pages: int = Field(default=4, ge=1, le=8)


class Source(Strict):
    """One site. profile says with which SOURCES it is in use; historical that it can show past days.

    spider: `package.module:Class`, a subclass of spider.ListingSpider for a site that needs other requests.
    """

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    kind: Literal["site"]
    name: str
    profile: Literal["sandbox", "public"]
    historical: bool = False
    counties: Literal["all"] | list[str] = "all"
    except_counties: list[str] = []
    start_urls: list[str] = Field(min_length=1)
    list_page: ListPage
    detail_page: DetailPage
    labels: dict[str, list[str]] = {}
    selectors: dict[str, str] = {}
    limits: Limits = Limits()
    spider: str | None = Field(default=None, pattern=r"^[\w.]+:\w+$")

    @field_validator("start_urls")
    @classmethod
    def _web_addresses(cls, urls: list[str]) -> list[str]:
        for url in urls:
            if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
                raise ValueError(f"{url!r}: expected http(s)://host/..., {{county}} stands for the county's key")
        return urls

    @field_validator("labels", "selectors")
    @classmethod
    def _known_fields(cls, named: dict[str, object]) -> dict[str, object]:
        unknown = sorted(set(named) - set(FIELDS))
        if unknown:
            raise ValueError(f"unknown field {', '.join(unknown)}; known: {', '.join(FIELDS)}")
        return named

    def serves(self, county: str) -> bool:
        """Whether the site has homes of the county."""
        return county not in self.except_counties and (self.counties == "all" or county in self.counties)

    def starts(self, county: str) -> list[str]:
        """The list pages at which a crawl of the county begins (logical URLs)."""
        return [url.replace("{county}", county) for url in self.start_urls]

    def hosts(self, county: str) -> set[str]:
        """The only scheme://host[:port] that a crawl of the county may ask, as logical bases."""
        return {"{0.scheme}://{0.netloc}".format(urlsplit(url)) for url in self.starts(county)}

    def delay_s(self, county: County) -> float:
        """Seconds between two requests: the county's word on the host, else ours, else the county's for all."""
        said = (self._of_host(county).delay_s, self.limits.delay_s, county.crawl.delay_s)
        return next(delay for delay in said if delay is not None)

    def max_pages(self, county: County) -> int:
        """Pages a day, list pages included; said in the same three places."""
        return self._of_host(county).max_pages or self.limits.max_pages or county.crawl.max_pages

    def _of_host(self, county: County) -> DomainLimits:
        return county.crawl.domains.get(str(urlsplit(self.start_urls[0]).hostname), DomainLimits())

    @property
    def needs_browser(self) -> bool:
        """Whether some of the pages are empty until their scripts have run."""
        return bool(self.list_page.browser or self.detail_page.browser_if)

    def listing_key(self, url: str) -> str | None:
        """The listing's id in a detail page's URL; None for any other page."""
        found = re.search(self.detail_page.url_pattern, url)
        return found.group("key") if found else None


def active_sources(county: str, settings: Settings) -> list[Source]:
    """The sources that are in use for a county, by key.

    Raises:
        SourceError: a file is wrong, or none serves the county.
    """
    folder = settings.assets_config_dir / "sources"
    # Whatever has start URLs is ours, so that a misspelt kind is complained of; the rest are records.
    keys = [path.stem for path in sorted(folder.glob("*.yaml")) if "start_urls" in _data(path)]
    found = [load_source(key, folder) for key in keys]
    active = [source for source in found if source.profile == settings.sources and source.serves(county)]
    if not active:
        raise SourceError(
            f"{folder}: no source of kind: site and profile: {settings.sources} serves {county}; "
            f"add a source file, or set SOURCES"
        )
    return active


@cache
def load_source(key: str, folder: Path) -> Source:
    """Load and check one source file.

    Raises:
        SourceError: the file is missing or wrong; names file, key and what was expected.
    """
    path = folder / f"{key}.yaml"
    if not path.is_file():
        raise SourceError(f"no source {key!r}: {path} does not exist")
    source = read_model(path, Source, SourceError)
    if source.key != key:
        raise SourceError(f"{path}: key: is {source.key!r}, expected the file's name {key!r}")
    return source


@cache
def _data(path: Path) -> dict[str, Any]:
    return read_yaml(path, SourceError)
