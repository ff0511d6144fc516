"""Wrong files of assumptions end in one message with file and key."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from realestate_os.scoring.assumptions import AssumptionsError, load_assumptions
from realestate_os.settings import get_settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("repairs.yaml", "rental.yaml"):
        shutil.copy(get_settings().assets_config_dir / name, tmp_path / name)
    return tmp_path


def test_the_projects_own_files_load(folder: Path) -> None:
    assert load_assumptions(folder).repairs.usd_per_sqft["fixer"].base > 0


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("repairs.yaml", "reference_year: 2026", "reference_yaer: 2026", "reference_yaer"),
        ("repairs.yaml", "light: 8,", "light: 80,", "usd_per_sqft.average: .*light < base < heavy"),
        ("repairs.yaml", "{up_to: 40,", "{up_to: 4,", "age_factor: up_to must rise"),
        ("repairs.yaml", "  fixer: {light: 25, base: 45, heavy: 85}\n", "", "usd_per_sqft: missing fixer"),
        ("rental.yaml", "vacancy_pct: 6", "vacancy_pct: six", "vacancy_pct: .*number"),
        ("rental.yaml", "term_years: 30", "term_years: 0", "loan.term_years"),
        ("rental.yaml", "loan:", "loan: [", "not valid YAML"),
    ],
)
def test_a_wrong_key_or_value_is_named(folder: Path, name: str, old: str, new: str, message: str) -> None:
    path = folder / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(AssumptionsError, match=rf"(?s){name}.*{message}"):
        load_assumptions(folder)


def test_a_missing_file_and_an_empty_one(folder: Path) -> None:
    (folder / "rental.yaml").write_text("")
    with pytest.raises(AssumptionsError, match=r"rental\.yaml"):
        load_assumptions(folder)
    (folder / "rental.yaml").unlink()
    with pytest.raises(AssumptionsError, match=r"rental\.yaml: not found"):
        load_assumptions(folder)
