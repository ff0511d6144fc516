"""Source files: what is wrong is named with file and key."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from realestate_os.counties import County
from realestate_os.discovery.sources import Source, SourceError, active_sources, load_source
from realestate_os.settings import PROJECT_DIR, load_settings

SHIPPED = PROJECT_DIR / "assets_config" / "sources"


def written(folder: Path, **changes: Any) -> Path:
    data = yaml.safe_load((SHIPPED / "sandbox_fsbo.yaml").read_text())
    for dotted, value in changes.items():
        *parents, name = dotted.split("__")
        place = data
        for parent in parents:
            place = place[parent]
        place[name] = value
    (folder / "sandbox_fsbo.yaml").write_text(yaml.safe_dump(data))
    return folder


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"selector": {}}, r"sandbox_fsbo\.yaml: selector: Extra inputs"),
        ({"selectors": {"bedroms": "b"}}, r"selectors: .*unknown field bedroms"),
        ({"detail_page__url_pattern": "/home/(.*)"}, r"detail_page\.url_pattern: .*\?P<key>"),
        ({"detail_page__url_pattern": "("}, r"detail_page\.url_pattern: .*regular expression"),
        ({"detail_page__ready": None}, r"detail_page: .*ready"),
        ({"start_urls": ["file:///etc/passwd"]}, r"start_urls: .*expected http"),
        ({"limits__concurrency": 500}, r"limits\.concurrency: .*32"),
        ({"list_page__detail_links": None}, r"list_page: .*detail_links: needed"),
        ({"list_page__format": "sitemap"}, r"list_page: .*takes no detail_links"),
        ({"list_page__browser": {"ready": "a", "click": "b", "scroll": True}}, r"list_page\.browser: .*by one of"),
        ({"spider": "my spider"}, r"spider: .*pattern"),
        ({"key": "other"}, r"key: is 'other', expected the file's name"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(SourceError, match=message):
        load_source("sandbox_fsbo", written(tmp_path, **changes))


@pytest.mark.parametrize(
    ("text", "message"), [("key: [", "not valid YAML"), ("- 1", "expected keys and values"), ("", "expected keys")]
)
def test_no_source_file_at_all(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "broken.yaml").write_text(text)
    with pytest.raises(SourceError, match=rf"broken\.yaml:.*{message}"):
        load_source("broken", tmp_path)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nowhere\.yaml does not exist"):
        load_source("nowhere", tmp_path)


def test_only_sites_of_the_profile_and_county_are_active(tmp_path: Path) -> None:
    folder = tmp_path / "sources"
    shutil.copytree(SHIPPED, folder)
    settings = load_settings(assets_config_dir=tmp_path)
    assert [source.key for source in active_sources("king_wa", settings)] == [
        *("sandbox_agents", "sandbox_board", "sandbox_fsbo", "sandbox_paper")
    ]
    with pytest.raises(SourceError, match="profile: public serves king_wa"):
        active_sources("king_wa", load_settings(assets_config_dir=tmp_path, sources="public"))


def test_counties_of_a_source(source: Source) -> None:
    only = source.model_copy(update={"counties": ["cook_il"]})
    but = source.model_copy(update={"except_counties": ["cook_il"]})
    assert [only.serves(key) for key in ("cook_il", "king_wa")] == [True, False]
    assert [but.serves(key) for key in ("cook_il", "king_wa")] == [False, True]


def test_limits_fall_back_to_the_county(source: Source, king: County) -> None:
    polite = source.model_copy(update={"limits": source.limits.model_copy(update={"delay_s": None, "max_pages": None})})
    assert (polite.delay_s(king), polite.max_pages(king)) == (king.crawl.delay_s, king.crawl.max_pages)
    assert (source.delay_s(king), source.max_pages(king)) == (0, 5000)


def test_the_county_has_the_last_word_on_a_host(source: Source, king: County) -> None:
    def limits(**said: float) -> County:
        crawl = king.crawl.model_dump() | {"domains": {"fsbo.sandbox.example": said}}
        return County(**king.model_dump() | {"crawl": crawl})

    strict, partly = limits(delay_s=9, max_pages=7), limits(delay_s=9)
    assert (source.delay_s(strict), source.max_pages(strict)) == (9, 7)
    assert (source.delay_s(partly), source.max_pages(partly)) == (9, 5000)


def test_urls(source: Source) -> None:
    assert source.starts("king_wa") == ["https://fsbo.sandbox.example/king_wa/homes?page=1"]
    assert source.hosts("king_wa") == {"https://fsbo.sandbox.example"}
    assert source.listing_key("https://fsbo.sandbox.example/king_wa/home/a-b-1") == "a-b-1"
    assert source.listing_key("https://fsbo.sandbox.example/king_wa/homes?page=2") is None
    assert re.search(source.detail_page.url_pattern, "/king_wa/home/x")
