"""assets_config/lead_lists/*.yaml and mapping files -> which column of a lead list says what.

Belongs here: the model of a mapping, guessing it from a header, laying a user's mapping over the guess,
refusing columns on protected traits. Does not: reading rows (lead_rows.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from realestate_os.discovery.protected_traits import protected_columns
from realestate_os.discovery.sources import FIELDS as LISTING_FIELDS
from realestate_os.errors import RealEstateOSError
from realestate_os.storage.table_files import HeaderScore
from realestate_os.storage.vocabulary import SIGNAL_KINDS
from realestate_os.yaml_files import read_model

# What names or reaches an owner: dropped where the county's law bars lists of owners.
OWNER_FIELDS = (
    "owner_name",
    "owner_first_name",
    "owner_last_name",
    "mailing_street",
    "mailing_unit",
    "mailing_city",
    "mailing_state",
    "mailing_zip",
    "contact_phone",
)
_NOT_OF_LEADS = {"price", "listing_status", "listed_on", "contact_name"}
FIELDS = (
    *(field for field in LISTING_FIELDS if field not in _NOT_OF_LEADS),
    *("street_number", "street_name", "lot_acres", "owner_occupied", "last_sale_date", "liens_usd", "lead_status"),
    *(field for field in OWNER_FIELDS if field != "contact_phone"),
)
# One of these ways to say which property a row is about.
PLACES = (("address",), ("street_address",), ("street_number", "street_name"), ("apn",))
FALLBACK = "any_list"
SOURCE_KEY = r"^[a-z][a-z0-9_]{1,40}$"
Names = list[str]


class LeadFileError(RealEstateOSError):
    """A lead list or its mapping cannot be used; the message names file, what was found and what is needed."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SignalColumns(_Strict):
    """How a row says one sign: by being on the list, by a yes, or by the day or amount of the event.

    Each is a list of names of columns, the best first. ended_if: column -> values by which it is over.
    """

    every_row: bool = False
    said_by: Names = Field(default_factory=list)
    event_date: Names = Field(default_factory=list)
    amount_usd: Names = Field(default_factory=list)
    detail: Names = Field(default_factory=list)
    ended_on: Names = Field(default_factory=list)
    ended_if: dict[str, list[str]] = Field(default_factory=dict)

    def columns(self) -> list[str]:
        """Every column that it reads."""
        named = (self.said_by, self.event_date, self.amount_usd, self.detail, self.ended_on, list(self.ended_if))
        return [column for names in named for column in names]


class _Mapping(_Strict):
    """What a file of assets_config/lead_lists and a user's file have in common.

    complete: the list is whole, so that who is no longer on the next one is off it.
    valid_days: how long a property stays a lead without being seen again.
    recognised_by: names of columns by which the kind is known; one of each group must be there.
    """

    complete: bool = False
    valid_days: int = Field(default=180, ge=1, le=3650)
    recognised_by: list[Names] = Field(default_factory=list)
    columns: dict[str, Names | None] = Field(default_factory=dict)
    signals: dict[str, SignalColumns] = Field(default_factory=dict)

    @field_validator("columns", mode="before")
    @classmethod
    def _known_fields(cls, columns: dict[str, Any]) -> dict[str, Any]:
        unknown = sorted(set(columns) - set(FIELDS))
        if unknown:
            raise ValueError(f"unknown field {', '.join(unknown)}; expected some of: {', '.join(FIELDS)}")
        return {field: [names] if isinstance(names, str) else names for field, names in columns.items()}

    @field_validator("signals")
    @classmethod
    def _known_kinds(cls, signals: dict[str, SignalColumns]) -> dict[str, SignalColumns]:
        unknown = sorted(set(signals) - set(SIGNAL_KINDS))
        if unknown:
            raise ValueError(f"unknown {', '.join(unknown)}; expected some of: {', '.join(SIGNAL_KINDS)}")
        return signals

    def every_name(self) -> Iterable[str]:
        """Every name of a column that it reads."""
        for names in self.columns.values():
            yield from names or ()
        for said in self.signals.values():
            yield from said.columns()


class LeadMapping(_Mapping):
    """One kind of lead list. source: the key of its signs; what a source says last is what it says."""

    source: str = Field(pattern=SOURCE_KEY)


class UserMapping(_Mapping):
    """A user's file: what it names wins over the guess, the rest is guessed; `unit: null` leaves unit out."""

    source: str | None = Field(default=None, pattern=SOURCE_KEY)


def load_user_mapping(path: Path) -> UserMapping:
    """Read a mapping file. Raises LeadFileError naming file and key."""
    return read_model(path, UserMapping, LeadFileError)


