"""Lead lists as they come: read, counted, refused with reasons; the law on owners held; twice is once."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import Workbook

from realestate_os.counties import County, load_county
from realestate_os.discovery.frames import LEADS
from realestate_os.discovery.lead_import import LeadReport, import_leads, stored_leads
from realestate_os.discovery.lead_mapping import LeadFileError
from realestate_os.resources.object_store import ObjectStore
from realestate_os.settings import Settings, load_settings

DAY = date(2026, 9, 1)
HEADER = (
    "Property Address,City,State,Zip,APN,Owner Name,Owner Age,"
    "Mailing Address,Mailing City,Mailing State,Mailing Zip,Vacant"
)
ROWS = (
    "12 N Elm St,Chicago,IL,60610,17-04-219-001-0000,Ann Smith,71,9 Oak Ave,Evanston,IL,60201,Yes",
    "14 N Elm St Apt 2,Chicago,IL,60610,17-04-219-002-0000,Bo Jones,33,14 N Elm St Apt 2,Chicago,IL,60610,no",
    "Corner of Elm and Oak,Chicago,IL,60610,,C,5,,,,,",
    '7 Pike St,Seattle,WA,98101,,=HYPERLINK("http://x"),5,,,,,',
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(realestate_os_home=tmp_path / "var", object_store_url=None)


@pytest.fixture
def objects(settings: Settings) -> ObjectStore:
    return ObjectStore.from_settings(settings)


@pytest.fixture(scope="session")
def cook() -> County:
    return load_county("cook_il")


def written(folder: Path, *rows: str, header: str = HEADER, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def bring(settings: Settings, cook: County, tmp_path: Path) -> Any:
    def of(*rows: str, **options: Any) -> LeadReport:
        path = written(tmp_path, *rows, header=options.pop("header", HEADER))
        return import_leads(settings, path, options.pop("county", cook), **{"seen_on": DAY, **options})

    return of


def test_what_a_line_says(bring: Any, objects: ObjectStore) -> None:
    report = bring(*ROWS)
    rows = stored_leads(objects, "cook_il").set_index("line")
    LEADS.to_arrow(rows.reset_index())
    first, second = rows.loc[2], rows.loc[3]
    assert (first.street_address, first.apn, first.contact_name) == ("12 N Elm St", "17042190010000", "Ann Smith")
    assert first.owner_mailing_address == "9 Oak Ave, Evanston, IL 60201"
    assert [one["kind"] for one in json.loads(first.signals)] == ["absentee_owner", "vacancy"]
    assert (first.owner_occupied, second.owner_occupied, second.unit) == (False, True, "2")
    assert json.loads(second.signals) == []
    assert (report.leads, report.new, report.signs) == (2, 2, {"absentee_owner": 1, "vacancy": 1})
    assert report.refused.counts() == {"missing_address": 1, "outside_county": 1}
    assert report.protected == {"Owner Age": "age"}


def test_the_report_tells_what_was_read_refused_and_why(bring: Any) -> None:
    text = "\n".join(bring(*ROWS, dry_run=True).lines())
    for fact in (
        "list.csv -> cook_il, read as any_list",
        "zip_code <- Zip",
        "refused column: Owner Age tells age; never read",
        "lines read: 4; leads: 2, of which 2 would be new properties",
        "signs: absentee_owner 1, vacancy 1",
        "missing_address: 1",
        "list.csv line 4: missing_address: street_address Corner of Elm and Oak (a house number and a street)",
        "dry run: nothing was written",
    ):
        assert fact in text


def test_a_dry_run_writes_nothing_but_the_file_of_rejects(bring: Any, objects: ObjectStore, tmp_path: Path) -> None:
    bring(*ROWS, dry_run=True, rejects=tmp_path / "refused.csv")
    assert not list(objects.keys("imports")) and not list(objects.keys("set_aside"))
    assert (tmp_path / "refused.csv").exists()


def test_rejects_are_safe_to_open_mendable_and_hold_no_protected_column(
    bring: Any, tmp_path: Path, settings: Settings, cook: County
) -> None:
    path = tmp_path / "refused.csv"
    bring(*ROWS, rejects=path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["rejected_line"], row["rejected_because"]) for row in rows] == [
        ("list.csv line 4", "missing_address"),
        ("list.csv line 5", "outside_county"),
    ]
    assert rows[1]["Owner Name"].startswith("'=HYPERLINK")
    assert "Owner Age" not in rows[0]
    mended = path.read_text(encoding="utf-8-sig").replace("Corner of Elm and Oak", "16 N Elm St")
    path.write_text(mended, encoding="utf-8")
    again = import_leads(settings, path, cook, seen_on=DAY)
    assert (again.leads, again.refused.counts()) == (1, {"outside_county": 1})


def test_where_the_law_bars_owner_lists_nothing_of_owners_is_kept(
    bring: Any, objects: ObjectStore, tmp_path: Path
) -> None:
    king = load_county("king_wa")
    rows = "7 Pike St,Seattle,WA,98101,,Ann Smith,5,9 Oak Ave,Kent,WA,98030,yes", "8 Pike St,Bend,OR,97701,,Bo,5,,,,,"
    report = bring(*rows, county=king, rejects=tmp_path / "refused.csv")
    row = stored_leads(objects, "king_wa").iloc[0]
    assert (row.contact_name, row.contact_phone, row.owner_mailing_address) == (None, None, None)
    assert [one["kind"] for one in json.loads(row.signals)] == ["vacancy"]
    assert report.owner_values_dropped["owner_name"] == 2
    assert "dropped: owner_name 2" in "\n".join(report.lines()) and "owner_data: none" in "\n".join(report.lines())
    kept = (tmp_path / "refused.csv").read_text() + "".join(
        objects.get(key).decode("latin-1") for key in objects.keys("")
    )
    assert "Ann Smith" not in kept and "9 Oak Ave" not in kept and ",Bo," not in kept


def test_the_same_list_twice_is_one_and_the_earlier_day_counts_in_any_order(bring: Any, objects: ObjectStore) -> None:
    later, earlier = DAY + timedelta(days=30), DAY - timedelta(days=30)
    for seen_on in (DAY, later, earlier, DAY):
        report = bring(*ROWS[:2], seen_on=seen_on)
    rows = stored_leads(objects, "cook_il")
    assert (len(rows), set(rows["seen_on"])) == (2, {earlier})
    assert (report.known_list, report.new) == (True, 0)
    assert "this list was imported before" in "\n".join(report.lines())


def test_xlsx_with_a_title_types_and_numbers_reads_like_csv(
    settings: Settings, cook: County, objects: ObjectStore, tmp_path: Path
) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["Delinquent property taxes", None, None, None, None])
    sheet.append([])
    sheet.append(["PIN", "Property Address", "Zip", "Tax Year", "Total Due"])
    sheet.append(["17042190010000", "12 N Elm St", 60610, 2023, 1234.5])
    sheet.append(["17042190010000", "12 N Elm St", 60610.0, 2024, "$2,000.00"])
    sheet.append([17042190020000, "NO ADDRESS ON FILE", None, 2024, 10])
    sheet.merge_cells("A1:E1")
    book.save(tmp_path / "taxes.xlsx")
    report = import_leads(settings, tmp_path / "taxes.xlsx", cook, seen_on=DAY)
    rows = stored_leads(objects, "cook_il")
    signs = [json.loads(text)[0] for text in rows["signals"]]
    assert (report.kind, report.leads, report.parcels_only, len(report.refused)) == ("tax_delinquency", 1, 1, 0)
    assert [(one["event_date"], one["amount_usd"]) for one in signs] == [
        ("2023-12-31", 1234.5),
        ("2024-12-31", 2000.0),
        ("2024-12-31", 10.0),
    ]
    assert set(rows["apn"]) == {"17042190010000", "17042190020000"}


def test_parquet_with_its_own_types_is_read(
    settings: Settings, cook: County, objects: ObjectStore, tmp_path: Path
) -> None:
    frame = pd.DataFrame(
        {
            "Address": ["12 N Elm St"],
            "Zip": [60610],
            "NOD Date": [pd.Timestamp("2026-08-01")],
            "Beds": [float("nan")],
            "Year Built": [1925.0],
        }
    )
    frame.to_parquet(tmp_path / "list.parquet")
    import_leads(settings, tmp_path / "list.parquet", cook, seen_on=DAY)
    row = stored_leads(objects, "cook_il").iloc[0]
    assert (row.zip_code, row.year_built, json.loads(row.signals)[0]["event_date"]) == ("60610", 1925.0, "2026-08-01")


@pytest.mark.parametrize("size", [64_000_001, 200_000_000])
def test_a_file_that_is_too_large_says_so_before_it_is_read(
    settings: Settings, cook: County, tmp_path: Path, size: int
) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(size)
    with pytest.raises(LeadFileError, match=rf"{size / 1e6:,.0f} MB; at most 64 MB are read at once; split it"):
        import_leads(settings, path, cook)


def test_a_day_ahead_is_refused(bring: Any) -> None:
    with pytest.raises(LeadFileError, match="lies ahead"):
        bring(*ROWS, seen_on=date(2999, 1, 1))
