"""Which sightings are one property: parcel first, address with its unit next, then decisions."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from realestate_os.storage.identity.properties import APN, Decision, Properties, Sighting, unit_of
from realestate_os.storage.property_identity import property_id

DAY = date(2026, 11, 1)
A, A5, A6 = "12 ELM ST||98105", "12 ELM ST|5|98105", "12 ELM ST|6|98105"
B, B5 = "12 ELM ST N||98105", "12 ELM ST N|5|98105"
P, Q = "0148000155", "0148000160"


def on(day: int, address: str = "", apn: str = "") -> Sighting:
    return Sighting(DAY + timedelta(days=day), address, apn)


def known(*seen: Sighting, decided: tuple[Decision, ...] = ()) -> Properties:
    return Properties("king_wa", seen, decided)


def same(one: str, other: str, day: int = 9) -> Decision:
    return Decision(DAY + timedelta(days=day), *sorted((one, other)))


def test_what_was_never_seen_is_named_by_its_address() -> None:
    assert known().id_of(A, None) == known().id_of(A, P) == property_id("king_wa", A)
    assert known().id_of(None, None) is None


def test_a_late_parcel_number_keeps_the_id() -> None:
    later = known(on(0, A), on(5, A, P))
    assert later.id_of(A, None) == later.id_of(None, P) == later.id_of(A, P) == property_id("king_wa", A)
    assert later.aliases() == []


def test_a_late_address_keeps_the_id() -> None:
    first = known(on(0, apn=P)).id_of(None, P)
    later = known(on(0, apn=P), on(3, A5, P))
    assert first == later.id_of(None, P) == later.id_of(A5, None)


def test_one_parcel_under_two_addresses_is_one_property_and_the_later_id_an_alias() -> None:
    before = known(on(0, B), on(1, A))
    assert before.id_of(A, None) != before.id_of(B, None)
    after = known(on(0, B), on(1, A), on(2, A, P), on(3, B, P))
    assert after.id_of(A, None) == after.id_of(B, None) == property_id("king_wa", B)
    assert [(alias.alias_id, alias.reason) for alias in after.aliases()] == [(before.id_of(A, None), f"parcel {P}")]


def test_two_parcels_at_one_address_are_two_properties() -> None:
    """Flats whose listings leave the unit out."""
    both = known(on(0, A, P), on(1, A, Q))
    assert both.id_of(A, P) == both.id_of(A, None) != both.id_of(A, Q) == both.id_of(None, Q)


def test_a_building_with_one_parcel_number_stays_as_many_homes_as_it_has_units() -> None:
    building = known(on(0, A5, P), on(0, A6, P), on(1, A, P))
    assert len({building.id_of(address, P) for address in (A, A5, A6)}) == 3


def test_a_decision_joins_and_never_two_units() -> None:
    seen = (on(0, A), on(1, A5), on(2, A6), on(3, B))
    assert known(*seen, decided=(same(A, B),)).id_of(B, None) == property_id("king_wa", A)
    chained = known(*seen, decided=(same(A, A5), same(A, A6)))
    assert chained.id_of(A5, None) == chained.id_of(A, None) != chained.id_of(A6, None)


def test_a_decision_may_join_a_renumbered_parcel() -> None:
    joined = known(on(0, A, P), on(400, A, Q), decided=(same(APN + P, APN + Q, day=401),))
    assert joined.id_of(None, Q) == joined.id_of(A, P)
    assert [alias.reason for alias in joined.aliases()] == ["review"]


ADDRESSES = st.sampled_from(["", *(f"{n} ELM ST|{unit}|98105" for n in (12, 14) for unit in ("", "5", "6"))])
SIGHTINGS = st.lists(
    st.builds(on, st.integers(0, 3), ADDRESSES, st.sampled_from(["", P, Q])).filter(lambda s: s.address_key or s.apn),
    max_size=12,
)
KEYS = st.one_of(ADDRESSES.filter(bool), st.sampled_from([APN + P, APN + Q]))
DECISIONS = st.lists(st.builds(same, KEYS, KEYS, st.integers(0, 3)), max_size=5)
ASKED = [
    (a, p) for a in [None, *(f"{n} ELM ST|{u}|98105" for n in (12, 14) for u in ("", "5", "6"))] for p in (None, P, Q)
]


@given(seen=SIGHTINGS, decided=DECISIONS, data=st.data())
@settings(max_examples=300, deadline=None)
def test_order_and_repetition_change_nothing(
    seen: list[Sighting], decided: list[Decision], data: st.DataObject
) -> None:
    once = Properties("king_wa", seen, decided)
    shuffled = data.draw(st.permutations([*seen, *seen[:4]]))
    again = Properties("king_wa", shuffled, data.draw(st.permutations([*decided, *decided[:2]])))
    assert [once.id_of(*keys) for keys in ASKED] == [again.id_of(*keys) for keys in ASKED]
    assert once.aliases() == again.aliases()


@given(seen=SIGHTINGS, decided=DECISIONS)
@settings(max_examples=500, deadline=None)
def test_no_two_units_are_ever_one_property(seen: list[Sighting], decided: list[Decision]) -> None:
    found = Properties("king_wa", seen, decided)
    units: dict[str | None, set[str]] = {}
    for address, apn in [(one.address_key, one.apn) for one in seen] + [(key, None) for key in found.address_keys()]:
        if address and unit_of(address):
            units.setdefault(found.id_of(address, apn), set()).add(unit_of(address))
    assert all(len(of_one) == 1 for of_one in units.values())


@given(seen=SIGHTINGS)
@settings(max_examples=300, deadline=None)
def test_ids_go_on_from_day_to_day_or_leave_an_alias(seen: list[Sighting]) -> None:
    """Whoever kept an id of an earlier day finds the property under it or through one alias."""
    whole = Properties("king_wa", seen)
    aliases = {alias.alias_id: alias.property_id for alias in whole.aliases()}
    now = {whole.id_of(one.address_key, one.apn) for one in seen}
    for day in range(4):
        until = [one for one in seen if one.seen_on <= DAY + timedelta(days=day)]
        then = Properties("king_wa", until)
        for one in until:
            kept = then.id_of(one.address_key, one.apn)
            assert kept in now or aliases.get(kept or "") in now