@cache
def known_lists(folder: Path) -> dict[str, LeadMapping]:
    """Every file of assets_config/lead_lists by its name. Raises LeadFileError naming file and key."""
    found = {path.stem: read_model(path, LeadMapping, LeadFileError) for path in sorted(folder.glob("*.yaml"))}
    if FALLBACK not in found:
        raise LeadFileError(f"{folder}: {FALLBACK}.yaml is missing; it holds the usual names of columns")
    return found


def header_score(folder: Path) -> HeaderScore:
    """How many cells of a row are names that some known list has: the header, wherever it stands."""
    usual = {plain(name) for mapping in known_lists(folder).values() for name in mapping.every_name()}
    return lambda row: sum(plain(cell) in usual for cell in row)


def guess(header: Sequence[str], folder: Path) -> tuple[str, LeadMapping]:
    """The known list that recognises most of the header; the list of usual names where none does."""
    there = {plain(column) for column in header}
    lists = known_lists(folder)
    fitting = [
        name
        for name, mapping in lists.items()
        if mapping.recognised_by and all(there & {plain(one) for one in group} for group in mapping.recognised_by)
    ]
    best = max(
        fitting, key=lambda name: len(there & {plain(one) for one in lists[name].every_name()}), default=FALLBACK
    )
    return best, lists[best]


def overlaid(guessed: LeadMapping, user: UserMapping | None) -> LeadMapping:
    """The guess with the user's mapping over it."""
    if user is None:
        return guessed
    said = user.model_dump(exclude_unset=True)
    merged = (
        guessed.model_dump()
        | said
        | {
            "source": user.source or guessed.source,
            "columns": {**guessed.columns, **user.columns},
            "signals": {**guessed.signals, **user.signals},
        }
    )
    return LeadMapping.model_validate(merged)


class ChosenColumns(_Strict):
    """What is read of one file: our field -> its column, and per sign the columns that are there."""

    fields: dict[str, str]
    signals: dict[str, SignalColumns]

    def lines(self) -> list[str]:
        """For a person: `zip_code <- Property Zip`."""
        said = {kind: "every row" if one.every_row else ", ".join(one.columns()) for kind, one in self.signals.items()}
        return [f"{ours} <- {theirs}" for ours, theirs in {**self.fields, **said}.items()]


def choose(mapping: LeadMapping, user: UserMapping | None, header: Sequence[str], file: str) -> ChosenColumns:
    """Bind a mapping to a header.

    Raises:
        LeadFileError: the user's mapping names a column that is not there or tells a protected trait; no column
            says which property a row is about.
    """
    _check_user(user, header, file)
    there = {plain(column): column for column in reversed(header)}
    for refused in protected_columns(header):
        there.pop(plain(refused), None)
    fields: dict[str, str] = {}
    for field, names in mapping.columns.items():
        column = next((there[plain(name)] for name in names or () if plain(name) in there), None)
        if column is not None and column not in fields.values():
            fields[field] = column
    if not any(all(field in fields for field in place) for place in PLACES):
        raise LeadFileError(
            f"{file}: found no column for the property's address or parcel number. Columns found: {_listed(header)}. "
            "Write a mapping file (columns: {street_address: THEIR_NAME, zip_code: THEIR_NAME}) for --mapping"
        )
    return ChosenColumns(fields=fields, signals=_bound_signals(mapping, there))


def plain(name: object) -> str:
    """Names are compared without case, blanks and punctuation."""
    return re.sub(r"[^a-z0-9]+", "", str(name).lower())


def _bound_signals(mapping: LeadMapping, there: dict[str, str]) -> dict[str, SignalColumns]:
    bound = {}
    for kind, said in mapping.signals.items():
        parts = {
            part: [there[plain(name)] for name in getattr(said, part) if plain(name) in there][:1]
            for part in ("said_by", "event_date", "amount_usd", "detail", "ended_on")
        }
        ended_if = {there[plain(name)]: values for name, values in said.ended_if.items() if plain(name) in there}
        if said.every_row or parts["said_by"] or parts["event_date"] or parts["amount_usd"]:
            bound[kind] = SignalColumns(every_row=said.every_row, ended_if=ended_if, **parts)
    return bound


def _check_user(user: UserMapping | None, header: Sequence[str], file: str) -> None:
    if user is None:
        return
    refused = protected_columns(user.every_name())
    if refused:
        told = ", ".join(f"{column} ({trait})" for column, trait in refused.items())
        raise LeadFileError(
            f"{file}: the mapping reads {told}; fair-housing law: such columns are never read. Remove it"
        )
    there = {plain(column) for column in header}
    lost = [names[0] for names in user.columns.values() if names and not there & {plain(name) for name in names}]
    if lost:
        raise LeadFileError(f"{file}: the mapping names {', '.join(lost)}, but the columns are: {_listed(header)}")


def _listed(columns: Sequence[str]) -> str:
    shown = ", ".join(str(column)[:40] for column in columns[:40])
    return f"{shown} and {len(columns) - 40} more" if len(columns) > 40 else shown
