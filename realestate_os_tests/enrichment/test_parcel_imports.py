"""A county's bulk file: brought, found by account and by address, known only from the day it was brought."""

from __future__ import annotations

from datetime import timedelta

import pytest

from realestate_os.counties import load_county
from realestate_os.enrichment.archive import Partition, RecordArchive
from realestate_os.enrichment.collect import collect_parcels
from realestate_os.enrichment.connectors.asking import Inquiry
from realestate_os.enrichment.parcel_imports import ParcelsFileError, import_parcels
from realestate_os.enrichment.parcels import ParcelSearch, fetch_parcels
from realestate_os.enrichment.sources import sources_for
from realestate_os.resources.http_client import HttpClient
from realestate_os.resources.object_store import ObjectStore
from realestate_os.settings import load_settings
from realestate_os_tests.enrichment.rows import listing, listings

HARRIS = load_county("harris_tx")
ACCOUNTS = (
    "acct\tsite_addr_1\tsite_addr_3\tstate_class\ttot_appr_val\ttot_mkt_val\tbld_ar\tland_ar\tyr_impr\n"
    "0010010000001 \t410 ELM DR \t77002 \tA1\t250000\t310000\t1800\t6000\t1960\n"
    "0010010000002 \t412 PE\xd1A DR \t77002 \tA1\t150000\t160000\t1200\t5000\t1955\n"
    " \t0 NOWHERE\t77002\tA1\t1\t1\t1\t1\t1\n"
)
BUILDINGS = (
    "acct\tbld_num\timprv_type\tdate_erected\tim_sq_ft\theat_ar\n"
    "0010010000001 \t1\t1001\t1962\t2100\t1750\n"
    "0010010000002 \t1\t1001\t1955\t1300\t1190\n"
)  # fmt: skip


@pytest.fixture
def settings(tmp_path):
    return load_settings(sources="public", realestate_os_home=tmp_path / "home")


@pytest.fixture
def files(tmp_path):
    paths = {"real_acct.txt": ACCOUNTS, "building_res.txt": BUILDINGS}
    for name, text in paths.items():
        (tmp_path / name).write_text(text, encoding="latin-1")
    return tmp_path


def search(settings, day):
    objects = ObjectStore.from_settings(settings)
    (source,) = [one for one in sources_for(settings, "harris_tx", "parcels") if one.kind == "file"]
    archive = RecordArchive(HttpClient(settings), objects)
    return ParcelSearch(source, HARRIS, Inquiry(archive, Partition(source.key, "harris_tx", str(day))), objects)


LISTED = listings(
    listing("410 Elm Drive", None, "77002", city="Houston"), listing("x", apn="0010010000002"), listing("9 Oak St")
)


def test_two_files_of_a_roll_are_joined_and_found_by_address_and_account(settings, files):
    for name in ("real_acct.txt", "building_res.txt"):
        report = import_parcels(settings, files / name, HARRIS)
    assert (report.rows, report.without_apn) == (2, 0)
    there = search(settings, HARRIS.today())
    rows = fetch_parcels(LISTED, there).set_index("apn")
    first, second = rows.loc["0010010000001"], rows.loc["0010010000002"]
    assert (first.market_value_usd, first.square_footage, first.year_built) == (310000.0, 1800.0, 1962.0)
    assert (first.property_type, first.lot_size_sqft, first.provider) == ("single_family", 6000.0, "assessor_file")
    assert (second.street_address, second.year_built) == ("412 PE\xd1A DR", 1955.0)
    assert first.url == "import:real_acct.txt"
    assert "import:building_res.txt" in first.field_urls
    assert there.refused.counts() == {"no_parcel": 1}


def test_a_file_is_not_known_before_it_was_brought_and_a_newer_one_wins(settings, files):
    import_parcels(settings, files / "real_acct.txt", HARRIS)
    assert len(fetch_parcels(LISTED, search(settings, HARRIS.today() - timedelta(days=1)))) == 0
    (files / "real_acct.txt").write_text(ACCOUNTS.replace("310000", "333000"), encoding="latin-1")
    import_parcels(settings, files / "real_acct.txt", HARRIS)
    rows = fetch_parcels(LISTED, search(settings, HARRIS.today()))
    assert 333000.0 in rows["market_value_usd"].tolist()


def test_a_dry_run_writes_nothing_and_says_what_would_be(settings, files):
    report = import_parcels(settings, files / "real_acct.txt", HARRIS, dry_run=True)
    assert report.lines()[1:] == [
        f"parcels: 2, used for days from {HARRIS.today()} on until a newer file is brought",
        "set aside: 1 lines without a parcel number",
        "dry run: nothing was written",
    ]
    assert list(ObjectStore.from_settings(settings).keys("imports")) == []


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("other.txt", "a\tb\n", "other.txt: expected one of real_acct.txt, building_res.txt"),
        ("real_acct.txt", "acct\tsite\n1\t2\n", "real_acct.txt: cannot be read as latin-1 with columns acct, bld_ar"),
        ("real_acct.txt", "", "real_acct.txt: cannot be read"),
    ],
)
def test_a_file_that_is_none_such_is_one_clear_line(settings, tmp_path, name, text, message):
    (tmp_path / name).write_text(text, encoding="latin-1")
    with pytest.raises(ParcelsFileError, match=message):
        import_parcels(settings, tmp_path / name, HARRIS)


def test_a_county_without_files_says_so(settings, files):
    with pytest.raises(ParcelsFileError, match="no source of kind file serves the county"):
        import_parcels(settings, files / "real_acct.txt", load_county("king_wa"))


def test_until_the_files_are_there_the_day_says_how_to_bring_them(settings, tmp_path):
    """No listings, so that nothing is asked of the county's own service."""
    with HttpClient(settings) as http:
        objects = ObjectStore.from_settings(settings)
        found = collect_parcels(settings, objects, http, listings(), "harris_tx", HARRIS.today())
    assert "realestate-os import parcels real_acct.txt --county harris_tx" in (found.problem or "")
    assert "building_res.txt" in (found.problem or "")
