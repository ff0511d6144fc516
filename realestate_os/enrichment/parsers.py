"""Text of records and files -> our values, by named parsers over whole columns.

Belongs here: how a figure, a date or a type is written, for any source. Does not: which column means
what (sales_columns.py for files, assets_config/sources for services).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from realestate_os.storage.property_identity import clean_apn, zip5

Texts: TypeAlias = "pd.Series[Any]"
SQFT_PER_ACRE = 43_560.0
SQFT_PER_SQUARE_METRE = 10.7639104
# Tried in this order on what is still unread. Day first is never guessed: US records put the month first.
DATE_FORMATS = ("ISO8601", "%m/%d/%Y", "%Y%m%d", "%Y%m%dT%H%M%S", "%m/%d/%Y %H:%M", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%y",
                "%m-%d-%Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y", "%d-%b-%y", "%Y/%m/%d", "%d %b %Y", "%d %B %Y",
                "%B-%d-%Y", "%b-%d-%Y", "%m%d%Y")  # fmt: skip
MONTH_FORMATS = ("%Y-%m", "%m/%Y", "%Y/%m", "%Y%m", "%b %Y", "%B %Y", "%b-%Y", "%b-%y", "%m-%Y", "%Y-%b")
MONTH_ONLY = (
    r"^(?:\d{4}[-/]\d{1,2}|\d{1,2}[-/]\d{4}|(?:19|20)\d{2}(?:0[1-9]|1[0-2])|"
    r"[A-Za-z]{3,9}[ -](?:\d{4}|\d{2})|\d{4}-[A-Za-z]{3})$"
)
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
# Plain numbers that stand for days: a spreadsheet's count since 1899 (1954 to 2064), Unix seconds and milliseconds.
SPREADSHEET_DAYS, UNIX_SECONDS, UNIX_MILLISECONDS = (20_000, 60_000), (1e8, 5e9), (1e11, 5e12)
SPREADSHEET_START = pd.Timestamp("1899-12-30")
SIGNS = r"[$,\s+]|usd|sq\.?\s?f(?:ee)?t\.?|sqft|sf\b|beds?\b|baths?\b"
ACRES = r"\s*ac(?:res?)?\.?\s*$"
FULL_AND_HALF = r"^\s*(\d+)\s*(?:f\w*)?(?:\s*[/,&+]?\s*(?:and\s)?(\d+)\s*(?:h\w*|ba\w*)?)?\s*$"
# Most telling first: "below average" before "average", "very poor" before "poor".
RANK_WORDS = (
    (r"^ex$|excel|luxur|superior|very good|custom|mansion", 5.0),
    (r"^po$|unsound|very poor|poor|salvage|low cost|cheap|minimum", 1.0),
    (r"^fa$|fair|below a|worn", 2.0),
    (r"^gd$|good|above a|renovated", 4.0),
    (r"^ta$|aver|typical|normal|standard|\bavg\b", 3.0),
)
# Most telling word first: "condominium apartment" is a condo, "residential townhouse" a townhouse.
PROPERTY_TYPE_WORDS = (
    ("condo", r"condo|co-?op|strata"),
    ("townhouse", r"town\s?(?:house|home)|row\s?house|attached|\bpud\b"),
    (
        "multi_family",
        r"multi|duplex|triplex|fourplex|quad|apartment|2-4|two.family|three.family|[2-9] units?",
    ),
    ("manufactured", r"manufactured|mobile|modular|trailer"),
    ("land", r"vacant|\bland\b|\blot\b|acreage"),
    (
        "single_family",
        r"single|\bsfr?\b|\bsfh\b|detached|residen|\bhouse\b|dwelling|1.family|one.family",
    ),
)
# Words of a deed's review, most telling first: "not valid", "invalid" and "unqualified" before "valid" and "qualified".
MARKET_WORDS = (
    (
        r"invalid|unqual|disqual|\bno[nt]\b|exclu|relat|famil|gift|affection|quit|foreclos|sheriff|bankrupt|"
        r"partial interest",
        0.0,
    ),
    (r"valid|qualif|arms|open market|market sale|warranty", 1.0),
)
_TRUE, _FALSE = r"^(?:y|yes|true|t|1|1\.0|q)$", r"^(?:n|no|false|f|0|0\.0|u)$"


def text(values: Texts) -> Texts:
    """One line without outer blanks; empty and "na" become null."""
    clean = values.astype("string").str.replace(r"\s+", " ", regex=True).str.strip()
    empty = clean.isna() | clean.str.fullmatch(r"|n/?a|null|none|nan", case=False).fillna(False)
    return clean.astype(object).where(~empty, None)


def number(values: Texts) -> Texts:
    """A number with thousands separators, currency or unit signs; NaN where there is none."""
    if pd.api.types.is_numeric_dtype(values):
        return _finite(values.astype(float))
    found = pd.to_numeric(values, errors="coerce").astype(float)
    left = found.isna() & values.notna()
    plain = values[left].astype("string").str.replace(SIGNS, "", regex=True, case=False)
    shorthand = plain.str.extract(r"^(-?\d+\.?\d*)([km])$", flags=re.IGNORECASE)
    times = shorthand[1].str.lower().map({"k": 1e3, "m": 1e6}).astype(float)
    read = pd.to_numeric(plain, errors="coerce").astype("Float64").astype(float)
    found[left] = read.fillna(pd.to_numeric(shorthand[0], errors="coerce").astype("Float64").astype(float) * times)
    return _finite(found)


def positive(values: Texts) -> Texts:
    """A number above zero: records write 0 for "unknown" (bedrooms, lot, year of renovation)."""
    numbers = number(values)
    return numbers.where(numbers > 0)


def acres(values: Texts) -> Texts:
    """Acres -> square feet."""
    if not pd.api.types.is_numeric_dtype(values):
        values = values.astype("string").str.replace(ACRES, "", regex=True, case=False)
    return positive(values) * SQFT_PER_ACRE


def square_metres(values: Texts) -> Texts:
    """Square metres -> square feet."""
    if not pd.api.types.is_numeric_dtype(values):
        values = values.astype("string").str.replace(r"\s*(?:m2|m²|sqm|sq\.? ?m)\s*$", "", regex=True, case=False)
    return positive(values) * SQFT_PER_SQUARE_METRE


def land(values: Texts) -> Texts:
    """A lot in square feet; a figure that says acres is turned into them."""
    in_acres = values.astype("string").str.contains(ACRES, regex=True, case=False).fillna(False).astype(bool)
    return positive(values.where(~in_acres)).fillna(acres(values.where(in_acres)))


def baths(values: Texts) -> Texts:
    """Bathrooms as one number, or full and half ones in one text ("2F 1H", "2 full, 1 half", "2/1")."""
    both = values.astype("string").str.extract(FULL_AND_HALF, flags=re.IGNORECASE)
    full, half = (pd.to_numeric(both[part], errors="coerce").astype("Float64").astype(float) for part in both)
    return positive(values).fillna(full + half.fillna(0) / 2)


def rank(values: Texts) -> Texts:
    """A grade or condition as a number; words ("Average", "Good") as 1 (poor) to 5 (excellent)."""
    if pd.api.types.is_numeric_dtype(values):
        return positive(values)
    found = positive(values)
    left = values[found.isna()].dropna()
    words = left.astype("string").str.strip().str.lower().str.replace(r"[^a-z]+", " ", regex=True)
    steps = pd.Series(np.nan, index=left.index)
    for pattern, step in RANK_WORDS:
        steps = steps.mask(steps.isna() & words.str.contains(pattern, regex=True).fillna(False).astype(bool), step)
    return found.fillna(steps)


def month(values: Texts) -> Texts:
    """The number of a month, or its English name."""
    named = (
        values.astype("string").str.strip().str.lower().str[:3].map({name: i + 1.0 for i, name in enumerate(MONTHS)})
    )
    return number(values).fillna(named.astype(float))


def day(values: Texts) -> Texts:
    """A date in the ways people write it -> datetime64[ns] at midnight; a month alone is its first day, a year none."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return pd.to_datetime(values).dt.tz_localize(None).dt.normalize().astype("datetime64[ns]")
    written = _written_day(values)
    written = written.where(~written.str.fullmatch(r"\d{4}").fillna(False))
    months = written.str.match(MONTH_ONLY).fillna(False).astype(bool)
    found = _first_that_reads(written.where(~months), DATE_FORMATS)
    found = found.fillna(_first_that_reads(written.where(months), MONTH_FORMATS))
    return found.fillna(_counted_days(written.where(found.isna())))


