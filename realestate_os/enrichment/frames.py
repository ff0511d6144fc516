"""The tables of enrichment: sales, zip_demographics, parcels, enrichment."""

from __future__ import annotations

from realestate_os.storage.home import FACT_NAMES, HOME_COLUMNS
from realestate_os.storage.schema import Column, Frame

SALES = Frame(
    "sales",
    "one version of one closed sale; a correction is a new version and supersedes the old one",
    (
        Column("sale_id", "string", "Source's id of the sale", nullable=False),
        Column("county", "string", "County key", nullable=False),
        Column("source", "string", "Source key", nullable=False),
        Column("url", "string", "Logical URL of the record"),
        *HOME_COLUMNS,
        Column(
            "sale_date",
            "date",
            "Closing date; the first of the month if only the month is known",
            nullable=False,
        ),
        Column("sale_date_precision", "string", "day or month", nullable=False),
        Column("sale_price_usd", "float64", "Price paid", "USD", nullable=False),
        Column(
            "known_on",
            "date",
            "Recording date, else sale date plus the county's lag; readers filter known_on <= D",
            nullable=False,
        ),
        Column(
            "superseded_on",
            "date",
            "When a later version of the same sale became known",
        ),
        Column(
            "market_sale",
            "bool",
            "Arm's length by the record's own flags and the price floor",
            nullable=False,
        ),
        Column(
            "assessed_value_usd",
            "float64",
            "Assessed value on record before the sale",
            "USD",
        ),
        Column(
            "market_value_usd",
            "float64",
            "Assessor's market value on record before the sale",
            "USD",
        ),
        Column("annual_tax_usd", "float64", "Tax on record before the sale", "USD/year"),
    ),
    key=("sale_id", "known_on"),
)

ZIP_DEMOGRAPHICS = Frame(
    "zip_demographics",
    "one ZIP in one ACS five-year vintage",
    (
        Column("county", "string", "County key", nullable=False),
        Column("zip_code", "string", "ZIP code tabulation area", nullable=False),
        Column("vintage", "int64", "Last year of the five-year ACS", "year", nullable=False),
        Column("known_on", "date", "Release date of the vintage", nullable=False),
        Column("population", "float64", "B01003_001E", "people"),
        Column("median_income_usd", "float64", "B19013_001E", "USD/year"),
        Column("median_age_years", "float64", "B01002_001E", "years"),
        Column("occupied_units", "float64", "B25003_001E", "units"),
        Column("owner_units", "float64", "B25003_002E", "units"),
        Column("renter_units", "float64", "B25003_003E", "units"),
        Column("median_home_value_usd", "float64", "B25077_001E", "USD"),
        Column("median_rent_usd", "float64", "B25064_001E, gross", "USD/month"),
        *(
            Column(
                f"median_rent_{n}br_usd",
                "float64",
                f"B25031_00{n + 2}E, gross",
                "USD/month",
            )
            for n in range(6)
        ),
        Column("labor_force", "float64", "B23025_002E", "people"),
        Column("unemployed", "float64", "B23025_005E", "people"),
        Column("owner_occupied_rate", "float64", "owner_units / occupied_units", "share"),
        Column("unemployment_rate", "float64", "unemployed / labor_force", "share"),
    ),
    key=("zip_code", "vintage"),
)

_ASSESSOR = (
    Column("assessed_value_usd", "float64", "Assessed value", "USD"),
    Column("market_value_usd", "float64", "Assessor's market value; never ours", "USD"),
    Column("annual_tax_usd", "float64", "Tax on the last roll", "USD/year"),
    Column("tax_rate_pct", "float64", "annual_tax_usd / assessed_value_usd x 100", "%"),
    Column("last_sale_date", "date", "Latest sale known on the date"),
    Column("last_sale_price_usd", "float64", "Its price", "USD"),
    Column(
        "owner_name",
        "string",
        "Internal use only; null where the county's owner_data is none",
    ),
    Column("owner_mailing_address", "string", "Internal use only"),
    Column("owner_occupied", "bool", "Three states: yes, no, unknown (null)"),
)

