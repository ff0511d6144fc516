"""Files of buyers: consent with its basis and day, or nothing; a list that was bought is no consent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realestate_os.campaigns.contact_files import (
    ContactFileError,
    ContactMapping,
    ContactReport,
    choose_contact_columns,
    contact_rows,
    import_contact_file,
)
from realestate_os.campaigns.intake import checked_contacts
from realestate_os.settings import load_settings
from realestate_os.storage.set_aside import SetAside
from realestate_os.storage.table_files import read_table

HEADER = "Email Address,First Name,Last Name,Consent Basis,Consent Date,Zips,Min Beds,Max Price,Property Type,Age"
ANN = "ann@buyers.example,Ann,Lee,Opt-in form,3/14/2025,98103; 98105,3,$700k,Single Family|Condo,44"


def dry(folder: Path, *rows: str, header: str = HEADER, **options: Any) -> ContactReport:
    path = folder / "buyers.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return import_contact_file(load_settings(realestate_os_home=folder), path, dry_run=True, **options)


def contacts(folder: Path, *rows: str) -> list[dict[str, Any]]:
    path = folder / "buyers.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    table = read_table(path, SetAside(), ContactFileError)
    columns = choose_contact_columns(list(table.cells.columns), ContactMapping(columns={}), table.name)
    return checked_contacts(contact_rows(table, columns))[0]


def test_a_line_becomes_a_contact_with_its_buy_box(tmp_path: Path) -> None:
    (ann,) = contacts(tmp_path, ANN)
    assert (ann["email"], ann["name"], ann["consent_basis"]) == ("ann@buyers.example", "Ann Lee", "opt_in_form")
    assert ann["consent_at"].date().isoformat() == "2025-03-14"
    assert (ann["zip_codes"], ann["min_bedrooms"], float(ann["max_price_usd"])) == (["98103", "98105"], 3.0, 700_000.0)
    assert ann["property_types"] == ["single_family", "condo"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a@b.example,A,B,purchased,2025-01-01", "consent_purchased"),
        ("a@b.example,A,B,Bought from a list broker,2025-01-01", "consent_purchased"),
        ("a@b.example,A,B,,2025-01-01", "no_consent_basis"),
        ("a@b.example,A,B,he smiled,2025-01-01", "unknown_consent_basis"),
        ("a@b.example,A,B,opt_in_form,", "no_consent_date"),
        ("a@b.example,A,B,opt_in_form,soon", "bad_date"),
        ("a@b.example,A,B,opt_in_form,2999-01-01", "consent_ahead"),
        ("nobody,A,B,opt_in_form,2025-01-01", "bad_email"),
        ("a@b.example,A,B,opt_in_form,2025-01-01,9810", "bad_buy_box"),
        ("a@b.example,A,B,opt_in_form,2025-01-01,,many", "bad_buy_box"),
    ],
)
def test_without_lawful_consent_or_a_sound_buy_box_a_line_is_set_aside(tmp_path: Path, row: str, reason: str) -> None:
    padded = row + "," * (HEADER.count(",") - row.count(","))
    report = dry(tmp_path, ANN, padded, rejects=tmp_path / "refused.csv")
    assert (report.contacts, report.refused.counts()) == (1, {reason: 1})
    refused = (tmp_path / "refused.csv").read_text(encoding="utf-8-sig")
    assert f"buyers.csv line 3,{reason}" in refused and "Age" not in refused


def test_the_report_names_lines_and_no_addresses(tmp_path: Path) -> None:
    text = "\n".join(dry(tmp_path, ANN, ANN.replace("Opt-in form", "purchased")).lines())
    assert "refused column: Age tells age; never read" in text
    assert "buyers would be written: 1" in text and "buyers.csv line 3: consent_purchased" in text
    assert "ann@buyers" not in text


def test_a_file_without_consent_is_refused_whole(tmp_path: Path) -> None:
    with pytest.raises(
        ContactFileError, match=r"found no column for consent_basis, consented_on. Columns found: Email"
    ):
        dry(tmp_path, "a@b.example", header="Email")


def test_a_mapping_wins_and_may_not_read_a_protected_trait() -> None:
    header = ["Mail", "Basis", "When", "Owner Age"]
    mapping = ContactMapping(columns={"email": "Mail", "consent_basis": "Basis", "consented_on": "When"})
    assert choose_contact_columns(header, mapping, "x")["consented_on"] == "When"
    with pytest.raises(ContactFileError, match=r"reads Owner Age \(age\)"):
        choose_contact_columns(header, ContactMapping(columns={"name": "Owner Age"}), "x")


rows_of_one = st.lists(
    st.fixed_dictionaries(
        {
            "email": st.sampled_from(["a@b.example", "A@B.example", "c@d.example"]),
            "consent_basis": st.just("opt_in_form"),
            "consented_on": st.dates().filter(lambda day: 2000 < day.year < 2025).map(str),
        }
    ),
    max_size=6,
    unique_by=lambda row: (row["email"].lower(), row["consented_on"]),
)


@given(rows_of_one, st.randoms(use_true_random=False))
def test_the_newest_consent_stands_in_any_order(rows: list[dict[str, Any]], random: Any) -> None:
    def of(some: list[dict[str, Any]]) -> dict[str, Any]:
        return {one["email"]: one["consent_at"] for one in checked_contacts(some)[0]}

    assert of(random.sample(rows, len(rows))) == of(rows) == of(rows + rows)
