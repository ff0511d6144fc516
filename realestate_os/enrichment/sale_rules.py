"""Fields of sales, from a file or a service -> SALES rows: the rules that hold for both.

Belongs here: what makes a sale impossible, when it became known, its id, what counts as a market
sale. Does not: reading (sales_files.py, connectors) or versions (sale_versions.py).
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from realestate_os.counties import County
from realestate_os.enrichment.frames import SALES
from realestate_os.enrichment.places import nearest_zip, outside_county
from realestate_os.enrichment.sales_columns import FIELDS
from realestate_os.storage.home import HOME_NAMES
from realestate_os.storage.property_identity import normalize_address
from realestate_os.storage.set_aside import SetAside

# Deeds between relatives and corrections carry $0, $1 or $10; the cheapest real houses cost five figures.
MARKET_PRICE_FLOOR_USD = 10_000
DEAREST_HOME_USD = 500_000_000
AREA_SQFT = (100, 100_000)
# More rooms than this is a typing error (33 bedrooms in 1,620 sqft) or an apartment house, not a home.
MOST_ROOMS = 20
OLDEST_HOUSE = 1650
# Homes are sold on paper before they are built.
YEARS_AHEAD = 3
FIRST_SALE = pd.Timestamp("1950-01-01")


def finish_sales(fields: pd.DataFrame, county: County, source: str, refused: SetAside) -> pd.DataFrame:
    """SALES rows on the index of `fields`, sorted by sale date; what is impossible or stands twice goes to `refused`.

    Args:
        fields: columns of FIELDS (missing ones count as null), month_only (bool), item (how a
            person finds the row) and url.
        source: source key, or file:NAME.
    """
    fields = fields.reindex(columns=[*FIELDS, "month_only", "item", "url"])
    fields = _refuse_impossible(_with_facts(fields, county), county, refused)
    sales = _as_sales(fields, county, source)
    return _once(sales.assign(item=fields["item"]), refused)


def known_on(fields: pd.DataFrame, county: County) -> pd.Series[Any]:
    """Recording date, else the sale's date (or month's end) plus the county's lag; never before the sale."""
    closed = fields["sale_date"]
    month_end = closed + pd.offsets.MonthEnd(0)
    lag = pd.Timedelta(days=county.sales.recording_lag_days)
    recorded = fields["recorded_on"].astype("datetime64[ns]")
    return recorded.fillna(closed.where(~fields["month_only"], month_end) + lag).clip(lower=closed)


def total_baths(fields: pd.DataFrame) -> pd.Series[Any]:
    """Baths as a record counts them: one number, or full, three-quarter and half ones apart."""
    shares = {"full_baths": 1.0, "three_quarter_baths": 0.75, "half_baths": 0.5}
    apart = sum((fields[name].astype(float).fillna(0) * share for name, share in shares.items()), start=0.0)
    return fields["bathrooms"].astype(float).fillna(apart).where(lambda baths: baths > 0)


def _with_facts(fields: pd.DataFrame, county: County) -> pd.DataFrame:
    return fields.assign(
        month_only=fields["month_only"].fillna(False).astype(bool),
        bathrooms=total_baths(fields),
        lot_size_sqft=fields["lot_size_sqft"]
        .astype(float)
        .fillna(fields["lot_acres"].astype(float))
        .fillna(fields["lot_sqm"].astype(float)),
        market_flag=fields["market_flag"].astype(float).fillna(1.0 - fields["non_market_flag"].astype(float)),
        year_built=fields["year_built"]
        .astype(float)
        .fillna(fields["sale_date"].dt.year - fields["age_years"].astype(float)),
        zip_code=fields["zip_code"].astype(object).fillna(nearest_zip(county, fields["latitude"], fields["longitude"])),
        state=county.state,
    )


def _refuse_impossible(fields: pd.DataFrame, county: County, refused: SetAside) -> pd.DataFrame:
    sold, price = fields["sale_date"], fields["sale_price_usd"].astype(float)
    area, built = fields["square_footage"].astype(float), fields["year_built"].astype(float)
    outside = outside_county(county, fields["latitude"], fields["longitude"])
    tomorrow = pd.Timestamp(date.today()) + pd.Timedelta(days=1)
    strange_year = (built < OLDEST_HOUSE) | (built > sold.dt.year + YEARS_AHEAD)
    rooms = f"more than {MOST_ROOMS}"
    rules = [
        ("no_sale_date", "sale_date", sold.isna(), "no date that can be read"),
        ("impossible_sale_date", "sale_date", (sold < FIRST_SALE) | (sold > tomorrow), "before 1950 or in the future"),
        ("no_sale_price", "sale_price_usd", ~(price > 0), "a price above 0 is needed"),
        ("impossible_sale_price", "sale_price_usd", price > DEAREST_HOME_USD, f"above {DEAREST_HOME_USD:,} USD"),
        ("impossible_area", "square_footage", (area < AREA_SQFT[0]) | (area > AREA_SQFT[1]), "not 100 to 100,000 sqft"),
        ("impossible_rooms", "bedrooms", fields["bedrooms"].astype(float) > MOST_ROOMS, rooms),
        ("impossible_rooms", "bathrooms", fields["bathrooms"].astype(float) > MOST_ROOMS, rooms),
        ("impossible_year_built", "year_built", strange_year, "not 1650 to 3 years after the sale"),
        ("outside_county", "latitude", outside, f"not in {county.name} County"),
        ("several_parcels", "sale_price_usd", _several_parcels(fields), "one price for more than one parcel"),
    ]
    left = pd.Series(True, index=fields.index)
    for reason, field, broken, rule in rules:
        hit = left & broken
        for item, value in zip(fields.loc[hit, "item"], fields.loc[hit, field], strict=True):
            refused.add(str(item), reason, field=field, value=value, detail=rule)
        left &= ~hit
    return fields[left]


