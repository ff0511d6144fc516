"""Postgres for the pipelines and the web: transactions of one tenant, bulk writes, the tenantless calls.

Belongs here: connections, the tenant of a transaction, upsert and retire, and thin calls of the
database's own functions. Does not: tables (storage/tables), migrations (storage/migrations), or any
stage's queries.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    CursorResult,
    Integer,
    Numeric,
    Select,
    Table,
    Text,
    all_,
    any_,
    bindparam,
    cast,
    column,
    create_engine,
    func,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.exc import OperationalError

from realestate_os.settings import Settings
from realestate_os.storage import migrations
from realestate_os.storage.postgres_programs import PostgresError
from realestate_os.storage.postgres_server import database_urls
from realestate_os.storage.tables import Base, Ping, UserAccount
from realestate_os.storage.tables import Tenant as TenantRow

# A run uses one connection at a time; the web app's threads use a few more.
POOL_SIZE = 5

# Never changed by an upsert: whose row it is and when it came.
FIXED_COLUMNS = frozenset({"tenant_id", "created_at"})

TEAM_EMAIL = "acquisitions@realestate-os.example"


@dataclass(frozen=True)
class Tenant:
    """One active tenant."""

    id: UUID
    slug: str
    name: str
    plan: str


@dataclass(frozen=True)
class ReceivedEvent:
    """One event of the mail provider as it arrived; the address only as its keyed hash beside the payload.

    content_hash identifies the event when it is redelivered under a fresh sg_event_id (docs/email).
    """

    sg_event_id: str | None
    content_hash: str
    event: str
    email_hmac: str | None
    occurred_at: datetime
    send_id: UUID | None
    message_id: str | None
    payload: Mapping[str, Any]


class Database:
    """One pool of connections to the application's database, as the app role unless asked otherwise."""

    def __init__(self, url: str) -> None:
        self.engine = create_engine(
            url,
            pool_size=POOL_SIZE,
            pool_pre_ping=True,  # the embedded server may have been stopped and started in between
            json_serializer=to_json,
            connect_args={"application_name": "realestate_os", "connect_timeout": 10},
        )

    @classmethod
    def from_settings(cls, settings: Settings, role: Literal["app", "owner"] = "app") -> Database:
        """Connect to what the settings say; starts the embedded server if that is meant.

        Raises:
            PostgresError: the embedded server cannot be started.
            SettingsError: a URL is missing or wrong.
        """
        urls = database_urls(settings)
        return cls(urls.owner if role == "owner" else urls.app)

    @contextmanager
    def transaction(self, tenant_id: UUID | None = None) -> Iterator[Connection]:
        """One transaction that sees and writes the rows of one tenant, or of none; shared tables in any case.

        Raises:
            PostgresError: the server does not answer.
        """
        try:
            connection = self.engine.connect()
        except OperationalError as error:
            reason = str(error.orig).strip().splitlines()[0]
            raise PostgresError(
                f"Postgres does not answer at {self.engine.url.render_as_string()}: {reason}"
            ) from error
        with connection, connection.begin():
            # Set in any case, and for this transaction only: what a pooled connection did before cannot matter.
            connection.execute(_SET_TENANT, {"tenant": str(tenant_id or "")})
            yield connection

    def tenants(self) -> list[Tenant]:
        """The active tenants, by slug."""
        with self.transaction() as connection:
            rows = connection.execute(text("SELECT id, slug, name, plan FROM public.list_tenants()"))
            return [Tenant(*row) for row in rows]

    def upsert(
        self,
        connection: Connection,
        table: Table | type[Base],
        rows: Sequence[Mapping[str, Any]],
        keys: Sequence[str],
        *,
        keep: Collection[str] = (),
        newer_by: str | None = None,
    ) -> int:
        """Insert rows, or update those whose key columns are there; returns how many were written.

        NaN, NaT and NA become NULL. Only the columns of the rows are written; tenant_id, created_at and the
        columns in `keep` stay as they are on an update, and so does the whole row when its `newer_by` column
        is newer than the given one (a backfill never moves it back). All rows have the same columns, and no two
        the same key.

        Raises:
            ValueError: rows differ in their columns.
        """
        if not rows:
            return 0
        target = table if isinstance(table, Table) else table.__table__
        names = set(rows[0])
        if any(set(row) != names for row in rows):
            raise ValueError(
                f"{target.name}: all rows of an upsert need the same columns as the first: {sorted(names)}"
            )
        statement = insert(target).from_select(sorted(names), _as_rows(target, sorted(names), rows))
        changed = names - set(keys) - set(keep) - FIXED_COLUMNS
        if changed:
            statement = statement.on_conflict_do_update(
                index_elements=list(keys),
                set_={name: statement.excluded[name] for name in sorted(changed)},
                where=None if newer_by is None else target.c[newer_by] <= statement.excluded[newer_by],
            )
        else:
            statement = statement.on_conflict_do_nothing(index_elements=list(keys))
        # SQLAlchemy forgets the count of an insert unless it is asked to keep it
        return connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount

    def retire_missing(
        self,
        connection: Connection,
        table: Table | type[Base],
        key_column: str,
        present: Collection[UUID | str],
        *scope: ColumnElement[bool],
    ) -> int:
        """Set retired_at on the rows of the scope whose key is not among those present, clear it on the others.

        The scope says which rows this writer answers for, such as those of one county and date. Returns how
        many were newly retired.
        """
        target = table if isinstance(table, Table) else table.__table__
        key = target.c[key_column]
        here = literal(list(present), ARRAY(key.type))
        back = update(target).where(*scope, target.c.retired_at.is_not(None), key == any_(here))
        gone = update(target).where(*scope, target.c.retired_at.is_(None), key != all_(here))
        connection.execute(back.values(retired_at=None))
        result: CursorResult[Any] = connection.execute(gone.values(retired_at=func.now()))
        return result.rowcount

    def record_webhook_event(self, connection: Connection, event: ReceivedEvent) -> bool:
        """Put an event into the inbox and apply its suppression, in the same transaction. False for a duplicate."""
        values = {**vars(event), "payload": to_json(event.payload)}
        outcome: str = connection.execute(_RECORD_EVENT, values).scalar_one()
        return outcome == "inserted"

    def unsubscribe(self, connection: Connection, send_id: UUID, at: datetime, source: str) -> bool:
        """Suppress the address of a mail for its tenant; as often as it is asked. False if no mail has the id."""
        found: bool = connection.execute(_UNSUBSCRIBE, {"send_id": send_id, "at": at, "source": source}).scalar_one()
        return found

    def ping(self) -> None:
        """Prove that the database takes writes; pings of earlier days are removed.

        Raises:
            PostgresError: the server does not answer.
        """
        table = Ping.__table__
        with self.transaction() as connection:
            connection.execute(table.insert())
            connection.execute(table.delete().where(table.c.at < func.now() - text("interval '1 day'")))

    def dispose(self) -> None:
        """Close the connections."""
        self.engine.dispose()


