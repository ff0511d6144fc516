"""Headers of the usual vendors are recognised; a user's mapping wins; what cannot be used says what to write."""

from __future__ import annotations

from pathlib import Path

import pytest

from realestate_os.discovery.lead_mapping import (
    ChosenColumns,
    LeadFileError,
    UserMapping,
    choose,
    guess,
    header_score,
    known_lists,
    load_user_mapping,
    overlaid,
)
from realestate_os.settings import PROJECT_DIR

LISTS = PROJECT_DIR / "assets_config" / "lead_lists"
PROPSTREAM = (
    "Address,Unit #,City,State,Zip,Zip+4,Carrier Route,County,FIPS,APN,Owner Occupied,Owner 1 First Name,"
    "Owner 1 Last Name,Owner 2 First Name,Owner 2 Last Name,Mailing Care of Name,Mailing Address,Mailing Unit #,"
    "Mailing City,Mailing State,Mailing Zip,Do Not Mail,Deceased Owner,Property Class,Property Type,Bedrooms,"
    "Total Bathrooms,Building Sqft,Lot Size Sqft,Year Built,Effective Year Built,Vacant,Number of Stories,"
    "Total Assessed Value,Last Sale Date,Last Sale Recording Date,Last Sale Amount,Total Open Loans,"
    "Est. Remaining balance of Open Loans,Est. Value,Est. Loan-to-Value,Est. Equity,Lien Type,BK Date,Divorce Date,"
    "Pre-FC Recording Date,Pre-FC Record Type,Pre-FC Unpaid Balance,Pre-FC Default Amount,Pre-FC Auction Date"
).split(",")
BATCHLEADS = (
    "First Name,Last Name,Mailing Address,Mailing City,Mailing State,Mailing Zip,Mailing County,Property City,"
    "Property State,Property Address,Property Zip,Email,Email 2,Phone 1,Phone 2,Is Vacant,Created Date,Apn,"
    "Property Type Detail,Owner Occupied,Bedroom Count,Bathroom Count,Total Building Area Square Feet,"
    "Lot Size Square Feet,Year Built,Total Assessed Value,Last Sale Date,Last Sale Price,Total Loan Balance,"
    "Equity Current Estimated Balance,Estimated Value,Ltv Current Estimated Combined,Mls Status,Self Managed"
).split(",")
JACKSON_TAXES = (
    "parcel_number,inactive_date,delq_yr,tax_year,base_delq_amt,balance_amt,taxpayer_name,organization,line_care_of,"
    "mailing_line_1,mailing_line_2,mailing_city,mailing_state,mailing_zip_code,situs_address,situs_city,situs_zip_code"
).split(",")


def chosen(header: list[str], user: UserMapping | None = None) -> tuple[str, ChosenColumns]:
    kind, guessed = guess(header, LISTS)
    return kind, choose(overlaid(guessed, user), user, header, "list.csv")


@pytest.mark.parametrize(
    ("header", "kind", "fields", "signs"),
    [
        (
            PROPSTREAM,
            "propstream",
            {"street_address": "Address", "zip_code": "Zip", "liens_usd": "Est. Remaining balance of Open Loans"},
            {"vacancy": ["Vacant"], "probate": ["Deceased Owner"],
             "notice_of_default": ["Pre-FC Recording Date", "Pre-FC Default Amount", "Pre-FC Record Type"]},
        ),
        (
            BATCHLEADS,
            "batchleads",
            {"street_address": "Property Address", "mailing_street": "Mailing Address", "bedrooms": "Bedroom Count"},
            {"vacancy": ["Is Vacant"]},
        ),
        (
            JACKSON_TAXES,
            "tax_delinquency",
            {"apn": "parcel_number", "street_address": "situs_address", "owner_name": "taxpayer_name"},
            {"tax_delinquency": ["delq_yr", "balance_amt", "inactive_date"]},
        ),
        (
            ["PIN", "TaxType", "Tax Year", "Total Amount Due"],
            "tax_delinquency",
            {"apn": "PIN"},
            {"tax_delinquency": ["Tax Year", "Total Amount Due"]},
        ),
        (
            ["Full Address", "Owner", "NOD Date", "Cure Date"],
            "any_list",
            {"address": "Full Address", "owner_name": "Owner"},
            {"notice_of_default": ["NOD Date", "Cure Date"]},
        ),
    ],
)  # fmt: skip
def test_the_usual_exports_are_recognised(
    header: list[str], kind: str, fields: dict[str, str], signs: dict[str, list[str]]
) -> None:
    found, columns = chosen(header)
    assert found == kind
    assert fields.items() <= columns.fields.items()
    assert {name: said.columns() for name, said in columns.signals.items()} == signs


def test_every_known_list_is_sound_and_scores_its_own_header() -> None:
    assert {"propstream", "batchleads", "tax_delinquency", "any_list"} <= set(known_lists(LISTS))
    score = header_score(LISTS)
    assert score(PROPSTREAM) > 20 > 0 == score(["Delinquent taxes of 2025", "", ""])


def test_a_users_mapping_wins_and_the_rest_is_guessed(tmp_path: Path) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text(
        "source: probate_court\nvalid_days: 365\ncolumns: {street_address: Where, city: null}\n"
        "signals: {probate: {every_row: true, event_date: [Filed]}}\n"
    )
    user, header = load_user_mapping(path), ["Where", "City", "Zip", "Filed"]
    kind, guessed = guess(header, LISTS)
    mapping = overlaid(guessed, user)
    columns = choose(mapping, user, header, "list.csv")
    assert (kind, mapping.source, mapping.valid_days) == ("any_list", "probate_court", 365)
    assert columns.fields == {"street_address": "Where", "zip_code": "Zip"}
    assert columns.signals["probate"].every_row


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("columns: {adress: Where}", "unknown field adress; expected some of: address"),
        ("signals: {divorce: {every_row: true}}", "unknown divorce; expected some of: absentee_owner"),
        ("sauce: x", "sauce: Extra inputs are not permitted"),
        ("source: My List!", "source: String should match"),
        ("[1]", "expected keys and values, found list"),
    ],
)
def test_a_wrong_mapping_names_file_and_key(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text(text)
    with pytest.raises(LeadFileError, match=message) as caught:
        load_user_mapping(path)
    assert "mapping.yaml" in str(caught.value)


def test_a_mapping_that_reads_a_protected_trait_is_refused() -> None:
    user = UserMapping.model_validate({"signals": {"probate": {"event_date": ["Divorce Date"]}}})
    with pytest.raises(LeadFileError, match=r"reads Divorce Date \(marital status\)"):
        chosen(PROPSTREAM, user)


def test_a_protected_column_is_never_guessed() -> None:
    _, columns = chosen(["Address", "Zip", "Vacant", "Owner Age", "Language"])
    assert {"Owner Age", "Language"}.isdisjoint([*columns.fields.values(), *columns.signals])


def test_a_mapping_to_a_column_that_is_not_there_lists_those_that_are() -> None:
    with pytest.raises(LeadFileError, match=r"names Situs, but the columns are: Address, Zip"):
        chosen(["Address", "Zip"], UserMapping(columns={"street_address": ["Situs"]}))


def test_a_wrong_header_says_what_to_write() -> None:
    with pytest.raises(LeadFileError, match=r"found no column for the property's address.*Columns found: Who, Why"):
        chosen(["Who", "Why"])
