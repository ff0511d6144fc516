"""Sales files as they come: headers of several kinds, dirt, months without days, wrong files."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realestate_os.counties import load_county
from realestate_os.enrichment.frames import SALES
from realestate_os.enrichment.sales_columns import SalesFileError, SalesMapping, choose_columns, load_mapping
from realestate_os.enrichment.sales_files import read_sales_file

KING_HEADER = (
    "id,date,price,bedrooms,bathrooms,sqft_living,sqft_lot,floors,waterfront,view,condition,grade,sqft_above,"
    "sqft_basement,yr_built,yr_renovated,zipcode,lat,long,sqft_living15,sqft_lot15"
)
KING_ROW = (
    "321059036,2014-05-02,400000.0,4,2.5,3630,42884,1.5,0,0,3,9,2300,1330,1979,0,98092,47.2617,-122.19,2830,80148"
)
MIAMI_HEADER = "LATITUDE,LONGITUDE,PARCELNO,SALE_PRC,LND_SQFOOT,TOT_LVG_AREA,age,month_sold,structure_quality"
MIAMI_ROW = "25.891,-80.1605,622280070620,440000.0,9375,1753,67,8,4"


@pytest.fixture
def king():
    return load_county("king_wa")


def written(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def king_row(**changes: str) -> str:
    cells = dict(zip(KING_HEADER.split(","), KING_ROW.split(","), strict=True))
    return ",".join((cells | changes).values())


def test_king_county_as_it_is_published(tmp_path, king):
    rows, refused = read_sales_file(written(tmp_path, "king.csv", KING_HEADER, KING_ROW), king)
    assert not refused.rows
    row = rows.iloc[0]
    assert (row.apn, row.zip_code, row.sale_price_usd) == ("0321059036", "98092", 400_000.0)
    assert (row.sale_date, row.known_on, row.sale_date_precision) == (date(2014, 5, 2), date(2014, 5, 16), "day")
    assert (row.square_footage, row.lot_size_sqft, row.quality_grade) == (3630.0, 42_884.0, 9.0)
    assert (row.view_rank, row.waterfront, row.basement_sqft, row.stories) == (0.0, 0.0, 1330.0, 1.5)
    assert pd.isna(row.year_renovated)
    assert row.market_sale
    assert SALES.to_arrow(rows).num_rows == 1


def test_miami_has_months_ages_and_no_zip(tmp_path):
    county = load_county("miami_dade_fl")
    rows, refused = read_sales_file(written(tmp_path, "miami_2016.csv", MIAMI_HEADER, MIAMI_ROW), county)
    assert not refused.rows
    row = rows.iloc[0]
    assert (row.sale_date, row.sale_date_precision) == (date(2016, 8, 1), "month")
    lag = county.sales.recording_lag_days
    assert (row.known_on - date(2016, 8, 31)).days == lag
    assert (row.year_built, row.apn) == (1949.0, "0622280070620")
    assert row.zip_code.startswith("331")


def test_a_month_without_a_year_asks_for_one_and_takes_it_from_the_mapping(tmp_path):
    path, county = written(tmp_path, "miami.csv", MIAMI_HEADER, MIAMI_ROW), load_county("miami_dade_fl")
    with pytest.raises(SalesFileError, match="sale_year: 2016"):
        read_sales_file(path, county)
    rows, _ = read_sales_file(path, county, SalesMapping(sale_year=2015))
    assert rows["sale_date"].tolist() == [date(2015, 8, 1)]


@pytest.mark.parametrize(
    "header",
    [
        "Close Date,Close Price,Living Area,Parcel Number",
        "SALE_DATE;SALE_PRICE;CHAR_BLDG_SF;PIN",
        "sold date\tSale Amount\tBuilding Area\tfolio",
        "DocumentDate|Sale_Price|SqFtTotLiving|APN",
    ],
)
def test_other_names_and_delimiters(tmp_path, king, header):
    delimiter = next(mark for mark in ";\t|," if mark in header)
    path = written(tmp_path, "sales.csv", header, delimiter.join(["5/2/2014", '"$400,000"', '"1,800 sq ft"', "12-34"]))
    rows, refused = read_sales_file(path, king)
    assert not refused.rows
    row = rows.iloc[0]
    assert (row.sale_date, row.sale_price_usd, row.square_footage) == (date(2014, 5, 2), 400_000.0, 1800.0)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"date": "soon"}, "no_sale_date"),
        ({"date": "2099-01-01"}, "impossible_sale_date"),
        ({"price": "0"}, "no_sale_price"),
        ({"price": "-5"}, "no_sale_price"),
        ({"price": "9e12"}, "impossible_sale_price"),
        ({"sqft_living": ""}, "no_living_area"),
        ({"sqft_living": "12"}, "impossible_area"),
        ({"bedrooms": "33"}, "impossible_rooms"),
        ({"yr_built": "197"}, "impossible_year_built"),
        ({"lat": "25.7", "long": "-80.2"}, "outside_county"),
    ],
)
def test_an_impossible_row_is_set_aside_with_its_line_and_the_others_stay(tmp_path, king, changes, reason):
    path = written(tmp_path, "king.csv", KING_HEADER, KING_ROW, king_row(id="77", **changes))
    rows, refused = read_sales_file(path, king)
    assert len(rows) == 1
    assert [(row["item"], row["reason"]) for row in refused.rows] == [("king.csv line 3", reason)]


def test_zero_beds_and_baths_are_unknown_and_a_token_price_is_no_market_sale(tmp_path, king):
    rows, _ = read_sales_file(
        written(tmp_path, "king.csv", KING_HEADER, king_row(bedrooms="0", bathrooms="0", price="10")), king
    )
    assert rows[["bedrooms", "bathrooms"]].isna().all(axis=None)
    assert not rows["market_sale"].any()


def test_a_second_row_of_one_sale_is_set_aside(tmp_path, king):
    path = written(tmp_path, "king.csv", KING_HEADER, KING_ROW, king_row(price="10"))
    rows, refused = read_sales_file(path, king)
    assert rows["sale_price_usd"].tolist() == [400_000.0]
    assert refused.counts() == {"duplicate_sale": 1}


def test_a_ragged_row_is_set_aside(tmp_path, king):
    rows, refused = read_sales_file(written(tmp_path, "king.csv", KING_HEADER, "1,2", KING_ROW), king)
    assert (len(rows), refused.counts()) == (1, {"wrong_number_of_cells": 1})


def test_gzip_bom_latin_text_and_parquet_read_the_same(tmp_path, king):
    text = f"{KING_HEADER}\n{KING_ROW}\n"
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    (tmp_path / "b.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    header, row = f"{KING_HEADER},city".split(","), f"{KING_ROW},Cañon".split(",")
    (tmp_path / "c.csv").write_bytes(f"{','.join(header)}\n{','.join(row)}\n".encode("latin-1"))
    pd.read_csv(tmp_path / "b.csv").to_parquet(tmp_path / "d.parquet")
    for name in ("a.csv.gz", "b.csv", "c.csv", "d.parquet"):
        rows, refused = read_sales_file(tmp_path / name, king)
        assert (rows["sale_id"].tolist(), len(refused)) == (["0321059036@2014-05-02"], 0), name


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a,b,c\n1,2,3\n", r"found no column for sale_date, sale_price_usd, square_footage. Columns found: a, b, c"),
        (b"", "is empty; expected a header and rows"),
        (b"date,date,price\n", "names date twice"),
        (b"\x00\x01\x02", "is not text"),
        (b"\x1f\x8bnope", "damaged gzip"),
        (gzip.compress(b"date,price\n" * 99, mtime=0)[:-12] + b"\xff" * 12, "damaged gzip"),
        (b"PAR1 and then nothing", "not a readable Parquet file"),
    ],
)
def test_a_wrong_file_is_one_clear_error_that_names_it(tmp_path, king, content, message):
    path = tmp_path / ("wrong.csv.parquet" if content.startswith(b"PAR1") else "wrong.csv")
    path.write_bytes(content)
    with pytest.raises(SalesFileError, match=message) as caught:
        read_sales_file(path, king)
    assert "wrong.csv" in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path, king):
    with pytest.raises(SalesFileError, match=r"nowhere.csv: cannot be read: No such file"):
        read_sales_file(tmp_path / "nowhere.csv", king)


def test_a_mapping_overrides_the_guess_and_can_drop_a_column(tmp_path, king):
    path = written(
        tmp_path, "m.yaml", "columns: {square_footage: sqft_above, quality_grade: null}", "property_type: condo"
    )
    file = written(tmp_path, "king.csv", KING_HEADER, KING_ROW)
    rows, _ = read_sales_file(file, king, load_mapping(path))
    assert (rows["square_footage"][0], rows["property_type"][0]) == (2300.0, "condo")
    assert pd.isna(rows["quality_grade"][0])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("columns: {colour: x}", "unknown field colour"),
        ("colums: {}", "colums: Extra inputs"),
        ("property_type: castle", "'castle'; expected one of"),
        ("a: [", "not valid YAML"),
    ],
)
def test_a_wrong_mapping_names_file_and_key(tmp_path, text, message):
    with pytest.raises(SalesFileError, match=message) as caught:
        load_mapping(written(tmp_path, "m.yaml", text))
    assert "m.yaml" in str(caught.value)


def test_a_mapping_to_a_column_that_is_not_there_lists_those_that_are():
    with pytest.raises(SalesFileError, match="names PRICE, but the columns are: a, b"):
        choose_columns(pd.DataFrame(columns=["a", "b"]), SalesMapping(columns={"sale_price_usd": "PRICE"}), "f.csv")


@settings(max_examples=15, deadline=None)
@given(rows=st.lists(st.lists(st.text(max_size=12), min_size=21, max_size=21), max_size=5))
def test_any_text_in_any_cell_is_read_or_set_aside_and_nothing_is_lost(tmp_path_factory, rows):
    import csv

    path = tmp_path_factory.mktemp("any") / "any.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(KING_HEADER.split(","))
        writer.writerow(KING_ROW.split(","))
        writer.writerows(["".join(c for c in cell if c.isprintable()) for cell in row] for row in rows)
    found, refused = read_sales_file(path, load_county("king_wa"))
    assert len(found) + len(refused) >= 1
    assert "0321059036@2014-05-02" in set(found["sale_id"])
    SALES.to_arrow(found)
