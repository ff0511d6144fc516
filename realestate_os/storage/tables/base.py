"""What all tables share: metadata, names of constraints, column types, timestamps and tenant keys.

Belongs here: the declarative base, the mixins and the helpers of __table_args__. Does not: any table.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    MetaData,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

# Constraints get names by rule, so that a migration can address each of them.
NAMES = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}

# A pooled connection gives '' and not NULL after a transaction that had set it.
CURRENT_TENANT = "NULLIF(current_setting('app.tenant_id', true), '')::uuid"

Json = dict[str, Any]
JsonList = list[Any]

# Python None is SQL NULL, never the JSON value null: one kind of missing.
_JSONB = JSONB(none_as_null=True)


class Base(DeclarativeBase):
    """Base of all models. Decimal is US dollars and cents; every moment carries its time zone."""

    __table__: ClassVar[Table]  # SQLAlchemy says FromClause; ours are all tables

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        Decimal: Numeric(14, 2),
        Json: _JSONB,
        JsonList: _JSONB,
        UUID: Uuid(),
        date: Date(),
        datetime: DateTime(timezone=True),
        float: Double(),
        str: Text(),
    }


class Timestamps:
    """created_at and updated_at; a trigger keeps updated_at (it moves only when the row changed)."""

    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), sort_order=900)
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), sort_order=901)


class UuidKey:
    """A random key, made by the server where the writer gives none."""

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid(), sort_order=-20)


class SerialKey:
    """An ascending key for logs and inboxes, which are read in order of arrival."""

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True, sort_order=-20)


class OfTenant:
    """A row that belongs to one tenant; the table is under row-level security.

    A writer may leave tenant_id out: it is the tenant of the transaction.
    """

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("tenants.id"), server_default=text(CURRENT_TENANT), sort_order=-10
    )


def one_of(column: str, values: Sequence[str]) -> CheckConstraint:
    """CHECK that a column holds one of the values (or NULL where the column allows it)."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def tenant_key() -> UniqueConstraint:
    """Unique (tenant_id, id): lets other tenant tables point here with their tenant included."""
    return UniqueConstraint("tenant_id", "id")


def tenant_fk(column: str, table: str, ondelete: str | None = None) -> ForeignKeyConstraint:
    """Foreign key within one tenant. Foreign keys ignore row-level security, so the tenant is part of the key."""
    return ForeignKeyConstraint(["tenant_id", column], [f"{table}.tenant_id", f"{table}.id"], ondelete=ondelete)