def epoch_ms(values: Texts) -> Texts:
    """ArcGIS dates: milliseconds since 1970 in UTC -> datetime64[ns] at midnight."""
    return pd.to_datetime(number(values), unit="ms", errors="coerce").dt.normalize().astype("datetime64[ns]")


def apn(values: Texts) -> Texts:
    """A parcel number without punctuation."""
    return _each(values, lambda value: clean_apn(re.sub(r"\.0+$", "", str(value).strip())))


def zip_code(values: Texts) -> Texts:
    """Five digits; a leading zero that a spreadsheet dropped is put back."""
    written = text(values).astype("string").str.replace(r"\.0+$", "", regex=True)
    short = written.str.fullmatch(r"\d{3,4}").fillna(False)
    return _each(written.where(~short, written.str.zfill(5)), zip5)


def property_type(values: Texts) -> Texts:
    """Words of a record -> one of PROPERTY_TYPES; other where unread, null where nothing but a code is written."""
    written = text(values).astype("string")
    written = written.mask(~written.str.contains("[A-Za-z]{2}").fillna(True), None)
    kinds = [word for word, _ in PROPERTY_TYPE_WORDS]
    hits = [written.str.contains(pattern, case=False, regex=True).fillna(False) for _, pattern in PROPERTY_TYPE_WORDS]
    own = written.str.lower().str.replace(" ", "_").isin([*kinds, "other"]).fillna(False)
    found = pd.Series(
        np.select([hit.to_numpy(bool) for hit in hits], kinds, default="other"),
        index=values.index,
    )
    found = found.mask(own.astype(bool), written.str.lower().str.replace(" ", "_"))
    return found.astype(object).where(written.notna(), None)


