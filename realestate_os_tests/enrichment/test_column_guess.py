"""Headers as vendors, assessors and portals write them: each is read without a mapping file, to the same values."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from realestate_os.counties import load_county
from realestate_os.enrichment.sales_files import read_sales_file

ROWS = 60
rng = np.random.default_rng(4)
DAY = pd.Series(pd.Timestamp("2014-05-02") + pd.to_timedelta(np.arange(ROWS) * 3, unit="D"))
PRICE = pd.Series(rng.integers(200, 900, ROWS) * 1000.0)
AREA = pd.Series(rng.integers(900, 4000, ROWS).astype(float))
LOT = pd.Series(rng.integers(3000, 40_000, ROWS).astype(float))
BUILT = pd.Series(rng.integers(1920, 2010, ROWS))
APN = pd.Series([f"{7000000000 + n}" for n in range(ROWS)])
LAT, LON = pd.Series(rng.uniform(47.3, 47.7, ROWS)), pd.Series(rng.uniform(-122.4, -122.0, ROWS))

FILES = {
    "listing service": {
        "ListingKey": range(ROWS), "ParcelNumber": APN, "ListPrice": PRICE * 1.02,
        "ClosePrice": PRICE.map("${:,.0f}".format),
        "CloseDate": DAY.dt.strftime("%m/%d/%Y"), "BathroomsFull": 2, "BathroomsHalf": 1, "LivingArea": AREA,
        "LotSizeAcres": LOT / 43_560, "YearBuilt": BUILT, "DaysOnMarket": 12,
    },
    "deed vendor": {
        "APN UNFORMATTED": APN, "SALE AMOUNT": PRICE.astype(int), "SALE DATE": DAY.dt.strftime("%Y%m%d"),
        "UNIVERSAL BUILDING SQUARE FEET": AREA, "LAND SQUARE FOOTAGE": LOT, "YEAR BUILT": BUILT, "TOTAL BATHS": 2.5,
    },
    "assessor vendor": {
        "PropertyAddressFull": "1 Elm St", "ParcelNumberRaw": APN.astype("int64"), "TransferAmount": PRICE,
        "RecordingDate": (DAY + pd.Timedelta(days=9)).dt.strftime("%Y-%m-%d"), "AreaBuilding": AREA, "AreaLotSF": LOT,
        "InstrumentDate": DAY.dt.strftime("%Y-%m-%d"), "YearBuilt": BUILT, "BathCount": 2.5,
    },
    "open data": {
        "X": LON * 1e4, "Y": LAT * 1e4, "SSL": APN, "PRICE": PRICE,
        "SALEDATE": DAY.dt.strftime("%Y/%m/%d 05:00:00+00"),
        "QUALIFIED": "Q", "GBA": AREA, "LANDAREA": LOT, "AYB": BUILT, "BATHRM": 2, "HF_BATHRM": 1,
    },
    "portal": {
        "zpid": APN, "dateSold": DAY.map(lambda day: int(day.timestamp() * 1000)),
        "unformattedPrice": PRICE, "area": AREA,
        "lotAreaString": LOT.map(lambda lot: f"{lot / 43_560:.6f} acres" if lot > 20_000 else f"{lot:,.0f} sqft"),
        "baths": "2F 1H", "yr_blt": BUILT.astype(float),
    },
    "short names": {
        "key": APN, "sold": DAY.dt.strftime("%d-%b-%Y"), "amt": PRICE, "sq_ft": AREA, "land": LOT, "built": BUILT,
        "ba": 2.5,
    },
    "spreadsheet": {
        "Account #": APN, "Transaction Date": (DAY - pd.Timestamp("1899-12-30")).dt.days, "Transaction Price": PRICE,
        "Finished Square Feet": AREA, "total area": AREA * 3,
        "acreage": LOT / 43_560, "Yr. Built": BUILT, "bath": "2 / 1",
    },
}  # fmt: skip


def read(folder: Path, columns: dict[str, object]) -> pd.DataFrame:
    path = folder / "sales.csv"
    pd.DataFrame(columns, index=range(ROWS)).to_csv(path, index=False)
    rows, refused = read_sales_file(path, load_county("king_wa"))
    assert not refused.rows
    return rows.sort_values("sale_date", ignore_index=True)


@pytest.mark.parametrize("name", FILES)
def test_a_vendors_header_is_understood(tmp_path, name):
    rows = read(tmp_path, FILES[name])
    assert rows["sale_price_usd"].tolist() == PRICE.tolist()
    assert rows["square_footage"].tolist() == AREA.tolist()
    assert rows["sale_date"].tolist() == DAY.dt.date.tolist()
    assert rows["year_built"].tolist() == BUILT.tolist()
    assert rows["bathrooms"].tolist() == [2.5] * ROWS
    assert np.allclose(rows["lot_size_sqft"], LOT, rtol=1e-3)
    assert rows["apn"].tolist() == APN.tolist()


@pytest.mark.parametrize(
    "columns",
    [
        {"sale_month": DAY.dt.strftime("%Y-%m")},
        {"SaleYM": DAY.dt.strftime("%Y%m").astype(int)},
        {"Yr Sold": DAY.dt.year, "Mo Sold": DAY.dt.month},
        {"SALE_YR1": DAY.dt.year, "SALE_MO1": DAY.dt.strftime("%B")},
    ],
)
def test_a_month_is_enough(tmp_path, columns):
    rows = read(tmp_path, {"apn": APN, "SalePrice": PRICE, "Gross Living Area": AREA, **columns})
    assert set(rows["sale_date_precision"]) == {"month"}
    assert rows["sale_date"].tolist() == DAY.dt.to_period("M").dt.start_time.dt.date.tolist()


@pytest.mark.parametrize(
    ("column", "market", "other"),
    [
        ("QualificationCode", "Q", "U"),
        ("SALE_VALIDITY", "Valid", "Invalid"),
        ("Validity Code", "0 - Valid sale", "9 - Related parties"),
        ("SaleQualification", "Qualified", "Unqualified"),
        ("SALEDESC", "VALID SALE", "LOVE AND AFFECTION SALE"),
        ("NonArmsLength", "N", "Y"),
        ("Disqualified", "No", "Yes"),
    ],
)
def test_a_deeds_review_tells_market_sales(tmp_path, column, market, other):
    flags = [other if n % 5 == 0 else market for n in range(ROWS)]
    rows = read(tmp_path, {"apn": APN, "date": DAY, "price": PRICE, "sqft": AREA, column: flags})
    assert rows["market_sale"].tolist() == [flag == market for flag in flags]


def test_numeric_codes_of_a_review_are_not_guessed(tmp_path):
    codes = [(0, 0, 1, 31)[n % 4] for n in range(ROWS)]
    rows = read(tmp_path, {"apn": APN, "date": DAY, "price": PRICE, "sqft": AREA, "ValidityCode": codes})
    assert rows["market_sale"].all()


@pytest.mark.parametrize("columns", [("LivingAreaSqM", "LotSqM"), ("Floor Area (m2)", "Land Area (square metres)")])
def test_square_metres_become_square_feet(tmp_path, columns):
    metric = dict(zip(columns, ((AREA / 10.7639).round(2), (LOT / 10.7639).round(2)), strict=True))
    rows = read(tmp_path, {"apn": APN, "date": DAY, "price": PRICE, **metric})
    assert np.allclose(rows["square_footage"], AREA, rtol=1e-3) and np.allclose(rows["lot_size_sqft"], LOT, rtol=1e-3)


def test_feet_of_the_state_plane_are_no_coordinates_and_points_are(tmp_path):
    rows = read(tmp_path, {"apn": APN, "date": DAY, "price": PRICE, "sqft": AREA, "x": LON * 1e4, "y": LAT * 1e4})
    assert rows["latitude"].isna().all()
    points = [f"POINT ({lon:.6f} {lat:.6f})" for lon, lat in zip(LON, LAT, strict=True)]
    rows = read(tmp_path, {"apn": APN, "date": DAY, "price": PRICE, "sqft": AREA, "the_geom": points})
    assert np.allclose(rows["latitude"], LAT) and np.allclose(rows["longitude"], LON)


def test_one_deed_over_two_parcels_is_set_aside(tmp_path):
    path = tmp_path / "sales.csv"
    deed = np.where(np.arange(ROWS) < 2, 1, np.arange(ROWS))
    price, day = PRICE.where(PRICE.index > 1, 500_000.0), DAY.where(DAY.index > 1, DAY[0])
    pd.DataFrame(
        {
            "doc_no": deed,
            "pin": APN,
            "sale_date": day,
            "sale_price": price,
            "sqft": AREA,
            "is_multisale": ROWS * ["false"],
        }
    ).to_csv(path, index=False)
    rows, refused = read_sales_file(path, load_county("king_wa"))
    assert (len(rows), refused.counts()) == (ROWS - 2, {"several_parcels": 2})
