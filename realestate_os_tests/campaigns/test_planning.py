"""Planning on a real database: who gets what, what is set aside, what planning again changes."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from realestate_os.campaigns.planning import Desk, plan_day
from realestate_os.settings import Settings
from realestate_os_tests.campaigns.scene import COUNTY, DAY, Office, buyer, contract, frames, home, lead, pid
from realestate_os_tests.databases import proved_to_be_one

A, B, C = "1412 NE 65th St", "88 Pine Pl", "7 Lake Ave"


def test_one_digest_a_reader_with_the_best_first_and_no_weak_ones(office: Office) -> None:
    plan = office.plan([home(A, bird_dog_score=64.0), home(B, bird_dog_score=91.0), home(C, bird_dog_score=59.9)])
    (mail,) = office.mails()
    assert (mail.audience, mail.recipient_email, mail.property_id) == ("team", "reader0@acme.example", None)
    assert mail.subject == "King County, 4 May 2015: 2 deals, no leads"
    assert [deal["address"] for deal in mail.snapshot["values"]["deals"]] == [B, A]
    assert mail.text_body.index(B) < mail.text_body.index(A)
    assert C not in mail.html_body
    assert plan.counts["team"]["pending"] == 1


def test_a_lead_is_shown_to_the_team_with_its_opening_offer_and_no_price(office: Office) -> None:
    office.plan([lead(A)])
    (mail,) = office.mails()
    assert "opening offer $352,000" in mail.text_body
    assert "Owned for 24 years" in mail.html_body
    assert "ask" not in mail.text_body.lower()


def test_nobody_is_mailed_an_empty_list(office: Office) -> None:
    office.plan([home(A, bird_dog_score=20.0)])
    assert office.mails() == []
    assert office.campaign("team").status == "draft"


def test_only_properties_under_control_go_to_buyers(office: Office) -> None:
    office.take_in([buyer("avery")], [contract(A), contract(B, control="none"), contract(C, expires_on="2015-05-03")])
    office.plan([home(A), home(B), home(C)])
    offers = [mail for mail in office.mails() if mail.audience == "buyers"]
    assert [str(mail.property_id) for mail in offers] == [pid(A)]
    assert offers[0].subject == "3-bed house in Seattle at $545,000"


@pytest.mark.parametrize(
    ("deal", "listed", "reason"),
    [
        ({}, {"bird_dog_score": 59.0}, "score_below_minimum"),
        ({"assignment_price_usd": None}, {}, "no_offer_price"),
        ({}, {"bird_dog_score": None, "score_null_reason": "leased_land"}, "not_scored_leased_land"),
        ({}, {"bird_dog_score": None, "score_null_reason": "pending", "arv_usd": None}, "not_valued"),
    ],
)
def test_what_cannot_be_offered_is_set_aside(office: Office, deal: dict, listed: dict, reason: str) -> None:
    office.take_in([buyer("avery")], [contract(A, **deal)])
    plan = office.plan([home(A, **listed)])
    assert plan.refused.counts() == {reason: 1}
    assert [mail.audience for mail in office.mails() if mail.audience == "buyers"] == []


def test_a_controlled_property_that_was_not_listed_that_day_is_set_aside(office: Office) -> None:
    office.take_in([buyer("avery")], [contract(A)])
    assert office.plan([home(B)]).refused.counts() == {"not_listed_that_day": 1}


def test_a_property_that_our_contract_took_off_the_market_is_offered(office: Office) -> None:
    office.take_in([buyer("avery")], [contract(A)])
    office.plan([home(A, bird_dog_score=None, score_null_reason="pending", listing_status="pending")])
    assert [mail.audience for mail in office.mails()] == ["buyers"]


def test_a_contract_signed_later_is_not_known_yet(office: Office) -> None:
    office.take_in([buyer("avery")], [contract(A, signed_on="2015-05-05")])
    office.plan([home(A)])
    assert [mail.audience for mail in office.mails()] == ["team"]


def test_a_state_without_text_is_refused(office: Office) -> None:
    (office.settings.assets_config_dir / "states" / "WA.yaml").rename(office.settings.assets_config_dir / "kept.yaml")
    try:
        office.take_in([buyer("avery")], [contract(A)])
        plan = office.plan([home(A)])
    finally:
        (office.settings.assets_config_dir / "kept.yaml").rename(
            office.settings.assets_config_dir / "states" / "WA.yaml"
        )
    assert plan.refused.counts() == {"state_without_disclosure": 1}
    assert [mail.audience for mail in office.mails()] == ["team"]


def test_the_investors_mail_holds_the_disclosure_and_nothing_that_is_ours_or_the_sellers(office: Office) -> None:
    office.take_in([buyer("avery")], [contract(A)])
    office.plan([home(A)])
    offer = next(mail for mail in office.mails() if mail.audience == "buyers")
    for body in (offer.html_body, offer.text_body):
        assert "Sellers have rights here." in body
        assert "1 Main Street, Seattle" in body
        assert f"{office.settings.public_url}/unsubscribe/" in body
        for secret in ("531,400", "500,123", "512,000", "Sally", "555", "83.2"):
            assert secret not in body
    assert "contract_price" not in str(offer.snapshot)
    assert "Sally" not in str(offer.snapshot)


@pytest.mark.parametrize(("control", "said"), [("option", "hold an option"), ("owned", "We own this property.")])
def test_the_mail_says_which_right_we_have(office: Office, control: str, said: str) -> None:
    office.take_in([buyer("avery")], [contract(A, control=control, disclosure="The roof leaks.")])
    office.plan([home(A)])
    offer = next(mail for mail in office.mails() if mail.audience == "buyers")
    for body in (offer.html_body, offer.text_body):
        assert said in body
        assert "The roof leaks." in body
        # The state's text is about contracts, and that we do not own our own home would be false.
        assert ("Sellers have rights here." in body) == (control == "option")


def test_buy_boxes_decide(office: Office) -> None:
    office.take_in(
        [
            buyer("cheap", buy_box={"price_max_usd": 500_000}),
            buyer("elsewhere", buy_box={"counties": ["cook_il"]}),
            buyer("condos", buy_box={"property_types": ["condo"]}),
            buyer("farther", buy_box={"zip_codes": ["98199"]}),
            buyer("palace", buy_box={"bedrooms_min": 20}),
            buyer("anything", buy_box={}),
        ],
        [contract(A)],
    )
    plan = office.plan([home(A)])
    assert [m.recipient_email for m in office.mails() if m.audience == "buyers"] == ["anything@buyers.example"]
    assert plan.outside_buy_boxes == 5


def test_suppressed_people_get_nothing_and_are_set_aside(office: Office) -> None:
    office.take_in([buyer("avery")], [contract(A)])
    office.suppress("Avery@Buyers.example ")
    office.suppress("reader0@acme.example")
    assert office.plan([home(A)]).refused.counts() == {"suppressed": 2}
    assert office.mails() == []


def test_consent_that_came_later_does_not_hold(office: Office) -> None:
    office.take_in([buyer("avery", consented_on="2015-05-05")], [contract(A)])
    assert office.plan([home(A)]).refused.counts() == {"consented_later": 1}


def test_at_most_so_many_offers_a_buyer(office: Office) -> None:
    streets = [f"{n} Oak St" for n in range(1, 9)]
    office.take_in([buyer("avery")], [contract(street) for street in streets])
    office.plan([home(street, bird_dog_score=60.0 + n) for n, street in enumerate(streets)])
    offered = {str(m.property_id) for m in office.mails() if m.audience == "buyers"}
    assert offered == {pid(street) for street in streets[3:]}


def test_planning_again_changes_nothing_but_what_changed(office: Office) -> None:
    office.take_in([buyer("avery")], [contract(A), contract(B)])
    office.plan([home(A), home(B)])
    before = {mail.send_id: mail for mail in office.mails()}
    office.plan([home(A), home(B)])
    assert {mail.send_id: mail for mail in office.mails()} == before
    office.plan([home(A, year_built=1960.0)])
    after = {mail.send_id: mail for mail in office.mails()}
    assert after.keys() == before.keys()
    dropped = next(mail for mail in after.values() if str(mail.property_id) == pid(B))
    assert (dropped.status, dropped.error) == ("skipped", "no longer planned")
    kept = next(mail for mail in after.values() if str(mail.property_id) == pid(A))
    assert "built 1960" in kept.text_body
    assert office.campaign("buyers").counts["planned"] == 1
    office.plan([home(A), home(B)])
    assert {mail.status for mail in office.mails()} == {"pending"}


def test_what_was_claimed_is_left_alone(office: Office) -> None:
    office.plan([home(A)])
    with office.database.transaction(office.tenant_id) as connection:
        connection.execute(
            text("UPDATE email_queue SET status = 'sending', attempt_id = gen_random_uuid(), claimed_at = now()")
        )
    (before,) = office.mails()
    office.plan([home(A, listing_price_usd=1.0), home(B)])
    assert office.mails() == [before]


@pytest.mark.parametrize(("days", "mailed"), [(29, False), (30, True), (-29, False)])
def test_the_same_property_goes_to_the_same_buyer_once_in_thirty_days(office: Office, days: int, mailed: bool) -> None:
    office.take_in([buyer("avery")], [contract(A)])
    office.plan([home(A)])
    with office.database.transaction(office.tenant_id) as connection:
        connection.execute(text("UPDATE email_queue SET status = 'accepted', attempt_id = gen_random_uuid()"))
    later = DAY + timedelta(days=days)
    office.take_in([], [contract(A, signed_on="2015-01-01")])
    plan = office.plan([home(A)], on=later)
    assert [m.audience for m in office.mails(later)] == (["buyers", "team"] if mailed else ["team"])
    assert plan.already_mailed == (0 if mailed else 1)


def test_a_deal_and_its_mails_follow_a_property_that_proved_to_be_another(office: Office) -> None:
    office.take_in([buyer("avery")], [contract(A, signed_on="2015-01-01"), contract(B, control="none")])
    office.plan([home(A)])
    with proved_to_be_one(office.database, pid(A), pid(B)):
        office.plan([home(B)], on=DAY + timedelta(days=1))
        offers = [mail for mail in office.mails(DAY + timedelta(days=1)) if mail.audience == "buyers"]
        assert [str(mail.property_id) for mail in offers] == [pid(B)]
        with office.database.transaction(office.tenant_id) as connection:
            sent = "UPDATE email_queue SET status = 'accepted', attempt_id = gen_random_uuid() WHERE planned_on = :day"
            connection.execute(text(sent), {"day": DAY})
        assert office.plan([home(B)], on=DAY + timedelta(days=2)).already_mailed == 1


@pytest.mark.parametrize(("before", "present"), [(A, B), (B, A)])
def test_two_deals_of_what_proved_to_be_one_property_are_one_offer(office: Office, before: str, present: str) -> None:
    office.take_in([buyer("avery")], [contract(before, assignment_price_usd=500_000.0), contract(present)])
    with proved_to_be_one(office.database, pid(before), pid(present)):
        office.plan([home(present)])
    offers = [mail.subject for mail in office.mails() if mail.audience == "buyers"]
    assert offers == ["3-bed house in Seattle at $545,000"], "the deal under the present id counts"


def test_hostile_text_stays_text_in_both_bodies_and_one_line_in_the_subject(office: Office) -> None:
    evil = '<script>alert(1)</script>"\r\nBcc: victim@example.com\u202e'
    office.take_in([buyer("avery")], [contract(A)])
    office.plan([home(A, street_address=evil, city=evil, band="{{ 7*7 }}")])
    for mail in office.mails():
        assert "<script>" not in mail.html_body
        assert "{{ 7*7 }}" in mail.html_body or mail.audience == "buyers"
        assert not re.search(r"[\r\n\u202e]", mail.subject)
        assert "\nBcc:" not in mail.text_body


def test_one_tenant_sees_nothing_of_another(office: Office, settings: Settings) -> None:
    office.take_in([buyer("avery")], [contract(A)])
    default = next(t for t in office.database.tenants() if t.slug == "default")
    plan = plan_day(office.database, Desk.from_settings(settings), default.id, COUNTY, DAY, *frames([home(A)]))
    assert [mail["audience"] for mail in plan.mails] == ["team"]


def test_figures_that_are_missing_are_said_to_be(office: Office) -> None:
    office.plan([home(A, year_built=None, bedrooms=None, value_usd=None, mao_usd=None, unit="B", property_type=None)])
    (mail,) = office.mails()
    assert "nan" not in mail.html_body.lower().replace("nanum", "")
    assert "Max. offer    n/a" in mail.text_body
    assert f"{A}, unit B" in mail.text_body


def test_another_days_frames_are_another_campaign(office: Office) -> None:
    office.plan([home(A)])
    office.plan([home(A)], on=date(2015, 5, 5))
    first, second = office.mails()[0], office.mails(date(2015, 5, 5))[0]
    assert first.campaign_id != second.campaign_id
    assert first.send_id != second.send_id
