"""`import contacts`: a file of buyers into a tenant's contacts.

Belongs here: which column says what, cells to the rows that intake checks, the report. Does not: what makes a
contact lawful (intake.py, audience.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator

from realestate_os.campaigns.intake import checked_contacts, import_contacts
from realestate_os.discovery.protected_traits import protected_columns
from realestate_os.discovery.values import parse_date, parse_price
from realestate_os.errors import RealEstateOSError
from realestate_os.resources.database import Database
from realestate_os.settings import Settings
from realestate_os.storage.reject_file import write_rejects
from realestate_os.storage.set_aside import SetAside
from realestate_os.storage.table_files import TableFile, read_table
from realestate_os.yaml_files import read_model

MAX_FILE_BYTES = 64_000_000
EXAMPLES_SHOWN = 5
# Our field -> what its column is usually called, without case, blanks and punctuation.
FIELDS: dict[str, str] = {
    "email": "email emailaddress mail buyeremail contactemail email1",
    "name": "name fullname contactname buyername buyer contact",
    "first_name": "firstname first",
    "last_name": "lastname last surname",
    "company": "company companyname business organization llc entity",
    "consent_basis": "consentbasis consent basis legalbasis optin optinbasis permission",
    "consented_on": "consentedon consentdate optindate dateofconsent consenton consentat signupdate subscribedon",
    "consent_source": "consentsource optinsource source signupsource formurl",
    "counties": "counties county markets buyboxcounties",
    "zip_codes": "zipcodes zips zip zipcode targetzips buyboxzips preferredzips",
    "property_types": "propertytypes propertytype types buyboxtypes",
    "bedrooms_min": "bedroomsmin minbedrooms minbeds bedsmin minimumbedrooms",
    "price_min_usd": "priceminusd minprice pricemin minimumprice budgetmin minbudget",
    "price_max_usd": "pricemaxusd maxprice pricemax maximumprice budgetmax maxbudget budget",
}
_LISTS = ("counties", "zip_codes", "property_types")
_BOX = (*_LISTS, "bedrooms_min", "price_min_usd", "price_max_usd")
_BOUGHT = re.compile(r"purchas|bought|rented|list broker|third party|scraped", re.IGNORECASE)


class ContactFileError(RealEstateOSError):
    """A file of contacts or its mapping cannot be used; the message names file, what was found and what is needed."""


class ContactMapping(BaseModel):
    """A mapping file: our field -> the file's column (null: leave it out), over the guesses."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: dict[str, str | None]

    @field_validator("columns")
    @classmethod
    def _known_fields(cls, columns: dict[str, str | None]) -> dict[str, str | None]:
        unknown = sorted(set(columns) - set(FIELDS))
        if unknown:
            raise ValueError(f"unknown field {', '.join(unknown)}; expected some of: {', '.join(FIELDS)}")
        return columns


@dataclass(frozen=True)
class ContactReport:
    """What an import did, or would do (dry_run)."""

    file: str
    tenant: str
    dry_run: bool
    columns: dict[str, str]
    protected: dict[str, str]
    lines_read: int
    contacts: int
    refused: SetAside = field(repr=False)

    def lines(self) -> list[str]:
        """The report for a person, one fact a line; addresses stay out of it."""
        verb = "would be written" if self.dry_run else "written"
        lines = [
            f"{self.file} -> contacts of {self.tenant}",
            f"columns: {', '.join(f'{ours} <- {theirs}' for ours, theirs in self.columns.items())}",
            *(f"refused column: {column} tells {trait}; never read" for column, trait in self.protected.items()),
            f"lines read: {self.lines_read:,}; buyers {verb}: {self.contacts:,}",
            f"set aside: {len(self.refused):,}",
            *(f"  {reason}: {count:,}" for reason, count in self.refused.counts().items()),
            *(f"  e.g. {row['item']}: {row['reason']}: {row['field']}" for row in self.refused.rows[:EXAMPLES_SHOWN]),
        ]
        return [*lines, "dry run: nothing was written"] if self.dry_run else lines


