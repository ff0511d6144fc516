"""What the asset enrichment does for one county and day, without Dagster.

Belongs here: the order merge, provenance, Postgres; which sources failed. Does not: their rules.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import pandas as pd

from realestate_os.counties import load_county
from realestate_os.enrichment.merge import Failures, merge
from realestate_os.enrichment.parcel_match import match_parcels
from realestate_os.enrichment.precedence import load_precedence
from realestate_os.enrichment.provenance import provenance_rows
from realestate_os.enrichment.sources import source_for
from realestate_os.enrichment.store import save_enrichment
from realestate_os.resources.database import Database
from realestate_os.resources.object_store import ObjectStore
from realestate_os.settings import Settings
from realestate_os.storage.identity.register import identify


@dataclass(frozen=True)
class Enricher:
    """What enriching needs besides the day's frames."""

    settings: Settings
    objects: ObjectStore
    database: Database

    def enrich(
        self,
        listings: pd.DataFrame,
        parcels: pd.DataFrame,
        sales: pd.DataFrame,
        zip_demographics: pd.DataFrame,
        county: str,
        day: date,
    ) -> pd.DataFrame:
        """ENRICHMENT rows of the day, also written to property_enrichment and field_provenance."""
        precedence, failures = load_precedence(self.settings), self._failures(county, day)
        merged = merge(listings, parcels, sales, zip_demographics, (county, day), precedence, failures)
        census = source_for(self.settings, county, "zip_demographics")
        fields = provenance_rows(merged, listings, sales, zip_demographics, day, census.url if census else None)
        save_enrichment(self.database, merged.rows, fields, county, day)
        self._note_parcel_numbers(listings, parcels, county, day)
        return merged.rows

    def _note_parcel_numbers(self, listings: pd.DataFrame, parcels: pd.DataFrame, county: str, day: date) -> None:
        """From the next day on, the assessor's number of a listing's parcel ties its address to other spellings."""
        position = match_parcels(listings, parcels)
        found = position >= 0
        numbers = parcels["apn"].iloc[position[found]]
        homes = [*zip(listings["address_key"][found], numbers, strict=True)]
        with self.database.transaction() as connection:
            identify(
                connection, load_county(county, self.settings.assets_config_dir / "counties"), day, "parcels", homes
            )

    def _failures(self, county: str, day: date) -> Failures:
        """Who did not answer, from what the assets upstream set aside."""
        by_property: dict[str, set[str]] = defaultdict(set)
        for item, provider in self._failed("parcels", f"{county}|{day.isoformat()}"):
            by_property[item].add(provider)
        whole = {name for asset in ("sales", "zip_demographics") for _, name in self._failed(asset, county)}
        return Failures(frozenset(whole), {item: frozenset(who) for item, who in by_property.items()})

    def _failed(self, asset: str, key: str) -> list[tuple[str, str]]:
        refused = self.objects.parquet.read_set_aside(asset, key)
        failed = refused[refused["reason"] == "source_failed"]
        return list(zip(failed["item"], failed["field"], strict=True))
