"""Listings of the sandbox's homes, by address only.

Belongs here: what tests of parcels ask for. Does not: assertions.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from realestate_os.sandbox.server import Sandbox
from realestate_os_tests.enrichment.rows import DAY, listing, listings


def homes_for_sale(sandbox: Sandbox, county_key: str, day: date = DAY) -> pd.DataFrame:
    """What is for sale that day; listing_key is the home's number in the world."""
    world = sandbox.world.of(county_key)
    homes, rows = world.ground.homes, {}
    for notice in world.notices(day):
        i = notice.home
        one = listing(homes.street_address[i], homes.unit[i] or None, homes.zip_code[i], county=county_key)
        rows[one["property_id"]] = one | {"state": world.county.state, "listing_key": str(i)}
    return listings(*rows.values())
