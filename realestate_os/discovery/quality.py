"""How good a day's listings are: completeness, prices against the ZIP's sales, outliers, the trailing baseline.

Belongs here: plain pandas that judges one partition and names the rows at fault. Does not: refusing
single rows (rules.py does that before they are written), or Dagster (checks.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from realestate_os.discovery.listing_row import CORE_FIELDS
from realestate_os.discovery.price_level import sales_of_year
from realestate_os.storage.quality import Verdict

if TYPE_CHECKING:
    from pandas import DataFrame, Series

# A listing with fewer than half of its core fields can hardly be valued.
LEAST_COMPLETENESS = 0.5
LEAST_MEAN_COMPLETENESS = 0.7
# A field that most pages of a site lack is a field that is no longer found on them.
LEAST_FILLED = 0.5
# In robust standard deviations (1.4826 x MAD); 4 leaves about one sound home in 16,000 on a normal curve.
LARGEST_DEVIATION = 4.0
MAD_TO_SD = 1.4826
# Asking prices spread by about a quarter within a ZIP; a tighter sample is chance, not a tighter market.
LEAST_PRICE_SD = 0.15
LEAST_SALES_OF_ZIP = 10
LARGEST_SHARE_AT_FAULT = 0.1
OUTLIER_COLUMNS = ("listing_price_usd", "square_footage", "lot_size_sqft", "year_built", "bedrooms", "bathrooms")
# A count of rooms or a year has no long tail to bring in with a logarithm.
LOG_COLUMNS = ("listing_price_usd", "square_footage", "lot_size_sqft")
# What one unit in the last place is: a day of equal homes must not call the next one an outlier.
LEAST_SD = {"bedrooms": 1.0, "bathrooms": 1.0, "year_built": 15.0, "lot_size_sqft": 0.5, "square_footage": 0.2}
BASELINE_DAYS = 7
LEAST_BASELINE_DAYS = 3
LARGEST_VOLUME_CHANGE = 2.0
LARGEST_NULL_RISE = 0.2
# With fewer rows one listing moves a rate by more than the 20 points that are judged.
LEAST_ROWS = 10
SHOWN = ["property_id", "source", "url"]

# Source, what changed, today's figure, the usual one.
Change = tuple[str, str, float, float]


def completeness(rows: DataFrame) -> Verdict:
    """Core fields filled, by field and by listing; leads come without a page and are not judged."""
    listed = rows[rows["price_basis"] != "none"]
    filled = listed[list(CORE_FIELDS)].notna().mean().fillna(1.0)
    poor = listed.loc[listed["completeness"] < LEAST_COMPLETENESS, [*SHOWN, "completeness"]]
    mean = float(listed["completeness"].mean()) if len(listed) else 1.0
    thin = [f"{name} {share:.0%}" for name, share in filled.items() if share < LEAST_FILLED]
    figures = {"rows": len(listed), "mean": round(mean, 3), **filled.round(3).to_dict()}
    said = f"mean completeness {mean:.0%}" + (f"; filled in less than half: {', '.join(thin)}" if thin else "")
    return Verdict(mean >= LEAST_MEAN_COMPLETENESS and not thin, said, figures, poor)


def price_reasonableness(rows: DataFrame, sales: DataFrame, day: date) -> Verdict:
    """Asking price per square foot against the sales of the last 12 months in the ZIP, as known on the day.

    With fewer than ten sales in the ZIP the county's are the measure. Passes while at most a tenth of
    the listings lie further than four robust standard deviations off.
    """
    priced = rows[rows["listing_price_usd"].gt(0) & rows["square_footage"].gt(0)]
    sold = sales_of_year(sales, day)
    sold = sold[sold["square_footage"].gt(0)]
    if priced.empty or len(sold) < LEAST_SALES_OF_ZIP:
        return Verdict(
            True, "too few prices or sales to compare", {"rows": len(priced), "sales": len(sold)}, priced[[]]
        )
    asked = np.log(priced["listing_price_usd"] / priced["square_footage"])
    paid = np.log(sold["sale_price_usd"] / sold["square_footage"])
    by_zip = paid.groupby(sold["zip_code"]).agg(["median", _robust_sd, "size"])
    by_zip = by_zip[by_zip["size"] >= LEAST_SALES_OF_ZIP]
    center = priced["zip_code"].map(by_zip["median"]).fillna(paid.median())
    spread = priced["zip_code"].map(by_zip["_robust_sd"]).fillna(_robust_sd(paid)).clip(lower=LEAST_PRICE_SD)
    off = (asked - center) / spread
    shown = priced[[*SHOWN, "zip_code", "listing_price_usd", "square_footage"]]
    failing = shown.assign(deviations=off.round(1), zip_median_usd_sqft=np.exp(center).round(0))[
        off.abs() > LARGEST_DEVIATION
    ]
    return _share_verdict("listings far from the prices paid in their ZIP", failing, len(priced))


def outliers(rows: DataFrame) -> Verdict:
    """Values far from the day's other listings, column by column."""
    found = []
    for name in OUTLIER_COLUMNS:
        values = rows[name].dropna()
        values = np.log(values[values > 0]) if name in LOG_COLUMNS else values
        spread = max(_robust_sd(values), LEAST_SD.get(name, LEAST_PRICE_SD)) if len(values) >= LEAST_ROWS else np.inf
        off = (values - values.median()) / spread
        at_fault = off[off.abs() > LARGEST_DEVIATION]
        found.append(
            rows.loc[at_fault.index, SHOWN].assign(
                column=name, value=rows.loc[at_fault.index, name], deviations=at_fault.round(1)
            )
        )
    failing = pd.concat(found, ignore_index=True)
    affected = failing.drop_duplicates("property_id")
    verdict = _share_verdict("listings with a value far from the day's others", affected, len(rows))
    return Verdict(verdict.passed, verdict.description, verdict.figures, failing)


