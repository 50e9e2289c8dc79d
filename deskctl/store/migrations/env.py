"""How Alembic sees the store. `migrate.upgrade` hands over the connection; there is no other way in."""

from __future__ import annotations

from alembic import context

from deskctl.store.migrate import options

context.configure(**options(context.config.attributes["connection"]))

with context.begin_transaction():
    context.run_migrations()
