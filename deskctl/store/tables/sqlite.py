"""What only SQLite needs: the counters that number rows.

The full-text index is an FTS5 table, which SQLAlchemy cannot describe; the migration that makes it says why it is as
it is.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, MetaData, Table, Text

from .base import NAMING

metadata = MetaData(naming_convention=NAMING)

#: The last id given out, by kind. PostgreSQL has sequences for this.
counters = Table(
    "counters",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("last", BigInteger, nullable=False),
)
