"""County files: the nine load, a mistake is refused with file and key, a tenth is one new file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
import zipcodes

from realestate_os.counties import CountyError, county_keys, load_county, zip_codes
from realestate_os.settings import PROJECT_DIR

FOLDER = PROJECT_DIR / "assets_config" / "counties"
# FIPS, population, median price, market heat, appreciation %, days on market, price filter, pages to crawl.
FACTS = {
    "clark_nv": ("32003", 2315963, 450e3, 1.15, 8, 45, (100e3, 2e6), 20),
    "maricopa_az": ("04013", 4485414, 425e3, 1.20, 10, 35, (150e3, 1.5e6), 25),
    "san_diego_ca": ("06073", 3298634, 850e3, 1.10, 6, 50, (400e3, 3e6), 30),
    "orange_ca": ("06059", 3186989, 950e3, 1.05, 5, 55, (500e3, 3.5e6), 25),
    "harris_tx": ("48201", 4731145, 325e3, 1.12, 7, 40, (150e3, 1e6), 30),
    "travis_tx": ("48453", 1318115, 550e3, 1.25, 12, 30, (250e3, 1.5e6), 30),
    "king_wa": ("53033", 2269675, 775e3, 1.15, 8, 45, (400e3, 2.5e6), 25),
    "cook_il": ("17031", 5173363, 325e3, 0.95, 4, 65, (150e3, 1.5e6), 30),
    "miami_dade_fl": ("12086", 2701767, 550e3, 1.18, 9, 50, (250e3, 2e6), 25),
}
PUBLISH_NO_PRICES = {"clark_nv", "san_diego_ca", "orange_ca", "harris_tx", "travis_tx"}


def king() -> dict[str, Any]:
    """The content of king_wa.yaml, to be spoilt."""
    content: dict[str, Any] = yaml.safe_load((FOLDER / "king_wa.yaml").read_text(encoding="utf-8"))
    return content


def written(folder: Path, content: dict[str, Any] | str, key: str = "king_wa") -> Path:
    """A county file in a folder of its own."""
    path = folder / f"{key}.yaml"
    text = content if isinstance(content, str) else yaml.safe_dump(content)
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, content: dict[str, Any] | str, key: str = "king_wa") -> str:
    """The message with which a file is refused; it always names the file, in one line."""
    path = written(folder, content, key)
    with pytest.raises(CountyError) as caught:
        load_county(key, folder)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    return message


def test_the_nine_are_there() -> None:
    """Sorted, by the names of their files."""
    assert county_keys(FOLDER) == tuple(sorted(FACTS))


@pytest.mark.parametrize("key", sorted(FACTS))
def test_each_county_loads_with_its_facts(key: str) -> None:
    """The table of the domain, and a time zone that exists."""
    county = load_county(key, FOLDER)
    market, filters = county.market, county.filters
    assert (
        county.fips,
        county.population,
        market.median_price_usd,
        market.heat.value,
        market.appreciation_pct,
        market.target_days_on_market,
        (filters.price_min_usd, filters.price_max_usd),
        county.crawl.max_pages,
    ) == FACTS[key]
    assert 2 <= county.crawl.delay_s <= 3
    assert filters.bedrooms_min == 2
    assert 1.5 <= filters.bathrooms_min <= 2
    assert ZoneInfo(county.timezone).key == county.timezone
    assert key.endswith(f"_{county.state.lower()}")


@pytest.mark.parametrize("key", sorted(FACTS))
def test_the_zips_of_a_neighbourhood_carry_its_name(key: str) -> None:
    """Where the source says so; the time zone is the one of the ZIPs."""
    county = load_county(key, FOLDER)
    assert len(county.neighborhoods) == 3
    for area in county.neighborhoods:
        for code in area.zip_codes:
            place = zipcodes.matching(code)[0]
            assert place["timezone"] == county.timezone
            if "zipcodes" in area.source:
                assert area.name in (place["city"], *place["acceptable_cities"])


def test_where_no_sale_prices_are_published() -> None:
    """These counties need sales from a file, and say so."""
    assert {key for key in FACTS if not load_county(key, FOLDER).sales.published} == PUBLISH_NO_PRICES


def test_washington_has_no_owner_data() -> None:
    """RCW 42.56.070(8) bars commercial use of lists of owners."""
    assert load_county("king_wa", FOLDER).owner_data == "none"


def test_the_sale_resets_the_tax_where_the_law_says_so() -> None:
    """Proposition 13 in California; homestead caps in Texas and Florida end."""
    rules = {key: load_county(key, FOLDER).tax_on_sale.rule for key in FACTS}
    by_state = {key.rpartition("_")[2]: rule for key, rule in rules.items()}
    assert by_state == {
        "ca": "reassess_at_price",
        "tx": "cap_lapses",
        "fl": "cap_lapses",
        "wa": "unchanged",
        "nv": "unchanged",
        "az": "unchanged",
        "il": "unchanged",
    }


def test_a_tenth_county_is_one_new_file(tmp_path: Path) -> None:
    """It loads and becomes a partition; no code knows the names of counties."""
    config = tmp_path / "assets_config"
    folder = config / "counties"
    folder.mkdir(parents=True)
    for path in FOLDER.glob("*.yaml"):
        written(folder, path.read_text(encoding="utf-8"), path.stem)
    pierce = king() | {
        "key": "pierce_wa",
        "name": "Pierce",
        "zipcodes_county": "Pierce County",
        "fips": "53053",
        "neighborhoods": [{"name": "Tacoma", "zip_codes": ["98402"], "score_multiplier": 1.1, "source": "a test"}],
    }
    written(folder, pierce, "pierce_wa")
    assert load_county("pierce_wa", folder).name == "Pierce"
    code = "from realestate_os.partitions import counties; print('\\n'.join(counties.get_partition_keys()))"
    environment = {"ASSETS_CONFIG_DIR": str(config), "PATH": "/usr/bin:/bin"}
    shown = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env=environment,
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.split() == sorted([*FACTS, "pierce_wa"])


def test_an_unknown_key_is_refused(tmp_path: Path) -> None:
    """A typo must not silently change a deal."""
    content = king()
    content["market"]["median_price"] = 1
    assert "market.median_price" in refusal(tmp_path, content)


@pytest.mark.parametrize("key", ["fips", "timezone", "deal_tiers", "owner_data", "tax_on_sale"])
def test_a_missing_key_is_named(key: str, tmp_path: Path) -> None:
    """With what is wrong about it."""
    content = king()
    del content[key]
    assert f"{key}: Field required" in refusal(tmp_path, content)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("state",), "Washington"),
        (("fips",), 53033),
        (("timezone",), "America/Nowhere"),
        (("timezone",), "../etc"),
        (("population",), -1),
        (("market", "heat", "value"), 0),
        (("market", "heat", "as_of"), "soon"),
        (("filters", "bedrooms_min"), "two"),
        (("crawl", "max_pages"), 0),
        (("discount_prior", "distressed_share"), 1.5),
        (("sales", "published"), "sometimes"),
        (("tax_on_sale", "rule"), "never"),
        (("tax_on_sale", "rate_pct"), 0),
        (("owner_data",), "all"),
    ],
)
def test_a_wrong_value_is_named_by_its_key(path: tuple[str, ...], value: object, tmp_path: Path) -> None:
    """However deep it stands."""
    content = king()
    at = content
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    assert ".".join(path) in refusal(tmp_path, content)


def test_a_zip_in_two_neighbourhoods_is_refused(tmp_path: Path) -> None:
    """Which multiplier counts would depend on the order."""
    content = king()
    content["neighborhoods"][1]["zip_codes"].append("98004")
    message = refusal(tmp_path, content)
    assert "98004" in message
    assert "Bellevue" in message
    assert "Redmond" in message


def test_a_zip_outside_the_county_is_refused(tmp_path: Path) -> None:
    """98402 is Tacoma, Pierce County."""
    content = king()
    content["neighborhoods"][0]["zip_codes"].append("98402")
    message = refusal(tmp_path, content)
    assert "Bellevue: 98402 not in King County" in message


def test_a_zip_written_as_a_number_is_refused(tmp_path: Path) -> None:
    """YAML would read 02134 as 1116."""
    content = king()
    content["neighborhoods"][0]["zip_codes"] = [98004]
    assert "neighborhoods.0.zip_codes.0" in refusal(tmp_path, content)


@pytest.mark.parametrize("limits", [(1e6, 5e5, None), (5e5, 1e6, 2e6), (None, 1e6, None)])
def test_tiers_that_do_not_rise_are_refused(limits: tuple[float | None, ...], tmp_path: Path) -> None:
    """Each ARV must fall into exactly one tier."""
    content = king()
    content["deal_tiers"] = [{"up_to_usd": limit, "arv_pct": 0.7, "fee_usd": 1} for limit in limits]
    assert "deal_tiers" in refusal(tmp_path, content)


def test_a_price_filter_upside_down_is_refused(tmp_path: Path) -> None:
    """Nothing would pass it."""
    content = king()
    content["filters"] |= {"price_min_usd": 2, "price_max_usd": 1}
    assert "price_min_usd must be below price_max_usd" in refusal(tmp_path, content)


def test_malformed_yaml_is_refused_with_its_line(tmp_path: Path) -> None:
    """Where the parser stumbles."""
    assert "line 3: not valid YAML" in refusal(tmp_path, "key: king_wa\nname: King\nstate: WA: x\n")


@pytest.mark.parametrize("text", ["", "just words", "- a\n- b\n"])
def test_a_file_without_keys_is_refused(text: str, tmp_path: Path) -> None:
    """Empty, a sentence, a list."""
    assert "expected keys and values" in refusal(tmp_path, text)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00binary", b"key: king_wa\x00\n"])
def test_a_file_that_is_no_text_is_refused(content: bytes, tmp_path: Path) -> None:
    """A spreadsheet renamed to .yaml; control characters."""
    (tmp_path / "king_wa.yaml").write_bytes(content)
    with pytest.raises(CountyError, match=r"king_wa\.yaml: not valid YAML: [^\n]+\Z"):
        load_county("king_wa", tmp_path)


def test_the_key_must_be_the_name_of_the_file(tmp_path: Path) -> None:
    """The file's name is the partition."""
    assert "'king_wa', expected the file's name 'queen_wa'" in refusal(tmp_path, king(), "queen_wa")


def test_an_unknown_county_tells_which_are_known(tmp_path: Path) -> None:
    """And where its file was expected."""
    written(tmp_path, king())
    with pytest.raises(CountyError, match=r"no county 'kong_wa'.*known: king_wa"):
        load_county("kong_wa", tmp_path)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    """A graph without a county has no partition."""
    with pytest.raises(CountyError, match="no county file found"):
        county_keys(tmp_path)


def test_the_multiplier_and_the_tier_of_a_home() -> None:
    """1.0 outside the targets; the limit belongs to its tier."""
    county = load_county("king_wa", FOLDER)
    assert county.multiplier("98004") == 1.25
    assert county.multiplier("98101") == 1.0
    assert county.multiplier(None) == 1.0
    assert county.tier(500_000).arv_pct == 0.75
    assert county.tier(500_001).arv_pct == 0.80
    assert county.tier(9e9).up_to_usd is None


def test_the_zips_of_a_county_are_standard_ones() -> None:
    """No PO boxes: nobody lives there."""
    codes = zip_codes(load_county("king_wa", FOLDER))
    assert codes == sorted(set(codes))
    assert "98004" in codes
    assert "98009" not in codes  # Bellevue's PO boxes
