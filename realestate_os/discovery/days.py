"""One listings run, day after day: a day's history includes the days that the same run has just built.

Belongs here: carrying history, price levels and tables from day to day. Does not: one day's reading
(listings.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from realestate_os.counties import load_county, zip_codes
from realestate_os.discovery.archive import PageArchive
from realestate_os.discovery.events import save_events
from realestate_os.discovery.frames import LISTING_EVENTS
from realestate_os.discovery.history import History
from realestate_os.discovery.lead_fold import leads_on, load_signal_terms
from realestate_os.discovery.listings import DayListings, Outside, listings_of_day
from realestate_os.discovery.price_level import price_scale
from realestate_os.discovery.prospects import update_prospects
from realestate_os.discovery.rules import Terms
from realestate_os.resources.addresses import to_logical
from realestate_os.resources.database import Database
from realestate_os.resources.object_store import ObjectStore
from realestate_os.settings import Settings
from realestate_os.storage.identity.register import Keys, identify
from realestate_os.storage.identity.review import propose

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
    to_review: int = 0

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
        known = leads[leads["seen_on"] <= day].reset_index(drop=True)
        with database.transaction() as connection:
            outside = Outside(
                config / "sources",
                lambda url: to_logical(url, self.settings),
                lambda homes: identify(connection, county, day, "listings", homes),
                _keys(known),
                lambda ids: leads_on(_renamed(known, ids), day, load_signal_terms(config)),
            )
            found = listings_of_day(PageArchive(self.store), terms, history, outside)
            self.to_review += propose(connection, county_key, day, found.identified)
        gone = found.events.loc[found.events["event"] == "gone", "property_id"]
        history.add(day, found.rows, gone)
        key = f"{county_key}|{day.isoformat()}"
        self.store.parquet.write_set_aside("listings", key, found.refused)
        self.store.parquet.write(LISTING_EVENTS, key, found.events)
        save_events(database, county_key, day, found.events)
        self.price_scales[key] = scale
        _, retired = update_prospects(database, county_key, day, found.rows, found.unknown)
        self.retired += retired
        return found


def _keys(leads: DataFrame) -> list[Keys]:
    """Address key and parcel number of each line."""
    pairs = leads[["address_key", "apn"]].astype(object).where(leads[["address_key", "apn"]].notna(), None)
    return list(pairs.itertuples(index=False, name=None))


def _renamed(leads: DataFrame, ids: Sequence[str | None]) -> DataFrame:
    """Lead lines under the ids that their properties have on the day; a bare parcel number stays without one."""
    now = pd.Series(list(ids), index=leads.index, dtype=object)
    return leads.assign(property_id=now.where(leads["property_id"].notna(), None))