def against_baseline(rows: DataFrame, earlier: Mapping[date, DataFrame]) -> Verdict:
    """Rows and missing values of each source against the median of its trailing days.

    A site that changed its markup is caught the same day: its listings vanish, or a field of theirs.

    Args:
        rows: LISTINGS of the day.
        earlier: LISTINGS of the last days before it, at most a week of them.
    """
    if len(earlier) < LEAST_BASELINE_DAYS:
        said = f"{len(earlier)} earlier days; a baseline takes {LEAST_BASELINE_DAYS}"
        return Verdict(True, said, {"baseline_days": len(earlier)}, _changes([]))
    usual = _by_day(earlier, lambda of_day: of_day.groupby("source").size())
    changes = _volume_changes(rows, usual)
    busy = [source for source, count in usual.items() if min(count, (rows["source"] == source).sum()) >= LEAST_ROWS]
    for name in CORE_FIELDS:
        changes += _null_changes(name, rows[rows["source"].isin(busy)], earlier)
    said = "; ".join(f"{source}: {what} {now:g}, usually {before:g}" for source, what, now, before in changes)
    figures = {"baseline_days": len(earlier), "rows": len(rows), "usual_rows": float(usual.sum())}
    return Verdict(not changes, said or "as on the days before", figures, _changes(changes))


def freshness(newest: Mapping[str, date | None], today: Mapping[str, date], largest_age_days: int) -> Verdict:
    """Days since each county's newest listings. A county that was never worked is named and not at fault."""
    ages = {county: (today[county] - day).days for county, day in newest.items() if day}
    stale = {county: age for county, age in ages.items() if age > largest_age_days}
    said = ", ".join(f"{county} {age} days" for county, age in stale.items()) or "every county that is worked is fresh"
    failing = pd.DataFrame(
        [(county, newest[county], age) for county, age in stale.items()], columns=["county", "newest_day", "age_days"]
    )
    never = sorted(county for county, day in newest.items() if day is None)
    return Verdict(not stale, said, {"age_days": ages, "never": never}, failing)


def _robust_sd(values: Series) -> float:
    return float(MAD_TO_SD * (values - values.median()).abs().median())


def _share_verdict(what: str, failing: DataFrame, of: int) -> Verdict:
    share = len(failing) / of if of else 0.0
    said = f"{len(failing)} of {of} {what} ({share:.1%})"
    return Verdict(share <= LARGEST_SHARE_AT_FAULT, said, {"rows": of, "at_fault": len(failing)}, failing)


def _by_day(earlier: Mapping[date, DataFrame], figure: Callable[[DataFrame], Series]) -> Series:
    """The median over the days of a figure that has one value a source."""
    return pd.DataFrame({day: figure(rows) for day, rows in earlier.items()}).median(axis=1)


def _volume_changes(rows: DataFrame, usual: Series) -> list[Change]:
    counts = rows.groupby("source").size().reindex(usual.index, fill_value=0)
    changed = (counts * LARGEST_VOLUME_CHANGE < usual) | (counts > usual * LARGEST_VOLUME_CHANGE)
    at_fault = usual.index[changed & (usual >= LEAST_ROWS)]
    return [(str(source), "listings", float(counts[source]), float(usual[source])) for source in at_fault]


def _null_changes(name: str, rows: DataFrame, earlier: Mapping[date, DataFrame]) -> list[Change]:
    def missing(of_day: DataFrame) -> Series:
        return of_day[name].isna().groupby(of_day["source"]).mean()

    now, before = missing(rows), _by_day(earlier, missing)
    at_fault = now.index[now > before.reindex(now.index) + LARGEST_NULL_RISE]
    return [(str(s), f"{name} missing", round(float(now[s]), 3), round(float(before[s]), 3)) for s in at_fault]


def _changes(found: list[Change]) -> DataFrame:
    return pd.DataFrame(found, columns=["source", "what", "today", "usually"])
