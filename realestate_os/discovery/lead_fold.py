"""All lead lists of a county -> what they say on one day, whatever the order in which they came.

Belongs here: one lead a property, which signs count on the day, when a lead leaves. Does not: reading lists
(lead_rows.py), how long a sign counts (assets_config/lead_signals.yaml), listings (lead_listings.py).

What a source said last is what it says: of several lists of one source, the newest that tells about a kind of
sign decides. A lead leaves when its source's next complete list is without it, when the line says so, when all
signs of its list are over, or when it was not seen for the list's valid_days.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from realestate_os.discovery.lead_mapping import LeadFileError
from realestate_os.storage.vocabulary import SIGNAL_KINDS
from realestate_os.yaml_files import read_model

if TYPE_CHECKING:
    from pandas import DataFrame

Row = dict[str, Any]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Validity(_Strict):
    """How many days a sign counts, from its event (where the day is known) or from its newest sighting."""

    days: int = Field(ge=1, le=3650)
    since: Literal["event", "seen"]


class SignalTerms(_Strict):
    """assets_config/lead_signals.yaml."""

    valid: dict[str, Validity]
    long_tenure_years: int = Field(ge=1, le=100)

    @field_validator("valid")
    @classmethod
    def _each_kind(cls, valid: dict[str, Validity]) -> dict[str, Validity]:
        if set(valid) != set(SIGNAL_KINDS):
            raise ValueError(f"expected one entry for each of {', '.join(SIGNAL_KINDS)}")
        return valid

    def last_day(self, kind: str, event_date: date | None, last_seen: date) -> date:
        """The last day on which a sign counts."""
        rule = self.valid[kind]
        since = event_date if rule.since == "event" and event_date else last_seen
        return since + timedelta(days=rule.days)


@cache
def load_signal_terms(config: Path) -> SignalTerms:
    """Read the file in the folder of configuration. Raises LeadFileError naming file and key."""
    return read_model(config / "lead_signals.yaml", SignalTerms, LeadFileError)


@dataclass(frozen=True)
class LeadSign:
    """One sign of a property by one source, in force on the day."""

    kind: str
    source: str
    event_date: date | None
    seen_on: date
    expires_on: date
    amount_usd: float | None
    detail: str | None


@dataclass(frozen=True)
class Lead:
    """One property on the day: its lines, newest first, its signs, whether it is a lead of its own.

    property_id is None where only the parcel number is known: such signs belong to the home of that number.
    """

    property_id: str | None
    apn: str | None
    lines: tuple[Row, ...]
    signs: tuple[LeadSign, ...]
    on_list: bool

    def fact(self, name: str) -> Any:
        """The newest line's value, or that of an older line where it has none."""
        return next((line[name] for line in self.lines if line[name] is not None), None)


def leads_on(leads: DataFrame, day: date, terms: SignalTerms) -> list[Lead]:
    """The county's leads as known at the end of the day, by property; those off the list are kept for their signs."""
    plain = leads.astype(object).where(leads.notna(), None)
    known = [_parsed(row) for row in plain.to_dict("records") if row["seen_on"] <= day]
    known.sort(key=lambda row: (row["seen_on"], row["list_id"], row["line"]), reverse=True)
    whole: dict[str, date] = {}
    for row in known:
        if row["complete"]:
            whole[row["source"]] = max(row["seen_on"], whole.get(row["source"], row["seen_on"]))
    found = (_lead(lines, whole, day, terms) for lines in _by_property(known).values())
    return sorted(found, key=lambda lead: (lead.property_id or "", lead.apn or ""))


def _parsed(row: Row) -> Row:
    return row | {"signals": json.loads(row["signals"]), "kinds_told": frozenset(json.loads(row["kinds_told"]))}


