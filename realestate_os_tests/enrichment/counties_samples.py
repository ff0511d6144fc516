"""Small answers of the nine counties' services, made by hand in the shape that each documents.

Belongs here: records in the services' own field names, and what we read from them. Does not: assertions
(test_counties_mapped.py). Owners, numbers and addresses are invented.
"""

from __future__ import annotations

from datetime import date
from typing import Any

# Source key -> (record, our values). A polygon's geometry is [x, y] corners in degrees.
SQUARE = {"rings": [[[-1.0, 1.0], [-1.0, 3.0], [1.0, 3.0], [1.0, 1.0], [-1.0, 1.0]]]}


def around(longitude: float, latitude: float) -> dict[str, Any]:
    """A parcel's outline around a place."""
    return {"rings": [[[x * 1e-4 + longitude, (y - 2) * 1e-4 + latitude] for x, y in SQUARE["rings"][0]]]}


SAMPLES: dict[str, tuple[dict[str, Any], dict[str, Any] | None, dict[str, Any]]] = {
    "king_wa_parcels": (
        {
            "PIN": "1234500010",
            "ADDR_FULL": "410 ELM ST",
            "ZIP5": "98101",
            "POSTALCTYNAME": "SEATTLE",
            "CTYNAME": "",
            "LOTSQFT": 5000,
            "APPRLNDVAL": 400000,
            "APPR_IMPR": 350000,
            "PREUSE_DESC": "Single Family(Res Use/Zone)",
        },
        around(-122.33, 47.61),
        {
            "apn": "1234500010",
            "street_address": "410 ELM ST",
            "zip_code": "98101",
            "city": "SEATTLE",
            "lot_size_sqft": 5000.0,
            "market_value_usd": 750000.0,
            "property_type": "single_family",
            "latitude": 47.61,
            "longitude": -122.33,
        },
    ),
    "miami_dade_fl_parcels": (
        {
            "FOLIO": "0101000000010",
            "TRUE_SITE_ADDR": "410 NW 1 ST",
            "TRUE_SITE_UNIT": "12B",
            "TRUE_SITE_CITY": "Miami",
            "TRUE_SITE_ZIP_CODE": "33128-1234",
            "TRUE_OWNER1": "A PERSON",
            "TRUE_MAILING_ADDR1": "9 OAK AVE",
            "TRUE_MAILING_CITY": "MIAMI",
            "TRUE_MAILING_STATE": "FL",
            "TRUE_MAILING_ZIP_CODE": "33101",
            "DOR_DESC": "RESIDENTIAL - SINGLE FAMILY : 1 UNIT",
            "BEDROOM_COUNT": 3,
            "BATHROOM_COUNT": 2,
            "HALF_BATHROOM_COUNT": 1,
            "FLOOR_COUNT": 1,
            "BUILDING_HEATED_AREA": 1500,
            "BUILDING_ACTUAL_AREA": 1700,
            "LOT_SIZE": 6000,
            "YEAR_BUILT": 1955,
            "TOTAL_VAL_CUR": 400000,
            "ASSESSED_VAL_CUR": 210000,
            "DOS_1": "20150604",
            "PRICE_1": 250000,
        },
        {"x": -80.2, "y": 25.77},
        {
            "apn": "0101000000010",
            "unit": "12B",
            "zip_code": "33128",
            "property_type": "single_family",
            "bedrooms": 3.0,
            "bathrooms": 2.5,
            "square_footage": 1500.0,
            "lot_size_sqft": 6000.0,
            "year_built": 1955.0,
            "stories": 1.0,
            "market_value_usd": 400000.0,
            "assessed_value_usd": 210000.0,
            "last_sale_date": date(2015, 6, 4),
            "last_sale_price_usd": 250000.0,
            "owner_name": "A PERSON",
            "owner_mailing_address": "9 OAK AVE MIAMI FL 33101",
            "latitude": 25.77,
        },
    ),
    # Padded and formatted text where numbers are.
    "maricopa_az_parcels": (
        {
            "APN": "10101001A",
            "PHYSICAL_ADDRESS": "410 W ELM ST ",
            "PHYSICAL_CITY": "PHOENIX",
            "PHYSICAL_ZIP": "850031234",
            "LIVING_SPACE": "1,850   ",
            "LAND_SIZE": "7,405",
            "CONST_YEAR": "1987",
            "FCV_CUR": "$412,300 ",
            "SALE_DATE": "06/04/2019",
            "SALE_PRICE": "305,000",
            "LATITUDE": "33.45",
            "LONGITUDE": "-112.08",
            "OWNER_NAME": "A PERSON",
            "MAIL_ADDRESS": "PO BOX 1",
            "MAIL_CITY": "PHOENIX",
            "MAIL_STATE": "AZ",
            "MAIL_ZIP": "85001",
        },
        None,
        {
            "apn": "10101001A",
            "street_address": "410 W ELM ST",
            "zip_code": "85003",
            "square_footage": 1850.0,
            "lot_size_sqft": 7405.0,
            "year_built": 1987.0,
            "market_value_usd": 412300.0,
            "last_sale_date": date(2019, 6, 4),
            "last_sale_price_usd": 305000.0,
            "latitude": 33.45,
            "owner_mailing_address": "PO BOX 1 PHOENIX AZ 85001",
        },
    ),
    "clark_nv_parcels": (
        {
            "APN": "139-33-101-001",
            "strno": 410,
            "strfrac": " ",
            "strdir": "S",
            "strname": "ELM",
            "strtype": "ST",
            "strunit": None,
            "City": "LAS VEGAS",
            "CONSTYR": 1996,
            "LANDACRES": 0.25,
        },
        {"x": -115.14, "y": 36.17},
        {
            "apn": "13933101001",
            "street_address": "410 S ELM ST",
            "city": "LAS VEGAS",
            "year_built": 1996.0,
            "lot_size_sqft": 10890.0,
            "latitude": 36.17,
        },
    ),
    "san_diego_ca_parcels": (
        {
            "apn": "4500100100",
            "situs_address": 410,
            "situs_pre_dir": "E",
            "situs_street": "ELM",
            "situs_suffix": "AVE",
            "situs_post_dir": "",
            "situs_suite": "",
            "situs_community": "EL CAJON",
            "situs_zip": "92020-1234",
            "bedrooms": "003",
            "total_lvg_area": 1103,
            "acreage": 0.5,
            "asr_total": 355811,
            "ownerocc": "Y",
        },
        around(-116.96, 32.8),
        {
            "apn": "4500100100",
            "street_address": "410 E ELM AVE",
            "zip_code": "92020",
            "bedrooms": 3.0,
            "square_footage": 1103.0,
            "lot_size_sqft": 21780.0,
            "assessed_value_usd": 355811.0,
            "owner_occupied": True,
            "latitude": 32.8,
        },
    ),
    # The city at the end of the address, no ZIP.
    "orange_ca_parcels": (
        {
            "ASSESSMENT_NO": "101-201-30",
            "SITE_ADDRESS": "410 ELM LN HUNTINGTON BEACH",
            "YEAR_BUILT": "1963",
            "NBR_BEDROOMS": "3",
        },
        around(-118.0, 33.66),
        {"apn": "10120130", "street_address": "410 ELM LN", "year_built": 1963.0, "bedrooms": 3.0, "latitude": 33.66},
    ),
    "harris_tx_parcels": (
        {"HCAD_NUM": "0010010000001", "address": "410 ELM DR", "city": "HOUSTON", "zip": "77002", "owner": "A PERSON"},
        around(-95.36, 29.76),
        {
            "apn": "0010010000001",
            "street_address": "410 ELM DR",
            "zip_code": "77002",
            "owner_name": "A PERSON",
            "latitude": 29.76,
        },
    ),
    "travis_tx_parcels": (
        {
            "PROP_ID": 101010,
            "situs_address": "410  ELM DR ",
            "situs_city": "AUSTIN",
            "situs_zip": "78745",
            "market_value": 512000,
            "assessed_val": 480000,
            "appraised_val": 500000,
            "tcad_acres": 0.2,
            "GIS_acres": 0.21,
        },
        around(-97.8, 30.2),
        {
            "apn": "101010",
            "street_address": "410 ELM DR",
            "zip_code": "78745",
            "market_value_usd": 512000.0,
            "assessed_value_usd": 480000.0,
            "lot_size_sqft": 8712.0,
            "latitude": 30.2,
        },
    ),
}

