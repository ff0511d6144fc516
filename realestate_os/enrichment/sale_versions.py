"""Sales as append-only versions: what was known when is never lost.

Belongs here: folding newly read sales into a county's versions. Does not: reading them (sales.py,
sales_files.py) or reading versions as of a day (as_of.py).
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from realestate_os.enrichment.frames import SALES
from realestate_os.enrichment.sale_rules import conform

# What makes a version; url names the query and may change without the record.
CONTENT = [name for name in SALES.names if name not in ("known_on", "superseded_on", "url", "source", "sale_id")]


def merge_versions(existing: pd.DataFrame, read: pd.DataFrame, observed_on: date) -> pd.DataFrame:
    """The county's versions with newly read sales folded in, sorted by sale date.

    Args:
        existing: versions in SALES columns.
        read: one row a sale in SALES columns, with the day it became known.
        observed_on: the day as of which the source said so, or on which the file was imported.

    Returns:
        A new sale is a version known on its own day (at the latest the day it was observed). A
        changed one is a version known on the day observed, and supersedes the version that was
        current then. Nothing is removed; folding the same rows in again changes nothing. A sale
        that another source has already told (same home, day and price) is not added.
    """
    capped = pd.to_datetime(read["known_on"]).clip(upper=pd.Timestamp(observed_on))
    read = read.assign(known_on=capped.dt.date)
    known = read["sale_id"].isin(set(existing["sale_id"]))
    new = read[~known & ~_told_by_another(read, existing)]
    versions, changed = _with_changes(existing, read[known], observed_on)
    filled = [part for part in (versions, changed, new) if len(part)]
    merged = pd.concat(filled, ignore_index=True) if filled else SALES.empty()
    return conform(merged.sort_values(["sale_date", "sale_id", "known_on"], kind="stable", ignore_index=True))


def _with_changes(existing: pd.DataFrame, again: pd.DataFrame, observed_on: date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Existing versions with superseded_on set where a re-read sale differs, and the new versions."""
    if again.empty:
        return existing, again
    day = pd.Timestamp(observed_on)
    known, superseded = pd.to_datetime(existing["known_on"]), pd.to_datetime(existing["superseded_on"])
    current = existing[(known <= day) & (superseded.isna() | (superseded > day))]
    both = current.reset_index().merge(again, on="sale_id", suffixes=("", "_read"))
    differs = pd.Series(False, index=both.index)
    for name in CONTENT:
        ours, theirs = both[name], both[f"{name}_read"]
        differs |= ~((ours == theirs) | (ours.isna() & theirs.isna()))
    moved = both[differs]
    changed = again[again["sale_id"].isin(moved["sale_id"])]
    # A version inserted between two known ones lasts until the later one.
    following = changed["sale_id"].map(moved.set_index("sale_id")["superseded_on"]).astype(object)
    closed = existing.assign(superseded_on=existing["superseded_on"].astype(object))
    closed.loc[moved["index"], "superseded_on"] = observed_on
    # A version known on the very day of its correction is replaced: the day's end counts.
    same_day = moved["index"][pd.to_datetime(moved["known_on"]) == day]
    return closed.drop(index=same_day), changed.assign(known_on=observed_on, superseded_on=following)


def _told_by_another(read: pd.DataFrame, existing: pd.DataFrame) -> pd.Series[Any]:
    def fingerprint(sales: pd.DataFrame) -> pd.Series[Any]:
        home = sales["apn"].where(sales["apn"].notna(), sales["address_key"])
        return home + " " + sales["sale_date"].astype(str) + " " + sales["sale_price_usd"].astype(str)

    return fingerprint(read).isin(set(fingerprint(existing).dropna()))