# What both a listing and a record may say of a home, and what only records say.
SHARED_FIELDS = (*FACT_NAMES, "latitude", "longitude", "apn")
RECORD_FIELDS = tuple(column.name for column in _ASSESSOR if not column.name.startswith("last_sale_"))
# Figure of the ZIP in ENRICHMENT -> column of ZIP_DEMOGRAPHICS; the rent is chosen by bedrooms.
ZIP_FIGURES = {
    "zip_population": "population",
    "zip_median_income_usd": "median_income_usd",
    "zip_median_home_value_usd": "median_home_value_usd",
    "zip_owner_occupied_rate": "owner_occupied_rate",
    "zip_unemployment_rate": "unemployment_rate",
}

PARCELS = Frame(
    "parcels",
    "one record of a listed property, by each provider that has one",
    (
        Column("county", "string", "County key", nullable=False),
        Column("date", "date", "Partition date", nullable=False),
        Column("provider", "string", "assessor, assessor_file or attom", nullable=False),
        Column("source", "string", "Source key", nullable=False),
        Column("url", "string", "Logical URL that shows the record", nullable=False),
        Column("field_urls", "json", "Record of a joined dataset that a field came from", nullable=False),
        Column("page_sha256", "string", "Digest of the archived response", nullable=False),
        Column("fetched_at", "timestamp", "When it was fetched", nullable=False),
        *HOME_COLUMNS,
        *_ASSESSOR,
    ),
    key=("provider", "apn"),
)

ENRICHMENT = Frame(
    "enrichment",
    "one listed property with what public records say of it; the input of build_features",
    (
        Column("property_id", "string", "As in listings", nullable=False),
        Column("county", "string", "County key", nullable=False),
        Column("date", "date", "Partition date", nullable=False),
        *HOME_COLUMNS,
        *_ASSESSOR,
        Column("liens_usd", "float64", "Known liens; null when unknown", "USD"),
        Column("listing_price_usd", "float64", "Asking price, as in listings", "USD"),
        Column("price_basis", "string", "As in listings", nullable=False),
        Column("listing_status", "string", "As in listings", nullable=False),
        Column("days_on_market", "float64", "As in listings", "days"),
        Column(
            "bargain_flag",
            "string",
            "As in listings, or found in the records (manufactured home)",
        ),
        Column("condition_claimed", "string", "As in listings", nullable=False),
        Column("zip_population", "float64", "ACS, vintage known on the date", "people"),
        Column("zip_median_income_usd", "float64", "ACS", "USD/year"),
        Column("zip_median_home_value_usd", "float64", "ACS", "USD"),
        Column("zip_owner_occupied_rate", "float64", "ACS", "share"),
        Column("zip_unemployment_rate", "float64", "ACS", "share"),
        Column(
            "zip_median_rent_usd",
            "float64",
            "ACS, gross; of the home's bedroom count where published",
            "USD/month",
        ),
        Column("census_vintage", "float64", "ACS vintage used", "year"),
        Column("status", "string", "complete, partial or failed", nullable=False),
        Column(
            "missing_sources",
            "json",
            "List of sources that gave nothing: parcel, census, sales",
            nullable=False,
        ),
        Column(
            "failed_sources",
            "json",
            "List of sources that did not answer; the next run asks again",
            nullable=False,
        ),
    ),
)

LEAD_SIGNALS = Frame(
    "lead_signals",
    "one sign, in force on the date, that the owner of a listed property or lead may sell",
    (
        Column("property_id", "string", "As in listings", nullable=False),
        Column("county", "string", "County key", nullable=False),
        Column("date", "date", "Partition date", nullable=False),
        Column(
            "kind",
            "string",
            "absentee_owner, long_tenure, tax_delinquency, notice_of_default, probate, vacancy, code_violation",
            nullable=False,
        ),
        Column("event_date", "date", "Day it happened: filing, lien, last sale; null where the source gives no day"),
        Column("seen_on", "date", "Day from which we knew it; never after the partition's date", nullable=False),
        Column("source", "string", "Key of the lead list, or assessor", nullable=False),
        Column("expires_on", "date", "Last day on which it counts; null: as long as the source says so"),
        Column("amount_usd", "float64", "Taxes due or sum in default", "USD"),
        Column("detail", "string", "What the source says, in words for a person; no names, no addresses"),
    ),
    key=("property_id", "kind", "source"),
)
