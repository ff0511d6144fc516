"""Which sightings are one property: the rules, as one function of everything that was seen.

Belongs here: parcel number first, then address with its unit, then what people decided. Does not:
tables (register.py) or likeness (likeness.py).

Rules. An address means the parcel with which it was first seen, or itself when it never was. A parcel
number means one property for each unit seen with it. A decision joins the properties of two keys, unless they
have two different units. Because each rule is a function of the set of sightings with their days, neither
their order nor their repetition changes anything, and later days never change who was first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import uuid5

from realestate_os.storage.property_identity import NAMESPACE, property_id

APN = "apn:"
Group = tuple[str, str]  # (apn, unit), or ("", address key) of an address that was never seen with a parcel


@dataclass(frozen=True, order=True)
class Sighting:
    """A property seen on a day under an address, a parcel number or both ('' for the one that was missing)."""

    seen_on: date
    address_key: str
    apn: str

    @property
    def unit(self) -> str:
        """The unit of the address, '' for none."""
        return unit_of(self.address_key)


@dataclass(frozen=True, order=True)
class Decision:
    """Two keys (address keys, or APN + parcel number) that a person found to be one property."""

    decided_on: date
    left_key: str
    right_key: str


@dataclass(frozen=True, order=True)
class Alias:
    """An id that a property had before it proved to be the same as another one."""

    alias_id: str
    property_id: str
    reason: str


@dataclass
class Properties:
    """The properties of a county, as known from these sightings and decisions."""

    county: str
    sightings: Iterable[Sighting]
    decisions: Iterable[Decision] = ()
    _address_owner: dict[str, Group] = field(default_factory=dict)
    _apn_owner: dict[str, Group] = field(default_factory=dict)
    _names: dict[Group, list[tuple[date, str]]] = field(default_factory=dict)
    _joined: dict[Group, Group] = field(default_factory=dict)
    _ids: dict[Group, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        seen = sorted(set(self.sightings))
        self._find_owners(seen)
        self._name(seen)
        self._join(sorted(set(self.decisions)))
        self._choose_ids()

    def id_of(self, address_key: str | None, apn: str | None) -> str | None:
        """The property of an address, a parcel number or both; None without either.

        What was never seen gets the id that it would have if it were seen now.
        """
        group = self._group(address_key or "", apn or "")
        if group is None:
            return None
        found = self._ids.get(self._root(group))
        return found or self._id(self._own_name(address_key or "", group))

    def aliases(self) -> list[Alias]:
        """Every id that was given to a property under another name than the one it has now."""
        found = []
        for (apn, rest), names in self._names.items():
            now, own = self._ids[self._root((apn, rest))], self._id(names[0][1])
            for old in (self._id(name) for _, name in names):
                if old != now:
                    found.append(Alias(old, now, f"parcel {apn}" if own == now else "review"))
        return sorted(found)

    def address_keys(self) -> list[str]:
        """All address keys that were seen, sorted."""
        return sorted(self._address_owner)

    def same(self, left_key: str, right_key: str) -> bool:
        """Whether two keys (address keys, or APN + parcel number) are one property."""
        return self._root(self._group_of_key(left_key)) == self._root(self._group_of_key(right_key))

    def settled(self, left_key: str, right_key: str) -> bool:
        """Whether nobody need be asked about two keys: they are one property, or two addresses of two parcels."""
        left, right = self._group_of_key(left_key), self._group_of_key(right_key)
        two_parcels = left[0] and right[0] and left[0] != right[0] and not left_key.startswith(APN)
        return bool(two_parcels) or self.same(left_key, right_key)

    def _find_owners(self, seen: list[Sighting]) -> None:
        for one in seen:  # by day: the first pair decides
            if one.address_key and one.apn:
                self._address_owner.setdefault(one.address_key, (one.apn, one.unit))
                self._apn_owner.setdefault(one.apn, (one.apn, one.unit))
        for one in seen:
            if one.address_key:
                self._address_owner.setdefault(one.address_key, ("", one.address_key))

    def _group(self, address_key: str, apn: str) -> Group | None:
        if apn and address_key:
            return apn, unit_of(address_key)
        if apn:
            return self._apn_owner.get(apn, (apn, ""))
        return self._address_owner.get(address_key, ("", address_key)) if address_key else None

    def _own_name(self, address_key: str, group: Group) -> str:
        """An address names the property that it means; another property seen there is named by its parcel."""
        if address_key and self._address_owner.get(address_key, group) == group:
            return address_key
        apn, unit = group
        return f"{APN}{apn}" if self._apn_owner.get(apn, group) == group else f"{APN}{apn}|{unit}"

    def _name(self, seen: list[Sighting]) -> None:
        names: dict[Group, dict[str, date]] = defaultdict(dict)
        for one in seen:
            group = self._group(one.address_key, one.apn)
            if group:
                names[group].setdefault(self._own_name(one.address_key, group), one.seen_on)
        self._names = {group: sorted((day, name) for name, day in found.items()) for group, found in names.items()}

    def _join(self, decisions: list[Decision]) -> None:
        for decision in decisions:
            sides = [self._group_of_key(key) for key in (decision.left_key, decision.right_key)]
            first, second = sorted(self._root(group) for group in sides)
            if first != second and not self._two_units(first, second):
                self._joined[second] = first

    def _group_of_key(self, key: str) -> Group:
        group = self._group("", key.removeprefix(APN)) if key.startswith(APN) else self._group(key, "")
        assert group is not None, "a key is never empty"
        return group

    def _two_units(self, *roots: Group) -> bool:
        groups = {*roots, *(group for group in self._joined if self._root(group) in roots)}
        return len({_unit_of_group(group) for group in groups} - {""}) > 1

    def _root(self, group: Group) -> Group:
        while group in self._joined:
            group = self._joined[group]
        return group

    def _choose_ids(self) -> None:
        """The name under which any part was seen first; of several of that day the first in order."""
        first: dict[Group, tuple[date, str]] = {}
        for group, names in self._names.items():
            root = self._root(group)
            first[root] = min(first.get(root, names[0]), names[0])
        self._ids = {root: self._id(name) for root, (_, name) in first.items()}

    def _id(self, name: str) -> str:
        return (
            str(uuid5(NAMESPACE, f"{self.county}|{name}")) if name.startswith(APN) else property_id(self.county, name)
        )


def unit_of(address_key: str) -> str:
    """The unit in `street|unit|zip`."""
    return address_key.split("|")[1] if address_key else ""


def _unit_of_group(group: Group) -> str:
    apn, rest = group
    return rest if apn else unit_of(rest)