def prepare_database(settings: Settings) -> str:
    """Start the server if it is ours, migrate, and make the default tenant; returns the revision reached.

    Raises:
        PostgresError: the server cannot be started or does not answer.
        SettingsError: a URL is missing or wrong.
    """
    urls = database_urls(settings)
    revision = migrations.upgrade(urls.owner)
    owner = Database(urls.owner)
    try:
        ensure_default_tenant(owner, settings)
    finally:
        owner.dispose()
    return revision


def default_tenant_id(settings: Settings) -> UUID:
    """The id of the tenant of a single-tenant installation, from its slug."""
    return uuid5(NAMESPACE_URL, f"https://realestate-os.example/tenants/{settings.tenant_slug}")


def ensure_default_tenant(owner: Database, settings: Settings) -> UUID:
    """Create the settings' tenant and one reader of the daily list, as the owner; returns the tenant's id.

    The sender's facts follow the settings each time; everything else, once there, is the operator's.
    """
    tenant_id = default_tenant_id(settings)
    sender = {
        "mail_from_name": settings.mail_from_name,
        "mail_from_email": settings.mail_from_email,
        "postal_address": settings.mail_postal_address,
    }
    name = settings.tenant_slug.replace("-", " ").title()
    row = {"id": tenant_id, "slug": settings.tenant_slug, "name": name, "plan": "enterprise", **sender}
    reader = {"email": TEAM_EMAIL, "name": "Acquisitions", "role": "admin", "receives_daily_list": True}
    with owner.transaction(tenant_id) as connection:
        owner.upsert(connection, TenantRow, [row], ["id"], keep=["slug", "name", "plan"])
        owner.upsert(connection, UserAccount, [reader], ["tenant_id", "email"], keep=[*reader])
    return tenant_id


def _as_rows(target: Table, names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> Select[Any]:
    """Rows as one JSON parameter that Postgres unfolds into typed columns.

    30,000 rows as one VALUES list took 8 s, most of it in taking the statement apart; like this it is half.
    """
    # 1950.0, a float frame's way to write a whole number, is no text of an integer, but a numeric becomes one
    columns = [column(name, Numeric() if isinstance(kind := target.c[name].type, Integer) else kind) for name in names]
    document = cast(bindparam(None, to_json(rows), Text()), JSONB())
    return select(func.jsonb_to_recordset(document).table_valued(*columns).render_derived(with_types=True))


def to_sql(value: Any) -> Any:
    """A value as Postgres takes it, also within lists and mappings.

    pandas' and numpy's kinds of missing are NULL; NUL characters and lone surrogates, which Postgres refuses
    and scraped text contains, are dropped and replaced.
    """
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, Mapping):
        return {to_sql(key): to_sql(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_sql(item) for item in value]
    if type(value).__module__ == "numpy" and hasattr(value, "tolist"):
        return to_sql(value.tolist())
    nan = value.is_nan() if isinstance(value, Decimal) else isinstance(value, float) and math.isnan(value)
    if nan or type(value).__name__ in ("NaTType", "NAType"):
        return None
    return value


def to_json(value: Any) -> str:
    """JSON for a jsonb column: dates as ISO text, UUID and Decimal as text, missing as null."""
    return json.dumps(to_sql(value), default=_json_default, allow_nan=False, ensure_ascii=False)


def _json_default(value: Any) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (UUID, Decimal)):
        return str(value)
    raise TypeError(f"no JSON for {type(value).__name__}")


_SET_TENANT = text("SELECT set_config('app.tenant_id', :tenant, true)")
_RECORD_EVENT = text(
    "SELECT public.record_webhook_event(:sg_event_id, :content_hash, :event, :email_hmac, :occurred_at,"
    " :send_id, :message_id, CAST(:payload AS jsonb))"
)
_UNSUBSCRIBE = text("SELECT public.unsubscribe_by_send_id(:send_id, :at, :source)")
