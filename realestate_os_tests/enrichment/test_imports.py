"""import sales: what is written, what is reported, and that the same file adds nothing twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from realestate_os.counties import load_county
from realestate_os.enrichment.collect import collect_sales, stored_sales
from realestate_os.enrichment.frames import SALES
from realestate_os.enrichment.imports import import_sales
from realestate_os.enrichment.sales_columns import SalesFileError
from realestate_os_tests.enrichment.rows import DAY

HEADER = "PIN,sale date,sale price,sqft,zip"
ROWS = ("0000000001,2026-05-01,500000,1500,98103", "0000000002,2026-05-02,10,1500,98103", "3,soon,1,1,1")


@pytest.fixture
def king():
    return load_county("king_wa")


def file(folder: Path, *rows: str) -> Path:
    path = folder / "sales.csv"
    path.write_text("\n".join((HEADER, *rows)), encoding="utf-8")
    return path


def test_an_import_reports_writes_and_keeps_the_file(tmp_path, settings, objects, king):
    report = import_sales(settings, file(tmp_path, *ROWS), king)
    assert (report.read, report.new, report.changed, report.market_sales) == (2, 2, 0, 1)
    assert report.refused.counts() == {"no_sale_date": 1}
    assert len(stored_sales(objects, "king_wa")) == 2
    assert objects.parquet.read_set_aside("import_sales", "king_wa")["item"].tolist() == ["sales.csv line 4"]
    assert [key for key in objects.keys("imports/sales/king_wa") if key.endswith("sales.csv")]
    text = "\n".join(report.lines())
    for part in ("sale_price_usd <- sale price", "added: 2 new sales", "set aside: 1", "no_sale_date: 1", "line 4"):
        assert part in text


def test_a_dry_run_says_the_same_and_writes_nothing(tmp_path, settings, objects, king):
    report = import_sales(settings, file(tmp_path, *ROWS), king, dry_run=True)
    assert report.new == 2
    assert "dry run: nothing was written" in report.lines()
    assert stored_sales(objects, "king_wa") is None


def test_the_same_file_again_adds_nothing_and_a_corrected_price_is_a_version(tmp_path, settings, objects, king):
    import_sales(settings, file(tmp_path, *ROWS), king)
    again = import_sales(settings, file(tmp_path, *ROWS), king)
    assert (again.new, again.changed) == (0, 0)
    corrected = import_sales(settings, file(tmp_path, ROWS[0].replace("500000", "505000")), king)
    assert (corrected.new, corrected.changed) == (0, 1)
    assert len(stored_sales(objects, "king_wa")) == 3


def test_imported_sales_stay_when_the_county_is_fetched(tmp_path, settings, objects, http, king):
    import_sales(settings, file(tmp_path, *ROWS), king)
    rows = collect_sales(settings, objects, http, "king_wa", DAY).rows
    assert (rows["source"] == "file:sales.csv").sum() == 2
    assert (rows["source"] == "sandbox_records_arcgis_sales").sum() > 500
    SALES.to_arrow(rows)


def test_a_county_without_a_source_says_how_to_bring_sales_in(tmp_path, settings, objects, http):
    public = settings.model_copy(update={"sources": "public"})
    empty = collect_sales(public, objects, http, "travis_tx", DAY)
    assert len(empty.rows) == 0
    assert "import sales FILE --county travis_tx" in str(empty.problem)
    import_sales(public, file(tmp_path, ROWS[0].replace("98103", "78704")), load_county("travis_tx"))
    assert collect_sales(public, objects, http, "travis_tx", DAY).problem is None


def test_a_wrong_file_changes_nothing(tmp_path, settings, objects, king):
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(SalesFileError, match=r"wrong.csv: found no column"):
        import_sales(settings, wrong, king)
    assert stored_sales(objects, "king_wa") is None


def test_refused_lines_are_written_with_reasons_and_without_columns_on_people(tmp_path, settings, king):
    path = tmp_path / "sales.csv"
    rows = ("1,2026-05-01,500000,1500,98103,44,Ann", "3,soon,=1+1,1,1,12,Bo")
    path.write_text("\n".join((f"{HEADER},Age,Buyer Marital Status", *rows)), encoding="utf-8")
    report = import_sales(settings, path, king, dry_run=True, rejects=tmp_path / "refused.csv")
    assert report.protected == {"Buyer Marital Status": "marital status"}
    assert "refused column: Buyer Marital Status tells marital status; never read" in report.lines()
    header, refused = (tmp_path / "refused.csv").read_text(encoding="utf-8-sig").splitlines()
    assert header.endswith("PIN,sale date,sale price,sqft,zip,Age")
    assert refused.startswith("sales.csv line 3,no_sale_date,") and refused.endswith("3,soon,'=1+1,1,1,12")