def _several_parcels(fields: pd.DataFrame) -> pd.Series[Any]:
    """Sales that say so, or whose deed conveys other parcels at the same price."""
    told = (fields["parcels_in_sale"].astype(float) > 1) | (fields["multi_parcel_flag"].astype(float) == 1)
    deeds = fields[fields["record_id"].notna() & fields["apn"].notna()]
    parcels = deeds.groupby(["record_id", "sale_date", "sale_price_usd"])["apn"].transform("nunique")
    return told | (parcels > 1).reindex(fields.index, fill_value=False)


def _as_sales(fields: pd.DataFrame, county: County, source: str) -> pd.DataFrame:
    price, flag = (
        fields["sale_price_usd"].astype(float),
        fields["market_flag"].astype(float),
    )
    sales = fields[[name for name in HOME_NAMES if name in fields]].assign(
        county=county.key,
        source=source,
        url=fields["url"],
        address_key=address_keys(fields),
        sale_date=fields["sale_date"],
        sale_date_precision=np.where(fields["month_only"], "month", "day"),
        sale_price_usd=price,
        known_on=known_on(fields, county),
        superseded_on=None,
        market_sale=(price >= MARKET_PRICE_FLOOR_USD) & (flag != 0),
        assessed_value_usd=fields["assessed_value_usd"],
        market_value_usd=fields["market_value_usd"],
        annual_tax_usd=fields["annual_tax_usd"],
    )
    sales["sale_id"] = _sale_ids(sales, fields["record_id"])
    return conform(sales)


def address_keys(homes: pd.DataFrame) -> pd.Series[Any]:
    """The normalised address of each row (street_address, unit, city, state, zip_code); null where there is none."""
    parts = homes[["street_address", "unit", "city", "state", "zip_code"]].astype(object)
    parts = parts.where(parts.notna(), None)
    keys = [normalize_address(*row).address_key if row[0] else None for row in parts.itertuples(index=False, name=None)]
    return pd.Series(keys, index=homes.index, dtype=object)


def conform(sales: pd.DataFrame) -> pd.DataFrame:
    """Columns and types of SALES; dates as datetime.date."""
    kinds = {column.name: column.dtype for column in SALES.columns}
    ready = sales.reindex(columns=SALES.names).copy()
    for name, kind in kinds.items():
        if kind == "float64":
            ready[name] = ready[name].astype("float64")
        elif kind == "date":
            stamps = pd.to_datetime(ready[name])
            ready[name] = stamps.dt.date.astype(object).where(stamps.notna(), None)
        elif kind == "string":
            ready[name] = ready[name].astype(object).where(ready[name].notna(), None)
    return ready


def _sale_ids(sales: pd.DataFrame, record_ids: pd.Series[Any]) -> pd.Series[Any]:
    """The record's own id with its parcel; else parcel, address or a digest of the row, with the day.

    A price that is corrected keeps its sale's id.
    """
    day = "@" + pd.to_datetime(sales["sale_date"]).dt.strftime("%Y-%m-%d")
    place = sales[
        [
            "zip_code",
            "latitude",
            "longitude",
            "square_footage",
            "lot_size_sqft",
            "year_built",
            "bedrooms",
        ]
    ]
    digest = pd.util.hash_pandas_object(place.astype(str), index=False).map("row {:016x}".format)
    home = sales["apn"].fillna(sales["address_key"]).fillna(digest)
    record = "record " + record_ids.astype("string").astype(object) + " " + home
    return record.fillna(home + day)


def _once(sales: pd.DataFrame, refused: SetAside) -> pd.DataFrame:
    """One row a sale. Where two deeds carry one id, the dearer is the sale: the other conveys for a token."""
    order = sales.sort_values(["sale_date", "sale_id", "sale_price_usd"], kind="stable")
    extra = order.duplicated("sale_id", keep="last")
    for item, sale_id in zip(order.loc[extra, "item"], order.loc[extra, "sale_id"], strict=True):
        refused.add(
            str(item),
            "duplicate_sale",
            field="sale_id",
            value=sale_id,
            detail="another row has this sale",
        )
    return order[~extra].drop(columns="item")