def _by_property(known: Iterable[Row]) -> Mapping[str, list[Row]]:
    """Lines by property; a line with a parcel number only joins the property that another line gives that number."""
    rows = list(known)
    of_parcel: dict[str, str] = {}
    for row in rows:
        if row["property_id"] and row["apn"]:
            of_parcel[row["apn"]] = min(row["property_id"], of_parcel.get(row["apn"], row["property_id"]))
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["property_id"] or of_parcel.get(row["apn"]) or f"apn {row['apn']}"].append(row)
    return groups


def _lead(lines: list[Row], whole: Mapping[str, date], day: date, terms: SignalTerms) -> Lead:
    signs: list[LeadSign] = []
    on_list = False
    for source in sorted({line["source"] for line in lines}):
        own = [line for line in lines if line["source"] == source]
        newest = [line for line in own if line["seen_on"] == own[0]["seen_on"]]
        if own[0]["seen_on"] < whole.get(source, date.min) or any(line["off_list"] for line in newest):
            continue
        counting = _signs(source, own, day, terms)
        signs += counting
        valid = max(line["valid_until"] for line in newest) >= day
        on_list = on_list or (valid and (bool(counting) or not any(line["signals"] for line in newest)))
    property_id = next((line["property_id"] for line in lines if line["property_id"]), None)
    apn = next((line["apn"] for line in lines if line["apn"]), None)
    return Lead(property_id, apn, tuple(lines), tuple(signs), on_list and property_id is not None)


def _signs(source: str, own: list[Row], day: date, terms: SignalTerms) -> list[LeadSign]:
    """Signs of one source; `own` are its lines about the property, newest first."""
    kinds = sorted({kind for line in own for kind in line["kinds_told"]})
    found = (_sign(kind, source, [line for line in own if kind in line["kinds_told"]], day, terms) for kind in kinds)
    return [sign for sign in found if sign is not None]


def _sign(kind: str, source: str, telling: list[Row], day: date, terms: SignalTerms) -> LeadSign | None:
    """The sign by the newest lines that tell about the kind; None when they do not say it, or it is over."""
    last_seen = telling[0]["seen_on"]
    told = [_of_kind(line, kind) for line in telling if line["seen_on"] == last_seen]
    events = [one for one in told if one is not None and not _over(one, day)]
    if not events:
        return None
    dates = sorted(date.fromisoformat(one["event_date"]) for one in events if one["event_date"])
    # A debt is as old as its oldest year; a filing counts from the newest.
    happened = None if not dates else dates[-1 if terms.valid[kind].since == "event" else 0]
    expires = terms.last_day(kind, happened, last_seen)
    if expires < day:
        return None
    return LeadSign(
        kind=kind,
        source=source,
        event_date=happened,
        seen_on=_seen_since(telling, kind),
        expires_on=min([expires, *(_ends(one) for one in events if one["ended_on"])]),
        amount_usd=_amount(events),
        detail=next((one["detail"] for one in events if one["detail"]), None),
    )


def _of_kind(line: Row, kind: str) -> Row | None:
    return next((one for one in line["signals"] if one["kind"] == kind), None)


def _over(event: Row, day: date) -> bool:
    return event["ended_on"] is not None and _ends(event) < day


def _ends(event: Row) -> date:
    """The last day on which it still counted: what ended on a day ended before it."""
    return date.fromisoformat(event["ended_on"]) - timedelta(days=1)


def _seen_since(telling: list[Row], kind: str) -> date:
    """The first of the unbroken row of lists, back from the newest, that said it."""
    first: date = telling[0]["seen_on"]
    for seen_on in sorted({line["seen_on"] for line in telling}, reverse=True):
        if not any(_of_kind(line, kind) for line in telling if line["seen_on"] == seen_on):
            break
        first = seen_on
    return first


def _amount(events: list[Row]) -> float | None:
    """Each year of a debt once, however many lists name it."""
    by_event = {one["event_date"]: one["amount_usd"] for one in events if one["amount_usd"]}
    return round(sum(by_event.values()), 2) if by_event else None