# Cook's five datasets by their ids; SODA writes numbers as text and leaves nulls out.
COOK: dict[str, list[dict[str, Any]]] = {
    "x54s-btds": [
        {
            "pin": "13362270230000",
            "year": "2024",
            "class": "202",
            "char_beds": "2",
            "char_fbath": "1",
            "char_hbath": "0",
            "char_bldg_sf": "756",
            "char_land_sf": "2750",
            "char_yrblt": "1890",
        },
        {
            "pin": "13362270230000",
            "year": "2025",
            "class": "203",
            "char_beds": "3",
            "char_fbath": "1",
            "char_hbath": "1",
            "char_bldg_sf": "1210",
            "char_land_sf": "2750",
            "char_yrblt": "1890",
        },
    ],
    "3r7i-mrz4": [
        {
            "pin": "17032010191001",
            "year": "2025",
            "class": "299",
            "char_bedrooms": "2",
            "char_unit_sf": "980",
            "char_yrblt": "1972",
        },
    ],
    "3723-97qp": [
        {
            "pin": "13362270230000",
            "year": "2025",
            "prop_address_full": "410 N ELM ST",
            "prop_address_city_name": "CHICAGO",
            "prop_address_zipcode_1": "60647",
            "owner_address_name": "A PERSON",
            "mail_address_full": "9 OAK AVE",
        },
        {
            "pin": "17032010191001",
            "year": "2025",
            "prop_address_full": "12 E LAKE ST 7B",
            "prop_address_city_name": "CHICAGO",
            "prop_address_zipcode_1": "60611",
        },
    ],
    "uzyt-m557": [
        {"pin": "13362270230000", "year": "2025", "class": "203", "mailed_tot": "31000", "certified_tot": "30500"},
        {"pin": "17032010191001", "year": "2025", "class": "299", "mailed_tot": "28000", "board_tot": "27000"},
    ],
    "pabr-t5kh": [{"pin": "13362270230000", "lat": "41.92", "lon": "-87.70"}],
}
