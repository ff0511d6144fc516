"""The buy box of a contact also names ZIPs and a least number of bedrooms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the columns; contacts that are there set no limit."""
    empty = sa.text("'[]'::jsonb")
    op.add_column("contacts", sa.Column("zip_codes", postgresql.JSONB(), nullable=False, server_default=empty))
    op.add_column("contacts", sa.Column("min_bedrooms", sa.Float(), nullable=True))


def downgrade() -> None:
    """Drop them; what they held is lost."""
    op.drop_column("contacts", "min_bedrooms")
    op.drop_column("contacts", "zip_codes")
