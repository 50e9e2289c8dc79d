"""Tables only for SQLite: the counters that generate ids.

The full-text index is an FTS5 table, which SQLAlchemy cannot describe; see the migration that creates it.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, MetaData, Table, Text

from .base import NAMING

metadata = MetaData(naming_convention=NAMING)

#: The last id by table. PostgreSQL uses sequences instead.
counters = Table(
    "counters",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("last", BigInteger, nullable=False),
)
