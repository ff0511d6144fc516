"""What the asset enrichment does for one county and day, without Dagster.

Belongs here: the order merge, provenance, Postgres. Does not: their rules.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from realestate_os.enrichment.merge import merge
from realestate_os.enrichment.provenance import provenance_rows
from realestate_os.enrichment.store import save_enrichment
from realestate_os.resources.database import Database


def enrich_day(
    database: Database,
    listings: pd.DataFrame,
    parcels: pd.DataFrame,
    sales: pd.DataFrame,
    zip_demographics: pd.DataFrame,
    county: str,
    day: date,
) -> pd.DataFrame:
    """ENRICHMENT rows of the day, also written to property_enrichment and field_provenance."""
    merged = merge(listings, parcels, sales, zip_demographics, county, day)
    save_enrichment(database, merged.rows, provenance_rows(merged, listings, sales, day), county, day)
    return merged.rows
