"""Source files: those of the project load, wrong ones name file and key."""

from __future__ import annotations

import pytest
import yaml

from realestate_os.counties import County, county_keys, load_county
from realestate_os.enrichment.connectors.asking import lower_names
from realestate_os.enrichment.connectors.clauses import as_written
from realestate_os.enrichment.parsers import PARSERS
from realestate_os.enrichment.records import read_fields
from realestate_os.enrichment.sources import FieldMap, SourceError, load_source, record_sources, source_for
from realestate_os.settings import load_settings
from realestate_os.storage.set_aside import SetAside

PARCELS = {
    "key": "roll",
    "kind": "arcgis",
    "profile": "public",
    "provides": "parcels",
    "counties": ["king_wa"],
    "url": "https://gis.example/MapServer/0",
    "lookup": {"apn": "PIN"},
    "fields": {"apn": {"from": "PIN", "parser": "apn"}},
}


def load(tmp_path, **changes):
    path = tmp_path / "roll.yaml"
    path.write_text(yaml.safe_dump(PARCELS | changes), encoding="utf-8")
    return load_source(path)


@pytest.mark.parametrize("county", county_keys())
def test_the_sandbox_serves_every_county(county):
    settings = load_settings(sources="sandbox")
    for provides in ("sales", "zip_demographics", "parcels"):
        source = source_for(settings, county, provides)
        assert source is not None
        assert source.historical


def test_public_sources_load_and_are_never_historical():
    sources = record_sources(load_settings(sources="public"))
    assert {source.kind for source in sources} == {"census", "arcgis", "socrata", "attom", "file"}
    assert not any(source.historical for source in sources)


def test_owner_fields_are_left_out_where_the_county_forbids_their_use():
    source = source_for(load_settings(sources="sandbox"), "king_wa", "parcels")
    king = load_county("king_wa")
    assert king.owner_data == "none"
    owner = {"owner_mailing_address", "owner_occupied"}
    assert not owner & set(source.datasets_for(king)[0].fields)
    assert owner <= set(source.datasets_for(County(**(king.model_dump() | {"owner_data": "assessor"})))[0].fields)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"colour": "red"}, "colour: Extra inputs"),
        ({"kind": "ftp"}, "kind: Input should be"),
        ({"url": "http://gis.example"}, "url: String should match"),
        ({"lookup": None}, "needs lookup"),
        ({"lookup": {"zip_code": "ZIP"}}, "name the field of the APN, of the address"),
        ({"fields": {"apn": {"from": "PIN", "parser": "magic"}}}, r"fields.apn.parser: .*no parser 'magic'"),
        ({"fields": {"apn": {"from": "PIN"}, "smell": {"from": "X"}}}, "fields: smell unknown"),
        ({"provides": "sales"}, "needs apn, sale_date and sale_price_usd"),
        ({"provides": "zip_demographics", "fields": {}}, "kind: census provides zip_demographics"),
        ({"joins": [PARCELS["fields"]]}, "joins.0"),
        ({"lookup": {"number": "NO", "apn": "PIN"}}, "number and street go together"),
        ({"kind": "file"}, "kind: file, and nothing else, needs file: name"),
        ({"key": "other"}, "key: is 'other', expected the file's name 'roll'"),
    ],
)
def test_a_wrong_source_names_file_and_key(tmp_path, changes, message):
    with pytest.raises(SourceError, match=message) as caught:
        load(tmp_path, **changes)
    assert "roll.yaml" in str(caught.value)


def test_two_sources_for_one_thing_are_refused(tmp_path):
    (tmp_path / "sources").mkdir()
    for key in ("one", "two"):
        (tmp_path / "sources" / f"{key}.yaml").write_text(yaml.safe_dump(PARCELS | {"key": key}), encoding="utf-8")
    settings = load_settings(sources="public", assets_config_dir=tmp_path)
    with pytest.raises(SourceError, match="one, two all provide parcels for king_wa"):
        source_for(settings, "king_wa", "parcels")


def test_a_record_is_read_by_its_map():
    fields = {
        "apn": FieldMap(**{"from": "PIN", "parser": "apn"}),
        "street_address": FieldMap(**{"from": ["NO", "STREET"], "combine": "join"}),
        "market_value_usd": FieldMap(**{"from": ["LAND", "HOUSE"], "parser": "number", "combine": "add"}),
        "property_type": FieldMap(**{"from": "CLASS", "parser": "property_type", "values": {"203": "single_family"}}),
        "unit": FieldMap(**{"from": ["UNIT", "APT"]}),
    }
    records = [
        {"PIN": "12-34", "NO": "17", "STREET": "Elm St", "LAND": "1,000", "HOUSE": 500, "CLASS": 203.0, "APT": "4"},
        {"PIN": "56-78", "NO": None, "STREET": " ", "LAND": 5, "HOUSE": None, "CLASS": "999", "UNIT": "B", "APT": "4"},
    ]
    refused = SetAside()
    read = read_fields([lower_names(record) for record in records], fields, refused, "roll")
    assert refused.rows == []
    assert read["apn"].tolist() == ["1234", "5678"]
    assert read["street_address"].tolist() == ["17 Elm St", None]
    assert read["market_value_usd"].fillna(-1).tolist() == [1500.0, -1]
    assert read["property_type"].tolist() == ["single_family", None]
    assert read["unit"].tolist() == ["4", "B"]


def test_an_apn_is_written_in_the_sources_form():
    assert as_written("12345678", "###-##-###") == "123-45-678"
    assert as_written("123", "###-##-###") == "123"
    assert as_written("123", None) == "123"


def test_every_parser_takes_an_empty_column_and_hostile_text():
    import pandas as pd

    column = pd.Series([None, "", "<script>", "🏠", "1e400", "NaN", "-0", "9" * 400], dtype=object)
    for name, parser in PARSERS.items():
        assert len(parser(column)) == len(column), name
        assert len(parser(column.iloc[:0])) == 0, name