def import_contact_file(
    settings: Settings,
    path: Path,
    mapping: Path | None = None,
    *,
    dry_run: bool = False,
    rejects: Path | None = None,
) -> ContactReport:
    """Write a file's buyers to the contacts of the settings' tenant; each needs a basis of consent and its day.

    Raises:
        ContactFileError: the file or the mapping cannot be used, or there is no such tenant.
        PostgresError: the database does not answer.
    """
    refused = SetAside()
    table = read_table(path, refused, ContactFileError, max_bytes=MAX_FILE_BYTES)
    user = read_model(mapping, ContactMapping, ContactFileError) if mapping else ContactMapping(columns={})
    columns = choose_contact_columns([str(name) for name in table.cells.columns], user, table.name)
    rows = list(contact_rows(table, columns))
    if dry_run:
        good, bad = checked_contacts(rows)
        written = len(good)
    else:
        written, bad = _written(settings, rows)
    refused.rows += bad.rows
    protected = protected_columns(table.cells.columns)
    if rejects is not None:
        positions = [at for at in range(len(table.cells)) if table.item(at) in {row["item"] for row in bad.rows}]
        write_rejects(rejects, table, positions, refused, leave_out=protected)
    return ContactReport(
        file=table.name, tenant=settings.tenant_slug, dry_run=dry_run, columns=columns, protected=protected,
        lines_read=len(table.cells), contacts=written, refused=refused,
    )  # fmt: skip


def choose_contact_columns(header: Sequence[str], mapping: ContactMapping, file: str) -> dict[str, str]:
    """Our field -> the file's column: the mapping first, then the usual names; never a protected trait.

    Raises:
        ContactFileError: no column of addresses or of consent, or the mapping names one that cannot be read.
    """
    refused = protected_columns(header)
    named = {field: column for field, column in mapping.columns.items() if column is not None}
    for column in named.values():
        if column in refused:
            raise ContactFileError(
                f"{file}: the mapping reads {column} ({refused[column]}); such columns are never read"
            )
        if column not in header:
            raise ContactFileError(f"{file}: the mapping names {column}, but the columns are: {', '.join(header)}")
    free = {_plain(column): column for column in reversed(header) if column not in refused}
    for ours, names in FIELDS.items():
        guess = next((free[name] for name in names.split() if name in free), None)
        if guess is not None and ours not in mapping.columns and guess not in named.values():
            named[ours] = guess
    missing = [ours for ours in ("email", "consent_basis", "consented_on") if ours not in named]
    if missing:
        raise ContactFileError(
            f"{file}: found no column for {', '.join(missing)}. Columns found: {', '.join(header)}. "
            "Every contact needs an address, a basis of consent and its day; "
            "name the columns in a mapping file (columns: {email: THEIR_NAME})"
        )
    return named


def contact_rows(table: TableFile, columns: dict[str, str]) -> Iterator[dict[str, Any]]:
    """The lines as rows for intake."""
    for position, record in enumerate(table.cells.to_dict("records")):
        texts = {ours: text for ours, theirs in columns.items() if (text := _text(record[theirs]))}
        name = texts.get("name") or " ".join(texts[part] for part in ("first_name", "last_name") if part in texts)
        yield {
            "item": table.item(position),
            **{plain: texts.get(plain) for plain in ("email", "company", "consent_source")},
            "name": name or None,
            "consent_basis": _basis(texts.get("consent_basis")),
            "consented_on": _day(texts.get("consented_on")),
            "buy_box": {ours: _limit(ours, texts[ours]) for ours in _BOX if ours in texts},
        }


def _written(settings: Settings, rows: list[dict[str, Any]]) -> tuple[int, SetAside]:
    database = Database.from_settings(settings)
    try:
        tenant = next((one for one in database.tenants() if one.slug == settings.tenant_slug), None)
        if tenant is None:
            raise ContactFileError(f"no active tenant {settings.tenant_slug!r}; see TENANT_SLUG")
        return import_contacts(database, tenant.id, rows)
    finally:
        database.dispose()


def _basis(text: str | None) -> str | None:
    """`Opt-in form` -> opt_in_form; a list that was bought is `purchased` in whatever words."""
    if text is None:
        return None
    return "purchased" if _BOUGHT.search(text) else re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def _day(text: str | None) -> str | None:
    found = parse_date(re.sub(r"[ T]\d\d?:\d\d.*$", "", text)) if text else None
    return found.isoformat() if found else text


def _limit(ours: str, text: str) -> Any:
    if ours in _LISTS:
        parts = [part.strip() for part in re.split(r"[;,|/]", text) if part.strip()]
        return [part.lower().replace(" ", "_").replace("-", "_") for part in parts] if ours != "zip_codes" else parts
    price = parse_price(text) if ours.startswith("price") else None
    return text if price is None else price


def _text(cell: object) -> str | None:
    if cell is None or cell != cell:
        return None
    if isinstance(cell, (datetime, date)):
        return cell.isoformat()[:10]
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip() or None


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", name.lower())
