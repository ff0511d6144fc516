"""Campaign and state files: the project's own load, wrong ones name file and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from realestate_os.campaigns.config import CampaignConfigError, load_campaigns
from realestate_os.campaigns.disclosures import load_disclosures
from realestate_os.settings import PROJECT_DIR


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the project's files that may be spoiled."""
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "states").mkdir()
    for path in (PROJECT_DIR / "assets_config" / "campaigns").glob("*.yaml"):
        (tmp_path / "campaigns" / path.name).write_text(path.read_text())
    return tmp_path


def test_the_projects_own_files_load() -> None:
    campaigns = load_campaigns(PROJECT_DIR / "assets_config")
    assert campaigns.team.subject.format(county="King County", date="today", deals="1 deal", leads="no leads")
    assert campaigns.buyers.subject.format(home="house", city="Seattle", price="$1")
    load_disclosures(PROJECT_DIR / "assets_config")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("max_deals: 15", "max_deals: many", "max_deals: Input should be a valid integer"),
        ("max_deals: 15", "max_deal: 15", "max_deal: Extra inputs are not permitted"),
        ("audience: team", "audience: owners", "audience: Input should be 'team'"),
        ("{county}", "{owner}", r"subject: .*unknown field \['owner'\]; known: county, date, deals, leads"),
        ("{county}", "{county", "subject: .*not a valid pattern"),
        ("{county}", "a\\nb", "subject: .*one line"),
        ("audience: team", "audience: [", "not valid YAML"),
    ],
)
def test_a_wrong_file_says_where_and_what(folder: Path, old: str, new: str, said: str) -> None:
    path = folder / "campaigns" / "team_daily.yaml"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(CampaignConfigError, match=f"team_daily.yaml: ?(line \\d+: )?.*{said}"):
        load_campaigns(folder)


def test_a_missing_and_a_strange_file_are_named(folder: Path) -> None:
    (folder / "campaigns" / "owners.yaml").write_text("audience: owners")
    with pytest.raises(CampaignConfigError, match=r"owners\.yaml: unknown file"):
        load_campaigns(folder)
    (folder / "campaigns" / "owners.yaml").unlink()
    (folder / "campaigns" / "buyers.yaml").unlink()
    with pytest.raises(CampaignConfigError, match=r"buyers\.yaml: no such file"):
        load_campaigns(folder)


def test_states_without_a_text_are_left_out(folder: Path) -> None:
    (folder / "states" / "WA.yaml").write_text(
        "state: WA\ndisclosure: Text.\nreviewed_by: Counsel\nreviewed_on: 2026-01-02\n"
    )
    (folder / "states" / "TX.yaml").write_text("state: TX\ndisclosure: ' '\nstatute: Occ. Code 1101.0045\n")
    assert list(load_disclosures(folder)) == ["WA"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("state: Washington", "state: String should match"),
        ("state: WA\ntext: x", "text: Extra inputs"),
        ("- a", "expected keys and values, found list"),
        ("state: WA\nreviewed_on: soon", "reviewed_on: Input should be a valid date"),
    ],
)
def test_a_wrong_state_file_says_where_and_what(folder: Path, content: str, said: str) -> None:
    (folder / "states" / "XX.yaml").write_text(content)
    with pytest.raises(CampaignConfigError, match=rf"XX\.yaml: .*{said}"):
        load_disclosures(folder)


def test_a_state_in_two_files_is_refused(folder: Path) -> None:
    for name in ("a", "b"):
        (folder / "states" / f"{name}.yaml").write_text("state: WA\ndisclosure: x")
    with pytest.raises(CampaignConfigError, match=r"b\.yaml: state: WA stands in another file"):
        load_disclosures(folder)
