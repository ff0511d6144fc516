"""Which world the sandbox serves: chosen by demo, remembered for `up` and `materialize`.

Belongs here: the choice, its file, and turning a file of real sales into a world. Does not: the
world itself (sandbox/).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

from realestate_os.cli.processes import Service, python_module
from realestate_os.counties import load_county
from realestate_os.errors import RealEstateOSError
from realestate_os.settings import Settings

DEFAULT_COUNTY = "king_wa"
DEFAULT_LISTINGS = 200
SANDBOX_PORTS = ("sandbox_site_port", "sandbox_records_port", "sandbox_mail_port")


class WorldError(RealEstateOSError):
    """The sales file cannot make a world."""


@dataclass(frozen=True)
class World:
    """County, date and number of listings; the canonical sales file when real sales stand in for the generator."""

    county: str
    day: date
    listings: int
    sales: Path | None = None

    def service(self, settings: Settings) -> Service:
        """The sandbox that serves this world."""
        options = ["--county", self.county, "--date", self.day.isoformat(), "--listings", str(self.listings)]
        if self.sales:
            options += ["--sales-parquet", str(self.sales)]
        ready = f"http://{settings.bind_host}:{settings.sandbox_records_port}/"
        return Service("sandbox", python_module("realestate_os.sandbox", *options), ready, SANDBOX_PORTS)


def today(county: str) -> date:
    """The county's own today."""
    return load_county(county).today()


def generated_world(county: str, day: date | None, listings: int) -> World:
    """A world of the generator; the date defaults to the county's today."""
    return World(county, day or today(county), listings)


def world_of_sales(settings: Settings, county: str, path: Path, day: date | None, listings: int) -> World:
    """A world of real closed sales: those from the date on are held out and become listings.

    Without a date, the last `listings` sales of the file are held out; the date is then the day
    after the last sale that is left for training.

    Raises:
        WorldError: fewer market sales than listings, or none before the date.
    """
    from realestate_os.enrichment.sales_files import read_sales_file

    sales, refused = read_sales_file(path, load_county(county))
    dates = sorted(sales.loc[sales["market_sale"], "sale_date"])
    if len(dates) <= listings:
        raise WorldError(
            f"{path}: {len(dates)} market sales ({len(refused)} rows set aside), "
            f"but --listings {listings} are to be held out; give fewer listings or more sales"
        )
    if day is None:
        held_out_from = dates[-listings]
        day = (
            max(sold for sold in dates if sold < held_out_from) + timedelta(days=1)
            if dates[0] < held_out_from
            else dates[0]
        )
    if day <= dates[0]:
        raise WorldError(
            f"{path}: no sale before {day}; give a later --date (the file runs from {dates[0]} to {dates[-1]})"
        )
    target = settings.home / "sandbox" / f"sales-{county}-{day}.parquet"
    target.parent.mkdir(parents=True, exist_ok=True)
    sales.to_parquet(target)
    return World(county, day, listings, target)


def remember(settings: Settings, world: World) -> None:
    """Keep the choice, so that `up` serves what demo showed."""
    path = settings.home / "sandbox" / "world.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(world), default=str), encoding="utf-8")


def remembered(settings: Settings) -> World:
    """The world of the last demo, else the generator's default."""
    path = settings.home / "sandbox" / "world.json"
    if not path.exists():
        return generated_world(DEFAULT_COUNTY, None, DEFAULT_LISTINGS)
    kept = json.loads(path.read_text(encoding="utf-8"))
    sales = Path(kept["sales"]) if kept["sales"] else None
    return World(kept["county"], date.fromisoformat(kept["day"]), kept["listings"], sales)
