"""Columns on protected traits are refused by name; those on houses, debts and debts' ranks are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realestate_os.discovery.protected_traits import protected_columns, protected_trait

REFUSED = {
    "age": (
        "Age, AGE, Owner Age, owner_age, ownerAge, ownerage, Age of Owner, DOB, Date of Birth, Birthdate, "
        "BirthYear, Year of Birth, Age Range, Est. Owner Age, Senior Owner, Senior Citizen, Over 65 "
        "Exemption, Seniors, Head of Household Age, Borrower 1 Age, Contact Age"
    ),
    "marital status": (
        "Marital Status, MARITAL_STATUS, maritalstatus, Married, Spouse Name, Divorce Date, Divorced, Widow"
    ),
    "language": ("Language, Preferred Language, PrimaryLang, ownerlanguage, Speaks Spanish"),
    "ethnicity": (
        "Ethnicity, Ethnic Code, Race, owner_race, Hispanic, National Origin, Country of Origin, Citizenship"
    ),
    "religion": ("Religion, Religious Affiliation, Faith"),
    "children": (
        "Children, Number of Children, numberofchildren, Presence Of Child, NumKids, Kids, Familial Status, "
        "Household Size, Dependents"
    ),
    "sex": ("Sex, Gender, Owner Gender, ownergender"),
    "disability": ("Disability, Disabled Owner, Handicapped"),
}
READ = (
    "Year Built, YearBuilt, Effective Year Built, House Age, Home Age, home_age, Age of Home, Building Age, "
    "buildingage, Property Age, Structure Age, Effective Age, Roof Age, Loan Age, Mortgage Age, Listing Age, "
    "Lead Age, Mortgage, Mortgage Balance, Acreage, Garage, Garage Spaces, Village, Average Value, Percentage, "
    "Lineage, Sewage, Storage, Skip Trace Date, Terrace, Trace, Single Family, Family Room, Senior Lien, "
    "Senior Mortgage Balance, Loan Origination Date, Tax Year, Birch Street, Parent Parcel, Sexton Road, "
    "Embrace, Phone 1 Type, Owner Occupied, Owner 1 First Name, Mailing Address, Absentee Owner, Deceased "
    "Owner, Vacant, Est. Remaining balance of Open Loans, Legal Description"
)


@pytest.mark.parametrize(
    ("column", "trait"),
    [(column.strip(), trait) for trait, columns in REFUSED.items() for column in columns.split(",")],
)
def test_refused(column: str, trait: str) -> None:
    assert protected_trait(column) == trait


@pytest.mark.parametrize("column", [column.strip() for column in READ.split(",")])
def test_read(column: str) -> None:
    assert protected_trait(column) is None


@pytest.mark.parametrize(
    ("column", "trait"), [("age", None), ("Actual Age", None), ("owner_age", "age"), ("Race", "ethnicity")]
)
def test_in_a_table_of_homes_a_bare_age_is_the_homes(column: str, trait: str | None) -> None:
    assert protected_trait(column, of_homes=True) == trait


@given(st.text(max_size=60))
def test_any_name_is_judged(column: str) -> None:
    assert set(protected_columns([column])) <= {column}


@given(
    st.sampled_from(["owner age", "marital status", "date of birth", "number of children", "preferred language"]),
    st.sampled_from([str.upper, str.title, str.lower, lambda name: name.title().replace(" ", "")]),
    st.sampled_from([" ", "_", "-", ".", "  "]),
)
def test_case_and_punctuation_do_not_hide_a_trait(name: str, cased: object, sign: str) -> None:
    assert protected_trait(cased(name).replace(" ", sign)) is not None  # type: ignore[operator]
