"""What the records' services do wrong, over real HTTP: each is handled, marked, and gone on the next run."""

from __future__ import annotations

import pandas as pd
import pytest

from realestate_os.enrichment.collect import collect_parcels
from realestate_os.enrichment.frames import PARCELS
from realestate_os.resources.host_gate import GATES
from realestate_os.resources.http_client import HttpClient
from realestate_os.sandbox.faults import Fault
from realestate_os_tests.enrichment.homes import homes_for_sale
from realestate_os_tests.enrichment.rows import DAY

EITHER = pytest.mark.parametrize("county", ["king_wa", "cook_il"])
DATA = r"/query\?|/resource/"


@pytest.fixture(scope="module")
def listed(sandbox):
    return {county: homes_for_sale(sandbox, county) for county in ("king_wa", "cook_il")}


def collect(settings, objects, http, listed, county):
    return collect_parcels(settings, objects, http, listed[county], county, DAY)


def settled(sandbox):
    sandbox.faults["records"].clear()
    GATES.forget()


@EITHER
@pytest.mark.parametrize("rules", [("status:429", "status:500", "truncate"), ("lost", "error200", "status:503")])
def test_passing_faults_change_nothing(county, rules, sandbox, settings, http, objects, listed):
    calm = collect(settings, type(objects)(f"{objects.root}-calm"), http, listed, county)
    for rule in rules:
        sandbox.faults["records"].add(Fault(rule, DATA, 1, retry_after=1 if rule.startswith("status") else None))
    stormy = collect(settings, objects, http, listed, county)
    assert [fault.hits for fault in sandbox.faults["records"].rules] == [1, 1, 1]
    assert stormy.problem is None
    pd.testing.assert_frame_equal(calm.rows.drop(columns="fetched_at"), stormy.rows.drop(columns="fetched_at"))


@EITHER
def test_wrong_types_cost_the_value_and_not_the_home(county, sandbox, settings, http, objects, listed):
    calm = collect(settings, type(objects)(f"{objects.root}-calm"), http, listed, county).rows
    sandbox.faults["records"].add(Fault("types", DATA, 99))
    found = collect(settings, objects, http, listed, county)
    PARCELS.to_arrow(found.rows)
    assert found.rows["apn"].tolist() == calm["apn"].tolist()
    assert found.rows[["square_footage", "bedrooms", "year_built"]].isna().all(axis=None)
    assert found.rows["market_value_usd"].tolist() == calm["market_value_usd"].tolist()
    counts = found.refused.counts()
    assert counts["unreadable_value"] >= 2 * len(calm)
    assert counts["implausible_value"] >= len(calm)
    told = next(row for row in found.refused.rows if row["field"] == "square_footage")
    assert (told["value"][:6], told["detail"]) == ("about ", "not readable as positive")


@EITHER
def test_a_renamed_field_is_noted_and_the_rest_goes_on(county, sandbox, settings, http, objects, listed):
    calm = collect(settings, type(objects)(f"{objects.root}-calm"), http, listed, county).rows
    sandbox.faults["records"].add(Fault("drift", ".*", 99))
    found = collect(settings, objects, http, listed, county)
    assert found.rows["apn"].tolist() == calm["apn"].tolist()
    assert found.rows["year_built"].isna().all()
    assert found.rows["square_footage"].tolist() == calm["square_footage"].tolist()
    (gone,) = [row for row in found.refused.rows if row["reason"] == "field_gone"]
    assert gone["field"] == "year_built"
    assert "correct fields: year_built in its source file" in gone["detail"]


def test_a_silent_service_leaves_its_listings_for_the_next_run(sandbox, settings, http, objects, listed):
    impatient = settings.model_copy(update={"http_timeout_s": 0.2})
    sandbox.faults["records"].add(Fault("timeout", "/Parcels/", 99, seconds=1))
    with HttpClient(impatient, sleep=lambda seconds: None) as client:
        found = collect(impatient, objects, client, listed, "king_wa")
    assert found.refused.counts() == {"source_failed": len(listed["king_wa"])}
    assert "no answer within 0.2 s" in (found.problem or "")
    settled(sandbox)
    again = collect(settings, objects, http, listed, "king_wa")
    assert again.problem is None
    assert len(again.rows) > 0


def test_only_what_went_unanswered_is_asked_again(sandbox, settings, http, objects, listed):
    """Forty listings are one batch; a day with two keeps the one that was answered."""
    homes = listed["king_wa"]
    half = homes.head(len(homes) // 2)
    collect_parcels(settings, objects, http, half, "king_wa", DAY)
    watch = Fault("slow", "/Parcels/.*query", 99, seconds=0.001)
    sandbox.faults["records"].add(watch)
    whole = collect(settings, objects, http, listed, "king_wa")
    assert watch.hits == 1
    fresh = collect(settings, type(objects)(f"{objects.root}-fresh"), http, listed, "king_wa")
    columns = ["url", "page_sha256", "fetched_at"]
    pd.testing.assert_frame_equal(whole.rows.drop(columns=columns), fresh.rows.drop(columns=columns))


def test_a_failing_joined_dataset_leaves_the_others(sandbox, settings, http, objects, listed):
    """Cook's facts fail, its addresses answer: the parcel is found, marked, and complete on the next run."""
    sandbox.faults["records"].add(Fault("status:503", "cook_il-parcels", 99))
    found = collect(settings, objects, http, listed, "cook_il")
    assert found.rows["address_key"].notna().all()
    assert found.rows["square_footage"].isna().all()
    assert found.refused.counts()["source_failed"] > 0
    settled(sandbox)
    again = collect(settings, objects, http, listed, "cook_il")
    assert again.problem is None
    assert again.rows["square_footage"].notna().any()
