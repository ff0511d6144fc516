"""ATTOM over HTTP: off without a key, found by address, the key stored nowhere, its word beside the assessor's."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import SecretStr

from realestate_os.enrichment.archive import Document
from realestate_os.enrichment.collect import collect_parcels
from realestate_os.enrichment.connectors import attom
from realestate_os.enrichment.frames import PARCELS
from realestate_os.enrichment.merge import merge
from realestate_os.enrichment.records import read_fields
from realestate_os.enrichment.sources import record_sources, sources_for
from realestate_os.sandbox.faults import Fault
from realestate_os.settings import load_settings
from realestate_os.storage.set_aside import SetAside
from realestate_os_tests.enrichment.homes import homes_for_sale
from realestate_os_tests.enrichment.rows import DAY, FETCHED, listing, listings, sales, zip_demographics

KEY = "attom-s3cret"


@pytest.fixture
def with_key(settings):
    return settings.model_copy(update={"attom_api_key": SecretStr(KEY)})


def test_without_a_key_attom_is_not_asked(settings, with_key):
    kinds = [source.kind for source in sources_for(settings, "king_wa", "parcels")]
    assert kinds == ["arcgis"]
    assert {source.kind for source in sources_for(with_key, "king_wa", "parcels")} == {"arcgis", "attom"}


def test_its_record_stands_beside_the_assessors_and_fills_what_that_lacks(sandbox, with_key, http, objects):
    listed = homes_for_sale(sandbox, "cook_il").head(6)
    found = collect_parcels(with_key, objects, http, listed, "cook_il", DAY)
    PARCELS.to_arrow(found.rows)
    by = found.rows.set_index(["provider", "apn"])
    apns = [apn for provider, apn in by.index if provider == "assessor"]
    assert len(apns) >= 4
    for apn in apns:
        roll, profile = by.loc[("assessor", apn)], by.loc[("attom", apn)]
        assert profile.square_footage == pytest.approx(roll.square_footage, rel=0.05)
        assert (profile.bedrooms, profile.year_built, profile.unit) == (roll.bedrooms, roll.year_built, roll.unit)
        assert profile.owner_occupied in (True, False)
    merged = merge(listed, found.rows, sales(), zip_demographics(), ("cook_il", DAY))
    assert set(merged.winner["square_footage"]) <= {"assessor", "attom", "listing"}
    assert {"assessor", "attom", "listing"} <= set(merged.candidates["square_footage"])


def test_the_key_is_sent_and_stored_nowhere(sandbox, with_key, http, objects, caplog):
    with caplog.at_level(1):
        collect_parcels(with_key, objects, http, homes_for_sale(sandbox, "king_wa").head(2), "king_wa", DAY)
    stored = [key for key in objects.keys("records") if "attom" in key]
    assert stored
    assert not any(KEY.encode() in objects.get(key) for key in objects.keys("records"))
    assert KEY not in caplog.text


def test_no_such_property_is_an_answer_and_a_wrong_key_is_a_failure(sandbox, with_key, http, objects):
    found = collect_parcels(with_key, objects, http, listings(listing("99999 Nowhere St")), "king_wa", DAY)
    assert found.problem is None
    assert found.refused.counts() == {"no_parcel": 2}
    sandbox.faults["records"].add(Fault("status:401", "/attom/", 9))
    listed = homes_for_sale(sandbox, "king_wa").head(1)
    failed = collect_parcels(with_key, objects, http, listed, "king_wa", DAY)
    assert "answered 401" in (failed.problem or "")
    assert [row["field"] for row in failed.refused.rows if row["reason"] == "source_failed"] == ["attom"]
    assert failed.rows["provider"].tolist() == ["assessor"]


# By ATTOM's documentation of property/expandedprofile; every figure is invented.
DOCUMENTED = {
    "status": {"version": "1.0.0", "code": 0, "msg": "SuccessWithResult", "total": 1, "page": 1, "pagesize": 10},
    "property": [
        {
            "identifier": {"Id": 1, "fips": "53033", "apn": "123-450-0010", "attomId": 1},
            "lot": {"lotnum": "1", "lotsize1": 0.1148, "lotsize2": 5000},
            "address": {"line1": "410 ELM ST", "locality": "SEATTLE", "countrySubd": "WA", "postal1": "98101"},
            "location": {"accuracy": "Rooftop", "latitude": "47.610000", "longitude": "-122.330000"},
            "summary": {
                "propclass": "Single Family Residence / Townhouse",
                "proptype": "SFR",
                "yearbuilt": 1951,
                "absenteeInd": "ABSENTEE OWNER",
            },
            "building": {
                "size": {"bldgsize": 2000, "livingsize": 1840, "universalsize": 1840},
                "rooms": {"beds": 3, "bathsfull": 2, "bathstotal": 2.5},
                "summary": {"levels": 2},
            },
            "assessment": {
                "assessed": {"assdttlvalue": 600000},
                "market": {"mktttlvalue": 650000},
                "tax": {"taxamt": 6100.5, "taxyear": 2025},
                "owner": {"owner1": {"fullname": "A PERSON"}, "mailingaddressoneline": "9 OAK AVE, SEATTLE, WA 98102"},
            },
            "sale": {"saleTransDate": "2019-06-04", "amount": {"saleamt": 505000}},
        }
    ],
}  # fmt: skip


def test_the_documented_shape_is_read_field_by_field():
    (source,) = [one for one in record_sources(load_settings(sources="public")) if one.kind == "attom"]
    refused = SetAside()
    records = attom.records(Document(DOCUMENTED, "https://attom.example", "ab", FETCHED))
    (row,) = read_fields(records, source.fields, refused, source.key).to_dict("records")
    assert refused.rows == []
    expected = {
        "apn": "1234500010", "property_type": "single_family", "bedrooms": 3, "bathrooms": 2.5, "square_footage": 1840,
        "lot_size_sqft": 5000, "year_built": 1951, "stories": 2, "assessed_value_usd": 600000,
        "market_value_usd": 650000,
        "annual_tax_usd": 6100.5, "last_sale_price_usd": 505000, "owner_name": "A PERSON", "owner_occupied": 0.0,
        "owner_mailing_address": "9 OAK AVE, SEATTLE, WA 98102", "zip_code": "98101", "latitude": 47.61,
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected
    assert row["last_sale_date"].date() == date(2019, 6, 4)