def yes_no(values: Texts) -> Texts:
    """yes/no, Y/N, true/false, 1/0, Q/U (qualified) -> 1.0, 0.0, NaN."""
    written = values.astype("string").str.strip()
    yes = written.str.match(_TRUE, case=False).fillna(False)
    no = written.str.match(_FALSE, case=False).fillna(False)
    return pd.Series(
        np.select([yes.to_numpy(bool), no.to_numpy(bool)], [1.0, 0.0], default=np.nan),
        index=values.index,
    )


def market(values: Texts) -> Texts:
    """Whether a sale was at arm's length: as yes_no, or words ("Qualified", "0 - Valid sale", "Related parties")."""
    found = yes_no(values)
    figures = pd.to_numeric(values, errors="coerce").astype(float)
    if (figures.notna() & ~figures.isin([0.0, 1.0])).any():  # codes of a county's own, where 0 or 1 may mean anything
        found = found.mask(figures.notna())
    words = values.astype("string").str.lower().str.replace(r"[^a-z]+", " ", regex=True)
    for pattern, answer in MARKET_WORDS:
        found = found.mask(found.isna() & words.str.contains(pattern, regex=True).fillna(False).astype(bool), answer)
    return found


def no_yes(values: Texts) -> Texts:
    """yes_no the other way round: a flag that marks what we do not want."""
    return 1.0 - yes_no(values)


def blank(values: Texts) -> Texts:
    """A field of warnings -> 1.0 where it says nothing, 0.0 where it warns."""
    return text(values).isna().astype(float)


PARSERS: dict[str, Callable[[Texts], Texts]] = {
    parser.__name__: parser
    for parser in (
        text,
        number,
        positive,
        acres,
        square_metres,
        land,
        baths,
        rank,
        month,
        day,
        epoch_ms,
        apn,
        zip_code,
        property_type,
        yes_no,
        market,
        no_yes,
        blank,
    )
}


def month_only(values: Texts) -> pd.Series[Any]:
    """Which dates name a month and no day."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return pd.Series(False, index=values.index)
    return _written_day(values).str.match(MONTH_ONLY).fillna(False).astype(bool)


def _written_day(values: Texts) -> Texts:
    return text(values).astype("string").str.replace(r"\.0+$", "", regex=True)


def _counted_days(written: Texts) -> Texts:
    counts = pd.to_numeric(written, errors="coerce").astype("Float64").astype(float)
    found = pd.Series(pd.NaT, index=written.index, dtype="datetime64[ns]")
    for (low, high), unit, origin in (
        (SPREADSHEET_DAYS, "D", SPREADSHEET_START),
        (UNIX_SECONDS, "s", "unix"),
        (UNIX_MILLISECONDS, "ms", "unix"),
    ):
        # Only what is there: pandas multiplies missing values too, and raises where the processor notes an overflow.
        counted = pd.to_datetime(counts[counts.between(low, high)], unit=unit, origin=origin, errors="coerce")
        found = found.fillna(counted.dt.normalize().astype("datetime64[ns]").reindex(written.index))
    return found


def _finite(values: Texts) -> Texts:
    return values.where(np.isfinite(values))


def _first_that_reads(written: Texts, formats: tuple[str, ...]) -> Texts:
    found = pd.Series(pd.NaT, index=written.index, dtype="datetime64[ns]")
    for form in formats:
        left = found.isna() & written.notna()
        if not left.any():
            break
        read = pd.to_datetime(written[left].astype(object), format=form, errors="coerce", utc=True)
        found[left] = read.dt.tz_localize(None).dt.normalize().astype("datetime64[ns]")
    return found


def _each(values: Texts, parse: Callable[[object], str | None]) -> Texts:
    """A plain function over the distinct values."""
    known = {value: parse(value) for value in values.dropna().unique()}
    return values.map(known).astype(object).where(values.notna(), None)
