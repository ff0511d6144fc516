"""Which parcel a listing is: by parcel number, else by an address and unit that only one parcel has.

Belongs here: the match and what is noted about listings without one. Does not: asking (parcels.py).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from realestate_os.storage.set_aside import SetAside


def match_parcels(listings: pd.DataFrame, parcels: pd.DataFrame) -> pd.Series[Any]:
    """Position of each listing's parcel in `parcels`, -1 without one: by APN, else by address with the unit."""
    by_apn = pd.Series(range(len(parcels)), index=parcels["apn"])
    with_address = (
        parcels.reset_index(drop=True).dropna(subset=["address_key"]).drop_duplicates("address_key", keep=False)
    )
    by_address = pd.Series(with_address.index, index=with_address["address_key"])
    position = listings["apn"].map(by_apn).astype(float)
    position = position.fillna(listings["address_key"].map(by_address).astype(float))
    return position.fillna(-1).astype(np.int64)


def matched_parcels(found: pd.DataFrame, asked: pd.DataFrame, refused: SetAside) -> pd.DataFrame:
    """The parcels that are listed: by APN, or by an address that only one parcel has, in the order of their APNs."""
    found = found.dropna(subset=["apn"]).drop_duplicates("apn", keep="last")
    listed = set(asked.loc[~asked["by_apn"], "address_key"])
    shared = found["address_key"].duplicated(keep=False) & found["address_key"].isin(listed)
    for key in sorted(set(found.loc[shared, "address_key"])):
        refused.add(
            key,
            "ambiguous_address",
            field="address_key",
            value=key,
            detail="several parcels have this address and unit",
        )
    by_apn = found["apn"].isin(set(asked.loc[asked["by_apn"], "apn"]))
    return found[by_apn | (found["address_key"].isin(listed) & ~shared)].sort_values("apn", ignore_index=True)


def add_listed_zips(found: pd.DataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    """ZIP and address key for records of an assessor who writes no ZIP, from the listing of the same street and unit.

    Only where the county has that street line and unit once, and the listings name one ZIP for it:
    two towns of a county may both have a 12 MAIN ST.
    """
    missing = found["zip_code"].isna() & found["street_key"].notna()
    parts = asked["address_key"].str.rsplit("|", n=1, expand=True).reindex(columns=[0, 1])
    zips = pd.Series(parts[1].to_numpy(), index=parts[0])
    zips = zips[~zips.index.duplicated(keep=False)]
    once = ~found["street_key"].duplicated(keep=False)
    code = found["street_key"].map(zips).where(missing & once)
    return found.assign(
        zip_code=found["zip_code"].where(code.isna(), code),
        address_key=found["address_key"].where(code.isna(), found["street_key"] + "|" + code.astype("string")),
    )


def note_unmatched(asked: pd.DataFrame, matched: pd.DataFrame, failed: set[str], refused: SetAside) -> None:
    """Listings that were asked for, and answered, without a parcel."""
    missing = asked[(match_parcels(asked, matched) < 0) & ~asked["property_id"].isin(failed)]
    for row in missing.itertuples():
        refused.add(str(row.property_id), "no_parcel", field="address_key", value=row.address_key,
                    detail="the assessor has no parcel with this number, or this address and unit")  # fmt: skip
