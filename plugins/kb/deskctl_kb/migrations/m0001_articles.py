"""Create the first tables."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from ..tables import metadata, state


def upgrade(connection: Connection) -> None:
    metadata.create_all(connection)
    connection.execute(insert(state), {"name": "revision", "value": 0})
