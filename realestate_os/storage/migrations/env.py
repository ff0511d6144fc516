"""Alembic's entry: runs the migrations on the connection that storage/migrations gave it.

Belongs here: nothing but the call. Connection, transaction and lock are the caller's.
"""

from __future__ import annotations

from alembic import context

from realestate_os.storage.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
