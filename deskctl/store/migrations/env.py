"""Configure Alembic with the connection that `migrate.upgrade` passes; Alembic is not used in any other way."""

from __future__ import annotations

from alembic import context

from deskctl.store.migrate import options

context.configure(**options(context.config.attributes["connection"]))

with context.begin_transaction():
    context.run_migrations()
