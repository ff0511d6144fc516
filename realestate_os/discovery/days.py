"""One listings run, day after day: a day's history includes the days that the same run has just built.

Belongs here: carrying history, price levels and tables from day to day. Does not: one day's reading
(listings.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from realestate_os.counties import load_county, zip_codes
from realestate_os.discovery.archive import PageArchive
from realestate_os.discovery.history import History
from realestate_os.discovery.lead_fold import leads_on, load_signal_terms
from realestate_os.discovery.listings import DayListings, listings_of_day
from realestate_os.discovery.price_level import price_scale
from realestate_os.discovery.prospects import update_prospects
from realestate_os.discovery.rules import Terms
from realestate_os.resources.database import Database
from realestate_os.resources.object_store import ObjectStore
from realestate_os.settings import Settings

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass
class ListingDays:
    """Builds days in ascending order per county."""

    settings: Settings
    store: ObjectStore
    histories: dict[str, History] = field(default_factory=dict)
    price_scales: dict[str, float] = field(default_factory=dict)
    retired: int = 0

    def build(self, county_key: str, day: date, sales: DataFrame, leads: DataFrame, database: Database) -> DayListings:
        """Read the day from the archive and the lead lists, save what was set aside, bring prospect_queue up to date.

        Raises:
            NoPagesError: no page of the day is archived, and there are no leads.
        """
        config = self.settings.assets_config_dir
        county = load_county(county_key, config / "counties")
        history = self.histories.setdefault(county_key, History(self.store.parquet, county_key))
        history.advance_to(day)
        scale = price_scale(sales, county, day)
        terms = Terms(county, frozenset(zip_codes(county)), day, scale)
        known = leads_on(leads, day, load_signal_terms(config))
        found = listings_of_day(PageArchive(self.store), terms, history, config / "sources", known)
        history.add(day, found.rows)
        key = f"{county_key}|{day.isoformat()}"
        self.store.parquet.write_set_aside("listings", key, found.refused)
        self.price_scales[key] = scale
        _, retired = update_prospects(database, county_key, day, found.rows)
        self.retired += retired
        return found
